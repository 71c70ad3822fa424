"""``dtaojax init``: the example configs, to be read and changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dtaojax.terminal.console import answer


def init(
    folder: Annotated[Path, typer.Argument(help="Where to; made where it is missing.")] = Path(
        "configs"
    ),
) -> None:
    """Copy the example configs into a folder, to start from; no file is replaced.

    An installation from a package has no folder configs/ of its own.
    """
    from dtaojax.config.examples import copy_examples

    copies = copy_examples(folder)
    for copy in copies:
        answer(copy)
