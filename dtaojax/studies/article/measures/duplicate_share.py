"""What is paid for work that another subnet does too."""

from __future__ import annotations

import numpy as np

from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import FloatArray, IntArray, Record


def largest_of_sector(shares: FloatArray, sector: IntArray) -> FloatArray:
    """Sum over sectors of the largest share in each.

    Args:
        shares: shape (paths, moments, subnets).
        sector: shape (paths, subnets).

    Returns:
        Shape (paths, moments).
    """
    found = np.zeros(shares.shape[:2])
    for number in np.unique(sector):
        inside = (sector == number)[:, None, :]
        found += np.where(inside, shares, 0.0).max(axis=-1)
    return found


@measure(
    "ratio",
    "Part of the TAO emission that goes to subnets which are not the largest of their sector, that "
    "is, pays for work that another subnet does too.",
)
def duplicate_share(record: Record) -> Curve:
    """``1 - sum over sectors of the largest share``, at every moment.

    Args:
        record: of the arm.
    """
    shares = record.gauges["emission_share"]
    return shares.sum(axis=-1) - largest_of_sector(shares, record.sector)
