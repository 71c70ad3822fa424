"""Ranks and their correlation along the last axis."""

from __future__ import annotations

import numpy as np
from scipy import stats

from dtaojax.studies.article.record import BoolArray, FloatArray


def rank_correlation(first: FloatArray, second: FloatArray) -> FloatArray:
    """Spearman's rank correlation over the last axis; ties share their mean rank.

    0 where one of both is the same for all. The other axes are broadcast.
    """
    a, b = (stats.rankdata(each, axis=-1) for each in (first, second))
    a, b = (each - each.mean(axis=-1, keepdims=True) for each in (a, b))
    scale = np.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1))
    return np.where(scale > 0.0, (a * b).sum(axis=-1) / np.where(scale > 0.0, scale, 1.0), 0.0)


def in_band(values: FloatArray, lowest: float, part: float) -> BoolArray:
    """Which values rank in a band of their row: ``part`` of them, from quantile ``lowest`` on.

    The least value of a row is its quantile 0, the greatest its quantile 1.
    """
    place = (stats.rankdata(values, axis=-1) - 1.0) / max(values.shape[-1] - 1, 1)
    return (place >= lowest) & (place <= lowest + part)
