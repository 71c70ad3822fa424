"""Statistics of a panel of returns, by which simulated histories are held against the real one.

`figures` are the rows of the goodness-of-fit table, each `Curve` is a chart beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

LAGS: Final = (1, 2, 3, 4, 5)
_SPREAD_LEVELS: Final = (0.05, 0.5, 0.95)
_TAIL_LEVELS: Final = (0.001, 0.01, 0.99, 0.999)
FEWEST_RETURNS: Final = 8
"""Returns without which a series has no standard deviation to speak of."""

NAMES: Final = (
    *(f"daily sd, {100 * level:g} % of subnets below" for level in _SPREAD_LEVELS),
    *(f"pooled return, {100 * level:g} % quantile" for level in _TAIL_LEVELS),
    *(f"autocorrelation of |r|, lag {lag}" for lag in LAGS),
    "mean pairwise correlation",
)
"""Names of the figures that `figures` returns, in its order."""


def figures(returns: FloatArray) -> FloatArray:
    """Return all figures of a panel, in the order of `NAMES`.

    Args:
        returns: Daily log returns, NaN where not known, shape (days, series).
    """
    spread = spread_of(returns)
    pooled = returns[np.isfinite(returns)]
    return np.array(
        [
            *quantiles(spread, _SPREAD_LEVELS),
            *quantiles(pooled, _TAIL_LEVELS),
            *autocorrelation(returns),
            mean(correlations(returns)),
        ]
    )


def quantiles(values: FloatArray, levels: Sequence[float] | FloatArray) -> FloatArray:
    """Return quantiles of what there is; NaN where there is nothing."""
    return np.quantile(values, levels) if len(values) else np.full(len(levels), np.nan)


def mean(values: FloatArray) -> float:
    """Return the mean of what there is; NaN where there is nothing."""
    return float(values.mean()) if len(values) else np.nan


def spread_of(returns: FloatArray) -> FloatArray:
    """Return the standard deviation of each series that has at least eight returns."""
    enough = np.isfinite(returns).sum(axis=0) >= FEWEST_RETURNS
    return np.nanstd(returns[:, enough], axis=0, ddof=1)


def autocorrelation(returns: FloatArray) -> FloatArray:
    """Return the autocorrelation of absolute returns at `LAGS`, the mean over series.

    Each series is put in units of its own mean absolute return, so that none outweighs the rest.
    """
    known = np.isfinite(returns)
    size = np.where(known, np.abs(returns), 0.0)
    count = known.sum(axis=0)
    typical = size.sum(axis=0) / np.maximum(count, 1)
    usable = (count >= FEWEST_RETURNS) & (typical > 0.0)
    centred = np.where(known, size / np.where(typical > 0.0, typical, 1.0) - 1.0, 0.0)[:, usable]
    seen = known[:, usable]
    variance = (centred**2).sum(axis=0) / count[usable]
    found = []
    for lag in LAGS:
        pairs = (seen[lag:] & seen[:-lag]).sum(axis=0)
        products = (centred[lag:] * centred[:-lag]).sum(axis=0)
        some = (pairs >= FEWEST_RETURNS - max(LAGS) + 1) & (variance > 0.0)
        found.append(mean(products[some] / pairs[some] / variance[some]))
    return np.array(found)


def correlations(returns: FloatArray) -> FloatArray:
    """Return Pearson's correlation of each pair of series with at least eight common days."""
    known = np.isfinite(returns)
    usable = known.sum(axis=0) >= FEWEST_RETURNS
    usable[usable] = np.nanstd(returns[:, usable], axis=0) > 0.0
    known, values = known[:, usable], returns[:, usable]
    score = (values - np.nanmean(values, axis=0)) / np.nanstd(values, axis=0)
    score = np.where(known, score, 0.0)
    common = known.astype(float).T @ known
    pairs = np.triu(common >= FEWEST_RETURNS, k=1)
    return (score.T @ score)[pairs] / common[pairs]


_LOWER: Final = np.array([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25])
_LEVELS: Final = np.concatenate([_LOWER, [0.5], 1.0 - _LOWER[::-1]])
_SIZES: Final = np.array([0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7])
_RANKS: Final = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])


@dataclass(frozen=True)
class Curve:
    """A function of a panel of returns (days, series), point by point.

    Attributes:
        at: Positions of its points.
        of: Function that returns the values there.
        of_pairs: True if it concerns pairs of subnets.
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
    """Divide series into groups of equal size by depth.

    Args:
        depth: Depth of each series, shape (series,) [TAO].
        groups: Number of groups, at most one a series.

    Returns:
        Median depth of each group, and which series are in it.
    """
    members = np.array_split(np.argsort(depth, kind="stable"), min(groups, len(depth)))
    return np.array([np.median(depth[group]) for group in members]), members


def mean_log_spread(returns: FloatArray) -> float:
    """Return the geometric mean over series of the daily standard deviation."""
    spread = spread_of(returns)
    return float(np.exp(mean(np.log(spread[spread > 0.0]))))
