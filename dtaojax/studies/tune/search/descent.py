"""Search of first order: projected Adam on an augmented Lagrangian."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
import optax

from dtaojax.gradients.box import Unit
from dtaojax.studies.tune.search.problem import Penalty, Problem, penalised_gradient
from dtaojax.studies.tune.search.trace import TOLERANCE, Differentiate, Iterate, Walk, iterate

_UPDATE_EVERY = 10
_STIFFNESS = 10.0
_STIFFER = 4.0
_LAST_STEP = 0.05
_STILL = 2e-4
_STILL_FOR = 5


def descend(
    problem: Problem,
    differentiate: Differentiate,
    start: Unit,
    iterations: int,
    learning_rate: float,
    progress: Callable[[Iterate], None],
) -> Walk:
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
    for number in range(iterations):
        outcome = differentiate(np.asarray(at))
        here = iterate(problem, np.asarray(at), outcome)
        seen.append(here)
        progress(here)
        gradient = penalised_gradient(problem, penalty, outcome)
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
    return Walk(tuple(seen), still >= _STILL_FOR)
