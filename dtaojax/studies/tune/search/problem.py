"""What is minimised, and what must hold meanwhile, as functions of mean measures."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from dtaojax.gradients.expectation import Outcome

Means = Float[np.ndarray, " measures"]


class Constraint(NamedTuple):
    """A bound on a measure's mean: ``sign * (bound - mean) <= 0``.

    Attributes:
        measure: its name.
        sign: 1 where the mean must be at least the bound, -1 where at most.
        bound: in the measure's unit.
    """

    measure: str
    sign: int
    bound: float


class Problem(NamedTuple):
    """An objective and its constraints.

    Every measure is divided by its size at the start, so that weights and violations compare.

    Attributes:
        names: of the measures, in the order of the means.
        weights: of the objective, by measure [-].
        constraints: on the means.
        sizes: of the measures at the start, positive.
    """

    names: tuple[str, ...]
    weights: Means
    constraints: tuple[Constraint, ...]
    sizes: Means

    def objective(self, means: Means) -> float:
        """The weighted sum [-]."""
        return float(self.weights @ (means / self.sizes))

    def objective_gradient(self) -> Means:
        """Derivative of the objective with respect to the means."""
        return self.weights / self.sizes

    def excess(self, means: Means) -> np.ndarray:
        """How far each constraint is violated, negative where it holds [-]."""
        return np.array(
            [
                each.sign * (each.bound - means[place]) / self.sizes[place]
                for each in self.constraints
                for place in (self.names.index(each.measure),)
            ]
        )

    def excess_gradient(self) -> Float[np.ndarray, "constraints measures"]:
        """Derivative of :meth:`excess` with respect to the means."""
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
        """Derivative of what the constraints add to the objective with respect to the excess."""
        return np.maximum(0.0, self.multipliers + self.stiffness * excess)

    def updated(self, excess: np.ndarray, stiffer: float) -> "Penalty":
        """Multipliers that the present excess calls for, and ``stiffer`` times the stiffness."""
        return Penalty(self.slope(excess), stiffer * self.stiffness)


def penalised_gradient(problem: Problem, penalty: Penalty, outcome: Outcome) -> np.ndarray:
    """Gradient of the augmented Lagrangian.

    Args:
        problem: the objective and its constraints.
        penalty: state of the augmented Lagrangian.
        outcome: with derivatives with respect to whatever the gradient is for.
    """
    excess = problem.excess(outcome.measures.mean(axis=0))
    by_measure = problem.objective_gradient() + penalty.slope(excess) @ problem.excess_gradient()
    return by_measure @ outcome.derivative.mean(axis=0)
