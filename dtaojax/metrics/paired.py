"""Differences between two runs on the same random numbers, path by path or batch by batch.

Path i of one run and path i of the other share their random numbers, so what both have in common
cancels in the difference. Every error here counts that: a run against itself differs by 0 ± 0.
Samples of two runs stand in the same order of paths. Of every subnet's figures at the horizon only
means over batches of paths are kept, which hold the same pairing in a memory that does not grow.

Terms of a difference may have long tails to both sides, and their skewness is then mostly chance.
So no interval here is shorter, to either side, than Student's without skewness.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from dtaojax.metrics.estimate import (
    Estimate,
    mean_of_sample,
    quantile_of_sample,
    with_normal_interval,
    with_skewed_interval,
)
from dtaojax.metrics.tail import shortfall_influence, tail_degrees, tail_estimate

if TYPE_CHECKING:
    from jaxtyping import Bool

    from dtaojax.engine.batches import Batches
    from dtaojax.engine.statistics import Bins

FIRST_PATH: Final = "first_path"
USED: Final = "used"
"""Columns of the table besides the figures: a batch's first path, and how many of it are used."""


def batch_column(quantity: str, netuid: int) -> str:
    """Return the name of the column that holds a figure of a subnet."""
    return f"{quantity}[{netuid}]"


def batch_table(
    batches: Batches,
    bins: Bins,
    gauges: Sequence[str],
    events: Sequence[str],
    netuids: np.ndarray,
    used: Bool[np.ndarray, " paths"],
) -> pd.DataFrame:
    """Return the means over the used paths of each batch; of an event, how often it happened.

    A row a batch, in the order of paths; NaN in a batch without a used path.

    Args:
        batches: Sums of the gauges and events by batch.
        bins: Bins that say from where and in which unit gauges were summed.
        gauges: Names of the gauges, in recorded order.
        events: Names of the events, in recorded order.
        netuids: Netuids of the members.
        used: Paths that stayed finite, shape (paths,).
    """
    first = np.arange(0, len(used), batches.paths)
    count = np.add.reduceat(used, first, dtype=np.int64)
    means = batches.sums / np.where(count, count, np.nan)[:, None, None]
    origin, scale = np.asarray(bins.origin), np.asarray(bins.scale)
    means[:, : len(gauges)] = origin + scale * means[:, : len(gauges)]
    names = [batch_column(name, int(n)) for name in (*gauges, *events) for n in netuids]
    figures = pd.DataFrame(means.reshape(len(first), -1), columns=names)
    figures.insert(0, FIRST_PATH, first)
    figures.insert(1, USED, count)
    return figures


Column = Float[np.ndarray, " paths"]


def mean_difference(first: Column, second: Column) -> Estimate:
    """Estimate how much larger the mean is in the second run."""
    return at_least_students(mean_of_sample(second - first), len(first) - 1)


def mean_ratio(first: Column, second: Column) -> Estimate:
    """Estimate the second run's mean over the first's; NaN where the first's is 0.

    The error is that of a ratio of means, from its influence ``(y - r x) / mean(x)`` path by path
    (Cochran, "Sampling techniques", 2.11).
    """
    mean = first.mean()
    if mean == 0.0:
        return Estimate(*(np.asarray(np.nan) for _ in Estimate._fields))
    ratio = second.mean() / mean
    influence = mean_of_sample((second - ratio * first) / mean)
    about = Estimate(
        ratio, influence.standard_error, ratio + influence.ci_low, ratio + influence.ci_high
    )
    return at_least_students(about, len(first) - 1)


def quantile_difference(first: Column, second: Column, level: float) -> Estimate:
    """Estimate how much larger a quantile, or a VaR, is in the second run.

    Two sample quantiles of paired samples are jointly normal, and their correlation is that of the
    events "this path lies below its quantile" in the two runs (Babu and Rao 1988, "Joint asymptotic
    distribution of marginal quantiles"). Each one's own error is that of
    :func:`dtaojax.metrics.estimate.quantile_of_sample`, so no density is estimated.
    """
    ours, theirs = quantile_of_sample(first, level), quantile_of_sample(second, level)
    correlation = event_correlation(first <= ours.value, second <= theirs.value)
    spread = (ours.standard_error - theirs.standard_error) ** 2
    apart = 2.0 * ours.standard_error * theirs.standard_error * (1.0 - correlation)
    return with_normal_interval(theirs.value - ours.value, np.sqrt(spread + apart))


def shortfall_difference(
    first: tuple[Column, Column], second: tuple[Column, Column], confidence: float
) -> Estimate:
    """Estimate how much larger an expected shortfall, or a contribution to it, is in the second.

    The error is that of the difference of the two influence functions, path by path
    (:func:`dtaojax.metrics.tail.shortfall_influence`).

    Args:
        first: Losses of the whole and of the part, in the first run; for a shortfall both the same.
        second: Likewise in the second run.
        confidence: Confidence of the shortfall.
    """
    ours = shortfall_influence(*first, confidence)
    theirs = shortfall_influence(*second, confidence)
    influence = np.zeros(len(first[0]))
    influence[theirs.paths] += theirs.amounts
    influence[ours.paths] -= ours.amounts
    paths = len(influence)
    found = tail_estimate(theirs.value - ours.value, influence, confidence, paths)
    return at_least_students(found, tail_degrees(confidence, paths))


def at_least_students(found: Estimate, degrees: float) -> Estimate:
    """Return the estimate with its interval made no shorter, to either side, than Student's."""
    student = with_skewed_interval(found.value, found.standard_error, np.zeros(()), degrees)
    return found._replace(
        ci_low=np.minimum(found.ci_low, student.ci_low),
        ci_high=np.maximum(found.ci_high, student.ci_high),
    )


def batch_difference(first: Column, second: Column, used: Int[np.ndarray, " batches"]) -> Estimate:
    """Estimate how much larger the mean is in the second run, from means over batches of paths.

    The error is that of a ratio of means, from the influence of each batch, which counts by its
    paths (Cochran, "Sampling techniques", 2.11).

    Args:
        first: Means over the used paths of each batch, in the first run; at least two.
        second: Likewise in the second run.
        used: Number of paths that each batch has of both runs.
    """
    difference = second - first
    weights = used / used.mean()
    value = np.mean(weights * difference)
    influence = value + weights * (difference - value)
    return at_least_students(mean_of_sample(influence), len(first) - 1)


def bounded_difference(first: Estimate, second: Estimate) -> Estimate:
    """Return a difference of estimates whose paths are not kept.

    Its error is at most the sum of both (Cauchy and Schwarz), which is what is given: the interval
    holds at least as often as it promises.
    """
    error = first.standard_error + second.standard_error
    return with_normal_interval(second.value - first.value, error)


def event_correlation(
    first: Bool[np.ndarray, " paths"], second: Bool[np.ndarray, " paths"]
) -> float:
    """Correlation of two events over paths; 0 where one of them always or never happens.

    Counted in whole numbers, so that an event is correlated with itself by exactly 1.
    """
    paths = len(first)
    ours, theirs = int(first.sum()), int(second.sum())
    both = int((first & second).sum())
    scale = float(ours * (paths - ours)) * float(theirs * (paths - theirs))
    return 0.0 if scale == 0.0 else (paths * both - ours * theirs) / math.sqrt(scale)
