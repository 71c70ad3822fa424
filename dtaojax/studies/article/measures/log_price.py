"""Where a subnet's price stands."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "log price",
    "Natural logarithm of a subnet's price. The difference of two arms is, for small ones, the "
    "relative difference of their prices.",
)
def log_price(record: Record, *, netuid: int) -> Curve:
    """``log p`` at every moment.

    Args:
        record: of the arm.
        netuid: of the subnet, which must have a price.
    """
    with np.errstate(divide="ignore"):
        return np.log(record.gauges["price"][:, :, record.place(netuid)])
