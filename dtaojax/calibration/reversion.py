"""How fast prices of subnets drift towards each other."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from dtaojax.calibration.day_errors import error_over_days
from dtaojax.calibration.measured import Measured
from dtaojax.calibration.shrinkage import shrunk
from dtaojax.history import Panel

PRIOR_SD: Final = 0.003
"""Deviation of the prior about 0: a gap that halves in 230 days is one deviation [1/day]."""
_FEWEST_SERIES: Final = 10


class GammaRate(NamedTuple):
    """A gamma distribution of a rate that cannot be negative.

    Attributes:
        rate: the mean [1/day].
        events: the shape; the relative standard deviation is ``events**-0.5``.
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
        panel: the history.
        youngest: younger subnets are left out [days].
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
        return Measured(0.0, PRIOR_SD)
    found = np.array(rates)
    measured = Measured(float(found.mean()), error_over_days(found - found.mean()))
    return shrunk(measured, PRIOR_SD)


def _closing(level: NDArray[np.float64], move: NDArray[np.float64]) -> float:
    """Return minus the slope of moves on levels."""
    gap = level - level.mean()
    return float(-(gap @ move) / (gap @ gap))


def never_negative(measured: Measured) -> GammaRate:
    """Return the gamma distribution with mean and variance of a normal one above 0."""
    low = -measured.value / measured.error
    mean, variance = stats.truncnorm.stats(low, np.inf, measured.value, measured.error, "mv")
    return GammaRate(float(mean), float(mean**2 / variance))
