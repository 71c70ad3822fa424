"""Whether those who work for a subnet are paid in fixed parts."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Largest difference between the part of the income that owners, miners, or validators with all "
    "who stake, were paid since the start, and the part that they should have.",
)
def split_gap(record: Record, *, owner: float, miner: float) -> Curve:
    """``max over classes |income / all income - part|``; what is left is the stakers' part.

    Args:
        record: of the arm, whose config has cohorts.
        owner: part that owners should have [-].
        miner: part that miners should have [-].
    """
    income = {
        name.partition(".")[2]: values
        for name, values in record.scalars.items()
        if name.startswith("income.")
    }
    total = sum(income.values())
    paid = np.where(total > 0.0, total, 1.0)
    parts = [income["owner"] / paid, income["miner"] / paid]
    parts.append((total - income["owner"] - income["miner"]) / paid)
    wanted = (owner, miner, 1.0 - owner - miner)
    gaps = [np.abs(part - fair) for part, fair in zip(parts, wanted, strict=True)]
    return np.where(total > 0.0, np.max(gaps, axis=0), 0.0)
