"""``dtaojax ledger``: write forecasts down, and see whether they held."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dtaojax.terminal.console import answer, err
from dtaojax.terminal.options import Quiet

if TYPE_CHECKING:
    from dtaojax.studies.ledger.scoring import ForecastVerdict

LedgerFile = Annotated[
    Path,
    typer.Option("--ledger", envvar="DTAOJAX_LEDGER", help="The ledger's file.", show_default=True),
]
_USUAL = Path("ledger.sqlite")

app = typer.Typer(no_args_is_help=True, help="Write forecasts down, and see whether they held.")


@app.command("add")
def add(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.", show_default=False)],
    ledger: LedgerFile = _USUAL,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print only the ledger's digest.")
    ] = False,
) -> None:
    """Add a run's quantiles and probabilities to a ledger, with all that tells how it was made.

    A run that lies there already changes nothing. The digest that is printed stands for the whole
    ledger: publish it, and anyone can tell later that the forecast was there then.
    """
    from dtaojax.studies.ledger.ledger import add_run

    added = add_run(ledger, run, _now())
    if not quiet:
        what = "added" if added.is_new else f"was added on {added.kept.added:%Y-%m-%d %H:%M} UTC"
        text = f"forecast {added.kept.number} ({added.kept.name[:12]}) {what}: "
        err().print(f"{text}{added.kept.about['title']}", markup=False, soft_wrap=True)
    answer(added.head if quiet else f"ledger: {ledger}, digest {added.head}")


@app.command("score")
def score(
    networks: Annotated[
        list[str],
        typer.Argument(
            metavar="NETWORK...",
            help="A later state: a network file, or a CSV of moving prices, miner burn and "
            "switches at some blocks beside one.",
            show_default=False,
        ),
    ],
    ledger: LedgerFile = _USUAL,
    tolerance: Annotated[
        float,
        typer.Option(
            help="How far a report day may lie from the state, in days.", min=0.0, max=1000.0
        ),
    ] = 0.25,
    start: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NETWORK",
            help="A network that forecasts start from, where weights alone are known; may be "
            "repeated.",
            show_default="those of the package",
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print only how many were scored.")
    ] = False,
) -> None:
    """Score every forecast that has come due against a later state of the network.

    Each is held against the state by its nearest report day, if that is near enough; nothing is
    interpolated. A state that has been there changes nothing, and a corrected one is told apart.
    """
    from dtaojax.execution import runtime
    from dtaojax.studies.ledger.scoring import score as score_all

    runtime.configure("float64")
    found = score_all(ledger, networks, _now(), start=start or (), tolerance=tolerance)
    if not quiet:
        _tell(found)
    fresh = sum(verdict.fate == "scored" for verdict in found)
    answer(fresh if quiet else f"ledger: {ledger}, {fresh} scored")


def _tell(found: list[ForecastVerdict]) -> None:
    """Say what became of every forecast; of those that start later than a state, how many."""
    show = err()
    for verdict in found:
        if verdict.fate != "not later":
            text = f"block {verdict.block:,}, forecast {verdict.forecast}: {verdict.fate}"
            show.print(f"{text} ({verdict.why})", markup=False, soft_wrap=True)
    early = Counter(verdict.block for verdict in found if verdict.fate == "not later")
    for block, count in early.items():
        text = f"block {block:,}: {count} forecasts start at it or later"
        show.print(text, markup=False, soft_wrap=True)


@app.command("report")
def report(
    ledger: LedgerFile = _USUAL,
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for the report.")] = Path(
        "runs/ledger"
    ),
    quiet: Quiet = False,
) -> None:
    """Draw the track record of a ledger, by horizon and figure."""
    from dtaojax.studies.ledger.ledger import report_ledger

    page = report_ledger(ledger, out_folder, _now())
    answer(page if quiet else f"report: {page}")


def _now() -> datetime:
    return datetime.now(UTC)
