"""The search for parameters: a config in; parameters, their verification and a report out."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dtaojax.config import Config, ConfigError, Problem, TuneConfig, changed, load_config, load_tune
from dtaojax.metrics.estimate import mean_of_sample
from dtaojax.network import NetworkTable
from dtaojax.pipeline import runtime
from dtaojax.pipeline.inputs import gather
from dtaojax.pipeline.tune_result import FrontierPoint, Result, Variant, write_result
from dtaojax.pipeline.tune_verify import Compared, compare
from dtaojax.pipeline.tune_worlds import (
    as_config_values,
    box_of,
    holder,
    levers_of,
    portion_of,
    ranges,
    searched_config,
    with_changes,
)
from dtaojax.tuning.errors import TuneError
from dtaojax.tuning.evolution import evolve
from dtaojax.tuning.levers import Range
from dtaojax.tuning.problem import Constraint
from dtaojax.tuning.problem import Problem as Objective
from dtaojax.tuning.search import Effort, Simulation, preferred_derivative, random_starts, search
from dtaojax.tuning.sqp import sqp
from dtaojax.tuning.walk import TOLERANCE, Iterate, Walk, judge


class TuneInputs(NamedTuple):
    """Everything that a search reads, checked.

    Attributes:
        tune: the search's own config.
        config: the config that is tuned.
        network: the start state.
        others: configs by name, whose demand the result is tried on.
    """

    tune: TuneConfig
    config: Config
    network: NetworkTable
    others: dict[str, Config]


def read_tune(file: Path, overrides: Sequence[str]) -> TuneInputs:
    """Reads a search's config and all it names.

    Raises:
        ConfigError: one of the configs is wrong.
        NetworkError: the network file is wrong.
        HistoryError: a history that a config draws from is wrong.
    """
    tune = load_tune(file, overrides)
    config = with_changes(load_config(tune.beside(tune.config)), tune.change)
    if config.run.horizon_days % 1.0:
        text = f"is {config.run.horizon_days:g}; a search looks at whole days"
        raise ConfigError(str(tune.config), [Problem("run.horizon_days", text)])
    if tune.search.derivative == "reverse" and config.arrivals.rate > 0.0:
        text = "is reverse, which cannot follow registrations; set arrivals.rate = 0 under [change]"
        raise ConfigError(str(file), [Problem("search.derivative", text)])
    searched_config(config, tune)
    ranges(config, tune.parameter, str(file))
    network = gather(config, tune.config).network
    others = {each.name: load_config(tune.beside(each.config)) for each in tune.other_demand}
    return TuneInputs(tune, config, network, others)


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
    started = time.perf_counter()
    runtime.configure(inputs.config.run.precision)
    tune = inputs.tune
    base = searched_config(inputs.config, tune)
    objective, start = _objective(inputs, base)
    variants = [
        _search_variant(inputs, base, choice, objective, progress) for choice in _choices(tune)
    ]
    best = min(variants, key=lambda variant: variant.searched.best.rank)
    if best.searched.best.violation > TOLERANCE:
        _refuse_infeasible(objective, best.searched.best)
    frontier = _frontier(inputs, base, best, objective, progress)
    found_at = time.perf_counter()
    rival = _rival(inputs, base, best, objective, progress)
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
    result = Result(
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
            "evolution_s": rival_at - found_at,
            "verify_s": finished - rival_at,
        },
    )
    return write_result(result, folder)


def _choices(tune: TuneConfig) -> list[dict[str, Any]]:
    """Every combination of the keys that are tried value by value."""
    keys = [each.key for each in tune.choice]
    return [
        dict(zip(keys, values, strict=True))
        for values in itertools.product(*(each.values for each in tune.choice))
    ]


def _simulation(
    inputs: TuneInputs, base: Config, choice: Mapping[str, Any], names: tuple[str, ...]
) -> tuple[Simulation, list[Range]]:
    tune = inputs.tune
    config = changed(base, choice)
    parameters = ranges(config, tune.parameter, str(tune.config))
    levers = levers_of(config, inputs.network, parameters)
    derivative = tune.search.derivative or preferred_derivative(
        len(parameters), comes_and_goes=levers.base.lifecycle is not None
    )
    simulation = Simulation(
        levers,
        box_of(tune.parameter),
        names,
        portion_of(config, tune.search.paths, tune.search.block_paths),
        derivative,
    )
    return simulation, parameters


def _start_unit(simulation: Simulation) -> np.ndarray:
    return simulation.box.unit(np.asarray(simulation.levers.start))


def _objective(inputs: TuneInputs, base: Config) -> tuple[Objective, np.ndarray]:
    """The objective in units of the start, and the mean measures there."""
    tune = inputs.tune
    names = tune.measures
    simulation, _ = _simulation(inputs, base, {}, names)
    means = simulation.measure(_start_unit(simulation)).measures.mean(axis=0)
    sizes = np.where(means != 0.0, np.abs(means), 1.0)
    weights = np.array([tune.minimise.get(name, 0.0) for name in names])
    constraints = []
    for each in tune.constraint:
        bound = each.at_least if each.at_most is None else each.at_most
        if bound == "start":
            bound = float(means[names.index(each.measure)])
        # The config has checked that one of both is given.
        assert bound is not None
        constraints.append(Constraint(each.measure, 1 if each.at_most is None else -1, bound))
    return Objective(names, weights, tuple(constraints), sizes), means


def _search_variant(
    inputs: TuneInputs,
    base: Config,
    choice: dict[str, Any],
    objective: Objective,
    progress: Callable[[str], None],
) -> Variant:
    tune = inputs.tune
    simulation, parameters = _simulation(inputs, base, choice, objective.names)
    label = ", ".join(f"{key} = {value}" for key, value in choice.items()) or "search"
    count = 0

    def show(point: Iterate) -> None:
        nonlocal count
        count += 1
        progress(
            f"{label}: step {count}, objective {point.objective:.6f}, "
            f"violation {point.violation:.1e}"
        )

    searched = search(
        simulation,
        objective,
        random_starts(_start_unit(simulation), tune.search.starts, tune.search.seed),
        Effort(tune.search.iterations, tune.search.explore, tune.search.learning_rate),
        show,
    )
    return Variant(choice, parameters, simulation, searched)


def _refuse_infeasible(objective: Objective, best: Iterate) -> None:
    lines = [
        f"{each.measure} is {best.means[objective.names.index(each.measure)]:.6g}, asked for "
        f"{'at least' if each.sign > 0 else 'at most'} {each.bound:.6g}"
        for each, excess in zip(objective.constraints, best.excess, strict=True)
        if excess > TOLERANCE
    ]
    raise TuneError(
        "constraint: no point was found that keeps it within the bounds of the parameters; at the "
        f"nearest, {'; '.join(lines)}. Relax it, widen the bounds, or give more iterations"
    )


def _frontier(
    inputs: TuneInputs,
    base: Config,
    best: Variant,
    objective: Objective,
    progress: Callable[[str], None],
) -> list[FrontierPoint]:
    """The objective against the swept bound, each point measured on fresh paths.

    A point found under one bound is tried under every other, so that a looser bound never does
    worse for want of iterations.
    """
    sweep = inputs.tune.frontier
    if sweep is None:
        return []
    sign = 1 if sweep.at_least else -1
    bounds = sorted(sweep.at_least or sweep.at_most, reverse=sign < 0)
    kept = [
        each for each in objective.constraints if (each.measure, each.sign) != (sweep.measure, sign)
    ]
    problems = [
        objective._replace(constraints=(*kept, Constraint(sweep.measure, sign, bound)))
        for bound in bounds
    ]
    seen = [best.searched.best]

    def best_under(problem: Objective) -> Iterate:
        judged = (judge(problem, point.unit, point.means) for point in seen)
        return min(judged, key=lambda point: point.rank)

    for bound, problem in zip(bounds, problems, strict=True):
        progress(f"frontier: {sweep.measure} {'at least' if sign > 0 else 'at most'} {bound:g}")
        start = best_under(problem).unit
        walk = sqp(
            problem, best.simulation.differentiate, start, sweep.iterations, lambda point: None
        )
        seen += walk.points
    fresh = changed(base, {**best.choice, "run.seed": inputs.tune.verify.seed})
    afresh = best.simulation._replace(levers=levers_of(fresh, inputs.network, best.parameters))
    found = [best_under(problem) for problem in problems]
    return [
        FrontierPoint(
            bound,
            point.violation <= TOLERANCE,
            mean_of_sample(afresh.measure(point.unit).measures),
        )
        for bound, point in zip(bounds, found, strict=True)
    ]


def _rival(
    inputs: TuneInputs,
    base: Config,
    best: Variant,
    objective: Objective,
    progress: Callable[[str], None],
) -> Walk | None:
    evolution = inputs.tune.evolution
    if not evolution.evaluations:
        return None
    progress(f"CMA-ES, at most {evolution.evaluations} evaluations")
    return evolve(
        objective,
        best.simulation.measure,
        _start_unit(best.simulation),
        evolution.evaluations,
        evolution.population,
        inputs.tune.search.seed,
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
