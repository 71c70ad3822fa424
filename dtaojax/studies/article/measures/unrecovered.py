"""Whether a price has come back."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import PerPath, measure
from dtaojax.studies.article.record import Record


@measure(
    "log price",
    "Logarithm of a subnet's price on a day less a given part of that right after a shock. Against "
    "an arm without the shock it is above 0 once less than that part of a fall is left.",
)
def unrecovered(
    record: Record, *, netuid: int, after_shock: float, day: float, part: float
) -> PerPath:
    """``log p(day) - part log p(after_shock)``.

    With g the gap of the log price to the arm without the shock, the difference of this figure is
    ``g(day) - part g(after_shock)``.

    Args:
        record: of the arm.
        netuid: of the subnet.
        after_shock: day on which the shock is over.
        day: on which it is looked at.
        part: of the gap [-].
    """
    place = record.place(netuid)
    with np.errstate(divide="ignore"):
        price = np.log(record.gauges["price"][:, :, place])
    return price[:, record.moment(day)] - part * price[:, record.moment(after_shock)]
