"""``dtaojax stress``: the worst demand within a budget."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dtaojax.commands.options import OutFolder, Overrides, Quiet
from dtaojax.commands.terminal import err


def stress(
    config: Annotated[
        Path,
        typer.Argument(
            help="An attack's config in TOML, for example configs/attack.toml.",
            show_default=False,
        ),
    ],
    set_: Overrides = None,
    out_folder: OutFolder = None,
    quiet: Quiet = False,
) -> None:
    """Find the worst demand within a budget, and what an attacker gains or loses by it.

    The answer is a folder: report.html, stress.json, what every plan does in outcomes.csv, and the
    plans themselves in plans.csv.
    """
    from dtaojax.pipeline.stress import read_stress, stress_report
    from dtaojax.tuning.errors import TuneError

    inputs = read_stress(config, list(set_ or []))
    show = err()
    say = (lambda line: None) if quiet else (lambda line: show.print(line, markup=False))
    try:
        report = stress_report(inputs, out_folder or inputs.stress.output_folder, say)
    except TuneError as error:
        show.print(f"{config}: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    typer.echo(report if quiet else f"report: {report}")
