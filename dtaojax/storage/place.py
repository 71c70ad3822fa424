"""A folder that a command claims, and the mark of work that is going on or was broken off in it."""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from dtaojax.storage.whole import ResultsError, write_whole

UNFINISHED: Final = "unfinished"
"""Folder, inside the output folder, of work that is going on or was broken off: the mark."""

PASSING: Final = f".{UNFINISHED}-"
"""Start of the name of a mark that is being removed."""

COMMAND: Final = "command"
"""File of the mark that names the command."""

NEW: Final = "new"
"""Folder of the mark that is filled with the new result."""

EARLIER: Final = "earlier.json"
"""File of the mark: the manifest of the result that is being replaced."""


def final_place(path: Path) -> Path:
    """Return where a file or a folder of a new result is going to be, once it is put in place."""
    parts = path.parts
    for end in range(len(parts), 1, -1):
        if parts[end - 2 : end] == (UNFINISHED, NEW):
            return Path(*parts[: end - 2], *parts[end:])
    return path


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Let its body write into a folder.

    Raises:
        ResultsError: the folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise ResultsError(
            f"{final_place(folder)}: cannot be written ({error.strerror or error}); "
            "choose another folder with --out"
        ) from error


@contextmanager
def writing_into(folder: Path) -> Iterator[None]:
    """Make a folder, if it is not there, and let its body write into it.

    Raises:
        ResultsError: the folder cannot be written.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        yield


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder against other processes of this machine; made where it is missing.

    The claim ends with the process, however that ends.

    Raises:
        ResultsError: the folder cannot be written, or another process is at work in it.
    """
    with writing(folder):
        is_new = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f"{PASSING}{uuid.uuid4().hex}"
        probe.mkdir()
        probe.rmdir()
        descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ResultsError(
                f"{folder}: another process is running into this folder; wait until it has ended, "
                "or choose another folder with --out"
            ) from None
        yield
    except BaseException:
        if is_new:
            with suppress(OSError):  # Something is in it by now.
                folder.rmdir()
        raise
    finally:
        os.close(descriptor)


def mark(folder: Path, command: str) -> Path:
    """Mark a folder, which is claimed, as one in which a command is at work.

    Returns:
        The mark, a folder in which the command can keep what it goes on from.

    Raises:
        ResultsError: the folder cannot be written.
    """
    work = folder / UNFINISHED
    with writing(folder):
        if work.exists():
            write_whole(work / COMMAND, command)
            return work
        # Filled first: a mark must never be there without its command.
        filled = folder / f"{PASSING}{uuid.uuid4().hex}"
        filled.mkdir()
        (filled / COMMAND).write_text(command, encoding="utf-8")
        filled.rename(work)
    return work


def command_of(folder: Path) -> str:
    """Return the command whose mark a folder carries, as one gives it."""
    try:
        named = (folder / UNFINISHED / COMMAND).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return "a command"
    return f"dtaojax {named}"


def is_marked(folder: Path, command: str) -> bool:
    """Return whether a folder carries the mark of a command."""
    return (folder / UNFINISHED).exists() and command_of(folder) == f"dtaojax {command}"


def kept_in(folder: Path) -> bool:
    """Return whether a command that was broken off left what it can go on from."""
    return any(
        entry.name not in (COMMAND, NEW, EARLIER) and entry.suffix != ".partial"
        for entry in (folder / UNFINISHED).glob("*")
    )


def refuse_unfinished(folder: Path, command: str | None = None) -> None:
    """Refuse to read a folder that carries a mark.

    Args:
        folder: of a result.
        command: whose own mark is no hindrance.

    Raises:
        ResultsError: a command is at work there, or was broken off.
    """
    work = folder / UNFINISHED
    if not work.exists() or (command is not None and is_marked(folder, command)):
        return
    way_out = "wait for it, or give the same command again to finish it"
    if (folder / "manifest.json").exists():
        way_out += f", or delete {work} to go back to what was there before"
    raise ResultsError(
        f"{folder}: {command_of(folder)} is at work here or was broken off; {way_out}"
    )


def drop_unfinished(folder: Path) -> None:
    """Remove the mark of a folder and all that lies in it, if there is one."""
    with writing(folder):
        # Renamed first: a removal that is itself broken off must not look like a mark.
        if (folder / UNFINISHED).exists():
            (folder / UNFINISHED).rename(folder / f"{PASSING}{uuid.uuid4().hex}")
        for doomed in folder.glob(f"{PASSING}*"):
            shutil.rmtree(doomed)
