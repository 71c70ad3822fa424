"""Reading what a user names, in bounded time, and never writing over what was read.

Only ordinary files are read, neither large nor deep.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

MOST_TOML: Final = 2 * 2**20
"""Largest TOML file that is read [bytes]; the configs and facts of this program hold a few 1,000.
A parser in Python takes a second for as much."""

_KINDS: Final = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


_KEY_PART: Final = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_DEEP_KEY: Final = re.compile(rf"(?<![\w-]){_KEY_PART}(?:[ \t]*\.[ \t]*{_KEY_PART}){{32}}")
"""A dotted key of more than 32 parts: the time that Python's parser takes grows with their square.
"""


_noted: ContextVar[tuple[list[Path], ...]] = ContextVar("noted", default=())


class UnfitFileError(OSError):
    """A file that is not read, because it is no ordinary one or too large; the message says why."""


def read_bounded(path: Path, most: int) -> bytes:
    """Return the content of an ordinary file.

    A pipe could make the program wait for ever, and a device such as ``/dev/zero`` never ends, so
    neither is read.

    Args:
        path: of the file; links are followed.
        most: largest size [bytes].

    Raises:
        UnfitFileError: it is a pipe, a device or a socket, or holds more.
        OSError: it cannot be read; a folder raises IsADirectoryError.
    """
    # A pipe is opened without a writer only where nobody waits for one.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
    try:
        _refuse_unfit(os.fstat(descriptor), path, most)
        with open(descriptor, "rb", closefd=False) as file:
            # Some files of the system, as those below /proc, tell no size.
            content = file.read(most + 1)
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise _too_large(most)
    _note(path)
    return content


def check_bounded(path: Path, most: int) -> None:
    """Refuse what :func:`read_bounded` would, before another library reads the file.

    Args:
        path: of the file; links are followed.
        most: largest size [bytes].

    Raises:
        UnfitFileError: it is a pipe, a device or a socket, or holds more.
        OSError: it cannot be looked at; a folder raises IsADirectoryError.
    """
    _refuse_unfit(os.stat(path), path, most)
    _note(path)


@contextmanager
def noting() -> Iterator[list[Path]]:
    """Note which files are read in its body, so that nothing is written over them.

    Yields:
        The list to which each file is added when it is read, as it was named.
    """
    notes: list[Path] = []
    token = _noted.set((*_noted.get(), notes))
    try:
        yield notes
    finally:
        _noted.reset(token)


def noted() -> list[Path]:
    """Return the files that were read since the outermost :func:`noting` in force began."""
    notes = _noted.get()
    return list(notes[0]) if notes else []


def _note(path: Path) -> None:
    for notes in _noted.get():
        notes.append(path)


def parse_toml(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text.

    Raises:
        ValueError: it is no TOML.
        RecursionError: it is nested too deeply to be read.
    """
    if _DEEP_KEY.search(text):
        raise RecursionError("a dotted key has more than 32 parts")
    return tomllib.loads(text)


def _refuse_unfit(status: os.stat_result, path: Path, most: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(f"{path} is a folder")
    for is_kind, kind in _KINDS:
        if is_kind(status.st_mode):
            raise UnfitFileError(f"it is {kind}, and only files are read")
    if status.st_size > most:
        raise _too_large(most)


def _too_large(most: int) -> UnfitFileError:
    return UnfitFileError(f"it is larger than {most / 2**20:g} MiB")


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
    """Return what paths to the same file share: its place, and its number on the disk."""
    place = os.path.realpath(path)
    # Some file systems take capitals for small letters; refusing too much harms nobody.
    marks = {unicodedata.normalize("NFC", place).casefold()}
    with suppress(OSError):
        found = os.stat(place)
        if found.st_ino:
            marks.add(f"{found.st_dev}:{found.st_ino}")
    return marks


def _is_inside(mark: str, folder: set[str]) -> bool:
    return any(mark.startswith(os.path.join(each, "")) for each in folder)
