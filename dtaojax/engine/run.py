"""Running many paths in blocks, on all cores or on an accelerator."""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Int, UInt32

from dtaojax.engine.model import Model
from dtaojax.engine.pairwise import PairwiseAccumulator
from dtaojax.engine.rollout import KEPT, PathRecord, rollout
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


class Plan(NamedTuple):
    """How much to run, and in which portions. Only ``paths`` and ``report_steps`` move a number.

    Attributes:
        paths: number of paths.
        report_steps: numbers of steps after which paths are observed, rising.
        block_paths: paths in a block, a power of two.
        workers: blocks that are computed at the same time.
    """

    paths: int
    report_steps: tuple[int, ...]
    block_paths: int
    workers: int


class Block(NamedTuple):
    """What a block leaves besides its counts.

    Attributes:
        sums: over its used paths.
        scalars: of each path, (paths, moments, scalars).
        lost_at: as in :class:`~dtaojax.engine.rollout.PathRecord`.
        tallies: of each path.
    """

    sums: Sums
    scalars: Array
    lost_at: Int[Array, " paths"]
    tallies: tuple[Int[Array, " paths"], ...]


class Statistics(NamedTuple):
    """What is known of all used paths together.

    Attributes:
        used: number of paths behind every figure.
        lost: paths that turned non-finite, and the moment at which each was found out.
        deviation: sum of ``(value - origin) / scale``, (moments, gauges, members).
        squared: sum of its squares.
        events: number of paths, (moments, events, members).
        counts: of values by bin.
        tallies: of used paths, in the model's order.
    """

    used: int
    lost: dict[int, int]
    deviation: np.ndarray
    squared: np.ndarray
    events: np.ndarray
    counts: Counts
    tallies: tuple[int, ...]


PathSink = Callable[[int, np.ndarray, np.ndarray], None]
"""Receives the first path's number, scalars (paths, moments, scalars) and ``lost_at``, in order."""


_NARROWEST = 2
"""A block of one path is compiled to other code, with other roundings, than any wider one."""


def default_workers() -> int:
    """Blocks to compute at once: one a core on a CPU, one on an accelerator."""
    return len(os.sched_getaffinity(0)) if jax.default_backend() == "cpu" else 1


@eqx.filter_jit(donate="all-except-first")
def _run_block(
    fixed: tuple[Model, Bins, Int[Array, " reports"]],
    counts: Counts,
    paths: UInt32[Array, " paths"],
    real: Bool[Array, " paths"],
) -> tuple[PathRecord, Terms, Counts]:
    model, bins, report_steps = fixed
    record: PathRecord = jax.vmap(lambda path: rollout(model, path, report_steps))(paths)
    used = real & (record.lost_at == KEPT)
    seen = record.seen._replace(events=record.seen.events & used[:, None, None, None])
    counted = count_block(counts, bins, seen, used)
    return record._replace(seen=seen), block_terms(bins, seen, used), counted


_sum_block = jax.jit(sum_block)


def run(
    model: Model,
    bins: Bins,
    plan: Plan,
    sink: PathSink,
    progress: Callable[[int], None],
) -> Statistics:
    """Runs ``plan.paths`` paths of the model.

    Paths that turn non-finite are counted and left out of every statistic.

    Args:
        model: what is run.
        bins: of the gauges' distributions.
        plan: how much, and in which portions.
        sink: receives each path's scalars, block by block in path order.
        progress: receives the number of paths done so far.
    """
    report_steps = jnp.asarray(plan.report_steps, jnp.int32)
    moments = len(plan.report_steps) + 1
    fixed = (model, bins, report_steps)
    width = max(plan.block_paths, _NARROWEST)
    starts = range(0, plan.paths, width)
    workers = max(1, min(plan.workers, len(starts)))
    spare: SimpleQueue[Counts] = SimpleQueue()
    for _ in range(workers):
        spare.put(empty_counts(bins, moments))

    def compute(start: int) -> Block:
        numbers = np.arange(start, start + width, dtype=np.uint32)
        counts = spare.get()
        record, terms, counts = _run_block(
            fixed, counts, jnp.asarray(numbers), jnp.asarray(numbers < plan.paths)
        )
        sums = _sum_block(terms, record.seen.events)
        on_host = jax.device_get(Block(sums, record.seen.scalars, record.lost_at, record.tallies))
        spare.put(jax.block_until_ready(counts))
        return on_host

    deviation, squared = PairwiseAccumulator(), PairwiseAccumulator()
    events: np.ndarray | int = 0
    lost: dict[int, int] = {}
    tallies: list[int] = []
    used = 0

    def collect(start: int, block: Block) -> None:
        nonlocal events, used
        real = min(width, plan.paths - start)
        lost_at = block.lost_at[:real]
        for path in np.flatnonzero(lost_at != KEPT):
            lost[start + int(path)] = int(lost_at[path])
        deviation.add(block.sums.deviation)
        squared.add(block.sums.squared)
        events = events + block.sums.events.astype(np.int64)
        kept = lost_at == KEPT
        used += int(kept.sum())
        counted = [int(tally[:real][kept].sum()) for tally in block.tallies]
        tallies[:] = [a + b for a, b in zip(tallies or [0] * len(counted), counted, strict=True)]
        sink(start, block.scalars[:real], lost_at)
        progress(start + real)

    pending: deque[tuple[int, Future[Block]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for start in starts:
                pending.append((start, pool.submit(compute, start)))
                if len(pending) > 2 * workers:
                    first, future = pending.popleft()
                    collect(first, future.result())
            while pending:
                first, future = pending.popleft()
                collect(first, future.result())
        finally:
            for _, future in pending:
                future.cancel()
    parts = [jax.device_get(spare.get()) for _ in range(workers)]
    counts = Counts(
        bins=sum(
            (part.bins.astype(np.int64) for part in parts[1:]), parts[0].bins.astype(np.int64)
        ),
        lowest=np.minimum.reduce([part.lowest for part in parts]),
        highest=np.maximum.reduce([part.highest for part in parts]),
    )
    return Statistics(
        used, lost, deviation.total(), squared.total(), np.asarray(events), counts, tuple(tallies)
    )
