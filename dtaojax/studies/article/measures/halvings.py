"""How fast prices or shares fall to nothing."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.rank import in_band
from dtaojax.studies.article.record import Record


@measure(
    "halvings",
    "How often a figure of the typical subnet in a band of latent quality has halved "
    "since the start; negative where it grew. Days over this are its half-life.",
)
def halvings(record: Record, *, gauge: str, lowest: float, part: float) -> Curve:
    """Median over those subnets of ``-log2(g(t) / g(0))``, at every moment.

    Args:
        record: of the arm.
        gauge: the figure, ``price`` or ``emission_share``; subnets that begin at 0 are left out.
        lowest: quantile of quality at which the band begins.
        part: of the subnets that are in it.
    """
    asked = in_band(record.quality, lowest, part)[:, None, :]
    figure = record.gauges[gauge]
    counts = (figure[:, :1] > 0.0) & asked
    with np.errstate(divide="ignore", invalid="ignore"):
        fallen = np.where(counts, -np.log2(figure / figure[:, :1]), np.nan)
    return np.nanmedian(fallen, axis=-1)
