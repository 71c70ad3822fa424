"""Random futures of all subnets together, from what is believed of each."""

from __future__ import annotations

from functools import partial
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float
from scipy import special

from dtaojax.calibration.grid_filter import Belief, grid
from dtaojax.calibration.model import Parameters
from dtaojax.calibration.observations import FLOW_OF_RETURN

_EDGE: Final = 6.0
_KNOTS: Final = 1537
_DRIFTS: Final = 2
"""Word that sets the keys of drifts apart, so that they shift no other number."""


class Drifts(NamedTuple):
    """Drifts of which a path draws how strong they are, for all of its subnets.

    Attributes:
        asymmetry: Mean of a flow over its variance [-].
        asymmetry_sd: Standard deviation of that mean over paths [-].
        rate: Mean rate at which gaps of log prices close [1/day].
        events: Shape of its gamma distribution.
        gap: Gap of the log price to the mean at the start, shape (series,) [-].
        weight: Weight of a subnet in that mean, shape (series,) [-].
    """

    asymmetry: Float[Array, ""]
    asymmetry_sd: Float[Array, ""]
    rate: Float[Array, ""]
    events: Float[Array, ""]
    gap: Float[Array, " series"]
    weight: Float[Array, " series"]

    def padded(self, extra: int) -> Drifts:
        """Return the same with so many series behind, which do not count."""
        gap, weight = (jnp.pad(part, (0, extra)) for part in (self.gap, self.weight))
        return self._replace(gap=gap, weight=weight)


class _Drawn(NamedTuple):
    """Drifts of each path: strength of asymmetry and part of a gap that closes in a day."""

    asymmetry: Float[Array, "paths 1"]
    closed: Float[Array, "paths 1"]
    gap: Float[Array, "1 series"]
    weight: Float[Array, "1 series"]

    def flow(
        self, size: Float[Array, "paths series"], total: Float[Array, "paths series"]
    ) -> Float[Array, "paths series"]:
        """Return what they add to a day's flows, given their sizes and all flows before."""
        gap = self.gap + total / FLOW_OF_RETURN
        mean = jnp.sum(gap * self.weight, axis=1, keepdims=True)
        return self.asymmetry * jnp.square(size) + FLOW_OF_RETURN * self.closed * (mean - gap)


def _drawn(drifts: Drifts, key: Array, paths: int) -> _Drawn:
    strength, speed = jax.random.split(jax.random.fold_in(key, _DRIFTS))
    score = jax.random.normal(strength, (paths, 1))
    multiple = jax.random.gamma(speed, drifts.events, (paths, 1)) / drifts.events
    return _Drawn(
        asymmetry=drifts.asymmetry + drifts.asymmetry_sd * score,
        closed=-jnp.expm1(-drifts.rate * multiple),
        gap=drifts.gap[None, :],
        weight=drifts.weight[None, :],
    )


def t_multiple(freedom: float) -> np.ndarray:
    """Tabulate the log of ``sqrt(nu / chi2_nu)`` at equal steps of a standard normal score."""
    score = np.linspace(-_EDGE, _EDGE, _KNOTS)
    return 0.5 * np.log(freedom / special.chdtri(freedom, special.ndtr(score)))


@partial(jax.jit, static_argnames=("days", "paths"))
def sample_flows(
    parameters: Parameters,
    multiple: Float[Array, " knots"],
    common_share: Float[Array, ""],
    largest_sd: Float[Array, ""],
    belief: Belief,
    log_depth: Float[Array, " series"],
    age: Float[Array, " series"],
    key: Array,
    drifts: Drifts | None = None,
    *,
    days: int,
    paths: int,
) -> Float[Array, "days paths series"]:
    """Return cumulative flows day by day, shape (days, paths, series).

    Args:
        parameters: Parameters of the model; the drift is that of the last block.
        multiple: Table of `t_multiple`.
        common_share: Part of the innovations' variance that all subnets share.
        largest_sd: Most that a day's volatility can be.
        belief: Belief of the first day.
        log_depth: Log depth of each subnet, held over the days.
        age: Age at the end of the first day [days].
        key: Key of the random numbers.
        drifts: Drifts that come on top; none where left out.
        days: Number of days to go.
        paths: Number of futures.
    """
    shape = (paths, belief.shape[0])
    nodes = grid(parameters)
    pick_key, step_key = jax.random.split(key)
    levels, swings = belief.shape[1:]
    # Level and swing are picked together by inversion: the belief need not make them independent.
    rising = jnp.cumsum(belief.reshape(shape[1], -1), axis=1)
    uniform = jax.random.uniform(pick_key, shape, dtype=rising.dtype) * rising[None, :, -1]
    picked = jnp.sum(uniform[:, :, None] > rising[None], axis=2)
    middle_level, middle_swing = (levels - 1) // 2, (swings - 1) // 2
    level = nodes[picked // swings, middle_swing]
    swing = nodes[middle_level, picked % swings]
    level_sd, swing_sd = jnp.exp(parameters.log_level_sd), jnp.exp(parameters.log_swing_sd)
    keep_level, keep_swing = parameters.level_persistence, parameters.swing_persistence
    drift = parameters.drift[-1]
    drawn = None if drifts is None else _drawn(drifts, key, paths)

    def day(carry: tuple[Array, Array, Array], number: Array):
        level, swing, total = carry
        keys = jax.random.split(jax.random.fold_in(step_key, number), 5)
        draws = [jax.random.normal(key, shape, jnp.float32) for key in keys[:4]]
        market = jax.random.normal(keys[4], (paths, 1), jnp.float32)
        position = (draws[0] + _EDGE) * ((_KNOTS - 1) / (2 * _EDGE))
        knot = jnp.clip(jnp.floor(position), 0, _KNOTS - 2).astype(jnp.int32)
        heavy = multiple[knot] + (position - knot) * (multiple[knot + 1] - multiple[knot])
        scale = parameters.log_scale + parameters.offset(log_depth, age + number)
        free = jnp.exp(scale[None, :] + level + swing + heavy)
        size = free / jnp.sqrt(1.0 + jnp.square(free / largest_sd))
        mixed = jnp.sqrt(1.0 - common_share) * draws[1] + jnp.sqrt(common_share) * market
        before = total
        total = total + drift + size * mixed
        if drawn is not None:
            total = total + drawn.flow(size, before)
        level = keep_level * level + jnp.sqrt(1.0 - keep_level**2) * level_sd * draws[2]
        swing = keep_swing * swing + jnp.sqrt(1.0 - keep_swing**2) * swing_sd * draws[3]
        return (level, swing, total), total

    begin = (level, swing, jnp.zeros(shape, level.dtype))
    return lax.scan(day, begin, jnp.arange(days))[1]
