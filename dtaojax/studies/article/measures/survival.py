"""Whether subnets of some quality are still there."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.rank import in_band
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Part of the subnets of the start in a band of latent quality that have not been deregistered.",
)
def survival(record: Record, *, lowest: float = 0.0, part: float = 1.0) -> Curve:
    """Mean over those subnets of being there, at every moment.

    Args:
        record: of the arm, in which subnets come and go.
        lowest: quantile of quality at which the band begins.
        part: of the subnets that are in it.
    """
    asked = in_band(record.quality, lowest, part)[:, None, :]
    there = ~record.events["deregistered"] & asked
    return there.sum(axis=-1) / np.maximum(asked.sum(axis=-1), 1)
