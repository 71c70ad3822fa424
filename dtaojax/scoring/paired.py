"""Whether one forecast scores better than another on the same outcomes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from dtaojax.scoring.blocks import Estimate, FloatArray, daily_sums, resampled_means


class Comparison(NamedTuple):
    """A paired comparison of scores, of which smaller ones are better.

    Attributes:
        difference: mean score of the first less that of the second, negative if it is better.
        skill: ``1 - first / second``: the part of the second's score that the first saves [-].
        p_value: two-sided, of no difference [-].
    """

    difference: Estimate
    skill: Estimate
    p_value: float


def compare(
    first: FloatArray, second: FloatArray, day: NDArray[np.int64], block: int, seed: int = 0
) -> Comparison:
    """Compares two forecasts as Diebold & Mariano (1995) do, with errors over blocks of days.

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
    return Comparison(difference, skill, p_value)


def _estimate(value: float, drawn: FloatArray, n: int) -> Estimate:
    error = float(drawn.std(ddof=1))
    return Estimate(value, error, value - 1.96 * error, value + 1.96 * error, n)
