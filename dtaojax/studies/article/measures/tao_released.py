"""How much TAO comes into hands that can sell it."""

from __future__ import annotations

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "TAO",
    "TAO that came into users' free hands since the start: what was issued less what pools and "
    "root stake took in. It is what could press on the price of TAO.",
)
def tao_released(record: Record) -> Curve:
    """``(I - tao_in - root_tao)(t) - (I - tao_in - root_tao)(0)``.

    Args:
        record: of the arm.
    """
    scalars = record.scalars
    free = scalars["total_issuance"] - scalars["total_tao_in"] - scalars["root_tao"]
    return free - free[:, :1]
