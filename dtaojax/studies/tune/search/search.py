"""A search over one program: several starts, and the check of what its derivatives are worth."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from dtaojax.gradients.agreement import Agreement, agreements, inside
from dtaojax.gradients.box import Box, Unit
from dtaojax.gradients.expectation import MANY_PARAMETERS, Outcome, Portion, evaluate
from dtaojax.gradients.parameter_map import Levers
from dtaojax.studies.tune.search.descent import descend
from dtaojax.studies.tune.search.problem import Problem
from dtaojax.studies.tune.search.sqp import sqp
from dtaojax.studies.tune.search.trace import Differentiate, Iterate, Walk


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
        iterations: of sequential quadratic programming, at most.
        explore: steps of Adam where that does not settle; 0 for none.
        learning_rate: Adam's first step, as a part of the box.
    """

    iterations: int
    explore: int
    learning_rate: float


class Searched(NamedTuple):
    """What the searches from all starts found.

    Attributes:
        walks: one a start.
        checks: derivatives at the best point against central differences.
    """

    walks: tuple[Walk, ...]
    checks: Sequence[Agreement]

    @property
    def winner(self) -> Walk:
        """The search that found the best point."""
        return min(self.walks, key=lambda walk: walk.best.rank)

    @property
    def best(self) -> Iterate:
        """The best point of all."""
        return self.winner.best


def random_starts(first: Unit, count: int, seed: int) -> list[Unit]:
    """The first start, and further ones spread evenly at random over the box."""
    random = np.random.default_rng(seed)
    return [first, *(random.uniform(0.05, 0.95, len(first)) for _ in range(count - 1))]


def settle(
    problem: Problem,
    differentiate: Differentiate,
    start: Unit,
    effort: Effort,
    progress: Callable[[Iterate], None],
) -> Walk:
    """One search: of second order; where that gets stuck, of first order, and of second again."""
    walk = sqp(problem, differentiate, start, effort.iterations, progress)
    if walk.settled or not effort.explore:
        return walk
    across = descend(
        problem, differentiate, walk.best.unit, effort.explore, effort.learning_rate, progress
    )
    walk = walk.then(across)
    return walk.then(sqp(problem, differentiate, walk.best.unit, effort.iterations, progress))


def search(
    simulation: Simulation,
    problem: Problem,
    starts: Sequence[Unit],
    effort: Effort,
    progress: Callable[[Iterate], None],
) -> Searched:
    """Searches from every start and checks the derivatives at the best point."""
    walks = tuple(
        settle(problem, simulation.differentiate, start, effort, progress) for start in starts
    )
    found = Searched(walks, ())
    centre = inside(found.best.unit)
    checks = agreements(simulation.differentiate(centre), simulation.measure, centre)
    return found._replace(checks=checks)
