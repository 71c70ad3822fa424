"""Gradient search: projected Adam on an augmented Lagrangian."""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float

from dtaojax.tuning.box import Unit
from dtaojax.tuning.expectation import Outcome
from dtaojax.tuning.problem import Penalty, Problem, mean_gradient

TOLERANCE = 3e-4
"""A constraint that is violated by less, in units of the measure at the start, holds."""

_UPDATE_EVERY = 10
_STIFFNESS = 10.0
_STIFFER = 4.0
_LAST_STEP = 0.05
_STILL = 2e-4
_STILL_FOR = 5

Differentiate = Callable[[Unit], Outcome]
"""Measures and their derivatives with respect to the unit coordinates."""


class Iterate(NamedTuple):
    """A point that the search came through.

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


class Descent(NamedTuple):
    """A finished search.

    Attributes:
        iterates: every point, in order.
        best: the one to take.
        settled: whether the steps had become negligible before the iterations ran out.
        penalty: state of the augmented Lagrangian at the end.
        gradient_error: standard error of the last gradient over its length; NaN at a stationary
            point [-].
    """

    iterates: tuple[Iterate, ...]
    best: Iterate
    settled: bool
    penalty: Penalty
    gradient_error: float


def judge(problem: Problem, unit: Unit, means: Float[np.ndarray, " measures"]) -> Iterate:
    """A point with what the search knows of it."""
    return Iterate(unit, means, problem.objective(means), problem.excess(means))


def iterate(problem: Problem, unit: Unit, outcome: Outcome) -> Iterate:
    """The same, as evaluated."""
    return judge(problem, unit, outcome.measures.mean(axis=0))


def descend(
    problem: Problem,
    differentiate: Differentiate,
    start: Unit,
    iterations: int,
    learning_rate: float,
    progress: Callable[[Iterate], None],
) -> Descent:
    """Searches from ``start`` within the unit box.

    Adam (Kingma and Ba, 2015) by optax with a step that falls along a cosine, each step projected
    onto the box; the multipliers are updated every few steps. The paths are the same in every
    evaluation, so the objective is a fixed function and the best point seen is well defined.

    Args:
        problem: the objective and its constraints.
        differentiate: evaluates a point.
        start: within the box.
        iterations: at most.
        learning_rate: first step, as a part of the box.
        progress: receives every point.
    """
    schedule = optax.cosine_decay_schedule(learning_rate, iterations, alpha=_LAST_STEP)
    adam = optax.adam(schedule)
    at = jnp.asarray(start)
    memory = adam.init(at)
    penalty = Penalty(np.zeros(len(problem.constraints)), _STIFFNESS)
    seen: list[Iterate] = []
    still, last_violation = 0, np.inf
    relative_error = np.nan
    for number in range(iterations):
        outcome = differentiate(np.asarray(at))
        here = iterate(problem, np.asarray(at), outcome)
        seen.append(here)
        progress(here)
        _, gradient, error = mean_gradient(problem, penalty, outcome)
        length = float(np.linalg.norm(gradient))
        relative_error = float(np.linalg.norm(error)) / length if length > 0.0 else np.nan
        step, memory = adam.update(jnp.asarray(gradient), memory)
        moved = optax.projections.projection_box(at + step, 0.0, 1.0)
        still = still + 1 if float(jnp.max(jnp.abs(moved - at))) < _STILL else 0
        at = moved
        if number % _UPDATE_EVERY == _UPDATE_EVERY - 1:
            lagging = here.violation > max(TOLERANCE, last_violation / _STIFFER)
            penalty = penalty.updated(here.excess, _STIFFER if lagging else 1.0)
            last_violation = here.violation
        if still >= _STILL_FOR:
            break
    best = min(seen, key=lambda point: point.rank)
    return Descent(tuple(seen), best, still >= _STILL_FOR, penalty, relative_error)
