"""Sums that do not depend on how their terms are grouped into blocks.

Floating-point addition is not associative, so the order of a sum is part of its result. Here the
order is fixed by the position of each term alone: neighbours are added, then neighbouring pairs,
and so on. A block of a power of two terms is a whole subtree of that, whatever its size, and so the
result is the same bit for bit for any size of block.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float


def pairwise_sum(terms: Float[Array, " terms *rest"]) -> Float[Array, "*rest"]:
    """Sum over the first axis, whose length is a power of two, neighbours first."""
    while terms.shape[0] > 1:
        terms = terms[0::2] + terms[1::2]
    return jnp.squeeze(terms, axis=0)


class PairwiseAccumulator:
    """Adds up the sums of equal blocks that come in order.

    Holds at most one partial sum for each power of two, like the digits of a binary counter.
    """

    def __init__(self) -> None:
        self._partial: list[np.ndarray | None] = []

    def add(self, block: np.ndarray) -> None:
        """Take the sum of the next block."""
        carried = block
        for level, held in enumerate(self._partial):
            if held is None:
                self._partial[level] = carried
                return
            carried = held + carried
            self._partial[level] = None
        self._partial.append(carried)

    def total(self) -> np.ndarray:
        """Return the sum so far, as if blocks of zeros filled the tree; there must be a block."""
        held = [partial for partial in self._partial if partial is not None]
        total = held[0]
        for partial in held[1:]:
            total = partial + total
        return total
