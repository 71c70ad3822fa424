"""``dtaojax calibrate``: fit demand to a history of prices."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from dtaojax.terminal.console import answer, err, tell_notices


def calibrate(
    history: Annotated[
        Path,
        typer.Argument(
            help="A daily history in CSV or Parquet: date, netuid, close, and tao_in if known.",
            show_default=False,
        ),
    ],
    out_file: Annotated[
        Path, typer.Option("--out", help="The demand file to write, which configs can include.")
    ] = Path("demand.toml"),
    page: Annotated[
        Path | None,
        typer.Option(help="The goodness-of-fit page.", show_default="beside the demand file"),
    ] = None,
    first: Annotated[
        str | None,
        typer.Option("--from", help="First day, or month or year, to use.", show_default=False),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", help="Last day, or month or year, to use.", show_default=False),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Use only rows of this source, a column of the history."),
    ] = None,
    typical: Annotated[
        bool, typer.Option("--typical", help="Leave out what the history says of single subnets.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print only the demand file's path.")
    ] = False,
) -> None:
    """Fit demand to a history of prices, and show how well it fits.

    Writes a demand file with standard errors, and a page that holds the model against the history.
    """
    from dtaojax.studies.calibrate.calibrate import Request, run_calibration

    show = err()

    def tell(what: str) -> None:
        if not quiet:
            show.print(f"{what} ...", style="dim")

    request = Request(history, out_file, page, source, first, last, subnets=not typical)
    found = run_calibration(request, tell, partial(tell_notices, quiet=quiet))
    if quiet:
        answer(found.out)
        return
    table = Table("figure of daily log returns", "data", "95 % interval", "model", "", box=None)
    for place, name in enumerate(found.names):
        low, high = found.table.low[place], found.table.high[place]
        table.add_row(
            name,
            f"{found.table.data[place]:.4f}",
            f"{low:.4f} to {high:.4f}",
            f"{found.table.model[place]:.4f}",
            "inside" if found.table.inside[place] else "outside",
        )
    show.print(table)
    answer(f"demand: {found.out}")
    answer(f"page: {found.page}")
