"""Who is paid how much of what a group is paid."""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import Record


@measure(
    "ratio",
    "Part of the income of a group of cohorts since the start that some of them got; alpha counts "
    "at the price at which it was paid, and before anything was paid the part is 0.",
)
def income_share(record: Record, *, of: tuple[str, ...], among: tuple[str, ...]) -> Curve:
    """``sum of income of those / sum of income of all``, at every moment.

    Args:
        record: of the arm, whose config has cohorts.
        of: cohorts whose part it is; ``root`` may be one.
        among: all cohorts of the group.
    """
    ours, everyone = (
        reduce(add, (record.scalars[f"income.{party}"] for party in parties))
        for parties in (of, among)
    )
    paid = everyone > 0.0
    return np.where(paid, ours / np.where(paid, everyone, 1.0), 0.0)
