"""``dtaojax article``: the statements of 2024 about dTAO, put to the test."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dtaojax.terminal.console import tell_search
from dtaojax.terminal.options import Overrides, Quiet


def article(
    experiments: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Ids as A4, experiments' files, or folders of them; all of configs/article by "
            "default.",
            show_default=False,
        ),
    ] = None,
    set_: Overrides = None,
    out_folder: Annotated[Path, typer.Option("--out", help="Folder for the report.")] = Path(
        "runs/article"
    ),
    quiet: Quiet = False,
) -> None:
    """Put statements about dTAO to the test, each with a computed verdict.

    The answer is a folder: report.html, claims.csv with every number, and article.json.
    """
    # JAX is slow to load, and help needs none of it.
    from dtaojax.studies.article.run import STUDY

    found = STUDY.read(experiments or [], list(set_ or []))
    tell_search(Path("article"), quiet, lambda say: STUDY.carry_out(found, out_folder, say))
