"""``dtaojax report``: the report of a finished run, made anew from its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dtaojax.config.run import Audience
from dtaojax.terminal.console import answer, err
from dtaojax.terminal.options import Quiet


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
    ledger: Annotated[
        Path | None,
        typer.Option(
            envvar="DTAOJAX_LEDGER",
            help="A ledger whose track record stands in the trust badge.",
            show_default="as the run had it",
        ),
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
    from dtaojax.results.contract import Results, ResultsError, load
    from dtaojax.storage import fault_in, pages_replaced, view_written
    from dtaojax.studies.ledger.ledger import with_record
    from dtaojax.studies.run.page.page import write_report
    from dtaojax.studies.run.page.subnet_page import write_subnet_page

    def write(found: Results, into: Path) -> str:
        results = with_record(found, ledger)
        if subnet is None or audience is not None:
            return write_report(results, into, audience, subnet).name
        return write_subnet_page(results, subnet, into).name

    is_elsewhere = out_folder is not None and out_folder.resolve() != folder.resolve()
    target = out_folder if out_folder is not None and is_elsewhere else folder
    try:
        if is_elsewhere:
            with view_written(target, "report") as new:
                page = target / write(load(folder), new)
        else:
            with pages_replaced(folder, "report") as new:
                page = target / write(load(folder, for_pages_by="report"), new)
                fault = fault_in(folder, page.name)
            if fault:
                note = f"{page}: {fault}; it was made anew from the tables, which are whole"
                err().print(note, markup=False, soft_wrap=True)
    except ResultsError as error:
        text = str(error)
        raise ResultsError(text if text.startswith(str(folder)) else f"{folder}: {text}") from error
    answer(page if quiet else f"report: {page}")
