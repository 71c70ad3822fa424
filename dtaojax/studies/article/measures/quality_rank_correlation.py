"""Whether emission goes where quality is."""

from __future__ import annotations

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.rank import rank_correlation
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Rank correlation over subnets of their latent quality with their emission share.",
)
def quality_rank_correlation(record: Record) -> Curve:
    """Spearman's correlation at every moment; 1 where emission goes by quality alone.

    Args:
        record: of the arm.
    """
    return rank_correlation(record.quality[:, None, :], record.gauges["emission_share"])
