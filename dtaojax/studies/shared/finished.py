"""Finished runs, read back with their single paths, and whether they can be held side by side."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from pyarrow import ArrowException

from dtaojax.config.config import Config
from dtaojax.results.contract import Results, ResultsError, load
from dtaojax.results.read import Evidence, read
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.studies.run.path_table import PathFigures, PathTableReader

MAX_RUNS: Final = 6
"""Runs in one comparison; a page of more is hard to read, and a sweep has a table for it."""


class PairingKey(NamedTuple):
    """What two runs must share so that path i of both draws the same random numbers."""

    seed: int
    paths: int
    horizon_days: float
    step_blocks: int

    @classmethod
    def of_config(cls, config: Config) -> PairingKey:
        """Return the key of a run that is still to come."""
        run = config.run
        return cls(run.seed, run.paths, run.horizon_days, run.step_blocks)


@dataclass(frozen=True, eq=False)
class Finished:
    """A run that has ended.

    Attributes:
        label: Label of the run.
        folder: Folder of the results.
        results: Results as they were written.
        evidence: Results, checked and indexed.
        used: Mask of the paths that stayed finite, shape (paths,).
        figures: Quantities of the run on those paths.
        pairing_key: Values that a run must share with others to be paired with them.
    """

    label: str
    folder: Path
    results: Results
    evidence: Evidence
    used: np.ndarray
    figures: PathFigures
    pairing_key: PairingKey

    def called(self, label: str) -> Finished:
        """Return the same run under another name."""
        return dataclasses.replace(self, label=label)

    def among(self, used: np.ndarray) -> Finished:
        """Return the same run on those of its paths that are marked."""
        return dataclasses.replace(self, used=self.used & used, figures=self.figures.among(used))


def read_finished(folder: Path, label: str) -> Finished:
    """Read the results of a run and open its paths.

    Raises:
        ResultsError: The folder holds no finished run, or one that is damaged or that another
            version wrote.
    """
    results = load(folder)
    try:
        evidence = read(results)
    except ResultsError as error:
        raise ResultsError(f"{folder}: {error}") from error
    file = folder / "paths.parquet"
    if not file.exists():
        raise ResultsError(
            f"{file}: is missing, but a comparison needs the single paths; run the config again, "
            "or give the config in place of the folder"
        )
    try:
        reader = PathTableReader(file)
    except (OSError, ArrowException, KeyError) as error:
        raise ResultsError(f"{file}: cannot be read ({error}); run again") from error
    manifest = results.manifest
    try:
        paths, run = manifest["paths"], manifest["run"]
        key = PairingKey(
            manifest["seed"], paths["requested"], run["horizon_days"], run["step_blocks"]
        )
        positions = [int(netuid) for netuid in manifest["config"]["portfolio"]["alpha"]]
        counts = (paths["requested"], paths["used"])
    except (KeyError, TypeError, ValueError) as error:
        raise ResultsError(
            f"{folder / 'manifest.json'}: does not say how the run was made ({error!r}); run again"
        ) from error
    # Paths of another run would be paired with these tables without anybody noticing.
    if (len(reader.used), int(reader.used.sum())) != counts:
        raise ResultsError(
            f"{file}: holds {len(reader.used)} paths of which {int(reader.used.sum())} stayed "
            f"finite, but manifest.json speaks of {counts[0]} and {counts[1]}; they are of "
            "different runs; run again"
        )
    figures = PathFigures(reader, (*positions, 0))
    return Finished(label, folder, results, evidence, reader.used, figures, key)


def refuse_number_of_runs(count: int) -> None:
    """Refuse a comparison of one run, or of too many.

    Raises:
        ConfigError: There is nothing to compare, or too much for a page.
    """
    if not 2 <= count <= MAX_RUNS:
        text = f"got {count}; give two to {MAX_RUNS} (dtaojax sweep tabulates any number of runs)"
        raise ConfigError("compare", [Problem("runs", text)])


def refuse_unpaired(labels: Sequence[str], keys: Sequence[PairingKey]) -> None:
    """Refuse runs that do not draw the same random numbers.

    Raises:
        ConfigError: For the first run that does not match the first one, with the fix.
    """
    for label, own in zip(labels[1:], keys[1:], strict=True):
        problems = [
            _unpaired(key, getattr(own, key), labels[0], getattr(keys[0], key))
            for key in PairingKey._fields
            if getattr(own, key) != getattr(keys[0], key)
        ]
        if problems:
            raise ConfigError(label, problems)


def _unpaired(key: str, here: Any, baseline: str, there: Any) -> Problem:
    # The shorter step is right for both, the longer may be too long for one.
    wanted = min(here, there) if key == "step_blocks" else there
    why = (
        "path i of all runs must draw the same random numbers"
        if key in ("seed", "step_blocks")
        else "every path needs its partner, up to the same day"
    )
    stopped = " and no run.precision_target" if key == "paths" else ""
    return Problem(
        f"run.{key}",
        f"is {_written(here)}, but {_written(there)} in {baseline}; {why}: give all of them "
        f"--set run.{key}={_written(wanted)}{stopped}",
    )


def _written(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"
