"""The table of estimates about each subnet."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dtaojax.engine.merge import Statistics
from dtaojax.engine.statistics import Bins
from dtaojax.metrics.binned import BinnedDistribution, quantile_of_bins
from dtaojax.metrics.estimate import (
    Estimate,
    mean_from_sums,
    mean_of_equals,
    probability,
    whole_ranks,
    without_unknown_ends,
)
from dtaojax.metrics.tables import broadcast_frame, range_of
from dtaojax.results.contract import QUANTILE_LEVELS

_WHOLE = ("rank",)
"""Units of gauges that are whole numbers."""


def subnet_table(
    statistics: Statistics,
    bins: Bins,
    gauges: dict[str, str],
    events: tuple[str, ...],
    netuids: np.ndarray,
    days: np.ndarray,
    most_subnets: int,
    levels: Sequence[float] = QUANTILE_LEVELS,
) -> pd.DataFrame:
    """Tabulate means and quantiles of gauges and probabilities of events, by day and subnet.

    Args:
        statistics: Statistics of all used paths.
        bins: Bins in which they were counted.
        gauges: Names and units of the gauges, in recorded order.
        events: Names of the events, in recorded order.
        netuids: Netuids of the members.
        days: Days of the recorded reports [days].
        most_subnets: Number of subnets that the network can hold.
        levels: Levels of the quantiles.
    """
    paths = statistics.used
    origin, scale = np.asarray(bins.origin), np.asarray(bins.scale)
    mean = mean_from_sums(statistics.deviation, statistics.squared, statistics.cubed, paths)
    start = (days == 0.0)[:, None]
    parts = []
    for index, (name, unit) in enumerate(gauges.items()):

        def add(statistic, level, estimate, name=name, unit=unit):
            parts.append(
                broadcast_frame(
                    name, "subnet", netuids, days, statistic, level, estimate, paths, unit
                )
            )

        here = origin[index], scale[index]
        counts = statistics.counts.bins[:, index]
        distribution = BinnedDistribution(
            counts=counts,
            zeros=paths - counts.sum(axis=-1),
            lowest=statistics.counts.lowest[:, index],
            highest=statistics.counts.highest[:, index],
            scale=here[1],
            log_low=np.asarray(bins.log_low)[index],
            log_width=np.asarray(bins.log_width)[index],
            is_whole=unit in _WHOLE,
        )
        average = _in_units(mean, index, *here)
        within = range_of(name, unit, most_subnets)
        is_equal = _all_equal(distribution, paths)
        if paths > 1:
            equals = mean_of_equals(average.value, *within, paths)
            average = Estimate(
                *(np.where(is_equal, *each) for each in zip(equals, average, strict=True))
            )
        # The start is the same on every path, however few there are.
        is_certain = start & is_equal
        add("mean", np.nan, _certain_where(is_certain, average))
        for level in levels:
            if unit in _WHOLE:
                quantile = _to_whole(quantile_of_bins(distribution, level, whole_ranks))
            else:
                quantile = quantile_of_bins(distribution, level)
            quantile = without_unknown_ends(quantile, level, within, paths)
            add("quantile", level, _certain_where(is_certain, quantile))
    for index, name in enumerate(events):
        happened = statistics.events[:, index].astype(float)
        chance = _certain_where(start, probability(happened, paths))
        parts.append(
            broadcast_frame(
                name, "subnet", netuids, days, "probability", np.nan, chance, paths, "probability"
            )
        )
    return pd.concat(parts, ignore_index=True)


def _in_units(mean: Estimate, index: int, origin: np.ndarray, scale: np.ndarray) -> Estimate:
    """Return a mean of deviations, turned back into the gauge's unit."""
    value, error, low, high = (part[:, index] for part in mean)
    return Estimate(
        origin + scale * value, scale * error, origin + scale * low, origin + scale * high
    )


def _all_equal(distribution: BinnedDistribution, paths: int) -> np.ndarray:
    """Return where all paths have shown the same value."""
    is_one_value = (distribution.zeros == 0) & (distribution.lowest == distribution.highest)
    return is_one_value | (distribution.zeros == paths)


def _certain_where(known: np.ndarray, estimate: Estimate) -> Estimate:
    """Return the estimates, without an error where they are known exactly."""
    value = estimate.value
    return Estimate(
        value,
        np.where(known, 0.0, estimate.standard_error),
        np.where(known, value, estimate.ci_low),
        np.where(known, value, estimate.ci_high),
    )


def _to_whole(quantile: Estimate) -> Estimate:
    """Return the quantile of a whole number, whose bin says it to less than half of 1 %."""
    return Estimate(
        np.rint(quantile.value),
        quantile.standard_error,
        np.rint(quantile.ci_low),
        np.rint(quantile.ci_high),
    )
