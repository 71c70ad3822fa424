"""Consecutive paths computed by one worker: what a run hands out, takes back and keeps on disk."""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, UInt32

from dtaojax.engine.batches import batch_paths, coarser
from dtaojax.engine.pairwise import PairwiseAccumulator
from dtaojax.engine.rollout import KEPT, Model, PathRecord, rollout, without_unknown
from dtaojax.engine.statistics import (
    Bins,
    Counts,
    Sums,
    Terms,
    block_terms,
    count_block,
    empty_counts,
    sum_block,
)

_NARROWEST = 2
"""A block of one path is compiled to other code, with other roundings, than any wider one."""

LARGEST_CHUNK = 1024
"""Most paths in a chunk, unless a single block holds more. A power of two."""

_CHUNKS_A_WORKER = 8
"""Chunks that a worker should get, so that none of them waits long for the last one."""


class Plan(NamedTuple):
    """How much to run, and in which portions. Only ``paths`` and ``report_steps`` move a number.

    Attributes:
        paths: Number of paths.
        report_steps: Numbers of steps after which paths are observed, rising.
        block_paths: Number of paths computed as one array, a power of two.
        chunk_paths: Number of paths that a worker computes before it hands them over, a power of
            two.
    """

    paths: int
    report_steps: tuple[int, ...]
    block_paths: int
    chunk_paths: int

    @property
    def width(self) -> int:
        """Paths in a block as it is compiled."""
        return max(self.block_paths, _NARROWEST)

    @property
    def starts(self) -> range:
        """Number of the first path of every chunk."""
        return range(0, self.paths, max(self.chunk_paths, self.width))

    def stop(self, first: int) -> int:
        """Number of the path after the last of the chunk that begins at ``first``."""
        return min(first + self.starts.step, self.paths)


