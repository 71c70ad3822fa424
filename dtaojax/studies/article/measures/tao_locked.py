"""How much of all TAO is locked."""

from __future__ import annotations

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Growth since the start of the part of all TAO that lies in pools or is staked to root.",
)
def tao_locked(record: Record) -> Curve:
    """``(tao_in + root_tao) / I`` less what it was at the start, at every moment.

    Args:
        record: of the arm.
    """
    scalars = record.scalars
    locked = (scalars["total_tao_in"] + scalars["root_tao"]) / scalars["total_issuance"]
    return locked - locked[:, :1]
