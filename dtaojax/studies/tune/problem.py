"""Problem of a search: objective and constraints on mean measures, and an optimizer's trace."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dtaojax.gradients.expectation import Outcome
from dtaojax.gradients.parameter_map import Unit

Means = Float[np.ndarray, " measures"]


class Constraint(NamedTuple):
    """A bound on a measure's mean: ``sign * (bound - mean) <= 0``.

    Attributes:
        measure: name of the measure.
        sign: 1 where the mean must be at least the bound, -1 where at most.
        bound: bound in the measure's unit.
    """

    measure: str
    sign: int
    bound: float


class Problem(NamedTuple):
    """An objective and its constraints.

    Every measure is divided by its size at the start, so that weights and violations compare.

    Attributes:
        names: names of the measures, in the order of the means.
        weights: weights of the objective, by measure [-].
        constraints: bounds on the means.
        sizes: sizes of the measures at the start, positive.
    """

    names: tuple[str, ...]
    weights: Means
    constraints: tuple[Constraint, ...]
    sizes: Means

    def objective(self, means: Means) -> float:
        """Return the weighted sum of the means in units of the start [-]."""
        return float(self.weights @ (means / self.sizes))

    def objective_gradient(self) -> Means:
        """Return the derivative of the objective with respect to the means, shape (measures,)."""
        return self.weights / self.sizes

    def excess(self, means: Means) -> np.ndarray:
        """Return by how much each constraint is violated, negative where it holds [-]."""
        return np.array(
            [
                each.sign * (each.bound - means[place]) / self.sizes[place]
                for each in self.constraints
                for place in (self.names.index(each.measure),)
            ]
        )

    def excess_gradient(self) -> Float[np.ndarray, "constraints measures"]:
        """Return the derivative of :meth:`excess` with respect to the means."""
        rows = np.zeros((len(self.constraints), len(self.names)))
        for row, each in zip(rows, self.constraints, strict=True):
            place = self.names.index(each.measure)
            row[place] = -each.sign / self.sizes[place]
        return rows


class Penalty(NamedTuple):
    """State of the augmented Lagrangian.

    ``L = f + sum (max(0, lambda + mu c)^2 - lambda^2) / (2 mu)`` for constraints ``c <= 0``
    (Nocedal and Wright, "Numerical Optimization", 2nd ed., section 17.4).

    Attributes:
        multipliers: lambda, one a constraint, not negative [-].
        stiffness: mu [-].
    """

    multipliers: np.ndarray
    stiffness: float

    def slope(self, excess: np.ndarray) -> np.ndarray:
        """Return the derivative of the penalty with respect to the excess, shape (constraints,)."""
        return np.maximum(0.0, self.multipliers + self.stiffness * excess)

    def updated(self, excess: np.ndarray, stiffer: float) -> "Penalty":
        """Return the state with the multipliers of this excess, ``stiffer`` times as stiff."""
        return Penalty(self.slope(excess), stiffer * self.stiffness)


def penalised_gradient(problem: Problem, penalty: Penalty, outcome: Outcome) -> np.ndarray:
    """Return the gradient of the augmented Lagrangian.

    Args:
        problem: the objective and its constraints.
        penalty: state of the augmented Lagrangian.
        outcome: measures with derivatives with respect to whatever the gradient is for.
    """
    excess = problem.excess(outcome.measures.mean(axis=0))
    by_measure = problem.objective_gradient() + penalty.slope(excess) @ problem.excess_gradient()
    return by_measure @ outcome.derivative.mean(axis=0)


TOLERANCE = 1e-5
"""A constraint that is violated by less, in units of the measure at the start, holds."""

Differentiate = Callable[[Unit], Outcome]
"""Measures and their derivatives with respect to the unit coordinates."""


class Iterate(NamedTuple):
    """A point that a search came through.

    Attributes:
        unit: coordinates in the unit box.
        means: means of the measures there.
        objective: there [-].
        excess: excess of each constraint; at most 0 where it holds [-].
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


class Trace(NamedTuple):
    """The trace of an optimizer: a finished search, or a part of one.

    Attributes:
        points: every point that was evaluated, in order.
        settled: True where the steps had become negligible before the iterations ran out.
    """

    points: tuple[Iterate, ...]
    settled: bool

    @property
    def best(self) -> Iterate:
        """The point to take."""
        return min(self.points, key=lambda point: point.rank)

    def reached(self, target: Iterate) -> int | None:
        """Count the evaluations until a point was as good as ``target``; None if none was."""
        return next(
            (count for count, point in enumerate(self.points, 1) if point.rank <= target.rank),
            None,
        )

    def then(self, later: "Trace") -> "Trace":
        """Return this trace continued by another that went on from its best point."""
        return Trace((*self.points, *later.points), later.settled)


def judge(problem: Problem, unit: Unit, means: Float[np.ndarray, " measures"]) -> Iterate:
    """Return a point with its objective and the excess of its constraints."""
    return Iterate(unit, means, problem.objective(means), problem.excess(means))


def iterate(problem: Problem, unit: Unit, outcome: Outcome) -> Iterate:
    """Return a point that was evaluated, judged by the means over its paths."""
    return judge(problem, unit, outcome.measures.mean(axis=0))
