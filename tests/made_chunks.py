"""Chunks that cost nothing to compute, and a process that runs them into a folder.

    python made_chunks.py FOLDER

The process says "ready" on a line when it begins, and leaves what it found in ``found.npz``.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jax.numpy as jnp
import numpy as np

from dtaojax.engine.chunk import Chunk, Plan
from dtaojax.engine.run import run_on
from dtaojax.engine.statistics import Bins
from dtaojax.storage import drop_unfinished
from dtaojax.studies.shared.folder import Unfinished, claimed

NETWORK = "finney_8791253"
IDENTITY = {"config_hash": "a" * 64, "dtaojax": "0"}
PATHS = 64
CHUNKS = 40


def some_chunk(first: int, paths: int = PATHS) -> Chunk:
    """A chunk of the right form, a pure function of its first path."""
    random_numbers = np.random.default_rng(first)
    shape = (2, 3, 5)
    return Chunk(
        deviation=random_numbers.standard_normal(shape),
        squared=random_numbers.random(shape),
        cubed=random_numbers.standard_normal(shape),
        events=random_numbers.integers(0, paths, (2, 1, 5)),
        cells=np.arange(0, 300, 7, dtype=np.int32),
        times=random_numbers.integers(1, 9, 43).astype(np.int32),
        lowest=random_numbers.random(shape),
        highest=1.0 + random_numbers.random(shape),
        scalars=random_numbers.standard_normal((paths, 2, 2000)),
        lost_at=np.where(random_numbers.random(paths) < 0.1, 1, -1).astype(np.int32),
        tallies=random_numbers.integers(0, 9, 2),
        batch_paths=np.array(paths),
        batches=random_numbers.standard_normal((1, 4, 5)),
    )


def slowly(first: int) -> Chunk:
    """The same, with time to be interrupted in."""
    time.sleep(0.02)
    return some_chunk(first)


def run_them(folder: Path) -> None:
    """Runs all chunks into a folder, going on with what is there."""
    ones = jnp.ones((3, 5))
    bins = Bins(ones, ones, jnp.zeros(3), jnp.ones(3), inside=8)
    plan = Plan(PATHS * CHUNKS, (1,), PATHS, PATHS)
    scalars: list[np.ndarray] = []
    with claimed(folder, NETWORK), ThreadPoolExecutor(2) as pool:
        unfinished = Unfinished(folder, IDENTITY, PATHS)
        with unfinished.kept():
            found = run_on(
                pool,
                slowly,
                bins,
                plan,
                lambda first, figures, lost_at: scalars.append(figures),
                int,
                workers=2,
                store=unfinished.store,
            )
        np.savez(
            folder / "found.npz",
            deviation=found.deviation,
            squared=found.squared,
            cubed=found.cubed,
            events=found.events,
            bins=found.counts.bins,
            lowest=found.counts.lowest,
            highest=found.counts.highest,
            tallies=found.tallies,
            batches=found.batches.sums,
            used=found.used,
            lost=list(found.lost),
            scalars=np.concatenate(scalars),
        )
        drop_unfinished(folder)


if __name__ == "__main__":
    print("ready", flush=True)  # noqa: T201 what the process that started it waits for
    run_them(Path(sys.argv[1]))
