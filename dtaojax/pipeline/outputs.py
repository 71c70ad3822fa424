"""What a command writes, held against what it read, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dtaojax.paths import clash
from dtaojax.reading import noted
from dtaojax.results import ResultsError


def refuse_overwriting(outputs: Iterable[Path], needed: Iterable[Path] = ()) -> None:
    """Refuse to write a file over another that is written too, or over one that was read.

    Every file that has been read since the command began counts (`dtaojax.reading.noting`):
    configs, includes, networks and their facts, histories, answers of a market site.

    Args:
        outputs: files that will be written, and folders that will go with all in them.
        needed: further files that must stay.

    Raises:
        ResultsError: two of them are one file, under whatever names.
    """
    outputs = list(outputs)
    read = [*noted(), *needed]
    found = clash(outputs, read)
    if found is None:
        return
    output, other = found
    what = "which is read" if other in read else "which is written too"
    raise ResultsError(
        f"{output}: is the same file as {other}, {what} and would be lost; nothing was written: "
        "choose another place with --out"
    )
