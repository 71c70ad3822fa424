"""``dtaojax my``: what somebody's own holdings may be worth."""

from __future__ import annotations

import datetime
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.table import Column, Table

from dtaojax.commands.options import Overrides, Quiet
from dtaojax.commands.terminal import answer, err, out, progress, say_trust

if TYPE_CHECKING:
    from dtaojax.network import NetworkAtHand

OLD_AFTER_DAYS: Final = 14
"""A snapshot older than this is called old."""
_FOLDER: Final = Path("runs/my")
_PATHS: Final = 1024


def my(
    alpha: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NETUID=ALPHA",
            help="Alpha that you hold in a subnet; may be repeated.",
            show_default=False,
        ),
    ] = None,
    root: Annotated[float, typer.Option(help="TAO that you stake to root.", min=0.0)] = 0.0,
    days: Annotated[float, typer.Option(help="How far ahead.")] = 30.0,
    usd: Annotated[
        float | None,
        typer.Option(help="Dollars for a TAO today, to be told dollars too.", show_default=False),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(
            help="An embedded network's name or a file.",
            show_default="the newest of those and of the snapshots in this folder",
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="Rules and demand from this config.", show_default="mainnet.toml"),
    ] = None,
    set_: Overrides = None,
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for the report.")] = _FOLDER,
    paths: Annotated[int, typer.Option(help="Number of random paths.")] = _PATHS,
    open_: Annotated[bool, typer.Option("--open", help="Open the report in a browser.")] = False,
    quiet: Quiet = False,
) -> None:
    """Say what your holdings may be worth: dtaojax my --alpha 4=1000 --root 100.

    Simulates the network from its newest state at hand. What you hold stays on this machine.
    """
    from dtaojax.config import Holdings, holdings_config
    from dtaojax.pipeline.inputs import gather

    holdings = Holdings(_positions(alpha or []), root, usd)
    if not holdings.alpha and not root:
        raise typer.BadParameter(
            "says nothing of what you hold; write --alpha 4=1000, --root 100 or both",
            param_hint="--alpha",
        )
    found = find_network(network, quiet)
    changes = [f"run.paths={paths}", *(set_ or [])]
    asked = holdings_config(holdings, found.file, days, changes, config)
    inputs = gather(asked, "what you hold")

    from dtaojax.pipeline.run import run_report

    with progress("simulating paths", asked.run.paths, quiet) as show_done:
        report = run_report(inputs, out_folder, show_done)
    if not quiet:
        _tell(out_folder)
    answer(report if quiet else f"report: {report}")
    if open_:
        webbrowser.open(report.absolute().as_uri())


def find_network(asked: str | None, quiet: bool) -> NetworkAtHand:
    """Return the network that is asked for, or the newest at hand, and say how old it is.

    Raises:
        NetworkError: it is unknown, or its facts are missing or impossible.
    """
    from dtaojax.network import network_at_hand, newest_network

    found = newest_network(Path.cwd()) if asked is None else network_at_hand(asked)
    if not quiet:
        err().print(_age(found.name, found.block), markup=False, soft_wrap=True)
    return found


def _positions(words: list[str]) -> dict[int, float]:
    """Return netuid -> alpha.

    Raises:
        BadParameter: a word is no position, or names a subnet again.
    """
    found: dict[int, float] = {}
    for word in words:
        netuid, equals, amount = word.partition("=")
        try:
            position = (int(netuid), float(amount))
        except ValueError:
            position = None
        if not equals or position is None:
            raise typer.BadParameter(
                f"{word!r} is no position; write a netuid and alpha, as in 4=1000",
                param_hint="--alpha",
            )
        if position[0] in found:
            raise typer.BadParameter(
                f"names subnet {position[0]} twice; add up what you hold", param_hint="--alpha"
            )
        found[position[0]] = position[1]
    return found


def _age(name: str, block: int) -> str:
    """Say which state this is about and how old it is."""
    from dtaojax.config.moments import time_of

    taken = time_of(block)
    age = (_now() - taken).total_seconds() / 86_400
    told = f"network: {name}, block {block:,}, of about {taken:%Y-%m-%d %H:%M} UTC"
    if age > OLD_AFTER_DAYS:
        return f"{told}: {age:.0f} days OLD; take a new one here with `dtaojax snapshot`"
    return f"{told}, {max(age, 0.0):.1f} days ago"


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _tell(folder: Path) -> None:
    from dtaojax.report.contract import read
    from dtaojax.report.holder_answer import holdings, lines, sentence
    from dtaojax.results import load

    results = load(folder)
    evidence = read(results)
    say_trust(results.manifest)
    out().print(sentence(evidence), markup=False, soft_wrap=True)
    shown = list(lines(evidence))
    table = Table("", Column("TAO", justify="right"), Column("of today", justify="right"))
    table.box, table.pad_edge = None, False
    if any(line.usd for line in shown):
        table.add_column("USD", justify="right")
    for line in shown:
        table.add_row(*line[: len(table.columns)])
    out().print(table)
    if any(line.usd for line in shown):
        note = "Dollars: TAO's own price moves too, by a model that no back-test here covers."
        out().print(note, markup=False, soft_wrap=True)
    positions = Table(
        "position",
        *(
            Column(head, justify="right")
            for head in ("held", "TAO today", "mean change", "ends below the bar", "gone")
        ),
        box=None,
        pad_edge=False,
    )
    for holding in holdings(evidence):
        positions.add_row(*holding)
    out().print(positions)
