"""What it is worth to come early."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import PerPath, measure
from dtaojax.studies.article.measures.entry_return import returns_of_entry
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Return of an early entry less that of a late one, both held for as many days, in the typical "
    "subnet; at spot prices, staking yield included.",
)
def early_advantage(record: Record, *, early: float, late: float, hold: float) -> PerPath:
    """Median of :func:`~.entry_return.returns_of_entry` at one day less that at another.

    Args:
        record: of the arm.
        early: day of the early entry.
        late: day of the late entry.
        hold: days that each is held.
    """
    first, second = (returns_of_entry(record, entry, hold) for entry in (early, late))
    return np.median(first, axis=1) - np.median(second, axis=1)
