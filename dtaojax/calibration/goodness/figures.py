"""Figures by which a simulated history is held against the real one."""

from __future__ import annotations

from collections.abc import Sequence
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
"""What `figures` computes, in its order."""


def figures(returns: FloatArray) -> FloatArray:
    """All figures of a panel.

    Args:
        returns: daily log returns, NaN where not known (days, series).
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
    """Quantiles of what there is; NaN where there is nothing."""
    return np.quantile(values, levels) if len(values) else np.full(len(levels), np.nan)


def mean(values: FloatArray) -> float:
    """Mean of what there is; NaN where there is nothing."""
    return float(values.mean()) if len(values) else np.nan


def spread_of(returns: FloatArray) -> FloatArray:
    """Standard deviation of each series that has at least eight returns (of these series,)."""
    enough = np.isfinite(returns).sum(axis=0) >= FEWEST_RETURNS
    return np.nanstd(returns[:, enough], axis=0, ddof=1)


def autocorrelation(returns: FloatArray) -> FloatArray:
    """Autocorrelation of absolute returns at `LAGS`, the mean over series.

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
    """Pearson's correlation of each pair of series with at least eight common days (pairs,)."""
    known = np.isfinite(returns)
    usable = known.sum(axis=0) >= FEWEST_RETURNS
    usable[usable] = np.nanstd(returns[:, usable], axis=0) > 0.0
    known, values = known[:, usable], returns[:, usable]
    score = (values - np.nanmean(values, axis=0)) / np.nanstd(values, axis=0)
    score = np.where(known, score, 0.0)
    common = known.astype(float).T @ known
    pairs = np.triu(common >= FEWEST_RETURNS, k=1)
    return (score.T @ score)[pairs] / common[pairs]
