"""``dtaojax replay``: hold the mechanism against the chain's pools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from dtaojax.terminal.console import err, out


def replay(
    data: Annotated[
        Path | None,
        typer.Argument(
            help="Folder with the daily prices, hourly pools and the snapshot of 2026-06-14.",
            show_default="DTAOJAX_DATA, or ../shared/data",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Hold the mechanism against the chain's pools of July and August 2026.

    Users' trades are those that lead to the prices that were seen; what the protocol adds is the
    mechanism's own.
    """
    from dtaojax.execution import runtime
    from dtaojax.history import data_folder
    from dtaojax.studies.replay.replay import replay_from_snapshot, replay_pools

    runtime.configure("float64")
    folder = data_folder() if data is None else data
    found = {
        "from 07-19, switches of the end": replay_pools(folder, switches_from_reserves=False),
        "from 07-19, switches read off": replay_pools(folder, switches_from_reserves=True),
        "from 06-14": replay_from_snapshot(folder),
    }
    for notice in dict.fromkeys(text for each in found.values() for text in each.notices):
        err().print(f"note: {notice}", style="yellow", markup=False, soft_wrap=True)
    if as_json:
        typer.echo(json.dumps({name: each.summary() for name, each in found.items()}, indent=1))
        return
    table = Table("figure", *found, box=None, pad_edge=False)
    summaries = [each.summary() for each in found.values()]
    for figure in summaries[0]:
        table.add_row(
            figure.replace("_", " "), *(f"{summary[figure]:,.5g}" for summary in summaries)
        )
    out().print(table)
