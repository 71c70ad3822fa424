"""Files to be written, checked against those that were read, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dtaojax.files.reading import clash, noted
from dtaojax.results.contract import ResultsError
from dtaojax.storage import MANIFEST, UNFINISHED


def refuse_replacing(folder: Path, names: Iterable[str], needed: Iterable[Path] = ()) -> None:
    """Refuse a result that would replace what was read, as :func:`refuse_overwriting`.

    Args:
        folder: Folder for the result.
        names: Names of the files that the command leaves in it; the manifest and the folder of what
            is unfinished, which goes with all in it, are among them always.
        needed: Further files that must stay.

    Raises:
        ResultsError: Two of them are one file, under whatever names.
    """
    every = dict.fromkeys((*names, MANIFEST, UNFINISHED))
    refuse_overwriting([folder / name for name in every], needed)


def refuse_overwriting(outputs: Iterable[Path], needed: Iterable[Path] = ()) -> None:
    """Refuse to write a file over another that is written too, or over one that was read.

    Every file that has been read since the command began counts (`dtaojax.files.reading.noting`):
    configs, includes, networks and their facts, histories, answers of a market site.

    Args:
        outputs: Files that will be written, and folders that will go with all in them.
        needed: Further files that must stay.

    Raises:
        ResultsError: Two of them are one file, under whatever names.
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
