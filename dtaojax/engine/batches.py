"""Sums over batches of consecutive paths, few enough to be kept, of the last moment.

Two runs on the same random numbers can then be held against each other batch by batch, which keeps
the pairing of their paths in a memory that does not grow with them. A batch is a whole subtree of
the pairwise sums (:mod:`dtaojax.engine.pairwise`), so its bits do not depend on how paths are
divided into blocks and chunks.
"""

from typing import Final, NamedTuple

import numpy as np
from jaxtyping import Float

MOST_BATCHES: Final = 512
"""Batches that are kept; a power of two."""


class Batches(NamedTuple):
    """Sums over the used paths of each batch.

    Attributes:
        paths: Number of paths in a batch, used or not; a power of two. The last batch may have
            fewer.
        sums: Sums of ``(value - origin) / scale`` of each gauge, then of each event.
    """

    paths: int
    sums: Float[np.ndarray, "batches figures members"]


def batch_paths(paths: int) -> int:
    """Return the paths in a batch, the fewest that make no more than ``MOST_BATCHES`` of them."""
    return 1 << max((-(-paths // MOST_BATCHES) - 1).bit_length(), 0)


def coarser(sums: np.ndarray, times: int) -> np.ndarray:
    """Return sums over batches of so many times the paths, a power of two.

    Neighbours are added first; behind the last batch there is nothing.
    """
    while times > 1:
        if len(sums) % 2:
            sums = np.concatenate([sums, np.zeros_like(sums[:1])])
        sums, times = sums[0::2] + sums[1::2], times // 2
    return sums


class BatchAccumulator:
    """Take the batches of chunks in the order of their paths, and keeps no more than needed."""

    def __init__(self) -> None:
        self._paths = 1
        self._nodes: dict[tuple[int, int], np.ndarray] = {}

    def add(self, first: int, stop: int, batches: Batches) -> None:
        """Take the batches of the paths from ``first`` to before ``stop``."""
        if (wanted := batch_paths(stop)) > self._paths:
            self._paths, held = wanted, self._nodes
            self._nodes = {}
            for (paths, place), node in held.items():
                self._insert(paths, place, node)
        for place, node in enumerate(batches.sums, start=first // batches.paths):
            self._insert(batches.paths, place, node)

    def _insert(self, paths: int, place: int, node: np.ndarray) -> None:
        """Add a sum to its neighbour, and so on up to the size of a batch."""
        while paths < self._paths:
            neighbour = self._nodes.pop((paths, place ^ 1), None)
            if neighbour is None:
                break
            node = neighbour + node if place % 2 else node + neighbour
            paths, place = 2 * paths, place // 2
        self._nodes[paths, place] = node

    def total(self) -> Batches:
        """Return all batches so far; there must be one."""
        found: dict[int, np.ndarray] = {}
        # Of an unfinished batch, the later a part the smaller it is; the smallest are added first.
        for (paths, place), node in sorted(self._nodes.items()):
            batch = place * paths // self._paths
            found[batch] = node + found[batch] if batch in found else node
        return Batches(self._paths, np.stack([found[batch] for batch in sorted(found)]))
