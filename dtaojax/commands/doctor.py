"""``dtaojax doctor``: whether this machine can run dtaojax."""

from __future__ import annotations

import typer
from rich.table import Column, Table
from rich.text import Text

from dtaojax.commands.terminal import out


def doctor() -> None:
    """Show devices, versions and precision, and whether this machine can run dtaojax."""
    from dtaojax.execution.doctor import findings

    table = Table("what", Column("found", overflow="fold"), box=None, pad_edge=False)
    healthy = True
    for finding in findings():
        healthy &= finding.well
        table.add_row(finding.topic, Text(finding.text, style="" if finding.well else "red"))
    out().print(table)
    if not healthy:
        raise typer.Exit(1)
