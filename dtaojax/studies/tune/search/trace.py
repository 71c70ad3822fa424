"""The points that a search comes through, and which of them is best."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dtaojax.gradients.box import Unit
from dtaojax.gradients.expectation import Outcome
from dtaojax.studies.tune.search.problem import Problem

TOLERANCE = 1e-5
"""A constraint that is violated by less, in units of the measure at the start, holds."""

Differentiate = Callable[[Unit], Outcome]
"""Measures and their derivatives with respect to the unit coordinates."""


class Iterate(NamedTuple):
    """A point that a search came through.

    Attributes:
        unit: where it is.
        means: of the measures there.
        objective: there [-].
        excess: of each constraint; at most 0 where it holds [-].
    """

    unit: Unit
    means: Float[np.ndarray, " measures"]
    objective: float
    excess: np.ndarray

    @property
    def violation(self) -> float:
        """The largest excess, 0 where every constraint holds [-]."""
        return max(0.0, float(self.excess.max(initial=0.0)))

    @property
    def rank(self) -> tuple[float, float]:
        """By which the best is chosen: what holds comes first, then the objective."""
        return (self.violation if self.violation > TOLERANCE else 0.0, self.objective)


class Walk(NamedTuple):
    """A finished search, or a part of one.

    Attributes:
        points: every point that was evaluated, in order.
        settled: whether the steps had become negligible before the iterations ran out.
    """

    points: tuple[Iterate, ...]
    settled: bool

    @property
    def best(self) -> Iterate:
        """The point to take."""
        return min(self.points, key=lambda point: point.rank)

    def reached(self, target: Iterate) -> int | None:
        """Evaluations after which a point was at least as good as ``target``; None if none was."""
        return next(
            (count for count, point in enumerate(self.points, 1) if point.rank <= target.rank),
            None,
        )

    def then(self, later: "Walk") -> "Walk":
        """This one, and another that went on from it."""
        return Walk((*self.points, *later.points), later.settled)


def judge(problem: Problem, unit: Unit, means: Float[np.ndarray, " measures"]) -> Iterate:
    """A point with what the search knows of it."""
    return Iterate(unit, means, problem.objective(means), problem.excess(means))


def iterate(problem: Problem, unit: Unit, outcome: Outcome) -> Iterate:
    """The same, as evaluated."""
    return judge(problem, unit, outcome.measures.mean(axis=0))
