"""How much of new alpha goes to the pool."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Part of the alpha minted since the start that is in the pools, over all subnets; without "
    "trades, what was put there.",
)
def pool_part(record: Record) -> Curve:
    """``sum (x(t) - x(0)) / sum (A(t) - A(0))``; 0 at the start.

    Args:
        record: of the arm.
    """
    inside, outside = (
        (record.gauges[name] - record.gauges[name][:, :1]).sum(axis=2)
        for name in ("alpha_in", "alpha_out")
    )
    minted = inside + outside
    return np.where(minted > 0.0, inside / np.where(minted > 0.0, minted, 1.0), 0.0)
