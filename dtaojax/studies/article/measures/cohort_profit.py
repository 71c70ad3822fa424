"""What somebody's trades brought."""

from __future__ import annotations

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "TAO",
    "What a cohort got for alpha less what it paid, and what it still holds at spot, since the "
    "start; alpha that it held at the start is not counted as paid for.",
)
def cohort_profit(record: Record, *, who: str) -> Curve:
    """``proceeds - spending + holdings``, fees and slippage as they were paid, at every moment.

    Args:
        record: of the arm, whose config has cohorts.
        who: name of the cohort or whale.
    """
    got, paid, held = (
        record.scalars[f"{name}.{who}"] for name in ("proceeds", "spending", "holdings")
    )
    return got - paid + held
