"""What somebody's trades brought for each TAO spent."""

from __future__ import annotations

from dtaojax.studies.article.measure import PerPath, measure
from dtaojax.studies.article.measures.cohort_profit import cohort_profit
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "What a cohort got for alpha and still holds at spot, over what it paid for alpha, less 1.",
)
def cohort_return(record: Record, *, who: str, day: float) -> PerPath:
    """``(proceeds - spending + holdings) / spending``.

    Args:
        record: of the arm, whose config has cohorts.
        who: name of a cohort or whale that has bought by then.
        day: until when.
    """
    moment = record.moment(day)
    spending = record.scalars[f"spending.{who}"][:, moment]
    return cohort_profit(record, who=who)[:, moment] / spending
