"""How far prices move in a day."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Log return of a subnet's price since the day recorded before, without its sign, over the "
    "square root of the days between; the median over subnets. At the start, that of the next day.",
)
def moves_by_day(record: Record) -> Curve:
    """``median over subnets |log p(t) - log p(s)| / sqrt(t - s)``, s the moment before t.

    Args:
        record: of the arm, in which no subnet is gone.
    """
    steps = np.sqrt(np.diff(record.days))[None, :, None]
    moves = np.abs(np.diff(np.log(record.gauges["price"]), axis=1)) / steps
    median = np.median(moves, axis=2)
    return np.concatenate([median[:, :1], median], axis=1)
