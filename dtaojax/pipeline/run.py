"""The main job: a config in, a folder with results and a report out."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dtaojax import __version__
from dtaojax.build import build_bins, build_world
from dtaojax.config import PRESETS, Config
from dtaojax.engine.chunk import Plan, chunk_size
from dtaojax.engine.merge import Statistics
from dtaojax.engine.run import run_on
from dtaojax.engine.statistics import Bins
from dtaojax.metrics.cohorts import cohort_table
from dtaojax.metrics.convergence import Watched, convergence_rows
from dtaojax.metrics.estimate import fewest_paths
from dtaojax.metrics.headline import headline
from dtaojax.metrics.portfolio import loss_histogram, portfolio_rows
from dtaojax.metrics.subnets import subnet_table
from dtaojax.metrics.tables import frame, sample_rows
from dtaojax.network import NetworkTable
from dtaojax.pipeline import runtime
from dtaojax.pipeline.absent import present
from dtaojax.pipeline.assumptions import assumptions
from dtaojax.pipeline.crew import Crew, CrewMaker, threads
from dtaojax.pipeline.folder import Unfinished, claimed, drop_unfinished, remove_results
from dtaojax.pipeline.inputs import Inputs
from dtaojax.pipeline.inspect import initial_table
from dtaojax.pipeline.path_figures import PathFigures, portfolio_sample
from dtaojax.pipeline.path_table import PathTableReader, PathTableWriter
from dtaojax.pipeline.precision import PrecisionWatch
from dtaojax.report import write_report
from dtaojax.results import (
    QUANTILE_LEVELS,
    SCHEMA_VERSION,
    Results,
    ResultsError,
    Statistic,
    save,
)
from dtaojax.world.cohorts import COHORT_FIGURES
from dtaojax.world.observation import NETWORK_SCALARS
from dtaojax.world.world import World

_MAIN = ("emission_effective_number", "emission_top10_share", "starved_subnets", "sum_price")
"""Figures of the network whose convergence is told."""
_TAILS: tuple[tuple[Statistic, float], ...] = (("var", 0.95), ("es", 0.95), ("es", 0.99))
"""Measures of the loss whose convergence is told."""
_FEWEST_TAIL_PATHS = 10
"""Paths that an expected shortfall should rest on at the least."""


def run_report(
    inputs: Inputs,
    folder: Path,
    progress: Callable[[int], None],
    *,
    fresh: bool = False,
    crew_maker: CrewMaker = threads,
) -> Path:
    """Simulates, estimates, and writes results and report.

    A run into a folder in which the same run was broken off goes on from the paths that were
    finished, to the same results bit for bit.

    Args:
        inputs: config and network.
        folder: for the results.
        progress: receives the number of paths done so far.
        fresh: drop what a broken-off run left in the folder.
        crew_maker: opens what computes the paths; it moves no number.

    Returns:
        The report's path.

    Raises:
        ResultsError: the folder cannot be written or is another run's, or no path stayed finite.
    """
    with claimed(folder, inputs.config.network_file):
        if fresh:
            drop_unfinished(folder)
        with crew_maker(inputs.config.run.precision) as crew:
            return _run_report(inputs, folder, progress, crew)


def _run_report(inputs: Inputs, folder: Path, progress: Callable[[int], None], crew: Crew) -> Path:
    started = time.perf_counter()
    config, network = inputs.config, inputs.network
    identity = inputs.digests() | runtime.fingerprint()
    unfinished = Unfinished(
        folder, identity, chunk_size(config.run.paths, config.run.block_paths, crew.workers)
    )
    remove_results(folder)
    world = build_world(config, network)
    bins = build_bins(world)
    days = _moments(config)
    plan = Plan(
        paths=config.run.paths,
        report_steps=tuple(config.run.step_of(day) for day in days[1:]),
        block_paths=config.run.block_paths,
        chunk_paths=unfinished.chunk_paths,
    )
    names = _figure_names(world, config)
    simulating = time.perf_counter()
    watch = PrecisionWatch(config.run.precision_target, names, plan.paths)
    with unfinished.kept(), PathTableWriter(folder / "paths.parquet", names, days) as paths:

        def sink(first: int, scalars: np.ndarray, lost_at: np.ndarray) -> None:
            paths.write(first, scalars, lost_at)
            watch.take(scalars, lost_at)

        statistics = run_on(
            crew.executor,
            crew.prepare(inputs, plan, world, bins),
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
            f"{folder}: all {plan.paths} paths turned non-finite, so there is nothing to report; "
            "demand is too wild for the pools: lower sd_at_1000_tao or max_volatility_multiple"
        )
    reader = PathTableReader(folder / "paths.parquet")
    tables = _tables(config, world, network, statistics, bins, days, reader)
    finished = time.perf_counter()
    wall_times = {
        "setup_s": simulating - started,
        "simulate_s": estimating - simulating,
        "metrics_s": finished - estimating,
    }
    manifest = _manifest(inputs, world, statistics, watch, days, wall_times, [*tables, "paths"])
    manifest["identity"] = identity
    results = Results(manifest, headline(tables), tables)
    save(results, folder)
    report = write_report(results, folder)
    drop_unfinished(folder)
    return report


def _moments(config: Config) -> tuple[float, ...]:
    """Days at which paths are observed: the start, report days and, with a portfolio, loss days."""
    days = {0.0, *config.run.report_days, config.run.horizon_days}
    if not config.portfolio.is_empty:
        days |= set(config.loss_days)
    return tuple(sorted(days))


def _netuids(config: Config) -> tuple[int, ...]:
    """Netuids of the positions, root last."""
    return (*config.portfolio.alpha, 0)


def _figure_names(world: World, config: Config) -> tuple[str, ...]:
    """The world's names of figures, with the netuid of a position in place of its index."""
    netuids = _netuids(config)

    def named(name: str) -> str:
        if not name.endswith("]"):
            return name
        stem, index = name[:-1].split("[")
        return f"{stem}[{netuids[int(index)]}]"

    return tuple(map(named, world.scalar_names))


