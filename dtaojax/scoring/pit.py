"""The probability-integral transform of outcomes: its uniformity, and coverage of intervals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dtaojax.scoring.blocks import (
    BlockEstimate,
    FloatArray,
    daily_sums,
    mean_over_days,
    resampled_means,
)

BINS = 20


class Uniformity(NamedTuple):
    """A test of whether the transform is uniform, as it is under right forecasts.

    Attributes:
        density: histogram, 1 everywhere if uniform, shape (bins,).
        standard_error: standard error of each bin's density over blocks of days, shape (bins,).
        distance: largest distance of the distribution from the uniform one, at the bins' edges.
        p_value: probability of so large a distance under right forecasts [-].
    """

    density: FloatArray
    standard_error: FloatArray
    distance: float
    p_value: float


def pit(samples: FloatArray, outcome: FloatArray, uniform: FloatArray) -> FloatArray:
    """Return each outcome's rank among its samples, spread within it: ``(rank + U) / (n + 1)``.

    It is exactly uniform where outcome and samples have the same distribution, ties included:
    among equal samples the outcome's place is drawn (Czado, Gneiting & Held 2009).

    Args:
        samples: sorted, shape (forecasts, samples).
        outcome: shape (forecasts,).
        uniform: U, a draw from [0, 1) for each forecast.
    """
    below = np.sum(samples < outcome[:, None], axis=1)
    equal = np.sum(samples == outcome[:, None], axis=1)
    return (below + uniform * (equal + 1)) / (samples.shape[1] + 1)


def uniformity(
    values: FloatArray, day: NDArray[np.int64], block: int, seed: int = 0, bins: int = BINS
) -> Uniformity:
    """Test the uniformity of the transform by a histogram, respecting blocks of days.

    The distance is Kolmogorov's, at the edges of the bins. Its distribution under right forecasts
    is that of the distance between resampled histories and the real one.

    Args:
        values: the transform, shape (observations,).
        day: index of the day of each.
        block: days that depend on each other.
        seed: of the resampling.
        bins: number of bins of equal width.
    """
    place = np.minimum((values * bins).astype(int), bins - 1)
    sums = daily_sums(np.eye(bins)[place], day)
    drawn = resampled_means(sums, block, seed)
    share = sums.mean
    distance = np.abs(np.cumsum(share) - np.arange(1, bins + 1) / bins).max()
    # Centred on the real histogram: under right forecasts the real one lies as far from the
    # uniform one as resampled ones lie from it.
    drawn_distance = np.abs(np.cumsum(drawn - share, axis=1)).max(axis=1)
    p_value = (np.count_nonzero(drawn_distance >= distance) + 1) / (len(drawn) + 1)
    return Uniformity(
        share * bins, drawn.std(axis=0, ddof=1) * bins, float(distance), float(p_value)
    )


def inside(pit: FloatArray, level: float) -> NDArray[np.bool_]:
    """Return whether outcomes lie in the central interval of a level.

    Args:
        pit: forecast probability of a smaller outcome (see `dtaojax.scoring.pit`).
        level: probability of the interval, for example 0.95.
    """
    return np.abs(pit - 0.5) <= 0.5 * level


def coverage(
    pit: FloatArray, day: NDArray[np.int64], level: float, block: int, seed: int = 0
) -> BlockEstimate:
    """Estimate the share of outcomes in the central interval; the level if forecasts are right.

    Args:
        pit: one an outcome, shape (observations,).
        day: index of the day of each.
        level: probability of the interval.
        block: days that depend on each other.
        seed: of the resampling.
    """
    return mean_over_days(inside(pit, level).astype(float), day, block, seed)
