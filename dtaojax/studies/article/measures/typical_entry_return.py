"""What the entry of a typical subnet brings."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import PerPath, measure
from dtaojax.studies.article.measures.entry_return import returns_of_entry
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Return of TAO in the median of the subnets held, bought on a day and held for some days, its "
    "staking yield included; at spot prices.",
)
def typical_entry_return(record: Record, *, entry: float, hold: float) -> PerPath:
    """Median of :func:`~.entry_return.returns_of_entry` over the positions.

    Args:
        record: of the arm.
        entry: day of the entry.
        hold: days that it is held.
    """
    return np.median(returns_of_entry(record, entry, hold), axis=1)
