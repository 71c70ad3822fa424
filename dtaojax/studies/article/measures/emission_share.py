"""What part of the emission a subnet gets."""

from __future__ import annotations

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure("ratio", "Emission share of a subnet.")
def emission_share(record: Record, *, netuid: int) -> Curve:
    """The share at every moment.

    Args:
        record: of the arm.
        netuid: of the subnet.
    """
    return record.gauges["emission_share"][:, :, record.place(netuid)]
