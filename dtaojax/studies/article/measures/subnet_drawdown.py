"""How deep prices fall within a time."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import PerPath, measure
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Largest fall of a subnet's price from a peak between two days, as a part of the peak; a "
    "quantile over subnets. Between recorded days prices are not looked at.",
)
def subnet_drawdown(record: Record, *, first: float, last: float, level: float) -> PerPath:
    """``max over t of 1 - p(t) / max over u <= t of p(u)``, and its quantile over subnets.

    Args:
        record: of the arm.
        first: day on which it begins.
        last: day on which it ends.
        level: of the quantile over subnets; 0.5 for the typical one.
    """
    price = record.gauges["price"][:, record.moment(first) : record.moment(last) + 1]
    peak = np.maximum.accumulate(price, axis=1)
    fall = np.where(peak > 0.0, 1.0 - price / np.where(peak > 0.0, peak, 1.0), np.nan)
    return np.nanquantile(fall.max(axis=1), level, axis=1)
