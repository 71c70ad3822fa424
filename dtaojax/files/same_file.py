"""One file under two names: found out before anything is written over it."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def clash(outputs: Iterable[Path], inputs: Iterable[Path]) -> tuple[Path, Path] | None:
    """Find a file that would be written over another one that is needed.

    Paths lead to the same file if they do so by links of either kind, by way of other folders, or
    on a file system that does not tell capitals from small letters, whichever this one is.

    Args:
        outputs: what will be written; a folder stands for all in it.
        inputs: what has been read.

    Returns:
        An output, and the input or earlier output that it would replace; None if there is none.
    """
    needed = [(path, _marks(path)) for path in inputs]
    written: list[tuple[Path, set[str]]] = []
    for output in outputs:
        marks = _marks(output)
        for other, theirs in needed:
            if marks & theirs or any(_is_inside(mark, marks) for mark in theirs):
                return output, other
        for other, theirs in written:
            if marks & theirs:
                return output, other
        written.append((output, marks))
    return None


def _marks(path: Path) -> set[str]:
    """What two paths share if they lead to the same file: its place, and its number on the disk."""
    place = os.path.realpath(path)
    marks = {unicodedata.normalize("NFC", place).casefold()}
    with suppress(OSError):
        found = os.stat(place)
        if found.st_ino:
            marks.add(f"{found.st_dev}:{found.st_ino}")
    return marks


def _is_inside(mark: str, folder: set[str]) -> bool:
    return any(mark.startswith(os.path.join(each, "")) for each in folder)