def _tables(
    config: Config,
    world: World,
    network: NetworkTable,
    statistics: Statistics,
    bins: Bins,
    days: tuple[float, ...],
    reader: PathTableReader,
) -> dict[str, pd.DataFrame]:
    reported = [day for day in days if day == 0.0 or day in config.run.report_days]
    network_rows = [
        row
        for day in reported
        for name, unit in world.network_scalars.items()
        for row in sample_rows(name, "network", None, day, reader.sample(name, day), unit)
    ]
    subnets = subnet_table(
        statistics, bins, world.gauges, world.event_names, network.netuid, np.array(days)
    )
    tables = {
        "network": present(frame(network_rows), config.mechanism),
        "subnets": present(
            subnets[subnets["day"].isin(reported)].reset_index(drop=True), config.mechanism
        ),
        "initial": initial_table(
            config.mechanism, network, config.portfolio.alpha, config.run.seed
        ),
    }
    watched = [(each, reader.sample(each.quantity, each.day)) for each in _settling(config)]
    if world.cohorts is not None:
        tables["cohorts"] = cohort_table(
            reader.sample, COHORT_FIGURES, world.cohorts.parties, reported
        )
    if not config.portfolio.is_empty:
        netuids, with_usd = _netuids(config), config.tao_usd is not None
        start, *later = (
            portfolio_sample(reader, netuids, day, with_usd=with_usd)
            for day in (0.0, *config.loss_days)
        )
        tables["portfolio"] = frame(list(portfolio_rows(start, later, netuids)))
        tables["losses"] = loss_histogram(start, later)
        figures = PathFigures(reader, netuids)
        for measure in _TAILS:
            loss = Watched("loss_realizable", "portfolio", *measure, config.loss_days[-1], "TAO")
            watched.append((loss, figures.sample(loss.quantity, loss.day)))
    settling = [row for each, sample in watched for row in convergence_rows(each, sample)]
    return tables | {"convergence": present(frame(settling), config.mechanism)}


def _settling(config: Config) -> list[Watched]:
    """The numbers of the network whose convergence is told."""
    day = config.run.horizon_days
    units = {name: NETWORK_SCALARS[name] for name in _MAIN}
    return [Watched(name, "network", "mean", np.nan, day, unit) for name, unit in units.items()]


def _warnings(config: Config, statistics: Statistics) -> list[str]:
    needed = max(fewest_paths(level) for level in QUANTILE_LEVELS)
    found = []
    if statistics.used < needed:
        found.append(
            f"{statistics.used} paths are too few for intervals of the outermost quantiles, which "
            f"then end at the most extreme path; use at least {needed} paths"
        )
    tail = statistics.used // 100
    if not config.portfolio.is_empty and tail < _FEWEST_TAIL_PATHS:
        found.append(
            f"the expected shortfall at 99 % rests on the worst {tail} paths, too few for its "
            f"interval to be trusted; use at least {100 * _FEWEST_TAIL_PATHS:,} paths"
        )
    if config.run.precision == "float32":
        found.append(
            "float32 was asked for: emission into deep pools is lost to rounding, about 0.2 % of "
            "their growth in a year of steps of 360 blocks"
        )
    return found


def _manifest(
    inputs: Inputs,
    world: World,
    statistics: Statistics,
    watch: PrecisionWatch,
    days: tuple[float, ...],
    wall_times: dict[str, float],
    tables: list[str],
) -> dict[str, Any]:
    config, network = inputs.config, inputs.network
    preset = PRESETS[config.mechanism.preset]
    run_config = config.run
    lost: dict[str, int] = {}
    for moment in statistics.lost.values():
        reason = f"a number was not finite by day {days[moment]:g}"
        lost[reason] = lost.get(reason, 0) + 1
    return {
        "schema_version": SCHEMA_VERSION,
        "title": config.title or f"{network.name}, the next {run_config.horizon_days:g} days",
        "question": (
            f"Over the next {run_config.horizon_days:g} days, how concentrated does TAO emission "
            "become, which subnets fall below the gate's bar or come up for deregistration, what "
            "do prices and pools do, and what could a holder of alpha lose?"
        ),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "dtaojax_version": __version__,
        "config": config.model_dump(mode="json"),
        "config_hash": config.config_hash,
        "config_file": None if config.source is None else config.source.name,
        "seed": run_config.seed,
        "network": {
            "name": network.name,
            "file": inputs.network_file,
            "block": network.block,
            "total_issuance": network.total_issuance,
            "root_tao": network.root_tao,
            "gate_bar": network.gate_bar,
        },
        "mechanism": {"preset": preset.name, "summary": preset.summary},
        "paths": {
            "requested": statistics.used + len(statistics.lost),
            "used": statistics.used,
            "lost": len(statistics.lost),
            "lost_reasons": lost,
        },
        "precision": watch.summary(),
        "limited": dict(zip(world.tally_names, statistics.tallies, strict=True)),
        "run": {
            "horizon_days": run_config.horizon_days,
            "report_days": list(run_config.report_days),
            "loss_days": list(config.loss_days),
            "step_blocks": run_config.step_blocks,
            "precision": run_config.precision,
            "block_paths": run_config.block_paths,
            "device": runtime.device_name(),
        },
        "versions": runtime.versions(),
        "wall_times": wall_times,
        "assumptions": assumptions(config, network),
        "warnings": [*_warnings(config, statistics), *watch.warnings()],
        "tables": tables,
    }
