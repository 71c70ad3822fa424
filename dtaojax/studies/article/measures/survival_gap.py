"""Whether the bad go and the good stay."""

from __future__ import annotations

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.measures.survival import survival
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Part of the subnets of the lowest quality that are still there, less that of those of the "
    "highest; negative where quality helps to stay.",
)
def survival_gap(record: Record, *, part: float) -> Curve:
    """Survival of the lowest part by latent quality less that of the highest, at every moment.

    Args:
        record: of the arm, in which subnets come and go.
        part: of the subnets that count as lowest, and as highest [-].
    """
    worst = survival(record, lowest=0.0, part=part)
    return worst - survival(record, lowest=1.0 - part, part=part)
