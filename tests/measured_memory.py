"""A process that runs a cheap model, estimates from its paths, and says how much memory it took.

    python measured_memory.py PATHS FOLDER

Prints the most memory that it held, in KiB.
"""

import sys
from pathlib import Path

import jax
import numpy as np
from threads import run
from walks import BINS, walk

from dtaojax.engine.chunk import Plan, chunk_size
from dtaojax.engine.store import ChunkStore
from dtaojax.metrics.portfolio import VALUATIONS, PortfolioSample, loss_histogram, portfolio_rows
from dtaojax.metrics.tables import frame, sample_rows
from dtaojax.studies.run.path_table import PathTableReader, PathTableWriter

DAYS = (0.0, 1.0, 2.0)
NAMES = ("a", "b", "c", "number")


def estimate(paths: int, folder: Path) -> None:
    """Runs the paths and makes every kind of table that reads figures of single paths."""
    model = walk()
    plan = Plan(paths, (1, 2), 1024, chunk_size(paths, 1024, workers=2))
    file = folder / "paths.parquet"
    with PathTableWriter(file, NAMES, DAYS) as table:
        found = run(model, BINS, plan, table.write, int, workers=2, store=ChunkStore(folder))
    assert found.used == paths
    reader = PathTableReader(file)
    for name in NAMES:
        frame(list(sample_rows(name, "network", None, 2.0, reader.sample(name, 2.0), "TAO")))
    start, end = (
        PortfolioSample(
            day,
            {valuation: reader.columns(NAMES[:3], day) for valuation in VALUATIONS},
            lambda: reader.sample("a", 2.0),
        )
        for day in (0.0, 2.0)
    )
    frame(list(portfolio_rows(start, [end], dict.fromkeys((1, 2, 0), 1.0))))
    loss_histogram(start, [end])


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    np.seterr(all="raise", under="ignore")
    estimate(int(sys.argv[1]), Path(sys.argv[2]))
    (peak,) = (
        line.split()[1]
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )
    print(peak)  # noqa: T201 the answer of this process
