"""``dtaojax sensitivity``: which parameters and assumptions move the numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dtaojax.terminal.console import tell_search
from dtaojax.terminal.options import NoPaths, OutFolder, Overrides, Quiet, refuse_paths


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
    paths: NoPaths = None,
    quiet: Quiet = False,
) -> None:
    """Find which parameters and assumptions move the numbers of a run.

    The answer is a folder: report.html with tornado plots, sensitivity.json, and the tables
    local.csv (derivatives), swings.csv (one parameter at a time) and sobol.csv (variance).
    """
    refuse_paths(paths, "run.paths", "paths")
    from dtaojax.studies.sensitivity.sensitivity import read_sensitivity, sensitivity_report

    inputs = read_sensitivity(config, list(set_ or []))
    folder = out_folder or inputs.study.output_folder
    tell_search(config, quiet, lambda say: sensitivity_report(inputs, folder, say))
