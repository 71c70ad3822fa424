"""Estimates beside the likelihood, each by a moment of the history and with its standard error.

The bound of a day's volatility, the share of variance in common, the asymmetry of flows and the
reversion of prices leave too little trace in the likelihood of single flows; each is matched to the
figure of the history that tells it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from dtaojax.calibration.model import Parameters
from dtaojax.calibration.observations import Observations
from dtaojax.history import Panel

FloatArray = NDArray[np.float64]


class Measured(NamedTuple):
    """An estimate and its standard error.

    Attributes:
        value: Value of the estimate.
        error: Standard error of the estimate.
    """

    value: float
    error: float


DEPENDENT_DAYS: Final = 10
"""Days apart up to which days are taken to depend on each other."""


def error_over_days(residual: NDArray[np.float64]) -> float:
    """Return the standard error of a mean over days.

    Autocovariances up to `DEPENDENT_DAYS` count with Bartlett's weights (Newey and West, "A simple,
    positive semi-definite, heteroskedasticity and autocorrelation consistent covariance matrix",
    Econometrica 55, 1987).

    Args:
        residual: Figure of each day less the mean, shape (days,).
    """
    days = len(residual)
    total = residual @ residual
    for lag in range(1, min(DEPENDENT_DAYS, days)):
        total += 2.0 * (1.0 - lag / DEPENDENT_DAYS) * (residual[lag:] @ residual[:-lag])
    return float(np.sqrt(max(total, 0.0)) / days)


def shrunk(measured: Measured, prior_sd: float) -> Measured:
    """Return the posterior of a normal measurement under a normal prior about 0.

    (Gelman et al., "Bayesian Data Analysis", 3rd ed., section 2.5.)

    Args:
        measured: Number and its standard error; an infinite error tells nothing.
        prior_sd: Standard deviation of the prior.
    """
    if np.isinf(measured.error):
        return Measured(0.0, prior_sd)
    weight = prior_sd**2 / (prior_sd**2 + measured.error**2)
    return Measured(weight * measured.value, float(np.sqrt(weight)) * measured.error)


def common_share(surprise: NDArray[np.float64], seen: NDArray[np.bool_]) -> Measured:
    """Estimate the share of variance in common from how often two subnets move the same way.

    If innovations are elliptical with correlation c, signs of two subnets agree on average by
    ``2/pi * asin(c)``, whatever the volatilities (Lindskog, McNeil and Schmock, "Kendall's tau for
    elliptical distributions", 2003). A negative estimate counts as none.

    Args:
        surprise: Flows less their drift, shape (days, series).
        seen: True for flows that count, shape (days, series).
    """
    signs = np.where(seen, np.sign(surprise), 0.0)
    count = seen.sum(axis=1).astype(float)
    pairs = count * (count - 1.0)
    agreeing = signs.sum(axis=1) ** 2 - (signs**2).sum(axis=1)
    if pairs.sum() == 0.0:
        return Measured(0.0, 0.0)
    mean = agreeing.sum() / pairs.sum()
    residual = agreeing - mean * pairs
    error = np.sqrt(np.sum(residual**2)) / pairs.sum()
    slope = np.cos(0.5 * np.pi * mean) * 0.5 * np.pi
    return Measured(float(max(np.sin(0.5 * np.pi * mean), 0.0)), float(slope * error))


ASYMMETRY_PRIOR_SD: Final = 0.5
"""Deviation of the prior of asymmetry about 0, where rises and falls are alike."""


def asymmetry(surprise: NDArray[np.float64], seen: NDArray[np.bool_]) -> Measured:
    """Estimate how much the mean of a flow grows with its variance, from what flows add up to.

    In a normal variance-mean mixture a flow of variance ``v**2`` has the mean ``asymmetry * v**2``
    (Barndorff-Nielsen, Kent and Sørensen, "Normal variance-mean mixtures and z distributions",
    International Statistical Review 50, 1982), so that sums of returns are skewed for as long as
    variance lasts. The sum of flows over the sum of their squares tells it whatever the
    volatilities are. It is drawn towards 0, the more the less the history tells.

    Args:
        surprise: Flows less their drift, shape (days, series).
        seen: True for flows that count, shape (days, series).
    """
    flow = np.where(seen, surprise, 0.0)
    mean, variance = flow.sum(axis=1), np.square(flow).sum(axis=1)
    total = variance.sum()
    if total == 0.0:
        return Measured(0.0, ASYMMETRY_PRIOR_SD)
    ratio = mean.sum() / total
    error = error_over_days(mean - ratio * variance) * len(mean) / total
    return shrunk(Measured(float(ratio), float(error)), ASYMMETRY_PRIOR_SD)


REVERSION_PRIOR_SD: Final = 0.003
"""Deviation of its prior about 0: a gap that halves in 230 days is one deviation [1/day]."""
_FEWEST_SERIES: Final = 10


class GammaRate(NamedTuple):
    """A gamma distribution of a rate that cannot be negative.

    Attributes:
        rate: Mean rate [1/day].
        events: Shape of the distribution; the relative standard deviation is ``events**-0.5``.
    """

    rate: float
    events: float


def reversion(panel: Panel, youngest: float) -> Measured:
    """Measure the rate at which gaps of log prices to their mean close [1/day].

    On each day the returns of the next are regressed on the gaps, all subnets alike; the slopes
    are averaged over days on which prices differ (Fama and MacBeth, "Risk, return, and
    equilibrium", Journal of Political Economy 81, 1973). The mean is drawn towards 0, the more the
    less the history tells.

    Args:
        panel: History of prices.
        youngest: Age below which subnets are left out [days].
    """
    level = np.log(panel.close)
    move = level[1:] - level[:-1]
    counts = np.isfinite(move) & (panel.age[:-1] >= youngest)
    rates = [
        _closing(level[day, who], move[day, who])
        for day, who in enumerate(counts)
        if who.sum() >= _FEWEST_SERIES and np.ptp(level[day, who]) > 0.0
    ]
    if len(rates) < 2:
        return Measured(0.0, REVERSION_PRIOR_SD)
    found = np.array(rates)
    measured = Measured(float(found.mean()), error_over_days(found - found.mean()))
    return shrunk(measured, REVERSION_PRIOR_SD)


def _closing(level: NDArray[np.float64], move: NDArray[np.float64]) -> float:
    """Return minus the slope of moves on levels."""
    gap = level - level.mean()
    return float(-(gap @ move) / (gap @ gap))


def never_negative(measured: Measured) -> GammaRate:
    """Return the gamma distribution with the mean and variance of a normal one above 0."""
    low = -measured.value / measured.error
    mean, variance = stats.truncnorm.stats(low, np.inf, measured.value, measured.error, "mv")
    return GammaRate(float(mean), float(mean**2 / variance))


LOOSEST: Final = 1.0
"""No bound above this is told apart from none: a day's price change of e**2 is one deviation."""
_TIGHTEST: Final = 0.02
_LEVELS: Final = (0.98, 0.99, 0.995, 0.998)
"""Levels of absolute flow that the bound is matched to: the outer 1 % and 0.1 % to each side."""
_DRAWS: Final = 60_000
_REPLICATES: Final = 25
_SEED: Final = 7


def bounded(free: FloatArray, largest: float) -> FloatArray:
    """Return a volatility that cannot exceed ``largest``: ``1/v**2 = 1/free**2 + 1/largest**2``."""
    return free / np.sqrt(1.0 + np.square(free / largest))


def largest_sd(parameters: Parameters, observations: Observations) -> Measured:
    """Estimate the bound under which the model's outermost flows are as large as the history's.

    Likelihood says little about it, since few days come near. So it is found by matching quantiles
    of absolute flows, simulated with common random numbers. The standard error is over histories
    with subnets drawn anew.

    Args:
        parameters: Parameters, fitted without a bound.
        observations: Observations that they were fitted to.
    """
    # One set of draws serves all bounds and all replicates, so that they differ by the bound alone.
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
