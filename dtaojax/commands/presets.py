"""``dtaojax presets``: list, show or compare mechanisms."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from dtaojax.terminal.console import out


def presets(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="One preset to see whole, or two to compare.", show_default=False),
    ] = None,
) -> None:
    """List the mechanisms that a config can name, show one whole, or compare two.

    One name prints the preset as TOML, to be pasted into a config. Two names print what differs,
    key by key.
    """
    from dtaojax.config.differences import differences, preset_toml
    from dtaojax.mechanism.presets import PRESETS
    from dtaojax.schema.errors import ConfigError, Problem

    names = names or []
    if len(names) > 2:
        text = f"are {len(names)} names; give none to list them, one to see it, two to compare"
        raise ConfigError("presets", [Problem("", text)])
    if len(names) == 1:
        typer.echo(preset_toml(names[0]))
        return
    if names:
        found = differences(*names)
        if not found:
            typer.echo(f"{names[0]} and {names[1]} are the same")
            return
        heads = [Column(head, no_wrap=True) for head in ("key", *names)]
        table = Table(*heads, box=None, pad_edge=False)
        for row in found:
            table.add_row(*map(Text, row))
        console = out()
        console.width = max(console.width, 120)
        console.print(table)
        return
    table = Table("preset", "regime", "since", "what it is", box=None, pad_edge=False)
    for preset in PRESETS.values():
        table.add_row(preset.name, preset.regime, str(preset.since), preset.summary)
    out().print(table)
