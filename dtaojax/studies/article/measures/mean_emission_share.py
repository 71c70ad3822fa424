"""What part of the emission a subnet gets over time."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import PerPath, measure
from dtaojax.studies.article.record import Record


@measure("ratio", "Emission share of a subnet, the mean over the days since the start.")
def mean_emission_share(record: Record, *, netuid: int, day: float) -> PerPath:
    """Mean of the share over time by the trapezoidal rule.

    Args:
        record: of the arm.
        netuid: of the subnet.
        day: until when.
    """
    until = record.moment(day) + 1
    share = record.gauges["emission_share"][:, :until, record.place(netuid)]
    return np.trapezoid(share, record.days[:until], axis=1) / (day - record.days[0])
