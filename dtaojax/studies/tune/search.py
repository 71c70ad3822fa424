"""Searches of a tuning config: each choice from several starts, the frontier, and the rival."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np

from dtaojax.config.config import Config
from dtaojax.config.load import changed
from dtaojax.gradients.agreement import Agreement, agreements, inside
from dtaojax.gradients.errors import TuneError
from dtaojax.gradients.expectation import MANY_PARAMETERS, Outcome, Portion, evaluate
from dtaojax.gradients.parameter_map import Box, ParameterMap, Range, Unit
from dtaojax.metrics.estimate import Estimate, mean_of_sample
from dtaojax.studies.shared.parameter_worlds import box_of, parameter_map_of, portion_of, ranges
from dtaojax.studies.tune.config import TuneConfig
from dtaojax.studies.tune.inputs import TuneInputs
from dtaojax.studies.tune.optimizers import descend, evolve, sqp
from dtaojax.studies.tune.problem import (
    TOLERANCE,
    Constraint,
    Differentiate,
    Iterate,
    Problem,
    Trace,
    judge,
)


class Simulation(NamedTuple):
    """A world with its parameters on fixed paths.

    Attributes:
        parameter_map: the world.
        box: bounds of its parameters.
        names: names of the measures.
        portion: amount that is simulated for one evaluation.
        derivative: ``forward`` or ``reverse``.
    """

    parameter_map: ParameterMap
    box: Box
    names: tuple[str, ...]
    portion: Portion
    derivative: str

    def measure(self, unit: Unit) -> Outcome:
        """Return the measures of each path at a point of the unit box."""
        return evaluate(self.parameter_map, self.box.values(unit), self.names, self.portion)

    def differentiate(self, unit: Unit) -> Outcome:
        """Return the measures with their derivatives with respect to the unit coordinates."""
        found = evaluate(
            self.parameter_map, self.box.values(unit), self.names, self.portion, self.derivative
        )
        return found._replace(jacobian=found.derivative * self.box.slope(unit))


def preferred_derivative(parameters: int, comes_and_goes: bool) -> str:
    """Choose forward for few parameters, which keeps no memory of the way; reverse for many.

    Registrations are heard in a loop of unknown length, which only forward mode can follow.
    """
    few = parameters < MANY_PARAMETERS
    return "forward" if few or comes_and_goes else "reverse"


class Effort(NamedTuple):
    """Length of a search.

    Attributes:
        iterations: largest number of steps of sequential quadratic programming.
        explore: steps of Adam where that does not settle; 0 for none.
        learning_rate: Adam's first step, as a part of the box.
    """

    iterations: int
    explore: int
    learning_rate: float


class Searched(NamedTuple):
    """Result of the searches from all starts.

    Attributes:
        traces: one a start.
        checks: derivatives at the best point against central differences.
    """

    traces: tuple[Trace, ...]
    checks: Sequence[Agreement]

    @property
    def winner(self) -> Trace:
        """The search that found the best point."""
        return min(self.traces, key=lambda trace: trace.best.rank)

    @property
    def best(self) -> Iterate:
        """The best point of all."""
        return self.winner.best


class Variant(NamedTuple):
    """A search under one choice of the discrete keys.

    Attributes:
        choice: values by key.
        parameters: the continuous ones.
        simulation: simulation that was evaluated.
        searched: points that were found.
    """

    choice: dict[str, Any]
    parameters: Sequence[Range]
    simulation: Simulation
    searched: Searched

    @property
    def evaluations(self) -> int:
        """Points at which derivatives were computed."""
        return sum(len(trace.points) for trace in self.searched.traces)


class FrontierPoint(NamedTuple):
    """The best that a search found under one bound.

    Attributes:
        bound: bound on the swept measure, in its unit.
        feasible: True where the constraints hold on the search's paths.
        means: means of the measures on fresh paths, as arrays.
    """

    bound: float
    feasible: bool
    means: Estimate


def random_starts(first: Unit, count: int, seed: int) -> list[Unit]:
    """Return the first start, and further ones spread evenly at random over the box."""
    random = np.random.default_rng(seed)
    return [first, *(random.uniform(0.05, 0.95, len(first)) for _ in range(count - 1))]


def settle(
    problem: Problem,
    differentiate: Differentiate,
    start: Unit,
    effort: Effort,
    progress: Callable[[Iterate], None],
) -> Trace:
    """Search at second order; where that gets stuck, at first order, and at second again."""
    trace = sqp(problem, differentiate, start, effort.iterations, progress)
    if trace.settled or not effort.explore:
        return trace
    across = descend(
        problem, differentiate, trace.best.unit, effort.explore, effort.learning_rate, progress
    )
    trace = trace.then(across)
    return trace.then(sqp(problem, differentiate, trace.best.unit, effort.iterations, progress))


def search(
    simulation: Simulation,
    problem: Problem,
    starts: Sequence[Unit],
    effort: Effort,
    progress: Callable[[Iterate], None],
) -> Searched:
    """Search from every start, and check the derivatives at the best point."""
    traces = tuple(
        settle(problem, simulation.differentiate, start, effort, progress) for start in starts
    )
    found = Searched(traces, ())
    # A central difference needs room on both sides, which a point at a bound has not.
    centre = inside(found.best.unit)
    checks = agreements(simulation.differentiate(centre), simulation.measure, centre)
    return found._replace(checks=checks)


def choices(tune: TuneConfig) -> list[dict[str, Any]]:
    """Return every combination of the keys that are tried value by value."""
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
    parameter_map = parameter_map_of(config, inputs.network, parameters)
    derivative = tune.search.derivative or preferred_derivative(
        len(parameters), comes_and_goes=parameter_map.base.lifecycle is not None
    )
    simulation = Simulation(
        parameter_map,
        box_of(tune.parameter),
        names,
        portion_of(config, tune.search.paths, tune.search.block_paths),
        derivative,
    )
    return simulation, parameters


def _start_unit(simulation: Simulation) -> np.ndarray:
    return simulation.box.unit(np.asarray(simulation.parameter_map.start))


def objective_of(inputs: TuneInputs, base: Config) -> tuple[Problem, np.ndarray]:
    """Return the objective in units of the start, and the mean measures there."""
    tune = inputs.tune
    names = tune.measures
    simulation, _ = _simulation(inputs, base, {}, names)
    means = simulation.measure(_start_unit(simulation)).measures.mean(axis=0)
    # In units of the start weights and violations compare; one that is 0 there keeps its unit.
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
    return Problem(names, weights, tuple(constraints), sizes), means


def search_variant(
    inputs: TuneInputs,
    base: Config,
    choice: dict[str, Any],
    objective: Problem,
    progress: Callable[[str], None],
) -> Variant:
    """Search under one choice of the keys that are tried value by value."""
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


def refuse_infeasible(objective: Problem, best: Iterate) -> NoReturn:
    """Refuse the best point found, and name the constraints that it breaks.

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
    objective: Problem,
    progress: Callable[[str], None],
) -> list[FrontierPoint]:
    """Trace the objective against the swept bound, each point measured on fresh paths.

    A point found under one bound is tried under every other, so that a looser bound never does
    worse for want of iterations.
    """
    sweep = inputs.tune.frontier
    if sweep is None:
        return []
    sign = 1 if sweep.at_least else -1
    # From the loosest bound to the tightest, so that each search starts near the point that was
    # found for the one before.
    bounds = sorted(sweep.at_least or sweep.at_most, reverse=sign < 0)
    kept = [
        each for each in objective.constraints if (each.measure, each.sign) != (sweep.measure, sign)
    ]
    problems = [
        objective._replace(constraints=(*kept, Constraint(sweep.measure, sign, bound)))
        for bound in bounds
    ]
    seen = [best.searched.best]

    def best_under(problem: Problem) -> Iterate:
        judged = (judge(problem, point.unit, point.means) for point in seen)
        return min(judged, key=lambda point: point.rank)

    for bound, problem in zip(bounds, problems, strict=True):
        progress(f"frontier: {sweep.measure} {'at least' if sign > 0 else 'at most'} {bound:g}")
        start = best_under(problem).unit
        trace = sqp(
            problem, best.simulation.differentiate, start, sweep.iterations, lambda point: None
        )
        seen += trace.points
    fresh = changed(base, {**best.choice, "run.seed": inputs.tune.verify.seed})
    afresh = best.simulation._replace(
        parameter_map=parameter_map_of(fresh, inputs.network, best.parameters)
    )
    # Only now, when all points are known: a point found under a later bound may be the best here.
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
    objective: Problem,
    progress: Callable[[str], None],
) -> Trace | None:
    """Search with CMA-ES from the same start; None where no rival is asked for."""
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
