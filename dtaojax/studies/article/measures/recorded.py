"""Figures of the network and of subnets as a run records them, by name."""

from __future__ import annotations

from dtaojax.studies.article.measures.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "as recorded",
    "A figure of the whole network, by the name that a run's results give it.",
)
def network_figure(record: Record, *, name: str) -> Curve:
    """Return the figure on each path and moment.

    Args:
        record: record of the arm.
        name: name of the figure, as ``emission_effective_number``.

    Raises:
        KeyError: it was not recorded.
    """
    return record.scalars[name]


@measure("as recorded", "A figure of one subnet, by the name that a run's results give it.")
def subnet_figure(record: Record, *, name: str, netuid: int) -> Curve:
    """Return the figure on each path and moment; 0 once the subnet is gone.

    Args:
        record: record of the arm.
        name: name of the figure, as ``price`` or ``emission_share``.
        netuid: netuid of the subnet.

    Raises:
        KeyError: it was not recorded, or there is no such subnet.
    """
    return record.gauges[name][:, :, record.place(netuid)]
