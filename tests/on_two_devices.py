"""Runs walks on every device of this process and writes what came out.

python on_two_devices.py FILE
"""

import sys
from collections import Counter
from pathlib import Path

import jax
import numpy as np

jax.config.update("jax_enable_x64", True)

import threads  # noqa: E402 after the precision is set
from walks import BINS, walk  # noqa: E402

from dtaojax.engine.chunk import Plan  # noqa: E402

if __name__ == "__main__":
    used: Counter[str] = Counter()
    compute = threads.compute_chunk

    def watched(*arguments: object) -> object:
        used[str(jax.device_put(0.0).device)] += 1
        return compute(*arguments)

    threads.compute_chunk = watched
    handed: list[np.ndarray] = []
    statistics = threads.run(
        walk(broken_every=50),
        BINS,
        Plan(1001, (1, 4, 16), 16, 16),
        lambda first, scalars, lost_at: handed.append(scalars),
        lambda done: None,
        workers=2,
    )
    np.savez(
        Path(sys.argv[1]),
        devices=sorted(used),
        scalars=np.concatenate(handed),
        **{f"leaf{i}": leaf for i, leaf in enumerate(jax.tree.leaves(statistics))},
    )
