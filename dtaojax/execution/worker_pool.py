"""Who computes the chunks of a run: threads, processes of this machine, or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, Final

from dtaojax.assembly import build_bins
from dtaojax.assembly.world import simulated
from dtaojax.engine.chunk import Chunk, Plan, compute_chunk
from dtaojax.engine.devices import device_threads
from dtaojax.engine.rollout import Model
from dtaojax.engine.run import Compute, default_workers, usable_cores
from dtaojax.engine.statistics import Bins
from dtaojax.execution import runtime
from dtaojax.execution.scheduler import (
    CrewError,
    connected,
    distributed_package,
    lost_scheduler,
    lost_workers,
    quiet,
)
from dtaojax.inputs import Inputs

RETRIES: Final = 3
"""How often a chunk is tried again where a worker failed."""

_LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True)
class Crew:
    """An executor and how a chunk is computed on it.

    Attributes:
        executor: Executor that takes the chunks.
        workers: Number of chunks that it computes at the same time.
        prepare: Function from a run's inputs, plan, model and bins to what is done for a chunk.
    """

    executor: Executor
    workers: int
    prepare: Callable[[Inputs, Plan, Model, Bins], Compute]


CrewMaker = Callable[[str], AbstractContextManager[Crew]]
"""Opens a crew for runs of a precision, which is closed at the end."""


def _computed_here(inputs: Inputs, plan: Plan, model: Model, bins: Bins) -> Compute:
    return partial(compute_chunk, model, bins, plan)


@contextmanager
def threads(precision: str) -> Iterator[Crew]:
    """Open one thread a core of this process, or one for each of its accelerators."""
    runtime.configure(precision)
    workers = default_workers()
    with device_threads(workers) as pool:
        yield Crew(pool, workers, _computed_here)


@contextmanager
def processes(precision: str, *, workers: int) -> Iterator[Crew]:
    """Open a cluster of processes on this machine, each computing one chunk at a time.

    With as many workers as cores, each stays on one of them. Every port is on the loopback
    interface, since whoever reaches a scheduler can run code (docs/cluster.md).

    Args:
        precision: Precision of the runs.
        workers: Number of processes.

    Raises:
        CrewError: the extra ``cluster`` is not installed.
    """
    distributed = distributed_package()
    runtime.configure(precision)
    with (
        quiet(),
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            memory_limit=0,
            host=_LOOPBACK,
            dashboard_address=f"{_LOOPBACK}:0",
            worker_dashboard_address=f"{_LOOPBACK}:0",
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.wait_for_workers(workers)
        if workers == len(cores := usable_cores()):
            from dtaojax.execution.cpu_affinity import OneCoreEach

            client.register_plugin(OneCoreEach(cores))
        with lost_workers(distributed):
            yield _on(client)


@contextmanager
def cluster(
    precision: str, *, address: str, patience_s: float = 30.0, without_workers_s: float = 600.0
) -> Iterator[Crew]:
    """Open the workers of a dask scheduler that runs already.

    Args:
        precision: Precision of the runs.
        address: Address of the scheduler, for example ``tcp://host:8786``.
        patience_s: Time to wait for the scheduler and its first worker [s].
        without_workers_s: Time to wait for another worker where all are gone [s].

    Raises:
        CrewError: the extra ``cluster`` is not installed, nobody answers, or the scheduler or all
            workers are gone while the body goes on.
    """
    distributed = distributed_package()
    runtime.configure(precision)
    with quiet(), connected(distributed, address, patience_s) as client:
        try:
            client.wait_for_workers(1, timeout=patience_s)
        except TimeoutError as error:
            raise CrewError(
                f"--scheduler {address}: has no workers; start some with `dask worker {address}`"
            ) from error
        with (
            lost_workers(distributed),
            lost_scheduler(client, address, without_workers_s),
        ):
            yield _on(client)


def _on(client: Any) -> Crew:
    # A chunk is pure, but its key must not be: a second run may ask for the same.
    executor = client.get_executor(pure=False, retries=RETRIES)
    return Crew(executor, sum(client.nthreads().values()), _computed_there)


@dataclass(frozen=True)
class _Job:
    """A run as it is sent to a worker; equal jobs are the same run."""

    identity: tuple[tuple[str, str], ...]
    plan: Plan
    inputs: Inputs = field(compare=False)


def _computed_there(inputs: Inputs, plan: Plan, model: Model, bins: Bins) -> Compute:
    identity = inputs.digests() | runtime.fingerprint()
    return partial(_compute, _Job(tuple(identity.items()), plan, inputs))


def _compute(job: _Job, first: int) -> Chunk:
    return _compute_of(job)(first)


@lru_cache(maxsize=4)
def _compute_of(job: _Job) -> Compute:
    """Build a run's world, once in a worker."""
    runtime.configure(job.inputs.config.run.precision)
    here = job.inputs.digests() | runtime.fingerprint()
    differs = [f"{name} {here[name][:60]}" for name, asked in job.identity if here[name] != asked]
    if differs:
        raise CrewError(
            f"a worker has {', '.join(differs)}, unlike the process that gives it work; install "
            "the same versions on machines of the same kind, and restart the workers"
        )
    world, model = simulated(job.inputs)
    return partial(compute_chunk, model, build_bins(world), job.plan)
