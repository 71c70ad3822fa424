"""One run for every point of a design, and one table of what they found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from dtaojax.execution.worker_pool import CrewMaker
from dtaojax.inputs import read_inputs
from dtaojax.storage import holding, writing
from dtaojax.studies.shared.batch import Job, Watcher, read_json, run_batch
from dtaojax.studies.shared.study import study_folder, write_files
from dtaojax.studies.sweep.design import Design, Point

FILES: Final = ("sweep.csv", "sweep.parquet")
_SCOPES = ("network", "portfolio")
_NAME_DIGITS = 16


def run_sweep(
    config_file: Path,
    overrides: Sequence[str],
    design: Design,
    folder: Path,
    progress: Callable[[int, Point], None],
    crew_maker: CrewMaker,
) -> pd.DataFrame:
    """Run every point into a folder of its own, and tabulate its headline numbers.

    A point whose results are there already is not run again, so a sweep that was broken off goes on
    with the same command, and a larger design over the same config adds to a smaller one. All
    points are checked before the first is run.

    Args:
        config_file: Config that the points change.
        overrides: Overrides for all points, before their own.
        design: The points.
        folder: Folder for ``points/``, ``sweep.csv`` and ``sweep.parquet``.
        progress: Function that receives the index of each point before it is run.
        crew_maker: Maker of the worker pool, which is opened once for all points.

    Returns:
        One row a point: its values, its folder, and each figure with its standard error in a
        column of the same name that ends in ``_se``.

    Raises:
        ConfigError: A point's config is wrong.
        ResultsError: A folder cannot be written.
    """
    inputs = [
        read_inputs(config_file, [*overrides, *(f"{k}={v}" for k, v in point.items())])
        for point in design.points
    ]
    # Named by the hash of its config, so that a point is found again in a larger design.
    targets = [folder / "points" / one.config.config_hash[:_NAME_DIGITS] for one in inputs]

    def begin(index: int) -> None:
        progress(index, design.points[index])

    with study_folder(folder, "sweep", FILES) as new:
        run_batch(list(map(Job, inputs, targets)), Watcher(begin), crew_maker)
        rows = [
            {**point, "folder": str(target.relative_to(folder)), **_figures(target)}
            for point, target in zip(design.points, targets, strict=True)
        ]
        table = pd.DataFrame(rows)
        write_files(new, dict.fromkeys(FILES, table))
        with writing(new):
            holding(new, "sweep", folder, targets)
    return table


def _figures(folder: Path) -> dict[str, float]:
    """Return headline numbers of the network and the portfolio at the last day they have.

    NaN is what too few paths cannot tell, which JSON holds as null.
    """
    metrics = [m for m in read_json(folder / "summary.json")["metrics"] if m["scope"] in _SCOPES]
    latest = {metric["name"]: metric for metric in metrics}
    found: dict[str, float] = {}
    for name, metric in latest.items():
        for column, number in ((name, metric["value"]), (f"{name}_se", metric["standard_error"])):
            found[column] = float("nan") if number is None else number
    return found
