"""Where the prices of subnets stand."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import BoolArray, Record


@measure(
    "log price",
    "Mean logarithm of the prices of all subnets, or of all but some. The difference of two arms "
    "is, for small ones, the relative difference of their prices.",
)
def mean_log_price(record: Record, *, without: tuple[int, ...] = ()) -> Curve:
    """Mean of ``log p`` over subnets that have a price at the start.

    Args:
        record: of the arm, in which no subnet goes.
        without: netuids of subnets that are left out.

    Raises:
        KeyError: one of them is not there.
    """
    price = record.gauges["price"]
    counts: BoolArray = np.all(price[:, 0] > 0.0, axis=0)
    counts[[record.place(netuid) for netuid in without]] = False
    with np.errstate(divide="ignore"):
        return np.log(price[:, :, counts]).mean(axis=-1)
