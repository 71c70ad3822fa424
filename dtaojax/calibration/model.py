"""The model of daily flows that is fitted, and its parameters in two forms."""

from __future__ import annotations

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

AGE_SCALE: Final = 90.0
"""Age at which a subnet is no longer new: launch of 47 subnets in 2025 [days]."""

LAUNCH_AGE_EXPONENT: Final = 0.9
"""Age exponent where a history has no young subnets to tell it: 0.90 +- 0.09 from all subnets of
2025-02-14 to 10-29 from their first day on, 26,148 flows."""


class Parameters(NamedTuple):
    """Parameters of the stochastic-variance model.

    A day's flow of a subnet is ``drift + s * t``, where t is Student-t and
    ``log s = log_scale + depth_exponent * log(depth/1000) + age_exponent * log(1 + 90/age)
    + level + swing``. The level (what sets a subnet apart) and the swing (what passes in days) are
    AR(1) processes of their own for each subnet.

    Attributes:
        log_scale: Log of the typical scale at a depth of 1,000 TAO.
        depth_exponent: Power of the depth.
        age_exponent: Power of ``1 + 90/age``.
        log_level_sd: Log of the stationary standard deviation of the level.
        log_level_half_life: Log of the days in which half a deviation of it is lost.
        log_swing_sd: Log of the stationary standard deviation of the swing.
        log_swing_half_life: Log of the days in which half a deviation of it is lost.
        log_freedom: Log of the t's degrees of freedom less 1.
        drift: Drift in each block of days, shape (blocks,) [1/day].
    """

    log_scale: Float[Array, ""]
    depth_exponent: Float[Array, ""]
    age_exponent: Float[Array, ""]
    log_level_sd: Float[Array, ""]
    log_level_half_life: Float[Array, ""]
    log_swing_sd: Float[Array, ""]
    log_swing_half_life: Float[Array, ""]
    log_freedom: Float[Array, ""]
    drift: Float[Array, " blocks"]

    @property
    def degrees_of_freedom(self) -> Float[Array, ""]:
        """Degrees of freedom of the innovation."""
        return 1.0 + jnp.exp(self.log_freedom)

    @property
    def level_persistence(self) -> Float[Array, ""]:
        """Autocorrelation of the level over a day [-]."""
        return jnp.exp2(-jnp.exp(-self.log_level_half_life))

    @property
    def swing_persistence(self) -> Float[Array, ""]:
        """Autocorrelation of the swing over a day [-]."""
        return jnp.exp2(-jnp.exp(-self.log_swing_half_life))

    def offset(
        self, log_depth: Float[Array, " *shape"], age: Float[Array, " *shape"]
    ) -> Float[Array, " *shape"]:
        """Return what depth and age add to the log scale."""
        return self.depth_exponent * log_depth + self.age_exponent * jnp.log1p(AGE_SCALE / age)


class Prior(NamedTuple):
    """A normal distribution of one parameter.

    Attributes:
        mean: Mean of the distribution.
        sd: Standard deviation of the distribution.
    """

    mean: float
    sd: float


PRIOR: Final = {
    "log_scale": Prior(np.log(0.01), 3.0),
    "depth_exponent": Prior(-0.3, 0.3),
    "age_exponent": Prior(0.5, 0.5),
    "log_level_sd": Prior(np.log(0.8), 0.5),
    "log_level_half_life": Prior(np.log(60.0), 0.7),
    "log_swing_sd": Prior(np.log(0.5), 0.5),
    "log_swing_half_life": Prior(np.log(2.0), 0.7),
    "log_freedom": Prior(np.log(2.0), 0.5),
}
"""Weak priors, about what the whole history says: they decide where a history is too short to."""
_DRIFT_PRIOR: Final = Prior(0.0, 0.02)


def start(blocks: int) -> Parameters:
    """Return the prior's means, where the search begins, with a drift for each block."""
    means = {name: jnp.asarray(prior.mean) for name, prior in PRIOR.items()}
    return Parameters(**means, drift=jnp.zeros(blocks))


def log_prior(parameters: Parameters) -> Float[Array, ""]:
    """Return the log density of the prior, up to a constant."""
    total = -0.5 * jnp.sum(jnp.square((parameters.drift - _DRIFT_PRIOR.mean) / _DRIFT_PRIOR.sd))
    for name, prior in PRIOR.items():
        total -= 0.5 * jnp.square((getattr(parameters, name) - prior.mean) / prior.sd)
    return total


def log_density(
    flow: Float[Array, " *shape"], log_scale: Float[Array, " *shape"], freedom: Float[Array, ""]
) -> Float[Array, " *shape"]:
    """Return the log density of a scaled Student-t variable."""
    half = 0.5 * (freedom + 1.0)
    constant = jax.lax.lgamma(half) - jax.lax.lgamma(0.5 * freedom)
    constant -= 0.5 * jnp.log(np.pi * freedom)
    square = jnp.square(flow) * jnp.exp(-2.0 * log_scale)
    return constant - log_scale - half * jnp.log1p(square / freedom)
