"""A search over one program: several starts, and the check of what its derivatives are worth."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from dtaojax.tuning.agreement import Agreement, agreements, inside
from dtaojax.tuning.box import Box, Unit
from dtaojax.tuning.descent import Descent, Iterate, descend
from dtaojax.tuning.expectation import MANY_PARAMETERS, Outcome, Portion, evaluate
from dtaojax.tuning.levers import Levers
from dtaojax.tuning.polish import polish
from dtaojax.tuning.problem import Problem


class Simulation(NamedTuple):
    """A world with its parameters on fixed paths.

    Attributes:
        levers: the world.
        box: bounds of its parameters.
        names: of the measures.
        portion: how much is simulated for one evaluation.
        derivative: ``forward`` or ``reverse``.
    """

    levers: Levers
    box: Box
    names: tuple[str, ...]
    portion: Portion
    derivative: str

    def measure(self, unit: Unit) -> Outcome:
        """Measures of each path at a point of the unit box."""
        return evaluate(self.levers, self.box.values(unit), self.names, self.portion)

    def differentiate(self, unit: Unit) -> Outcome:
        """The same, with derivatives with respect to the unit coordinates."""
        found = evaluate(
            self.levers, self.box.values(unit), self.names, self.portion, self.derivative
        )
        return found._replace(jacobian=found.derivative * self.box.slope(unit))


def preferred_derivative(parameters: int, comes_and_goes: bool) -> str:
    """Forward for few parameters, which needs no memory of the way; reverse for many.

    Registrations are heard in a loop of unknown length, which only forward mode can follow.
    """
    few = parameters < MANY_PARAMETERS
    return "forward" if few or comes_and_goes else "reverse"


class Effort(NamedTuple):
    """How long a search goes on.

    Attributes:
        iterations: of Adam, at most.
        learning_rate: its first step, as a part of the box.
        polish: iterations of sequential quadratic programming after it, at most.
    """

    iterations: int
    learning_rate: float
    polish: int


class Searched(NamedTuple):
    """What the searches from all starts found.

    Attributes:
        descents: one a start.
        best: the best of their best points.
        checks: its derivatives against central differences.
    """

    descents: tuple[Descent, ...]
    best: Iterate
    checks: Sequence[Agreement]


def random_starts(first: Unit, count: int, seed: int) -> list[Unit]:
    """The first start, and further ones spread evenly at random over the box."""
    random = np.random.default_rng(seed)
    return [first, *(random.uniform(0.05, 0.95, len(first)) for _ in range(count - 1))]


def settle(
    simulation: Simulation,
    problem: Problem,
    start: Unit,
    effort: Effort,
    progress: Callable[[Iterate], None],
) -> Descent:
    """One search: first order as far as it goes, then second order from the best point."""
    first = descend(
        problem,
        simulation.differentiate,
        start,
        effort.iterations,
        effort.learning_rate,
        progress,
    )
    if not effort.polish:
        return first
    later, settled = polish(
        problem, simulation.differentiate, first.best.unit, effort.polish, progress
    )
    points = (*first.iterates, *later)
    best = min(points, key=lambda point: point.rank)
    return first._replace(iterates=points, best=best, settled=settled)


def search(
    simulation: Simulation,
    problem: Problem,
    starts: Sequence[Unit],
    effort: Effort,
    progress: Callable[[Iterate], None],
) -> Searched:
    """Descends from every start and checks the derivatives at the best point."""
    descents = tuple(settle(simulation, problem, start, effort, progress) for start in starts)
    best = min((descent.best for descent in descents), key=lambda point: point.rank)
    centre = inside(best.unit)
    checks = agreements(simulation.differentiate(centre), simulation.measure, centre)
    return Searched(descents, best, checks)
