"""The main job: a config in, a folder with results and a report out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dtaojax.assembly import build_bins
from dtaojax.assembly.world import simulated
from dtaojax.config.config import Config
from dtaojax.engine.chunk import Plan, chunk_size
from dtaojax.engine.merge import Statistics
from dtaojax.engine.run import run_on
from dtaojax.execution import runtime
from dtaojax.execution.worker_pool import Crew, CrewMaker, threads
from dtaojax.inputs import Inputs
from dtaojax.metrics.headline import headline
from dtaojax.results.contract import Results, ResultsError, save
from dtaojax.storage import drop_unfinished, final_place, replaced
from dtaojax.studies.ledger.ledger import track_record
from dtaojax.studies.run.decompose import decomposition_table
from dtaojax.studies.run.manifest import run_manifest
from dtaojax.studies.run.output_limits import OutputWatch, refuse_nonsense
from dtaojax.studies.run.page.page import FILE_NAME, write_report
from dtaojax.studies.run.path_table import PathTableReader, PathTableWriter
from dtaojax.studies.run.precision import PrecisionWatch
from dtaojax.studies.run.tables import figure_names, run_tables
from dtaojax.studies.shared.folder import Unfinished, claimed, written
from dtaojax.studies.shared.outputs import refuse_replacing


def run_report(
    inputs: Inputs,
    folder: Path,
    progress: Callable[[int], None],
    *,
    fresh: bool = False,
    crew_maker: CrewMaker = threads,
) -> Path:
    """Simulate, estimate, and write results and report.

    A run into a folder in which the same run was broken off goes on from the paths that were
    finished, to the same results bit for bit.

    Args:
        inputs: Config and network.
        folder: Folder for the results.
        progress: Function that receives the number of paths done so far.
        fresh: Whether to drop what a broken-off run left in the folder.
        crew_maker: Maker of the worker pool; it moves no number.

    Returns:
        The report's path.

    Raises:
        ResultsError: The folder cannot be written or is another run's, no path stayed finite, what
            was found cannot be, or the ledger that ``DTAOJAX_LEDGER`` names is broken.
    """
    refuse_replacing(folder, (file.name for file in written(folder)))
    # Read first: a ledger that is broken must not be found out when all paths are done.
    record = track_record(inputs.config)
    # The claim comes before anything is dropped: another process may still be at work in there.
    with claimed(folder, inputs.config.network_file):
        if fresh:
            drop_unfinished(folder)
        with crew_maker(inputs.config.run.precision) as crew:
            identity = inputs.digests() | runtime.fingerprint()
            run, subnets = inputs.config.run, inputs.network.n_subnets
            block_paths = runtime.block_paths(run, subnets, crew.workers)
            chunk_paths = chunk_size(run.paths, block_paths, crew.workers)
            # A run that goes on keeps the chunks it was begun with; this is for one that begins.
            unfinished = Unfinished(folder, identity, chunk_paths)
            with replaced(folder, "run") as new:
                _simulate(inputs, block_paths, unfinished, new, progress, crew, record)
    return folder / FILE_NAME


def _simulate(
    inputs: Inputs,
    block_paths: int,
    unfinished: Unfinished,
    new: Path,
    progress: Callable[[int], None],
    crew: Crew,
    record: Mapping[str, Any] | None,
) -> None:
    """Write everything that a run leaves into the folder ``new``."""
    started = time.perf_counter()
    config, network = inputs.config, inputs.network
    world, model = simulated(inputs)
    bins = build_bins(world)
    # The start is observed too: losses are differences from it, path by path.
    days = _observation_days(config)
    plan = Plan(
        paths=config.run.paths,
        report_steps=tuple(config.run.step_of(day) for day in days[1:]),
        block_paths=block_paths,
        chunk_paths=unfinished.chunk_paths,
    )
    names = figure_names(world, config)
    simulating = time.perf_counter()
    watch = PrecisionWatch(config.run.precision_target, names, plan.paths)
    output_watch = OutputWatch(world.figures)
    with unfinished.kept(), PathTableWriter(new / "paths.parquet", names, days) as paths:

        def sink(first: int, scalars: np.ndarray, lost_at: np.ndarray) -> None:
            # Figures of single paths go to disk at once, or memory would grow with their number.
            paths.write(first, scalars, lost_at)
            watch.take(scalars, lost_at)
            output_watch.take(scalars, lost_at)

        statistics = run_on(
            crew.executor,
            crew.prepare(inputs, plan, model, bins),
            bins,
            plan,
            sink,
            progress,
            workers=crew.workers,
            store=unfinished.store,
            enough=watch.enough,
        )
    estimating = time.perf_counter()
    if statistics.used == 0:
        raise ResultsError(
            f"{final_place(new)}: all {plan.paths} paths turned non-finite, so there is nothing to "
            "report; demand is too wild for the pools: lower sd_at_1000_tao or "
            "max_volatility_multiple"
        )
    reader = PathTableReader(new / "paths.parquet")
    _refuse_miscount(final_place(new), plan.paths, watch.may_stop, statistics, reader)
    tables = run_tables(config, world, network, statistics, bins, days, reader)
    # Refused before the variance is taken apart, which takes as long as the run itself.
    refuse_nonsense(final_place(new), tables, output_watch)
    if config.decomposition is not None:
        quantities = set(tables["network"]["quantity"])
        tables["decomposition"] = decomposition_table(config, world, network, quantities)
    finished = time.perf_counter()
    wall_times = {
        "setup_s": simulating - started,
        "simulate_s": estimating - simulating,
        "metrics_s": finished - estimating,
    }
    manifest = run_manifest(
        inputs, plan, world, statistics, watch, days, wall_times, [*tables, "paths"]
    )
    manifest["warnings"] += output_watch.warnings()
    manifest["identity"] = unfinished.identity
    if record is not None:
        manifest["trust"]["record"] = record
    results = Results(manifest, headline(tables), tables)
    # The manifest seals what is in the folder, so the page must be there before it.
    write_report(results, new)
    save(results, new)


def _refuse_miscount(
    folder: Path, asked: int, may_stop: bool, statistics: Statistics, reader: PathTableReader
) -> None:
    """Refuse statistics that are not of just the paths that were asked for.

    Raises:
        ResultsError: Paths are missing or were counted twice.
    """
    counted = statistics.used + len(statistics.lost)
    rows, used = len(reader.used), int(reader.used.sum())
    if (rows, used) != (counted, statistics.used) or (counted != asked and not may_stop):
        raise ResultsError(
            f"{folder}: {asked} paths were asked for, {counted} were counted and {rows} written; "
            "begin anew with --fresh"
        )


def _observation_days(config: Config) -> tuple[float, ...]:
    """Return the days of observation: the start, report days and, with a portfolio, loss days."""
    days = {0.0, *config.run.report_days, config.run.horizon_days}
    if not config.portfolio.is_empty:
        days |= set(config.loss_days)
    return tuple(sorted(days))
