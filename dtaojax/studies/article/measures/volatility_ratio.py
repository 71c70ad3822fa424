"""Whether an early time is calmer than a later one."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import PerPath, measure
from dtaojax.studies.article.record import FloatArray, Record


def daily_volatility(record: Record, first: float, last: float) -> FloatArray:
    """Root mean square of daily log returns between two days, over subnets and days, by path."""
    price = record.gauges["price"][:, record.moment(first) : record.moment(last) + 1]
    days = np.diff(record.days[record.moment(first) : record.moment(last) + 1])
    returns = np.diff(np.log(price), axis=1)
    return np.sqrt((returns**2 / days[None, :, None]).mean(axis=(1, 2)))


@measure(
    "log ratio",
    "Logarithm of the daily volatility of prices in an early time over that in a later one; "
    "negative if the early time is the calmer one.",
)
def volatility_ratio(
    record: Record, *, early: tuple[float, float], late: tuple[float, float]
) -> PerPath:
    """``log(v(early) / v(late))``, v the root mean square of daily log returns.

    Args:
        record: of the arm, recorded often; no subnet may be gone.
        early: first and last day.
        late: first and last day.
    """
    return np.log(daily_volatility(record, *early) / daily_volatility(record, *late))
