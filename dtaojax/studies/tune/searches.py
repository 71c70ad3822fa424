"""Searches of a tuning config: its objective, its variants, the frontier and the rival."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import numpy as np

from dtaojax.config.config import Config
from dtaojax.config.load import changed
from dtaojax.gradients.errors import TuneError
from dtaojax.gradients.parameter_map import Range
from dtaojax.metrics.estimate import mean_of_sample
from dtaojax.studies.shared.parameter_worlds import box_of, levers_of, portion_of, ranges
from dtaojax.studies.tune.config import TuneConfig
from dtaojax.studies.tune.inputs import TuneInputs
from dtaojax.studies.tune.result import FrontierPoint, Variant
from dtaojax.studies.tune.search.evolution import evolve
from dtaojax.studies.tune.search.problem import Constraint
from dtaojax.studies.tune.search.problem import Problem as Objective
from dtaojax.studies.tune.search.search import (
    Effort,
    Simulation,
    preferred_derivative,
    random_starts,
    search,
)
from dtaojax.studies.tune.search.sqp import sqp
from dtaojax.studies.tune.search.trace import TOLERANCE, Iterate, Walk, judge


def choices(tune: TuneConfig) -> list[dict[str, Any]]:
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


def objective_of(inputs: TuneInputs, base: Config) -> tuple[Objective, np.ndarray]:
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


def search_variant(
    inputs: TuneInputs,
    base: Config,
    choice: dict[str, Any],
    objective: Objective,
    progress: Callable[[str], None],
) -> Variant:
    """Searches under one choice of the keys that are tried value by value."""
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


def refuse_infeasible(objective: Objective, best: Iterate) -> NoReturn:
    """Says which constraints the best point breaks.

    Raises:
        TuneError: always.
    """
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


def frontier_of(
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


def rival_of(
    inputs: TuneInputs,
    base: Config,
    best: Variant,
    objective: Objective,
    progress: Callable[[str], None],
) -> Walk | None:
    """What CMA-ES finds from the same start, or None where none is asked for."""
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
