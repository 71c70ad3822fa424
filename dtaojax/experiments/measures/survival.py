"""Whether subnets of some quality are still there."""

from __future__ import annotations

import numpy as np

from dtaojax.experiments.measure import Curve, measure
from dtaojax.experiments.rank import quantile_of_rank
from dtaojax.experiments.record import Record


@measure(
    "ratio",
    "Part of the subnets of the start between two quantiles of latent quality that have not been "
    "deregistered.",
)
def survival(record: Record, *, lowest: float = 0.0, highest: float = 1.0) -> Curve:
    """Mean over those subnets of being there, at every moment.

    Args:
        record: of the arm, in which subnets come and go.
        lowest: quantile of quality at which they begin.
        highest: at which they end.
    """
    place = quantile_of_rank(record.quality)
    asked = ((place >= lowest) & (place <= highest))[:, None, :]
    there = ~record.events["deregistered"] & asked
    return there.sum(axis=-1) / np.maximum(asked.sum(axis=-1), 1)
