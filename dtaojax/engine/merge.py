"""Chunks put together to the statistics of all paths, in memory that does not grow with them."""

from typing import NamedTuple

import numpy as np

from dtaojax.engine.batches import BatchAccumulator, Batches
from dtaojax.engine.chunk import Chunk
from dtaojax.engine.pairwise import PairwiseAccumulator
from dtaojax.engine.rollout import KEPT
from dtaojax.engine.statistics import Bins


class TotalCounts(NamedTuple):
    """As :class:`dtaojax.engine.statistics.Counts`, of all paths and off the device.

    Attributes:
        bins: Number of positive values in each bin, shape (moments, gauges, members, bins).
        lowest: Smallest positive value seen, infinite without one, shape (moments, gauges,
            members).
        highest: Largest value seen, in the same shape.
    """

    bins: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray


class Statistics(NamedTuple):
    """What is known of all used paths together.

    Attributes:
        used: Number of paths behind every figure.
        lost: Paths that turned non-finite, and the moment at which each was found out.
        deviation: Sum of ``(value - origin) / scale``, shape (moments, gauges, members).
        squared: Sum of its squares.
        cubed: Sum of its cubes.
        events: Number of paths on which each event was true, shape (moments, events, members).
        counts: Counts of values by bin.
        tallies: Tallies of used paths, in the model's order.
        batches: Sums at the last moment over batches of paths.
    """

    used: int
    lost: dict[int, int]
    deviation: np.ndarray
    squared: np.ndarray
    cubed: np.ndarray
    events: np.ndarray
    counts: TotalCounts
    tallies: tuple[int, ...]
    batches: Batches


class Merger:
    """Takes chunks in the order of their paths.

    Sums are added in the tree that the path numbers fix, of which a chunk is a subtree, so the
    size of the chunks moves no bit of the result.
    """

    def __init__(self, bins: Bins) -> None:
        self._bins = bins.inside + 2
        self._deviation, self._squared, self._cubed = (PairwiseAccumulator() for _ in range(3))
        self._batches = BatchAccumulator()
        self._events: np.ndarray | int = 0
        self._tallies: np.ndarray | int = 0
        self._counts: TotalCounts | None = None
        self._lost: dict[int, int] = {}
        self._used = 0

    def add(self, first: int, chunk: Chunk) -> None:
        """Take the chunk that begins at path ``first``, which follows those taken before.

        Raises:
            ValueError: it does not follow them, so that paths would be missing or counted twice.
        """
        if first != (taken := self._used + len(self._lost)):
            raise ValueError(f"the chunk begins at path {first}, but {taken} paths came before")
        for path in np.flatnonzero(chunk.lost_at != KEPT):
            self._lost[first + int(path)] = int(chunk.lost_at[path])
        self._used += int((chunk.lost_at == KEPT).sum())
        self._deviation.add(chunk.deviation)
        self._squared.add(chunk.squared)
        self._cubed.add(chunk.cubed)
        batches = Batches(int(chunk.batch_paths), chunk.batches)
        self._batches.add(first, first + len(chunk.lost_at), batches)
        self._events = self._events + chunk.events
        self._tallies = self._tallies + chunk.tallies
        if self._counts is None:
            self._counts = TotalCounts(
                bins=np.zeros((*chunk.lowest.shape, self._bins), np.int64),
                lowest=chunk.lowest,
                highest=chunk.highest,
            )
        self._counts.bins.reshape(-1)[chunk.cells] += chunk.times
        self._counts = self._counts._replace(
            lowest=np.minimum(self._counts.lowest, chunk.lowest),
            highest=np.maximum(self._counts.highest, chunk.highest),
        )

    def statistics(self) -> Statistics:
        """Of all chunks so far; there must be one."""
        assert self._counts is not None
        return Statistics(
            used=self._used,
            lost=self._lost,
            deviation=self._deviation.total(),
            squared=self._squared.total(),
            cubed=self._cubed.total(),
            events=np.asarray(self._events),
            counts=self._counts,
            tallies=tuple(int(tally) for tally in np.atleast_1d(self._tallies)),
            batches=self._batches.total(),
        )
