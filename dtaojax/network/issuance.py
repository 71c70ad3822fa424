"""TAO in existence at a block, by the schedule of emission, where no state tells it."""

from __future__ import annotations

import math
from typing import Final

from dtaojax import chain

FIRST_HALVING_BLOCK: Final = 7_103_975
"""Block at which half of all TAO was issued, 2025-12-15 (§1 H1)."""


def scheduled_issuance(block: int) -> float:
    """Return the TAO in existence at a block if none had been recycled since the first halving.

    From the issuance of ``M (1 - 2**-n)`` to that of ``M (1 - 2**-(n + 1))`` a block emits
    ``2**-n`` TAO (§3.1): each time ``M / 2`` blocks. What is recycled makes the chain's own number
    smaller, by 1.2 % at block 8,791,253.

    Args:
        block: height, of the time since dTAO.

    Returns:
        [TAO].
    """
    period = chain.MAX_SUPPLY / (2.0 * chain.BASE_BLOCK_EMISSION)
    halvings = 1.0 + (block - FIRST_HALVING_BLOCK) / period
    done = math.floor(halvings)
    return chain.MAX_SUPPLY * (1.0 - 2.0**-done * (1.0 - 0.5 * (halvings - done)))
