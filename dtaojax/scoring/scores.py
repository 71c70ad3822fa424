"""Scores of forecasts that are samples, probabilities or a few quantiles.

The distribution behind quantiles is taken to be linear between two that differ, and to end at the
outermost ones. A quantile that is not known is NaN; the others then say what they can.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dtaojax.scoring.blocks import FloatArray


def fair_crps(samples: FloatArray, outcome: FloatArray) -> FloatArray:
    """Return the fair CRPS of samples, ``mean |X - y| - mean |X - X'| / 2``; smaller is better.

    Pairs are of different samples. Leaving out those of a sample with itself makes the score's
    expectation that of the distribution behind the samples, whatever their number (Ferro 2014,
    "Fair scores for ensemble forecasts", QJRMS 140). It may therefore fall a little below 0 for few
    samples.

    Args:
        samples: sorted, at least two, shape (forecasts, samples).
        outcome: shape (forecasts,).

    Returns:
        One score a forecast, in the unit of the outcome, shape (forecasts,).
    """
    n = samples.shape[1]
    distance = np.mean(np.abs(samples - outcome[:, None]), axis=1)
    # Sum over pairs i < j of x_j - x_i: x_k is the larger in k pairs and the smaller in n - 1 - k.
    weights = 2.0 * np.arange(n) - (n - 1)
    spread = samples @ weights / (n * (n - 1))
    return distance - spread


def brier(probability: FloatArray, happened: NDArray[np.bool_]) -> float:
    """Return the mean squared distance of probabilities from what came (Brier 1950); 0 is perfect.

    Args:
        probability: of the event, one a subnet (subnets,).
        happened: whether it came (subnets,).
    """
    return float(np.mean(np.square(probability - happened)))


class PitInterval(NamedTuple):
    """Places of outcomes in their forecast distributions, as intervals of probability.

    The two ends are equal where the quantiles tell the place. They differ where an outcome has a
    probability of its own, as zero and whole numbers have, and beyond the outermost quantiles: the
    transform is then uniform between them (Czado, Gneiting & Held 2009, "Predictive model
    assessment for count data", Biometrics 65, 2.1).

    Attributes:
        low: probability of a smaller outcome, shape (forecasts,).
        high: probability of a smaller or an equal one, shape (forecasts,).
    """

    low: FloatArray
    high: FloatArray


def place(levels: FloatArray, quantiles: FloatArray, outcome: FloatArray) -> PitInterval:
    """Return the places of outcomes among quantiles.

    Args:
        levels: of the quantiles, rising, shape (levels,).
        quantiles: rising along the levels, NaN where not known, shape (forecasts, levels).
        outcome: shape (forecasts,).
    """
    y = outcome[:, None]
    with np.errstate(invalid="ignore"):
        below, equal, above = quantiles < y, quantiles == y, quantiles > y
    under = np.where(below, levels, 0.0).max(axis=1)
    over = np.where(above, levels, 1.0).min(axis=1)
    bottom = np.where(below, quantiles, -np.inf).max(axis=1)
    top = np.where(above, quantiles, np.inf).min(axis=1)
    is_between = np.isfinite(bottom) & np.isfinite(top) & ~equal.any(axis=1)
    with np.errstate(invalid="ignore"):
        part = np.where(is_between, (outcome - bottom) / (top - bottom), 0.0)
    inside = under + part * (over - under)
    # A value of a quantile has a probability of its own, or an outcome would not be equal to it. It
    # reaches somewhere into the gap to the next quantile: half-way on average.
    least = np.where(equal, levels, 1.0).min(axis=1)
    most = np.where(equal, levels, 0.0).max(axis=1)
    has_equal = equal.any(axis=1)
    low = np.where(has_equal & below.any(axis=1), 0.5 * (under + least), under)
    high = np.where(has_equal & above.any(axis=1), 0.5 * (over + most), over)
    return PitInterval(np.where(is_between, inside, low), np.where(is_between, inside, high))


def inside_part(found: PitInterval, level: float) -> FloatArray:
    """Return which part of each place lies in the central interval of a level.

    It is 1 or 0 where the place is told. Its mean over outcomes of right forecasts is the level.

    Args:
        found: places, shape (forecasts,).
        level: probability of the interval, for example 0.95.
    """
    low, high = 0.5 - 0.5 * level, 0.5 + 0.5 * level
    width = found.high - found.low
    overlap = np.minimum(found.high, high) - np.maximum(found.low, low)
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.clip(overlap / width, 0.0, 1.0)
    # Ends are levels such as 0.975, which 0.5 + 0.5 * 0.95 may miss by a rounding.
    is_in = np.abs(found.low - 0.5) <= 0.5 * level + 1e-9
    return np.where(width > 0.0, np.round(part, 9), is_in.astype(float))


def place_histogram(found: PitInterval, bins: int) -> FloatArray:
    """Return the mean density of places over bins of equal width; 1 everywhere if uniform.

    Args:
        found: places, at least one.
        bins: number of bins.
    """
    edges = np.linspace(0.0, 1.0, bins + 1)
    low, high = found.low[:, None], found.high[:, None]
    width = high - low
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.clip((edges - low) / width, 0.0, 1.0)
    below = np.where(width > 0.0, spread, (low < edges).astype(float))
    # The last edge is beyond every place, and the first before every one.
    below[:, 0], below[:, -1] = 0.0, 1.0
    return np.diff(below, axis=1).mean(axis=0) * bins


def crps_of_quantiles(levels: FloatArray, quantiles: FloatArray, outcome: FloatArray) -> FloatArray:
    """Return the CRPS of the distribution that the quantiles stand for; smaller is better.

    ``integral of (F(x) - [x >= y])**2 dx`` (Gneiting & Raftery 2007, "Strictly proper scoring
    rules", JASA 102, 4.2), which is a polynomial between two quantiles.

    Args:
        levels: of the quantiles, rising, shape (levels,).
        quantiles: as of :func:`place`, at least one known in each row.
        outcome: shape (forecasts,).

    Returns:
        One score a forecast, in the unit of the outcome, shape (forecasts,).
    """
    x, p = _filled(levels, quantiles)
    y = outcome[:, None]
    left, right, low, high = x[:, :-1], x[:, 1:], p[:, :-1], p[:, 1:]
    cut = np.clip(y, left, right)
    width = right - left
    part = np.where(width > 0.0, (cut - left) / np.where(width > 0.0, width, 1.0), 0.0)
    at = low + part * (high - low)
    before = (cut - left) * (low**2 + low * at + at**2)
    after = (right - cut) * ((1 - at) ** 2 + (1 - at) * (1 - high) + (1 - high) ** 2)
    beyond = np.maximum(x[:, 0] - outcome, 0.0) + np.maximum(outcome - x[:, -1], 0.0)
    return beyond + (before + after).sum(axis=1) / 3.0


def _filled(levels: FloatArray, quantiles: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Put what is not known where it changes nothing of the distribution that is."""
    x, p = quantiles.copy(), np.broadcast_to(levels, quantiles.shape).copy()
    for row in np.flatnonzero(np.isnan(x).any(axis=1)):
        known: NDArray[np.bool_] = ~np.isnan(x[row])
        x[row] = np.interp(levels, levels[known], x[row, known])
    return x, p
