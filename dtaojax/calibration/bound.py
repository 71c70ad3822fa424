"""The most that a day's volatility can be, from the outermost flows."""

from __future__ import annotations

from typing import Final

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from dtaojax.calibration.measured import Measured
from dtaojax.calibration.model import Parameters
from dtaojax.calibration.observations import Observations

FloatArray = NDArray[np.float64]

LOOSEST: Final = 1.0
"""No bound above this is told apart from none: a day's price change of e**2 is one deviation."""
_TIGHTEST: Final = 0.02
_LEVELS: Final = (0.98, 0.99, 0.995, 0.998)
"""Levels of absolute flow that the bound is matched to: the outer 1 % and 0.1 % to each side."""
_DRAWS: Final = 60_000
_REPLICATES: Final = 25
_SEED: Final = 7


def bounded(free: FloatArray, largest: float) -> FloatArray:
    """A volatility that cannot exceed ``largest``: ``1/v**2 = 1/free**2 + 1/largest**2``."""
    return free / np.sqrt(1.0 + np.square(free / largest))


def largest_sd(parameters: Parameters, observations: Observations) -> Measured:
    """The bound under which the model's outermost flows are as large as the history's.

    Likelihood says little about it, since few days come near. So it is found by matching quantiles
    of absolute flows, simulated with common random numbers. The standard error is over histories
    with subnets drawn anew.

    Args:
        parameters: fitted without a bound.
        observations: what they were fitted to.
    """
    rng = np.random.default_rng(_SEED)
    seen = observations.seen
    drift = np.asarray(parameters.drift)[observations.block][:, None]
    surprise = np.where(seen, np.abs(observations.flow - drift), np.nan)
    log_depth, age = jnp.asarray(observations.log_depth), jnp.asarray(observations.age)
    offset = np.asarray(parameters.offset(log_depth, age))[seen]
    freedom = float(parameters.degrees_of_freedom)
    normals = rng.standard_normal((3, _DRAWS))
    log_free = float(parameters.log_scale) + rng.choice(offset, _DRAWS)
    log_free += np.exp(float(parameters.log_level_sd)) * normals[0]
    log_free += np.exp(float(parameters.log_swing_sd)) * normals[1]
    free = np.exp(log_free) * np.sqrt(freedom / rng.chisquare(freedom, _DRAWS))
    size = np.abs(normals[2])

    def matched(flows: FloatArray) -> float:
        target = np.log(np.quantile(flows[np.isfinite(flows)], _LEVELS))

        def miss(log_bound: float) -> float:
            made = np.quantile(bounded(free, np.exp(log_bound)) * size, _LEVELS)
            return float(np.sum(np.square(np.log(made) - target)))

        ends = (np.log(_TIGHTEST), np.log(LOOSEST))
        found = optimize.minimize_scalar(miss, bounds=ends, method="bounded")
        return float(np.exp(found.x))

    series = surprise.shape[1]
    drawn = [matched(surprise[:, rng.integers(0, series, series)]) for _ in range(_REPLICATES)]
    return Measured(matched(surprise), float(np.std(drawn)))
