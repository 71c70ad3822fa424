"""A new result is filled beside the earlier one, and put in its place when it is whole.

While a command works, its folder carries a mark (:data:`~dtaojax.storage.place.UNFINISHED`) and
holds the earlier result as it was. The new files are moved in only when all of them and their
manifest are on the disk: the earlier manifest goes first, the new one comes last, then the mark
goes. A process may be killed at any moment of this. The next command that claims the folder goes on
moving where that one stopped, or drops what it had not filled.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from dtaojax.storage import place
from dtaojax.storage.digests import (
    DIGEST,
    FILES,
    FOLDERS,
    MANIFEST,
    SCHEMA_VERSION,
    digest_of,
    files_in,
    identity_of,
    opened,
    read_manifest,
    seal,
    sealed_text,
)
from dtaojax.storage.place import COMMAND, EARLIER, NEW, UNFINISHED, writing
from dtaojax.storage.whole import ResultsError, write_json, write_whole


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold a folder as :func:`place.held`, after moving in a new result that is whole.

    Raises:
        ResultsError: the folder cannot be written, or another process is at work in it.
    """
    with place.held(folder):
        if _is_whole(folder / UNFINISHED / NEW):
            _move_in(folder)
            if not place.kept_in(folder):
                place.drop_unfinished(folder)
        yield


@contextmanager
def result_folder(folder: Path, command: str) -> Iterator[Path]:
    """Claim a folder and replace its result: :func:`claimed` and :func:`replaced`."""
    with claimed(folder), replaced(folder, command) as new:
        yield new


@contextmanager
def replaced(folder: Path, command: str) -> Iterator[Path]:
    """Let its body fill a folder, and put that in the place of the earlier result.

    The manifest that the body leaves is sealed; one that tells command and time is made
    where it leaves none. If the body fails, the earlier result is what it was.

    Args:
        folder: claimed.
        command: that is at work, as one gives it after ``dtaojax``.

    Raises:
        ResultsError: the folder cannot be written, or holds what another command did.
    """
    there = _earlier(folder / MANIFEST).get(COMMAND, command)
    if there != command:
        raise ResultsError(
            f"{folder}: holds the result of dtaojax {there}, which this would replace; choose "
            "another folder with --out"
        )
    with _filled(folder, command) as new:
        yield new
        with writing(folder):
            if not _is_whole(new):
                seal(new, _told(new, command))


@contextmanager
def pages_replaced(folder: Path, command: str) -> Iterator[Path]:
    """Let its body fill a folder with pages that join the result, or replace pages of it.

    Arguments and errors as of :func:`replaced`.
    """
    if not folder.is_dir():
        read_manifest(folder)
    with claimed(folder):
        place.refuse_unfinished(folder, command)
        with _filled(folder, command) as new:
            yield new
            with writing(folder):
                manifest = read_manifest(folder)
                pages = {name: digest_of(new / name) for name in files_in(new)}
                manifest[FILES] = {**manifest[FILES], **pages}
                write_whole(new / MANIFEST, sealed_text(manifest))


@contextmanager
def added(folder: Path, command: str) -> Iterator[Path]:
    """Claim a folder, let its body fill another, and move the files; they are no result.

    Arguments and errors as of :func:`replaced`.
    """
    with claimed(folder), _filled(folder, command) as new:
        yield new


@contextmanager
def view_written(folder: Path, command: str) -> Iterator[Path]:
    """Let its body fill a folder with pages, and move them to a folder that holds no result.

    Arguments and errors as of :func:`replaced`.
    """
    if _earlier(folder / MANIFEST):
        raise ResultsError(
            f"{folder}: holds a result of its own, which a page of another would be mixed with; "
            "choose another folder with --out"
        )
    with added(folder, command) as new:
        yield new


def holding(new: Path, command: str, folder: Path, inside: Iterable[Path]) -> None:
    """Leave a manifest that tells which results in folders inside belong to a new result.

    Args:
        new: that is being filled.
        command: that fills it.
        folder: in whose place it is put.
        inside: results; those that do not lie in ``folder`` are passed over.
    """
    results = {
        str(PurePosixPath(each.relative_to(folder))): identity_of(read_manifest(each))
        for each in inside
        if each.is_relative_to(folder)
    }
    write_json(new / MANIFEST, _told(new, command) | {FOLDERS: results})


@contextmanager
def _filled(folder: Path, command: str) -> Iterator[Path]:
    other = place.command_of(folder)
    if place.kept_in(folder) and other not in ("a command", f"dtaojax {command}"):
        work = folder / UNFINISHED
        raise ResultsError(
            f"{work}: holds what {other} had done when it was broken off; give that command again, "
            f"choose another folder with --out, or delete {work}"
        )
    new = place.mark(folder, command) / NEW
    with writing(folder):
        if new.exists():
            shutil.rmtree(new)
        new.mkdir()
    try:
        yield new
    except BaseException:
        with writing(folder):
            shutil.rmtree(new)
            if not place.kept_in(folder):
                place.drop_unfinished(folder)
        raise
    _move_in(folder)
    place.drop_unfinished(folder)


def _told(new: Path, command: str) -> dict[str, Any]:
    """Return the unsealed manifest that a command left, or one that says how the result came."""
    if (new / MANIFEST).exists():
        return json.loads((new / MANIFEST).read_text(encoding="utf-8"))
    return {
        "schema_version": SCHEMA_VERSION,
        COMMAND: command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _is_whole(new: Path) -> bool:
    """Return whether a folder was filled to the end: its manifest is written last."""
    try:
        opened((new / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return False
    return True


def _move_in(folder: Path) -> None:
    """Move what was filled into the folder; may be broken off and called again."""
    work, new = folder / UNFINISHED, folder / UNFINISHED / NEW
    with writing(folder):
        staged = list(files_in(new))
        # All bytes reach the disk before the first name changes: a crash in between must not
        # leave a manifest beside files that were never written.
        for name in staged:
            _to_disk(new / name)
        if (new / MANIFEST).exists():
            _to_disk(new / MANIFEST)
            coming = opened((new / MANIFEST).read_bytes())[FILES]
            # Without its manifest the folder holds no result, so nobody reads a mixture of both.
            if (folder / MANIFEST).exists():
                os.replace(folder / MANIFEST, work / EARLIER)
            for name in _listed(work / EARLIER) - set(coming):
                (folder / name).unlink(missing_ok=True)
            # The new manifest comes last: from then on the folder is whole again.
            staged.append(MANIFEST)
        for name in staged:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(new / name, folder / name)
        _to_disk(folder)


def _earlier(manifest: Path) -> dict[str, Any]:
    """Return a manifest that dtaojax wrote, of any version; empty where there is none."""
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    is_ours = isinstance(content, dict) and ("dtaojax_version" in content or DIGEST in content)
    return content if is_ours else {}


def _listed(manifest: Path) -> set[str]:
    """Return the files of an earlier result in its own folder, as its manifest lists them."""
    content = _earlier(manifest)
    if not content:
        return set()
    # Before results carried digests, a manifest listed a run's tables only.
    tables = (f"{table}.parquet" for table in content.get("tables") or ())
    names: Iterable[str] = content.get(FILES) or (*tables, "summary.json", "report.html")
    return {
        name
        for name in names
        if not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts
    }


def _to_disk(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
