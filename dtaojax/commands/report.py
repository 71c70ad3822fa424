"""``dtaojax report``: the report of a finished run, made anew from its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dtaojax.commands.options import Quiet


def report(
    folder: Annotated[Path, typer.Argument(help="Folder of a finished run.", show_default=False)],
    out_folder: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the report.", show_default="the run's"),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Make the report of a finished run anew from its tables, without simulating.

    For folders that came without report.html, and after an update of dtaojax. The single paths
    (paths.parquet) are not needed.
    """
    from dtaojax.report import write_report
    from dtaojax.results import ResultsError, load

    try:
        page = write_report(load(folder), out_folder or folder)
    except ResultsError as error:
        text = str(error)
        raise ResultsError(text if text.startswith(str(folder)) else f"{folder}: {text}") from error
    typer.echo(page if quiet else f"report: {page}")
