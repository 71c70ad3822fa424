"""The exact filter of the volatility model on a grid of its two hidden components.

A stochastic-variance model whose log variance moves on a grid is a hidden Markov model: likelihood
and filter are sums (Kitagawa, "Non-Gaussian state-space modeling of nonstationary time series",
JASA 82, 1987; Langrock, MacDonald and Zucchini, "Some nonstandard stochastic volatility models and
their estimation using structured hidden Markov models", J. Empirical Finance 19, 2012). Nothing is
approximated by normal distributions, so that a price that did not move and a crash both weigh what
they should. The subnets' levels are pooled: each starts from the distribution over subnets, and
moves away from it as its own days tell.

The grid is Rouwenhorst's chain, which has exactly the mean, variance and autocorrelation of the
AR(1) process, also close to a unit root (Kopecky and Suen, "Finite state Markov-chain
approximations to highly persistent processes", Review of Economic Dynamics 13, 2010).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float, Int
from scipy import stats

from dtaojax.calibration.model import Parameters, log_density, log_prior

LEVELS: Final = 15
SWINGS: Final = 7

Belief = Float[Array, "series levels swings"]
"""Probabilities of a subnet's hidden components."""


class Data(NamedTuple):
    """Parts of `Observations` that the filter sees.

    Attributes:
        flow: Flow of each day, shape (days, series) [-].
        seen: True where a flow is known and counts, shape (days, series).
        log_depth: Log of the depth on the eve over 1,000 TAO, shape (days, series) [-].
        age: Age at the end of the day, shape (days, series) [days].
        block: Number of the drift that rules a day, shape (days,).
    """

    flow: Float[Array, "days series"]
    seen: Bool[Array, "days series"]
    log_depth: Float[Array, "days series"]
    age: Float[Array, "days series"]
    block: Int[Array, " days"]


def nodes(count: int) -> np.ndarray:
    """Return values of a standardised AR(1) process, symmetric and equally spaced."""
    return np.linspace(-1.0, 1.0, count) * np.sqrt(count - 1)


def stationary(count: int) -> np.ndarray:
    """Return probabilities of the nodes in the long run: binomial, whatever the persistence."""
    return stats.binom.pmf(np.arange(count), count - 1, 0.5)


def transition(count: int, persistence: Float[Array, ""]) -> Float[Array, "from to"]:
    """Return the transition probabilities of a day, shape (from, to).

    The chain counts heads among coins, each of which is kept with probability ``persistence`` and
    tossed anew otherwise. Its right eigenvectors are therefore Krawtchouk's polynomials, orthogonal
    under the binomial distribution, and its eigenvalues the powers of the persistence.

    Args:
        count: Number of nodes, at least 2.
        persistence: Autocorrelation of a day [-].
    """
    weights = stationary(count)
    # Orthogonal polynomials of rising degree come from orthogonalising the powers.
    powers = np.vander(nodes(count), count, increasing=True) * np.sqrt(weights)[:, None]
    orthonormal = np.linalg.qr(powers / np.linalg.norm(powers, axis=0))[0]
    right = orthonormal / np.sqrt(weights)[:, None]
    left = orthonormal * np.sqrt(weights)[:, None]
    return (jnp.asarray(right) * persistence ** jnp.arange(count)[None, :]) @ left.T


def grid(parameters: Parameters) -> Float[Array, "levels swings"]:
    """Return what the hidden components add to the log scale, at the nodes [-]."""
    level = jnp.exp(parameters.log_level_sd) * nodes(LEVELS)
    swing = jnp.exp(parameters.log_swing_sd) * nodes(SWINGS)
    return level[:, None] + swing[None, :]


def unknowing(series: int) -> Belief:
    """Return the belief before the first flow: the distribution over subnets."""
    weights = np.outer(stationary(LEVELS), stationary(SWINGS))
    return jnp.broadcast_to(weights, (series, LEVELS, SWINGS))


def passing(parameters: Parameters, data: Data) -> tuple[Belief, Float[Array, "days series"]]:
    """Run through the days.

    Args:
        parameters: Parameters of the model.
        data: Data of all days.

    Returns:
        The belief of the day after the last, and the log density of each flow given the days
        before (0 where unseen).
    """
    level_step = transition(LEVELS, parameters.level_persistence)
    swing_step = transition(SWINGS, parameters.swing_persistence)
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
    """Return minus the log posterior density of the free parameters, up to a constant."""
    parameters = Parameters(**free, **fixed)
    return -jnp.sum(passing(parameters, data)[1]) - log_prior(parameters)


slope = eqx.filter_jit(jax.value_and_grad(objective))
"""The objective and its gradient."""


@eqx.filter_jit
def densities(
    free: dict[str, Array], fixed: dict[str, Array], data: Data
) -> Float[Array, "days series"]:
    """Return the log density of each flow, shape (days, series)."""
    return passing(Parameters(**free, **fixed), data)[1]


@eqx.filter_jit
def filtered(parameters: Parameters, data: Data) -> Belief:
    """Return what is believed of the day after the last."""
    return passing(parameters, data)[0]
