"""``dtaojax my``: what somebody's own holdings may be worth."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Column, Table

from dtaojax.terminal.console import answer, out, progress, say_trust
from dtaojax.terminal.options import (
    BaseConfig,
    NetworkOption,
    OpenOption,
    Overrides,
    Quiet,
    chosen_network,
)

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
    network: NetworkOption = None,
    config: BaseConfig = None,
    set_: Overrides = None,
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for the report.")] = _FOLDER,
    paths: Annotated[int, typer.Option(help="Number of random paths.")] = _PATHS,
    open_: OpenOption = False,
    quiet: Quiet = False,
) -> None:
    """Say what your holdings may be worth: dtaojax my --alpha 4=1000 --root 100.

    Simulates the network from its newest state at hand. What you hold stays on this machine.
    """
    from dtaojax.inputs import gather
    from dtaojax.studies.my.config import Holdings, holdings_config

    holdings = Holdings(_positions(alpha or []), root, usd)
    if not holdings.alpha and not root:
        raise typer.BadParameter(
            "says nothing of what you hold; write --alpha 4=1000, --root 100 or both",
            param_hint="--alpha",
        )
    found = chosen_network(network, quiet)
    changes = [f"run.paths={paths}", *(set_ or [])]
    asked = holdings_config(holdings, found.file, days, changes, config)
    inputs = gather(asked, "what you hold")

    from dtaojax.studies.run.simulate import run_report

    with progress("simulating paths", asked.run.paths, quiet) as show_done:
        report = run_report(inputs, out_folder, show_done)
    if not quiet:
        _tell(out_folder)
    answer(report if quiet else f"report: {report}")
    if open_:
        webbrowser.open(report.absolute().as_uri())


def _positions(words: list[str]) -> dict[int, float]:
    """Return netuid -> alpha.

    Raises:
        BadParameter: A word is no position, or names a subnet again.
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


def _tell(folder: Path) -> None:
    from dtaojax.results.contract import load
    from dtaojax.results.read import read
    from dtaojax.studies.my.summary import holdings_figures, holdings_sentence, position_lines

    results = load(folder)
    evidence = read(results)
    say_trust(results.manifest)
    out().print(holdings_sentence(evidence), markup=False, soft_wrap=True)
    shown = list(holdings_figures(evidence))
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
    for holding in position_lines(evidence):
        positions.add_row(*holding)
    out().print(positions)
