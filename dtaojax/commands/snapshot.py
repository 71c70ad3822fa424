"""``dtaojax snapshot``: a network from the chain or a market site, and what changed in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dtaojax.commands.terminal import err
from dtaojax.config import ConfigError, Problem

if TYPE_CHECKING:
    from dtaojax.pipeline.snapshot import Taken

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
    from dtaojax.pipeline.snapshot import from_chain, from_taostats

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
        typer.echo(taken.path)
        return
    from dtaojax.network import printable

    show = err()
    for note in taken.completed.notes:
        show.print(f"- {printable(note)}", markup=False, soft_wrap=True)
    table = taken.completed.table
    show.print(
        f"{table.n_subnets} subnets, {table.tao_in.sum():,.0f} TAO in pools, "
        f"{table.root_tao:,.0f} on root; next: dtaojax inspect --network {taken.path}",
        style="dim",
        markup=False,
        soft_wrap=True,
    )
    typer.echo(f"network: {taken.path}")
    typer.echo(f"facts: {taken.facts}")
