"""``dtaojax sensitivity``: which parameters and assumptions move the numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dtaojax.commands.options import OutFolder, Overrides, Quiet
from dtaojax.commands.terminal import err


def sensitivity(
    config: Annotated[
        Path,
        typer.Argument(
            help="A run's config, or that of a study, for example configs/sensitivity.toml.",
            show_default=False,
        ),
    ],
    set_: Overrides = None,
    out_folder: OutFolder = None,
    quiet: Quiet = False,
) -> None:
    """Find which parameters and assumptions move the numbers of a run.

    The answer is a folder: report.html with tornado plots, sensitivity.json, and the tables
    local.csv (derivatives), swings.csv (one parameter at a time) and sobol.csv (variance).
    """
    from dtaojax.pipeline.sensitivity import read_sensitivity, sensitivity_report
    from dtaojax.tuning.errors import TuneError

    inputs = read_sensitivity(config, list(set_ or []))
    show = err()
    say = (lambda line: None) if quiet else (lambda line: show.print(line, markup=False))
    try:
        report = sensitivity_report(inputs, out_folder or inputs.study.output_folder, say)
    except TuneError as error:
        show.print(f"{config}: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    typer.echo(report if quiet else f"report: {report}")
