"""Daily panels whose flows follow the volatility model, and a fit of them that takes no time."""

import jax
import jax.numpy as jnp
import numpy as np

from dtaojax.calibration import Estimate, Fit
from dtaojax.calibration.model import PRIOR, Parameters
from dtaojax.calibration.moments import Measured
from dtaojax.history import Panel

DAYS, SERIES = 128, 64
SCALE, EXPONENT, LEVEL_SD, SWING_SD, FREEDOM, SHARE, DRIFT = 0.02, -0.3, 0.7, 0.5, 3.5, 0.1, -0.003
LEVEL_HALF_LIFE, SWING_HALF_LIFE = 60.0, 2.0


def simulated(seed: int, days: int = DAYS, series: int = SERIES) -> Panel:
    """A panel whose flows follow the model, in plain NumPy."""
    rng = np.random.default_rng(seed)
    depth = np.exp(rng.normal(np.log(8_000.0), 1.0, series))
    keep_level, keep_swing = 2.0 ** (-1.0 / LEVEL_HALF_LIFE), 2.0 ** (-1.0 / SWING_HALF_LIFE)
    level, swing = LEVEL_SD * rng.normal(size=series), SWING_SD * rng.normal(size=series)
    flows = np.zeros((days, series))
    for day in range(1, days):
        mixed = np.sqrt(1.0 - SHARE) * rng.normal(size=series) + np.sqrt(SHARE) * rng.normal()
        heavy = np.sqrt(FREEDOM / rng.chisquare(FREEDOM, size=series))
        size = SCALE * (depth / 1_000.0) ** EXPONENT * np.exp(level + swing)
        flows[day] = DRIFT + size * heavy * mixed
        level = keep_level * level + LEVEL_SD * np.sqrt(1 - keep_level**2) * rng.normal(size=series)
        swing = keep_swing * swing + SWING_SD * np.sqrt(1 - keep_swing**2) * rng.normal(size=series)
    return Panel(
        source="simulated",
        dates=np.datetime64("2026-01-01") + np.arange(days),
        netuid=np.arange(1, series + 1),
        close=0.01 * np.exp(2.0 * flows.cumsum(axis=0)),
        tao_in=np.tile(depth, (days, 1)),
        age=np.tile(400.0 + np.arange(days)[:, None], (1, series)),
    )


def known_fit(panel: Panel) -> Fit:
    """What a fit could have found, without the minute that it takes to compile."""
    means = {name: jnp.asarray(prior.mean) for name, prior in PRIOR.items()}
    parameters = Parameters(**means, drift=jnp.zeros(2))
    errors = jax.tree.map(lambda leaf: jnp.full_like(leaf, 0.1), parameters)
    estimate = Estimate(parameters, errors, log_density=0.0, iterations=9, newton_step=0.0)
    return Fit(estimate, Measured(0.1, 0.02), Measured(0.2, 0.03), 30.0, 900)
