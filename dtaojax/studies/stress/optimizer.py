"""The search for the worst plan within a budget: projected gradient ascent from several starts."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from dtaojax.demand.shock.attack import AttackPlan

_GROWS, _SHRINKS = 1.6, 0.4
_SHORTEST = 1e-4
_ENDLESS = 1e6
"""Reach of a step beyond which the projected plan no longer moves [-]."""

_HALVINGS = 24
"""Halvings of the logarithm of a reach, which leave it known to 2e-6 of itself."""

Climb = Callable[[AttackPlan], tuple[float, AttackPlan]]
"""The mean target under a plan, and its derivative by the plan."""


class Found(NamedTuple):
    """A finished search.

    Attributes:
        plan: the best that was seen.
        target: target under it, made smooth, on the search's paths.
        start: index of the start it came from.
        targets: targets of every plan that was tried, by start.
    """

    plan: AttackPlan
    target: float
    start: int
    targets: tuple[tuple[float, ...], ...]


def within(plan: AttackPlan, budget: float) -> AttackPlan:
    """Project a plan onto those that spend no more than the budget and sell no more than there is.

    Spending is projected onto ``{x >= 0, sum x <= budget}`` (Euclidean, by optax), sold parts onto
    [0, 1].
    """
    spend = jnp.maximum(plan.spend, 0.0)
    if float(jnp.sum(spend)) > budget:
        spend = optax.projections.projection_simplex(plan.spend.ravel(), budget)
        # Rounding may leave the sum an ulp above, and the budget is a promise.
        spend = spend.reshape(plan.spend.shape)
        spend = spend * jnp.minimum(1.0, budget / jnp.maximum(jnp.sum(spend), 1e-300))
    return AttackPlan(spend, jnp.clip(plan.sell, 0.0, 1.0))


def nothing(periods: int, places: int) -> AttackPlan:
    """Return the plan of no trades."""
    return AttackPlan(jnp.zeros((periods, places)), jnp.zeros((periods, places)))


def at_once(periods: int, buys: np.ndarray, sells: np.ndarray, budget: float) -> AttackPlan:
    """Spend the budget in the first period, divided among the subnets to buy; sell all others.

    Args:
        periods: number of periods.
        buys: mask of the subnets to buy.
        sells: mask of the subnets to sell out of.
        budget: TAO that may be spent in all [TAO].
    """
    empty = nothing(periods, len(buys))
    return AttackPlan(
        empty.spend.at[0].set(budget * buys / max(buys.sum(), 1)), empty.sell.at[0].set(1.0 * sells)
    )


def spread(periods: int, buys: np.ndarray, sells: np.ndarray, budget: float) -> AttackPlan:
    """Spend and sell as :func:`at_once`, but evenly over all periods."""
    left = 1.0 / (periods - np.arange(periods))
    spend = np.tile(budget * buys / (max(buys.sum(), 1) * periods), (periods, 1))
    return AttackPlan(jnp.asarray(spend), jnp.asarray(left[:, None] * sells))


def moved(plan: AttackPlan, slope: AttackPlan, budget: float, radius: float) -> AttackPlan:
    """Return the plan after a step of projected gradient ascent that is ``radius`` long.

    Spending counts in units of the budget. A step is shorter only where even an endless one would
    be, at the best corner that the slope knows.

    Args:
        plan: plan within the budget.
        slope: derivative of the target by the plan.
        budget: TAO that may be spent in all, above 0 [TAO].
        radius: Euclidean length of the step [-].
    """
    steepest = max(float(jnp.abs(budget * slope.spend).max()), float(jnp.abs(slope.sell).max()))
    if steepest == 0.0:
        return plan

    def after(reach: float) -> tuple[AttackPlan, float]:
        there = within(
            AttackPlan(
                plan.spend + reach * budget**2 * slope.spend / steepest,
                plan.sell + reach * slope.sell / steepest,
            ),
            budget,
        )
        squares = jnp.sum(((there.spend - plan.spend) / budget) ** 2)
        return there, float(jnp.sqrt(squares + jnp.sum((there.sell - plan.sell) ** 2)))

    # The length of a projected step rises with its reach (Bertsekas, "Nonlinear Programming", 2.3).
    shortest, longest = radius * 1e-3, _ENDLESS
    there, length = after(longest)
    if length <= radius:
        return there
    for _ in range(_HALVINGS):
        reach = (shortest * longest) ** 0.5
        there, length = after(reach)
        shortest, longest = (reach, longest) if length < radius else (shortest, reach)
    return there


def climb(
    rise: Climb,
    starts: Sequence[AttackPlan],
    budget: float,
    iterations: int,
    first_step: float,
    progress: Callable[[int, float], None],
) -> Found:
    """Climb by projected gradients; the radius grows where a step pays, and shrinks where not.

    Methods that scale every amount on its own, such as Adam, stand still on a budget: what all
    amounts share is projected away, and what tells them apart is scaled away. The paths are the
    same in every evaluation, so a step that does not pay is known, and is not taken.

    Args:
        rise: evaluates a plan.
        starts: plans to begin with, brought within the budget first.
        budget: TAO that may be spent in all, above 0 [TAO].
        iterations: evaluations for each start, at most.
        first_step: first radius, as a part of the budget.
        progress: receives the number of the start and the target of every plan.
    """
    best: Found | None = None
    traces = []
    for number, start in enumerate(starts):
        here = trial = within(start, budget)
        target, slope = rise(here)
        trace, radius = [target], first_step
        progress(number, target)
        while len(trace) < iterations and radius > _SHORTEST:
            trial = moved(here, slope, budget, radius)
            found, steepness = rise(trial)
            trace.append(found)
            progress(number, found)
            if found > target:
                here, target, slope = trial, found, steepness
                radius *= _GROWS
            else:
                radius *= _SHRINKS
        if best is None or target > best.target:
            best = Found(here, target, number, ())
        traces.append(tuple(trace))
    assert best is not None
    return best._replace(targets=tuple(traces))


def random_plans(count: int, shape: tuple[int, int], budget: float, seed: int) -> list[AttackPlan]:
    """Spread plans at random over the budget: Dirichlet spending, and sales of up to a tenth."""
    random = np.random.default_rng(seed)
    cells = shape[0] * shape[1]
    return [
        AttackPlan(
            jnp.asarray(budget * random.dirichlet(np.ones(cells)).reshape(shape)),
            jnp.asarray(0.1 * random.uniform(size=shape)),
        )
        for _ in range(count)
    ]


def mean_slope(slopes: AttackPlan) -> AttackPlan:
    """Average slopes over their leading axis of paths."""
    return jax.tree.map(lambda leaf: jnp.asarray(leaf.mean(axis=0)), slopes)
