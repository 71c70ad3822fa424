"""``dtaojax sweep``: many runs over a design of config values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from dtaojax.results.contract import why_missing
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.terminal.console import answer, err, error_words, say_trust_of_each
from dtaojax.terminal.options import ExecutorOption, SchedulerOption, WorkersOption, crew_maker

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = {
    "emission_effective_number": "effective number",
    "emission_top10_share": "top ten",
    "total_tao_in": "TAO in pools",
    "loss_realizable_var_95": "VaR 95 %",
    "loss_realizable_es_95": "ES 95 %",
}
"""Figures of the table on the terminal, with their heads; all are in the file."""


def sweep(
    config: Annotated[Path, typer.Argument(help="A config in TOML.", show_default=False)],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="For all points.", show_default=False),
    ] = None,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=V1,V2", help="Values of a key; all combinations.", show_default=False
        ),
    ] = None,
    sobol: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=LOW:HIGH", help="Range of a key, filled evenly.", show_default=False
        ),
    ] = None,
    points: Annotated[int, typer.Option(help="Points of a Sobol design.", min=1)] = 16,
    seed: Annotated[int, typer.Option(help="Of a Sobol design.", min=0)] = 0,
    out_folder: Annotated[
        Path | None,
        typer.Option("--out", help="Folder.", show_default="<the run's folder>-sweep"),
    ] = None,
    executor: ExecutorOption = None,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
) -> None:
    """Run a grid or a Sobol design over config values, and compare what the runs find.

    Every point is a run of its own, under points/; sweep.csv and sweep.parquet compare them. Points
    that are finished are not run again, so the same command goes on after an interruption.
    """
    from dtaojax.config.load import load_config

    if bool(grid) == bool(sobol):
        problem = Problem("", "give --grid KEY=V1,V2 or --sobol KEY=LOW:HIGH, and not both")
        raise ConfigError("sweep", [problem])
    base = load_config(config, list(set_ or []))
    folder = out_folder or base.output_folder.with_name(f"{base.output_folder.name}-sweep")
    makes_crew = crew_maker(executor, workers, scheduler)

    from dtaojax.studies.shared.batch import read_json
    from dtaojax.studies.sweep import design as designs
    from dtaojax.studies.sweep.sweep import run_sweep

    design = designs.grid(grid) if grid else designs.sobol(list(sobol or []), points, seed)
    show = err()

    def announce(index: int, point: dict[str, str]) -> None:
        show.print(
            f"point {index + 1} of {len(design.points)}: {_point_words(point)}", markup=False
        )

    table = run_sweep(config, list(set_ or []), design, folder, announce, makes_crew)
    labels = [_point_words(point) for point in design.points]
    summaries = [read_json(folder / place / "summary.json") for place in table["folder"]]
    say_trust_of_each(labels, summaries)
    show.print(_comparison(table, list(design.points[0])))
    answer(f"table: {folder / 'sweep.csv'}")


def _point_words(point: Mapping[str, str]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in point.items())


def _comparison(table: pd.DataFrame, keys: list[str]) -> Table:
    names = [name for name in _SHOWN if name in table]
    heads = [key.rpartition(".")[2] for key in keys]
    shown = Table(*heads, *(_SHOWN[name] for name in names), box=None, pad_edge=False)
    for record in table.to_dict("records"):
        figures = (
            why_missing(name)
            if math.isnan(record[name])
            else f"{record[name]:,.4g} ± {error_words(record[f'{name}_se'])}"
            for name in names
        )
        shown.add_row(*(str(record[key]) for key in keys), *figures)
    return shown
