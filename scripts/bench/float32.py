"""The engine and the naive program in float32: prints their rates as JSON.

python float32.py REPEATS SIZE DAYS
"""

from __future__ import annotations

import json
import sys

from dtaojax.execution import runtime

if __name__ == "__main__":
    runtime.configure("float32")
    import contestants as c
    import extract

    repeats, size, days = map(int, sys.argv[1:4])
    inputs = extract.read(("run.precision=float32", f"run.horizon_days={days}"))
    world, bins = extract.world_of(inputs)
    steps = inputs.config.run.n_steps
    field = [
        c.dtaojax("dtaojax, float32", world, bins, steps, 256 * size, 64),
        c.naive_jax("naive JAX, float32", world, steps, 128 * size, own_streams=False),
    ]
    for one in field:
        c.timed(one)
    rates: dict[str, list[float]] = {one.name: [] for one in field}
    for _ in range(repeats):
        for one in field:
            work = one.paths * steps * len(world.start.moving_price)
            rates[one.name].append(work / c.timed(one))
    print(json.dumps(rates))  # noqa: T201 the answer of this process
