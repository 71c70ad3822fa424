"""``dtaojax snapshot``: a network from the chain or a market site, and what changed in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.terminal.console import answer, err, out

if TYPE_CHECKING:
    from dtaojax.studies.snapshot.result import Differences
    from dtaojax.studies.snapshot.snapshot import Taken

_SHOWN = 20
"""Subnets of the table on the terminal."""

app = typer.Typer(invoke_without_command=True, subcommand_metavar="[diff OLD NEW]")


@app.callback()
def snapshot(
    context: typer.Context,
    network: Annotated[
        str, typer.Option(help="finney, test, local, or a node's ws:// or wss:// address.")
    ] = "finney",
    block: Annotated[
        int | None,
        typer.Option(help="Block to read.", min=0, show_default="the head of the chain"),
    ] = None,
    from_json: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Convert an answer of the Taostats API (dtao/pool/latest) instead.",
            show_default=False,
        ),
    ] = None,
    complete_from: Annotated[
        str | None,
        typer.Option(
            metavar="NETWORK",
            help="With --from-json: take what it does not say from this network, embedded or a "
            "file.",
            show_default=False,
        ),
    ] = None,
    assume: Annotated[
        bool,
        typer.Option(
            "--assume", help="With --from-json: assume the rest; what, is printed and written."
        ),
    ] = False,
    total_issuance: Annotated[
        float | None,
        typer.Option(help="With --from-json: TAO issued.", min=0.0, show_default=False),
    ] = None,
    root_tao: Annotated[
        float | None,
        typer.Option(help="With --from-json: TAO staked to root.", min=0.0, show_default=False),
    ] = None,
    out_file: Annotated[
        Path | None,
        typer.Option("--out", help="The CSV file.", show_default="<source>_<block>.csv"),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print only the file's path.")
    ] = False,
) -> None:
    """Write the state of a network as a file that configs can name.

    Reads a chain through the bittensor SDK (pip install 'dtaojax\\[chain]'), or converts an answer
    of the Taostats API. The file is a CSV with its facts in a TOML file beside it.
    """
    if context.invoked_subcommand is not None:
        return
    from dtaojax.network import load_network
    from dtaojax.network.sources import Supplement
    from dtaojax.studies.snapshot.snapshot import from_chain, from_taostats

    supplement = {
        "--complete-from": complete_from,
        "--assume": assume or None,
        "--total-issuance": total_issuance,
        "--root-tao": root_tao,
    }
    if from_json is None:
        useless = [option for option, value in supplement.items() if value is not None]
        if useless:
            problem = Problem("", f"{', '.join(useless)} goes with --from-json; leave it out")
            raise ConfigError("snapshot", [problem])
        _tell(from_chain(network, block, out_file), quiet)
        return
    base = None if complete_from is None else load_network(complete_from)
    _tell(
        from_taostats(from_json, Supplement(base, assume, total_issuance, root_tao), out_file),
        quiet,
    )


def _tell(taken: Taken, quiet: bool) -> None:
    if quiet:
        answer(taken.path)
        return
    from dtaojax.files.text import printable

    show = err()
    for note in taken.table.notes:
        show.print(f"- {printable(note)}", markup=False, soft_wrap=True)
    table = taken.table
    show.print(
        f"{table.n_subnets} subnets, {table.tao_in.sum():,.0f} TAO in pools, "
        f"{table.root_tao:,.0f} on root; next: dtaojax inspect --network {taken.path}",
        style="dim",
        markup=False,
        soft_wrap=True,
    )
    answer(f"network: {taken.path}")
    answer(f"facts: {taken.facts}")


@app.command("diff")
def diff(
    old: Annotated[
        str, typer.Argument(help="The earlier network, embedded or a file.", show_default=False)
    ],
    new: Annotated[str, typer.Argument(help="The later one.", show_default=False)],
    mechanism: Annotated[
        str, typer.Option(help="Preset whose next block gives the emission shares.")
    ] = "gate_rank_2026",
    out_folder: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder for report.html, subnets.csv, network.csv.", show_default=False
        ),
    ] = None,
) -> None:
    """Show what changed between two network files, the most important first."""
    from dtaojax.config.load import config_from_dict
    from dtaojax.network import load_network

    preset = config_from_dict({"mechanism": mechanism}, source=Path("--mechanism")).mechanism
    before, after = load_network(old), load_network(new)

    from dtaojax.execution import runtime
    from dtaojax.studies.snapshot.diff import compare_networks, write_differences

    runtime.configure("float64")
    found = compare_networks(before, after, preset)
    _print_differences(found)
    if out_folder is not None:
        answer(f"report: {write_differences(found, out_folder)}")


def _print_differences(found: Differences) -> None:
    from dtaojax.files.text import printable
    from dtaojax.report.numerals import percent, plain
    from dtaojax.studies.snapshot.result import signed_percent, signed_points

    console = out()
    console.width = max(console.width, 130)
    console.print(
        f"{printable(found.old)} to {printable(found.new)}, {found.days:,.1f} days", markup=False
    )
    network = Table("figure", "before", "now", "unit", box=None, pad_edge=False)
    for row in found.network.to_dict("records"):
        network.add_row(row["figure"], plain(row["old"], 4), plain(row["new"], 4), row["unit"])
    heads = (
        "moved",
        "price",
        "change",
        "moving",
        "change",
        "TAO in pool",
        "change",
        "emission",
        "pp",
    )
    subnets = Table(
        Column("netuid", justify="right"),
        Column("name", no_wrap=True),
        *(Column(head, justify="right", no_wrap=True) for head in heads),
        Column("what", no_wrap=True),
        box=None,
        pad_edge=False,
    )
    for row in found.subnets.head(_SHOWN).to_dict("records"):
        subnets.add_row(
            str(row["netuid"]),
            Text(printable(str(row["name"]))[:22]),
            percent(row["moved"]),
            plain(row["price_new"]),
            signed_percent(row["price_change"]),
            plain(row["moving_price_new"]),
            signed_percent(row["moving_price_change"]),
            plain(row["tao_in_new"]),
            signed_percent(row["tao_in_change"]),
            percent(row["emission_share_new"]),
            signed_points(row["emission_share_change"]),
            row["what"],
        )
    console.print(network)
    console.print()
    console.print(subnets)
    if len(found.subnets) > _SHOWN:
        console.print(f"and {len(found.subnets) - _SHOWN} more; --out FOLDER has all")
