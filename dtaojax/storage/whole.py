"""Files that a reader sees whole or not at all: one alone, or several that belong together."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final


class ResultsError(Exception):
    """A results folder that cannot be written or read; the message names the place and the fix."""


def finite_or_none(value: Any) -> Any:
    """Replace NaN and infinities by None, through lists and dicts, so that JSON stays standard."""
    if isinstance(value, float):
        return value if value - value == 0.0 else None
    if isinstance(value, dict):
        return {key: finite_or_none(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite_or_none(item) for item in value]
    return value


def json_text(content: Any) -> str:
    """Return the one text that stands for ``content``; reading it and writing it gives it again."""
    text = json.dumps(finite_or_none(content), indent=1, ensure_ascii=False, allow_nan=False)
    return text + "\n"


def write_whole(path: Path, text: str) -> None:
    """Write text by way of a temporary file, so that a reader sees all of it or nothing."""
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(text.encode("utf-8"))
    os.replace(partial, path)


def write_json(path: Path, content: Any) -> None:
    """Write JSON, all of it or nothing."""
    write_whole(path, json_text(content))


SUFFIX: Final = ".unfinished"
"""Added to a file's name: the folder in which it is being made."""


@contextmanager
def files_replaced(main: Path, *others: Path) -> Iterator[list[Path]]:
    """Let its body write files, and put them in place together.

    While the body works, the folder ``<main>.unfinished`` lies beside the main file. The earlier
    main file goes first and the new one comes last, so that where there is one, the others are
    those that belong to it.

    Args:
        main: the file that readers open.
        others: that go with it.

    Yields:
        Where to write them, in this order.

    Raises:
        ResultsError: they cannot be written, or another process is writing the main file.
    """
    targets = [main, *others]
    mark = main.with_name(main.name + SUFFIX)
    with _writing(main):
        for target in targets:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        descriptor = _claim(main, mark)
    try:
        with _writing(main):
            for left in mark.iterdir():
                left.unlink()
        new = [mark / f"{place}-{target.name}" for place, target in enumerate(targets)]
        try:
            with _writing(main):
                yield new
                if main.exists():
                    os.replace(main, mark / "earlier")
                for made, target in reversed(list(zip(new, targets, strict=True))):
                    _move(made, target)
        finally:
            shutil.rmtree(mark)
    finally:
        os.close(descriptor)


def _claim(main: Path, mark: Path) -> int:
    """Make the mark, or take over that of a process that has ended; hold it until it is closed.

    Raises:
        ResultsError: another process holds it.
    """
    while True:
        mark.mkdir(exist_ok=True)
        try:
            descriptor = os.open(mark, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), os.stat(mark)):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise ResultsError(
                f"{main}: another process is writing this file; wait until it has ended, or choose "
                "another with --out"
            ) from None
        except FileNotFoundError:
            pass  # The process that held it ended in between, and took it away.
        os.close(descriptor)


def _move(made: Path, target: Path) -> None:
    if made.stat().st_dev != target.parent.stat().st_dev:
        beside = target.with_name(target.name + ".partial")
        shutil.copyfile(made, beside)
        made = beside
    os.replace(made, target)


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ResultsError(
            f"{file}: cannot be written ({error.strerror or error}); choose another with --out"
        ) from error
