"""``dtaojax doctor``, ``validate`` and ``verify``: is the machine, a config, a result in order?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from dtaojax.terminal.console import answer, err, out
from dtaojax.terminal.options import ConfigFile, Overrides


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


def validate(config: ConfigFile, set_: Overrides = None) -> None:
    """Check a config and its network without running anything."""
    from dtaojax.inputs import read_inputs

    inputs = read_inputs(config, list(set_ or []))
    run_config = inputs.config.run
    answer(
        f"{config}: valid · {inputs.config.mechanism.named} · {inputs.network.n_subnets} subnets "
        f"at block {inputs.network.block:,} · {run_config.paths:,} paths of "
        f"{run_config.n_steps:,} steps to day {run_config.horizon_days:g} · "
        f"hash {inputs.config.config_hash[:16]}"
    )


def verify(
    folder: Annotated[
        Path, typer.Argument(help="Folder of a result of any command.", show_default=False)
    ],
) -> None:
    """Check that every file of a result is as it was written, and that no other lies beside it.

    Results inside, as those of a sweep, are checked too. What is damaged, missing or left over is
    named, a line each.
    """
    from dtaojax import storage

    found = storage.verify(folder)
    for fault in found.faults:
        err().print(f"{fault.place}: {fault.what}", style="red", markup=False, soft_wrap=True)
    if found.faults:
        raise typer.Exit(2)
    inside = f" of it and of {found.folders} results inside" if found.folders else ""
    answer(f"{folder}: whole; {found.files} files{inside} are as they were written")
