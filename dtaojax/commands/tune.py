"""``dtaojax tune``: search for mechanism parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dtaojax.commands.options import OutFolder, Overrides, Quiet
from dtaojax.commands.terminal import err


def tune(
    config: Annotated[
        Path,
        typer.Argument(
            help="A search's config in TOML, for example configs/tune_gate.toml.",
            show_default=False,
        ),
    ],
    set_: Overrides = None,
    out_folder: OutFolder = None,
    quiet: Quiet = False,
) -> None:
    """Search for mechanism parameters by gradient, and verify them on fresh paths.

    The answer is a folder: report.html, tune.json, every point in iterates.csv, and tuned.toml.
    """
    from dtaojax.pipeline.tune import read_tune, tune_report
    from dtaojax.tuning.errors import TuneError

    inputs = read_tune(config, list(set_ or []))
    show = err()
    say = (lambda line: None) if quiet else (lambda line: show.print(line, markup=False))
    try:
        report = tune_report(inputs, out_folder or inputs.tune.output_folder, say)
    except TuneError as error:
        show.print(f"{config}: {error}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    typer.echo(report if quiet else f"report: {report}")
