"""Several runs one after the other, each into a folder of its own; finished ones are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from dtaojax.execution import runtime
from dtaojax.execution.worker_pool import Crew, CrewMaker
from dtaojax.inputs import Inputs
from dtaojax.results.contract import ResultsError
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.storage import MANIFEST, UNFINISHED, read_sealed
from dtaojax.studies.run.simulate import run_report


class Job(NamedTuple):
    """A run and the folder that its results go into."""

    inputs: Inputs
    folder: Path


class Watcher(NamedTuple):
    """What hears how a batch goes on.

    Attributes:
        begin: Function that receives the index of each job before it is run; finished jobs are
            skipped.
        advance: Function that receives the number of paths done so far, of all jobs together.
    """

    begin: Callable[[int], None] = lambda index: None
    advance: Callable[[int], None] = lambda done: None


def run_batch(jobs: Sequence[Job], watcher: Watcher, crew_maker: CrewMaker) -> None:
    """Run every job whose results are not there yet, so that a broken-off batch goes on.

    Args:
        jobs: One job or more.
        watcher: Functions that are told of the progress.
        crew_maker: Maker of the worker pool, which is opened once for all.

    Raises:
        ConfigError: The jobs have different precisions, which a process has only one of.
        ResultsError: A folder cannot be written.
    """
    # JAX has one precision a process, set before anything is computed.
    precisions = {job.inputs.config.run.precision for job in jobs}
    if len(precisions) > 1:
        text = "all runs of one command have one precision; give a command for each"
        where = str(jobs[0].inputs.config.source or "config")
        raise ConfigError(where, [Problem("run.precision", text)])
    before = 0
    with crew_maker(precisions.pop()) as crew:
        for index, job in enumerate(jobs):
            if not _is_done(job):
                watcher.begin(index)
                advance = partial(_advance, watcher, before)
                run_report(job.inputs, job.folder, advance, crew_maker=_same(crew))
            before += job.inputs.config.run.paths
            watcher.advance(before)


def _advance(watcher: Watcher, before: int, done: int) -> None:
    watcher.advance(before + done)


def read_json(file: Path) -> Mapping[str, Any]:
    """Read what a run left in a JSON file.

    Raises:
        ResultsError: It cannot be read.
    """
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{file}: cannot be read ({error}); delete its folder") from error


def _same(crew: Crew) -> CrewMaker:
    @contextmanager
    def opened(precision: str) -> Iterator[Crew]:
        yield crew

    return opened


def _is_done(job: Job) -> bool:
    """Return whether the folder holds the finished results of just this run, undamaged.

    Raises:
        ResultsError: It holds them, but a file is missing or was changed.
    """
    if (job.folder / UNFINISHED).exists() or not (job.folder / MANIFEST).exists():
        return False
    identity = read_json(job.folder / MANIFEST).get("identity")
    # Results of another config, network, version or machine are no results of this job.
    if identity != job.inputs.digests() | runtime.fingerprint():
        return False
    try:
        read_sealed(job.folder)
    except ResultsError as error:
        raise ResultsError(f"{error} (delete {job.folder} for that)") from error
    return True