def chunk_size(paths: int, block_paths: int, workers: int) -> int:
    """Return the paths in a chunk, few enough that a worker gets several of them."""
    share = max(paths // (_CHUNKS_A_WORKER * max(workers, 1)), 1)
    power = 1 << (share.bit_length() - 1)
    return max(min(power, LARGEST_CHUNK), block_paths)


class Chunk(NamedTuple):
    """What is kept of consecutive paths; plain arrays.

    Attributes:
        deviation: Pairwise sum of ``(value - origin) / scale`` over used paths.
        squared: Pairwise sum of its square.
        cubed: Pairwise sum of its cube.
        events: Number of used paths on which each event was true.
        cells: Places in the flattened counts of bins that are not zero, rising.
        times: Counts at those places, in the narrowest type that holds them.
        lowest: Smallest positive value of each gauge on a used path; infinite without one.
        highest: Largest value of each gauge on a used path.
        scalars: Scalars of each path.
        lost_at: Moment at which each path was lost, as in
            :class:`~dtaojax.engine.rollout.PathRecord`.
        tallies: Tallies added up over used paths.
        batch_paths: Number of paths in a batch (:mod:`~dtaojax.engine.batches`), no more than in
            the chunk.
        batches: Sums of the gauges and of the events at the last moment, by batch.
    """

    deviation: Float[np.ndarray, "moments gauges members"]
    squared: Float[np.ndarray, "moments gauges members"]
    cubed: Float[np.ndarray, "moments gauges members"]
    events: Int[np.ndarray, "moments events members"]
    cells: Int[np.ndarray, " filled"]
    times: Int[np.ndarray, " filled"]
    lowest: Float[np.ndarray, "moments gauges members"]
    highest: Float[np.ndarray, "moments gauges members"]
    scalars: Float[np.ndarray, "paths moments scalars"]
    lost_at: Int[np.ndarray, " paths"]
    tallies: Int[np.ndarray, " tallies"]
    batch_paths: Int[np.ndarray, ""]
    batches: Float[np.ndarray, "batches figures members"]


class _Block(NamedTuple):
    sums: Sums
    scalars: Array
    lost_at: Int[Array, " paths"]
    tallies: tuple[Int[Array, " paths"], ...]


@eqx.filter_jit(donate="all-except-first")
def _run_block(
    fixed: tuple[Model, Bins, Int[Array, " reports"]],
    counts: Counts,
    paths: UInt32[Array, " paths"],
    real: Bool[Array, " paths"],
) -> tuple[PathRecord, Terms, Counts]:
    model, bins, report_steps = fixed
    record = without_unknown(rollout(model, paths, report_steps))
    used = real & (record.lost_at == KEPT)
    seen = record.seen._replace(events=record.seen.events & used[:, None, None, None])
    counted = count_block(counts, bins, seen, used)
    return record._replace(seen=seen), block_terms(bins, seen, used), counted


_sum_block = jax.jit(sum_block)


def compute_chunk(model: Model, bins: Bins, plan: Plan, first: int) -> Chunk:
    """Run the paths of the chunk that begins at ``first``.

    Paths that turn non-finite are left out of everything but ``scalars`` and ``lost_at``.
    """
    report_steps = jnp.asarray(plan.report_steps, jnp.int32)
    fixed = (model, bins, report_steps)
    counts = empty_counts(bins, len(plan.report_steps) + 1)
    stop = plan.stop(first)
    deviation, squared, cubed = (PairwiseAccumulator() for _ in range(3))
    events: list[np.ndarray] = []
    scalars: list[np.ndarray] = []
    lost_at: list[np.ndarray] = []
    tallies: list[np.ndarray] = []
    batches: list[np.ndarray] = []
    batch = min(batch_paths(stop), plan.starts.step)
    for start in range(first, stop, plan.width):
        numbers = np.arange(start, start + plan.width, dtype=np.uint32)
        record, terms, counts = _run_block(
            fixed, counts, jnp.asarray(numbers), jnp.asarray(numbers < stop)
        )
        sums = _sum_block(terms, record.seen.events)
        on_device = _Block(sums, record.seen.scalars, record.lost_at, record.tallies)
        # The same tuple, of NumPy arrays.
        block: Any = jax.device_get(on_device)
        real = min(plan.width, stop - start)
        kept = block.lost_at[:real] == KEPT
        deviation.add(block.sums.deviation)
        squared.add(block.sums.squared)
        cubed.add(block.sums.cubed)
        events.append(block.sums.events.astype(np.int64))
        if batch < plan.width:
            last = terms.deviation[:, -1], record.seen.events[:, -1]
            batches.append(coarser(_figures(*jax.device_get(last)), batch))
        else:
            batches.append(_figures(block.sums.deviation[-1:], block.sums.events[-1:]))
        scalars.append(block.scalars[:real])
        lost_at.append(block.lost_at[:real])
        tallies.append(
            np.array([tally[:real][kept].sum(dtype=np.int64) for tally in block.tallies], np.int64)
        )
    paths = stop - first
    filled = np.asarray(counts.bins).reshape(-1)
    cells = np.flatnonzero(filled).astype(np.int32)
    times = filled[cells]
    return Chunk(
        deviation=deviation.total(),
        squared=squared.total(),
        cubed=cubed.total(),
        events=sum(events[1:], events[0]),
        cells=cells,
        times=times.astype(np.min_scalar_type(times.max(initial=0))),
        lowest=np.asarray(counts.lowest),
        highest=np.asarray(counts.highest),
        scalars=np.concatenate(scalars),
        lost_at=np.concatenate(lost_at),
        tallies=sum(tallies[1:], tallies[0]),
        batch_paths=np.array(batch),
        batches=coarser(np.concatenate(batches), max(batch // plan.width, 1))[: -(-paths // batch)],
    )


def _figures(gauges: np.ndarray, events: np.ndarray) -> np.ndarray:
    """Return the gauges and, after them, the events as numbers."""
    return np.concatenate([gauges, events.astype(gauges.dtype)], axis=1)
