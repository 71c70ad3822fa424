"""Runs of a model on threads of this process, as `dtaojax run` makes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from dtaojax.engine.chunk import Plan, compute_chunk
from dtaojax.engine.devices import device_threads
from dtaojax.engine.merge import Statistics
from dtaojax.engine.rollout import Model
from dtaojax.engine.run import Enough, PathSink, never, run_on
from dtaojax.engine.statistics import Bins
from dtaojax.engine.store import KEEP_NOTHING, Store


def run(
    model: Model,
    bins: Bins,
    plan: Plan,
    sink: PathSink,
    progress: Callable[[int], None],
    *,
    workers: int,
    store: Store = KEEP_NOTHING,
    enough: Enough = never,
) -> Statistics:
    """Run a model's paths with as many threads as there are workers."""
    compute = partial(compute_chunk, model, bins, plan)
    with device_threads(workers) as pool:
        return run_on(
            pool, compute, bins, plan, sink, progress, workers=workers, store=store, enough=enough
        )
