"""Worker processes that stay on a core of their own."""

from __future__ import annotations

import os
from collections.abc import Sequence

from distributed import Worker, WorkerPlugin


class OneCoreEach(WorkerPlugin):
    """Keeps every worker of a local cluster, and what replaces it, on one core.

    A worker computes one chunk at a time, but XLA hands pieces of it to a thread for each core that
    the process may use. Where there are as many workers as cores, that only moves work about.
    """

    def __init__(self, cores: Sequence[int]) -> None:
        self.cores = tuple(cores)

    def setup(self, worker: Worker) -> None:
        """Called in a worker before it computes; its threads are started later and inherit."""
        os.sched_setaffinity(0, {self.cores[int(worker.name)]})
