"""Whether emission goes where prices are."""

from __future__ import annotations

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.rank import rank_correlation
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Rank correlation over subnets of their emission share with the price in their pool.",
)
def price_rank_correlation(record: Record) -> Curve:
    """Spearman's correlation at every moment; 1 where emission ranks as prices do.

    Args:
        record: of the arm.
    """
    return rank_correlation(record.gauges["price"], record.gauges["emission_share"])
