"""``dtaojax report``: the report of a finished run, made anew from its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dtaojax.commands.options import Quiet
from dtaojax.config.models_run import Audience


def report(
    folder: Annotated[Path, typer.Argument(help="Folder of a finished run.", show_default=False)],
    out_folder: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the report.", show_default="the run's"),
    ] = None,
    subnet: Annotated[
        int | None,
        typer.Option(help="A page about this netuid instead, for its owner.", show_default=False),
    ] = None,
    audience: Annotated[
        Audience | None,
        typer.Option(help="Whose question comes first.", show_default="as the run's config says"),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Make the report of a finished run anew from its tables, or a page about one subnet.

    With --audience owner, --subnet leads the report by that subnet. Nothing is simulated, and the
    single paths (paths.parquet) are not needed.
    """
    if subnet is not None and audience not in (None, "owner"):
        raise typer.BadParameter(
            f"has no place beside --audience {audience}; drop it, or write --audience owner",
            param_hint="--subnet",
        )
    from dtaojax.report import write_report
    from dtaojax.report.subnet_page import write_subnet_page
    from dtaojax.results import ResultsError, load

    target = out_folder or folder
    try:
        results = load(folder)
        if subnet is None or audience is not None:
            page = write_report(results, target, audience, subnet)
        else:
            page = write_subnet_page(results, subnet, target)
    except ResultsError as error:
        text = str(error)
        raise ResultsError(text if text.startswith(str(folder)) else f"{folder}: {text}") from error
    typer.echo(page if quiet else f"report: {page}")
