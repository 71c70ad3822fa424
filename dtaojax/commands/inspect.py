"""``dtaojax inspect``: what the chain would emit in the next block."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from dtaojax.terminal.console import out


def inspect(
    network: Annotated[
        str, typer.Option(help="An embedded network's name, or a CSV or Parquet file.")
    ] = "finney_8791253",
    gate_bar: Annotated[
        float | None,
        typer.Option(
            help="The emission bar in force; 0 takes it from the state's own shares.",
            min=0.0,
            max=1.0,
            show_default="from the network's facts",
        ),
    ] = None,
    mechanism: Annotated[
        str, typer.Option(help="A preset (see: dtaojax presets).")
    ] = "gate_rank_2026",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what the chain would emit in the next block from a state, in TAO and alpha per block.

    On a network that holds the chain's own emission (columns observed_*), the error is shown.
    """
    from dtaojax.config.load import config_from_dict
    from dtaojax.network import load_network

    preset = config_from_dict({"mechanism": mechanism}, source=Path("--mechanism")).mechanism
    table = load_network(network, gate_bar=gate_bar)

    from dtaojax.execution import runtime
    from dtaojax.studies.inspect.next_block import next_block

    runtime.configure("float64")
    found = next_block(preset, table)
    if as_json:
        # In ASCII no name can move the cursor or turn the direction of the text.
        typer.echo(json.dumps(found, allow_nan=False))
        return
    _print_emission(found)


def _print_emission(found: dict[str, Any]) -> None:
    from dtaojax.files.text import printable

    console = out()
    console.print(
        f"block {found['block']:,} · emission {found['block_emission']:g} TAO · "
        f"gate bar {found['gate_bar']:.6f}"
    )
    observed = "observed_tao_in_emission" in found["subnets"][0]
    heads = [
        "netuid",
        "name",
        "price",
        "moving",
        "pre-gate %",
        "rank",
        "share %",
        "TAO",
        "injected",
        "excess",
        "alpha in",
        "root %",
    ]
    table = Table(*heads, *(["error TAO"] if observed else []), box=None, pad_edge=False)
    for column in table.columns:
        column.no_wrap = True
        column.justify = "left" if column.header == "name" else "right"
    for subnet in found["subnets"]:
        row = [
            str(subnet["netuid"]),
            Text(printable(subnet["name"])[:22]),
            f"{subnet['price']:.6f}",
            f"{subnet['moving_price']:.6f}",
            f"{100 * subnet['pre_gate_share']:.4f}",
            "-" if subnet["rank"] is None else str(subnet["rank"]),
            f"{100 * subnet['gated_share']:.4f}",
            f"{subnet['tao_emission']:.9f}",
            f"{subnet['tao_in_emission']:.9f}",
            f"{subnet['excess_tao']:.9f}",
            f"{subnet['alpha_in_emission']:.9f}",
            f"{100 * subnet['root_proportion']:.2f}",
        ]
        if observed:
            error = subnet["error_tao_in_emission"] + subnet["error_excess_tao"]
            row.append(f"{error:+.1e}")
        table.add_row(*row)
    # Numbers are never cut: a narrower terminal wraps the lines, and a file has no width.
    console.width = max(console.width, 200)
    console.print(table)
