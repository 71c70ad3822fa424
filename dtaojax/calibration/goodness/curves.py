"""Curves by which a simulated history is held against the real one, for figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dtaojax.calibration.goodness.figures import (
    LAGS,
    autocorrelation,
    correlations,
    mean,
    quantiles,
    spread_of,
)

FloatArray = NDArray[np.float64]

_LOWER: Final = np.array([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25])
_LEVELS: Final = np.concatenate([_LOWER, [0.5], 1.0 - _LOWER[::-1]])
_SIZES: Final = np.array([0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7])
_RANKS: Final = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])


@dataclass(frozen=True)
class Curve:
    """A function of a panel of returns (days, series), point by point.

    Attributes:
        at: where its points are.
        of: the values there.
        of_pairs: whether it concerns pairs of subnets.
    """

    at: FloatArray
    of: Callable[[FloatArray], FloatArray]
    of_pairs: bool = False


def _pooled(returns: FloatArray) -> FloatArray:
    return returns[np.isfinite(returns)]


QUANTILES: Final = Curve(_LEVELS, lambda returns: quantiles(_pooled(returns), _LEVELS))
"""Quantiles of all daily returns, by probability."""

TAILS: Final = Curve(
    _SIZES, lambda returns: np.array([mean(np.abs(_pooled(returns)) > size) for size in _SIZES])
)
"""Share of days on which a price moved by more than a size."""

SPREADS: Final = Curve(_RANKS, lambda returns: quantiles(spread_of(returns), _RANKS))
"""Quantiles over subnets of the daily standard deviation."""

MEMORY: Final = Curve(np.array(LAGS, dtype=float), autocorrelation)
"""Autocorrelation of absolute returns, by lag."""

CORRELATIONS: Final = Curve(
    _RANKS, lambda returns: quantiles(correlations(returns), _RANKS), of_pairs=True
)
"""Quantiles over pairs of subnets of the correlation of returns."""


def by_depth(depth: FloatArray, groups: int) -> tuple[FloatArray, list[NDArray[np.intp]]]:
    """Series in groups of equal size by depth.

    Args:
        depth: of each series (series,) [TAO].
        groups: how many, at most one a series.

    Returns:
        Median depth of each group, and which series are in it.
    """
    members = np.array_split(np.argsort(depth, kind="stable"), min(groups, len(depth)))
    return np.array([np.median(depth[group]) for group in members]), members


def mean_log_spread(returns: FloatArray) -> float:
    """Geometric mean over series of the daily standard deviation."""
    spread = spread_of(returns)
    return float(np.exp(mean(np.log(spread[spread > 0.0]))))
