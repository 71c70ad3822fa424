"""The search for parameters: inputs in; parameters, their verification and a folder out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import jax.numpy as jnp
import numpy as np

from dtaojax.assembly import build_world
from dtaojax.config.config import Config
from dtaojax.config.load import changed
from dtaojax.execution import runtime
from dtaojax.gradients.expectation import evaluate
from dtaojax.gradients.parameter_map import ParameterMap
from dtaojax.metrics.estimate import mean_of_sample
from dtaojax.network import NetworkTable
from dtaojax.studies.shared.parameter_worlds import (
    as_config_values,
    holder,
    portion_of,
)
from dtaojax.studies.shared.study import Files, Progress, Study
from dtaojax.studies.tune.inputs import TuneInputs, read_tune, searched_config
from dtaojax.studies.tune.problem import TOLERANCE, Iterate
from dtaojax.studies.tune.result import FILES, Compared, TuneResult, Variant, files_of
from dtaojax.studies.tune.search import (
    choices,
    frontier_of,
    objective_of,
    refuse_infeasible,
    rival_of,
    search_variant,
)


def tuned(inputs: TuneInputs, progress: Progress) -> Files:
    """Search, verify on fresh paths, and return the content of every file of the study's folder.

    Args:
        inputs: everything that was read.
        progress: Receives a line now and again.

    Raises:
        TuneError: the search cannot be run, or finds nothing that keeps the constraints.
    """
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
    # The search has chosen its point by its own paths, on which it looks better than it is.
    progress("verifying on fresh paths")
    held_out = _verify(inputs, inputs.config, settings)
    elsewhere = {
        name: _verify(inputs, _with_demand(inputs.config, other), settings[:2])
        for name, other in inputs.others.items()
    }
    finished = time.perf_counter()
    result = TuneResult(
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
    return files_of(result)


def _settings(variant: Variant, point: Iterate) -> dict[str, Any]:
    """Return values by key as a config takes them."""
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


def compare(
    config: Config,
    network: NetworkTable,
    settings: Sequence[Mapping[str, Any]],
    names: tuple[str, ...],
    paths: int,
    block_paths: int,
) -> list[Compared]:
    """Measure each setting of the config on the same fresh paths.

    Args:
        config: config with the seed and the step to use.
        network: the start state.
        settings: values by key, the start first.
        names: names of the measures.
        paths: number of paths.
        block_paths: paths in a block.
    """
    samples = []
    for values in settings:
        world = build_world(changed(config, values), network)
        levers = ParameterMap(world, (), jnp.zeros(0))
        portion = portion_of(config, paths, block_paths)
        samples.append(evaluate(levers, np.zeros(0), names, portion).measures)
    return [
        Compared(
            name,
            tuple(mean_of_sample(sample[:, place]) for sample in samples),
            tuple(
                mean_of_sample(sample[:, place] - samples[0][:, place]) for sample in samples[1:]
            ),
        )
        for place, name in enumerate(names)
    ]


STUDY: Final = Study(
    "tune",
    files=FILES,
    read=read_tune,
    find=tuned,
    output_folder=lambda inputs: inputs.tune.output_folder,
)
