"""Whether alpha is issued on the schedule of Bitcoin and TAO."""

from __future__ import annotations

import numpy as np

from dtaojax import chain
from dtaojax.studies.article.measure import Curve, measure
from dtaojax.studies.article.record import FloatArray, Record

_HALVINGS = 30
"""After so many an emission is less than a rao."""


def scheduled(start: FloatArray, blocks: FloatArray) -> FloatArray:
    """Tokens in existence a number of blocks later, at ``E(A)`` a block (§3.1) [tokens].

    ``E`` is 1 until ``M / 2``, half of it until ``M (1 - 1/4)``, and so on, so that the schedule is
    a line between these thresholds.

    Args:
        start: tokens in existence at first [tokens].
        blocks: that pass.
    """
    amount, left = np.broadcast_arrays(start, blocks)
    for halving in range(_HALVINGS):
        rate = chain.BASE_BLOCK_EMISSION * 0.5**halving
        room = np.maximum(chain.MAX_SUPPLY * (1.0 - 0.5 ** (halving + 1)) - amount, 0.0)
        passing = np.minimum(left, room / rate)
        amount, left = amount + rate * passing, left - passing
    return amount


@measure(
    "ratio",
    "Difference between the alpha minted since the start and what the schedule of Bitcoin and TAO "
    "mints, one token a block that halves with the issuance, as a part of the latter; the largest "
    "of all subnets.",
)
def issuance_gap(record: Record) -> Curve:
    """``max over subnets |A(t) - A*(t)| / (A*(t) - A(0))``; 0 at the start.

    Args:
        record: of the arm, in which no subnet is gone.
    """
    issued = record.gauges["alpha_in"] + record.gauges["alpha_out"]
    blocks = chain.BLOCKS_PER_DAY * record.days[None, :, None]
    first = issued[:, :1]
    wanted = scheduled(first, blocks)
    minted = np.maximum(wanted - first, 1.0)
    return (np.abs(issued - wanted) / minted).max(axis=2)
