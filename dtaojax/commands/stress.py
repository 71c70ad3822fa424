"""``dtaojax stress``: the worst demand within a budget."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dtaojax.terminal.console import tell_search
from dtaojax.terminal.options import NoPaths, OutFolder, Overrides, Quiet, refuse_paths


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
    paths: NoPaths = None,
    quiet: Quiet = False,
) -> None:
    """Find the worst demand within a budget, and what an attacker gains or loses by it.

    The answer is a folder: report.html, stress.json, what every plan does in outcomes.csv, and the
    plans themselves in plans.csv.
    """
    refuse_paths(paths, "search.paths", "verify.paths")
    from dtaojax.studies.stress.stress import read_stress, stress_report

    inputs = read_stress(config, list(set_ or []))
    folder = out_folder or inputs.stress.output_folder
    tell_search(config, quiet, lambda say: stress_report(inputs, folder, say))
