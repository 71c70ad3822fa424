"""The exact filter of the volatility model on a grid of its two hidden components.

A stochastic-variance model whose log variance moves on a grid is a hidden Markov model: likelihood
and filter are sums (Kitagawa, "Non-Gaussian state-space modeling of nonstationary time series",
JASA 82, 1987; Langrock, MacDonald and Zucchini, "Some nonstandard stochastic volatility models and
their estimation using structured hidden Markov models", J. Empirical Finance 19, 2012). Nothing is
approximated by normal distributions, so that a price that did not move and a crash both weigh what
they should. The subnets' levels are pooled: each starts from the distribution over subnets, and
moves away from it as its own days tell.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float, Int

from dtaojax.calibration import rouwenhorst
from dtaojax.calibration.model import Parameters, log_density, log_prior

LEVELS: Final = 15
SWINGS: Final = 7

Belief = Float[Array, "series levels swings"]
"""Probabilities of a subnet's hidden components."""


class Data(NamedTuple):
    """The parts of `Observations` that the filter sees."""

    flow: Float[Array, "days series"]
    seen: Bool[Array, "days series"]
    log_depth: Float[Array, "days series"]
    age: Float[Array, "days series"]
    block: Int[Array, " days"]


def grid(parameters: Parameters) -> Float[Array, "levels swings"]:
    """What the hidden components add to the log scale, at the nodes."""
    level = jnp.exp(parameters.log_level_sd) * rouwenhorst.nodes(LEVELS)
    swing = jnp.exp(parameters.log_swing_sd) * rouwenhorst.nodes(SWINGS)
    return level[:, None] + swing[None, :]


def unknowing(series: int) -> Belief:
    """The belief before the first flow: the distribution over subnets."""
    weights = np.outer(rouwenhorst.stationary(LEVELS), rouwenhorst.stationary(SWINGS))
    return jnp.broadcast_to(weights, (series, LEVELS, SWINGS))


def passing(parameters: Parameters, data: Data) -> tuple[Belief, Float[Array, "days series"]]:
    """Runs through the days.

    Args:
        parameters: of the model.
        data: all days.

    Returns:
        What is believed of the day after the last, and the log density of each flow given the days
        before (0 where unseen).
    """
    level_step = rouwenhorst.transition(LEVELS, parameters.level_persistence)
    swing_step = rouwenhorst.transition(SWINGS, parameters.swing_persistence)
    hidden = grid(parameters)[None] + parameters.log_scale
    freedom = parameters.degrees_of_freedom

    def day(belief: Belief, today: Data) -> tuple[Belief, Array]:
        scale = hidden + parameters.offset(today.log_depth, today.age)[:, None, None]
        surprise = today.flow - parameters.drift[today.block]
        density = log_density(surprise[:, None, None], scale, freedom)
        highest = jnp.max(density, axis=(1, 2))
        weighted = belief * jnp.exp(density - highest[:, None, None])
        total = jnp.sum(weighted, axis=(1, 2))
        seen = today.seen
        belief = jnp.where(seen[:, None, None], weighted / total[:, None, None], belief)
        moved = jnp.einsum("nls,lm->nms", belief, level_step) @ swing_step
        return moved, jnp.where(seen, jnp.log(total) + highest, 0.0)

    return lax.scan(day, unknowing(data.flow.shape[1]), data)


def objective(free: dict[str, Array], fixed: dict[str, Array], data: Data) -> Float[Array, ""]:
    """Minus the log posterior density of the free parameters, up to a constant."""
    parameters = Parameters(**free, **fixed)
    return -jnp.sum(passing(parameters, data)[1]) - log_prior(parameters)


slope = eqx.filter_jit(jax.value_and_grad(objective))
"""The objective and its gradient."""


@eqx.filter_jit
def densities(
    free: dict[str, Array], fixed: dict[str, Array], data: Data
) -> Float[Array, "days series"]:
    """Log density of each flow."""
    return passing(Parameters(**free, **fixed), data)[1]


@eqx.filter_jit
def filtered(parameters: Parameters, data: Data) -> Belief:
    """What is believed of the day after the last."""
    return passing(parameters, data)[0]
