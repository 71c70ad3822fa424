"""Averages over days, and paired comparisons, with errors that respect blocks of days."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats

FloatArray: TypeAlias = NDArray[np.float64]

REPLICATES = 2_000


class BlockEstimate(NamedTuple):
    """A number with its error.

    Attributes:
        value: the estimate, in the unit of what was averaged.
        standard_error: standard error over resampled blocks of days, in the same unit.
        ci_low: lower end of its 95 % interval.
        ci_high: upper end of that interval.
        n: number of observations.
    """

    value: float
    standard_error: float
    ci_low: float
    ci_high: float
    n: int


class DailySums(NamedTuple):
    """Observations added up day by day, from which averages are resampled.

    Attributes:
        total: sum of each statistic over a day's observations, shape (days, statistics).
        number: number of observations of each day, shape (days,).
    """

    total: FloatArray
    number: FloatArray

    @property
    def mean(self) -> FloatArray:
        """Average over all observations, shape (statistics,)."""
        return self.total.sum(axis=0) / self.number.sum()


def daily_sums(values: FloatArray, day: NDArray[np.int64]) -> DailySums:
    """Add observations up by day.

    Args:
        values: shape (observations, statistics).
        day: index of the day of each observation, shape (observations,).

    Returns:
        Sums of all days from the first to the last, days without observations among them.

    Raises:
        ValueError: there is no observation.
    """
    if len(day) == 0:
        raise ValueError("there is no observation to average")
    place = day - day.min()
    days = int(place.max()) + 1
    total = np.zeros((days, values.shape[1]))
    np.add.at(total, place, values)
    return DailySums(total, np.bincount(place, minlength=days).astype(float))


def resampled_means(
    sums: DailySums, block: int, seed: int, replicates: int = REPLICATES
) -> FloatArray:
    """Return averages over resampled histories: the circular block bootstrap over days.

    Blocks of consecutive days are drawn with replacement and put together to a history as long as
    the original (Politis & Romano 1992). All observations of a day stay together, so the average
    keeps their correlation within the day, and up to the block's length also from day to day.

    Args:
        sums: of the days.
        block: days in a block, at least as many as a forecast overlaps; but no more than a third
            of the history, without which histories would hardly differ.
        seed: of the draws.
        replicates: number of histories.

    Returns:
        Shape (replicates, statistics). A history without any observation is drawn anew as the
        average of all.
    """
    # Sums and numbers are resampled together: days differ in the number of observations, and a
    # mean of daily means would weigh them alike.
    times_drawn = _times_drawn(len(sums.number), block, seed, replicates)
    total, number = times_drawn @ sums.total, times_drawn @ sums.number
    return np.where(number[:, None] > 0.0, total / np.maximum(number, 1.0)[:, None], sums.mean)


@lru_cache(maxsize=16)
def _times_drawn(days: int, block: int, seed: int, replicates: int) -> FloatArray:
    """Return how often each day stands in each resampled history, shape (replicates, days).

    Cached: the groups of a back-test share days, and counting them is most of the work.
    """
    length = min(block, max(days // 3, 1))
    draws = np.random.default_rng(seed).integers(days, size=(replicates, -(-days // length)))
    places = (draws[:, :, None] + np.arange(length)) % days
    # The last block is cut, so that each history is exactly as long as the real one.
    places = places.reshape(replicates, -1)[:, :days]
    cells = places + days * np.arange(replicates)[:, None]
    counts = np.bincount(cells.ravel(), minlength=replicates * days)
    return counts.reshape(replicates, days).astype(float)


def mean_over_days(
    values: FloatArray, day: NDArray[np.int64], block: int, seed: int = 0
) -> BlockEstimate:
    """Estimate an average with a standard error that respects blocks of days.

    Args:
        values: one number an observation, shape (observations,).
        day: of each observation.
        block: days that depend on each other.
        seed: of the resampling.

    Returns:
        The estimate; its interval is the normal one.
    """
    sums = daily_sums(values[:, None], day)
    error = float(resampled_means(sums, block, seed)[:, 0].std(ddof=1))
    value = float(sums.mean[0])
    return BlockEstimate(value, error, value - 1.96 * error, value + 1.96 * error, len(values))


class PairedComparison(NamedTuple):
    """A paired comparison of scores, of which smaller ones are better.

    Attributes:
        difference: mean score of the first less that of the second, negative if it is better.
        skill: ``1 - first / second``: the part of the second's score that the first saves [-].
        p_value: two-sided, of no difference [-].
    """

    difference: BlockEstimate
    skill: BlockEstimate
    p_value: float


def compare(
    first: FloatArray, second: FloatArray, day: NDArray[np.int64], block: int, seed: int = 0
) -> PairedComparison:
    """Compare two forecasts as Diebold & Mariano (1995) do, with errors over blocks of days.

    Args:
        first: a score for each outcome, shape (observations,).
        second: the other forecast's scores of the same outcomes.
        day: index of the day of each.
        block: days that depend on each other.
        seed: of the resampling.
    """
    sums = daily_sums(np.stack([first, second], axis=1), day)
    drawn = resampled_means(sums, block, seed)
    a, b = sums.mean
    difference = _estimate(float(a - b), drawn[:, 0] - drawn[:, 1], len(first))
    skill = _estimate(float(1.0 - a / b), 1.0 - drawn[:, 0] / drawn[:, 1], len(first))
    error = difference.standard_error
    p_value = float(2.0 * stats.norm.sf(abs(difference.value) / error)) if error else np.nan
    return PairedComparison(difference, skill, p_value)


def _estimate(value: float, drawn: FloatArray, n: int) -> BlockEstimate:
    error = float(drawn.std(ddof=1))
    return BlockEstimate(value, error, value - 1.96 * error, value + 1.96 * error, n)
