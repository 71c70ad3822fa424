"""``dtaojax tune``: search for mechanism parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dtaojax.terminal.console import tell_search
from dtaojax.terminal.options import NoPaths, OutFolder, Overrides, Quiet, refuse_paths


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
    paths: NoPaths = None,
    quiet: Quiet = False,
) -> None:
    """Search for mechanism parameters by gradient, and verify them on fresh paths.

    The answer is a folder: report.html, tune.json, every point in iterates.csv, and tuned.toml.
    """
    refuse_paths(paths, "search.paths", "verify.paths")
    from dtaojax.studies.tune.inputs import read_tune
    from dtaojax.studies.tune.tune import tune_report

    inputs = read_tune(config, list(set_ or []))
    folder = out_folder or inputs.tune.output_folder
    tell_search(config, quiet, lambda say: tune_report(inputs, folder, say))
