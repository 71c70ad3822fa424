"""What a holder loses."""

from __future__ import annotations

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Loss of the holder's portfolio as a part of what it was worth at the start, its yield "
    "included; realizable values in TAO. Negative is a gain.",
)
def holder_loss(record: Record) -> Curve:
    """``1 - V(t) / V(0)`` at every moment.

    Args:
        record: of the arm, whose config has a portfolio.
    """
    netuids = (*record.config.portfolio.alpha, 0)
    value = sum(record.scalars[f"value_realizable[{netuid}]"] for netuid in netuids[1:])
    value = value + record.scalars[f"value_realizable[{netuids[0]}]"]
    return 1.0 - value / value[:, :1]
