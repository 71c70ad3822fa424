"""Any figure of the path that a run records."""

from __future__ import annotations

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "as recorded",
    "A figure of the whole network, by the name that a run's results give it.",
)
def network_figure(record: Record, *, name: str) -> Curve:
    """The figure on each path and moment.

    Args:
        record: of the arm.
        name: of the figure, as ``emission_effective_number``.

    Raises:
        KeyError: it was not recorded.
    """
    return record.scalars[name]
