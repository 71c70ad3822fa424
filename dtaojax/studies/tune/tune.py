"""The search for parameters: a config in; parameters, their verification and a report out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dtaojax.config.config import Config
from dtaojax.config.load import changed
from dtaojax.execution import runtime
from dtaojax.storage import result_folder
from dtaojax.studies.shared.outputs import refuse_replacing
from dtaojax.studies.shared.parameter_worlds import as_config_values, holder, searched_config
from dtaojax.studies.tune.inputs import TuneInputs
from dtaojax.studies.tune.result import Result, Variant, write_result
from dtaojax.studies.tune.search.trace import TOLERANCE, Iterate
from dtaojax.studies.tune.searches import (
    choices,
    frontier_of,
    objective_of,
    refuse_infeasible,
    rival_of,
    search_variant,
)
from dtaojax.studies.tune.verify import Compared, compare


def tune_report(inputs: TuneInputs, folder: Path, progress: Callable[[str], None]) -> Path:
    """Searches, verifies on fresh paths, and writes what was found.

    Args:
        inputs: as read.
        folder: for the results.
        progress: receives a line now and again.

    Returns:
        The report's path.

    Raises:
        TuneError: the search cannot be run, or finds nothing that keeps the constraints.
        ResultsError: the folder cannot be written.
    """
    files = ("iterates.csv", "tuned.toml", "tune.json", "report.html")
    refuse_replacing(folder, files)
    with result_folder(folder, "tune") as new:
        write_result(_searched(inputs, progress), new)
    return folder / "report.html"


def _searched(inputs: TuneInputs, progress: Callable[[str], None]) -> Result:
    started = time.perf_counter()
    runtime.configure(inputs.config.run.precision)
    tune = inputs.tune
    base = searched_config(inputs.config, tune)
    objective, start = objective_of(inputs, base)
    variants = [
        search_variant(inputs, base, choice, objective, progress) for choice in choices(tune)
    ]
    best = min(variants, key=lambda variant: variant.searched.best.rank)
    if best.searched.best.violation > TOLERANCE:
        refuse_infeasible(objective, best.searched.best)
    found_at = time.perf_counter()
    frontier = frontier_of(inputs, base, best, objective, progress)
    frontier_at = time.perf_counter()
    rival = rival_of(inputs, base, best, objective, progress)
    rival_at = time.perf_counter()
    settings: list[Mapping[str, Any]] = [{}, _settings(best, best.searched.best)]
    if rival is not None:
        settings.append(_settings(best, rival.best))
    progress("verifying on fresh paths")
    held_out = _verify(inputs, inputs.config, settings)
    elsewhere = {
        name: _verify(inputs, _with_demand(inputs.config, other), settings[:2])
        for name, other in inputs.others.items()
    }
    finished = time.perf_counter()
    return Result(
        tune=tune,
        config=inputs.config,
        network=inputs.network.name,
        objective=objective,
        start=start,
        variants=tuple(variants),
        best=best,
        frontier=frontier,
        rival=rival,
        settings=tuple(settings),
        held_out=held_out,
        elsewhere=elsewhere,
        made=runtime.made()
        | {
            "search_s": found_at - started,
            "frontier_s": frontier_at - found_at,
            "evolution_s": rival_at - frontier_at,
            "verify_s": finished - rival_at,
        },
    )


def _settings(variant: Variant, point: Iterate) -> dict[str, Any]:
    """Values by key as a config takes them."""
    simulation = variant.simulation
    keys = [each.key for each in variant.parameters]
    values = dict(zip(keys, map(float, simulation.box.values(point.unit)), strict=True))
    return {**variant.choice, **as_config_values(variant.parameters, values)}


def _verify(
    inputs: TuneInputs, config: Config, settings: Sequence[Mapping[str, Any]]
) -> list[Compared]:
    verify = inputs.tune.verify
    fresh: dict[str, Any] = {
        "run.seed": verify.seed,
        **holder(config, inputs.tune.measures, str(inputs.tune.config)),
    }
    if verify.step_blocks is not None:
        fresh["run.step_blocks"] = verify.step_blocks
        fresh["run.report_days"] = [config.run.horizon_days]
    return compare(
        changed(config, fresh),
        inputs.network,
        settings,
        inputs.tune.measures,
        verify.paths,
        inputs.tune.search.block_paths,
    )


def _with_demand(config: Config, other: Config) -> Config:
    demand = other.model_dump(mode="json")["demand"]
    return changed(config, {"demand": demand})
