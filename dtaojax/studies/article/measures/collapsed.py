"""How many subnets spiral down."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.rank import in_band
from dtaojax.studies.article.record import BoolArray, Record


def has_collapsed(record: Record, factor: float) -> BoolArray:
    """Subnets whose price is below ``factor`` of the start's, shape (paths, moments, subnets)."""
    price = record.gauges["price"]
    return price < factor * price[:, :1]


@measure(
    "ratio",
    "Part of the subnets in a band of latent quality whose price has fallen below a given part of "
    "its start.",
)
def collapsed(record: Record, *, lowest: float, part: float, factor: float) -> Curve:
    """Mean over those subnets of ``p(t) < factor p(0)``, at every moment.

    Args:
        record: of the arm.
        lowest: quantile of quality at which the band begins.
        part: of the subnets that are in it.
        factor: of the price at the start [-].
    """
    asked = in_band(record.quality, lowest, part)[:, None, :]
    fallen = has_collapsed(record, factor) & asked
    return fallen.sum(axis=-1) / np.maximum(asked.sum(axis=-1), 1)
