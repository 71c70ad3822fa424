"""Running many paths in chunks, on whatever executor computes them."""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future

import jax
import numpy as np

from dtaojax.engine.chunk import Chunk, Plan
from dtaojax.engine.merge import Merger, Statistics
from dtaojax.engine.statistics import Bins
from dtaojax.engine.store import KEEP_NOTHING, Store

PathSink = Callable[[int, np.ndarray, np.ndarray], None]
"""Receives the first path's number, scalars (paths, moments, scalars) and ``lost_at``, in order."""

Compute = Callable[[int], Chunk]
"""Computes the chunk that begins at a path."""

Enough = Callable[[int], bool]
"""Whether this many paths, all handed over by now, are enough; asked after every chunk."""


def never(done: int) -> bool:
    """Run all paths."""
    return False


def usable_cores() -> tuple[int, ...]:
    """Return the numbers of the cores that this process may use; none where nobody can say."""
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0)))
    return ()


def available_cores() -> int:
    """Return how many cores this process may use, or where nobody can say, how many there are."""
    return len(usable_cores()) or os.cpu_count() or 1


def default_workers() -> int:
    """Return the chunks to compute at once: one a core on a CPU, one on each accelerator."""
    if jax.default_backend() == "cpu":
        return available_cores()
    return jax.local_device_count()


def run_on(
    executor: Executor,
    compute: Compute,
    bins: Bins,
    plan: Plan,
    sink: PathSink,
    progress: Callable[[int], None],
    *,
    workers: int,
    store: Store = KEEP_NOTHING,
    enough: Enough = never,
) -> Statistics:
    """Run ``plan.paths`` paths on an executor.

    Paths that turn non-finite are counted and left out of every statistic.

    Args:
        executor: Executor that runs ``compute`` for many chunks at once, in any order.
        compute: Pure function of a chunk, so that it may be computed again where a worker was lost.
        bins: Bins of the gauges' distributions.
        plan: Size of the run, and its portions.
        sink: Receiver of each path's scalars, chunk by chunk in path order.
        progress: Receiver of the number of paths done so far.
        workers: Number of workers of the executor; twice as many chunks are kept under way.
        store: Store of finished chunks; those in it are not computed again.
        enough: Rule that ends the run early, to what a run of that many paths would find.
    """
    merger = Merger(bins)
    pending: deque[tuple[int, Future[Chunk] | None]] = deque()

    def collect() -> bool:
        """Take the next chunk, and say whether it was the last that is needed."""
        first, future = pending.popleft()
        if future is None:
            chunk = store.load(first, plan.stop(first) - first)
        else:
            chunk = future.result()
            store.save(first, chunk)
        merger.add(first, chunk)
        sink(first, chunk.scalars, chunk.lost_at)
        progress(plan.stop(first))
        return enough(plan.stop(first))

    try:
        for first in plan.starts:
            stored = store.holds(first)
            pending.append((first, None if stored else executor.submit(compute, first)))
            if len(pending) > 2 * workers and collect():
                break
        else:
            while pending and not collect():
                pass
    finally:
        for _, future in pending:
            if future is not None:
                future.cancel()
    return merger.statistics()
