"""``dtaojax verify``: whether a result is as it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dtaojax.commands.terminal import answer, err


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
