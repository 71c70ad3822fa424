"""The seal of a result: digests of all its files in a manifest, which holds one of itself.

A digest tells damage and slips of the hand. It is no signature: who changes a file, and the
manifest to match, is not found out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from dtaojax.storage.place import PASSING, UNFINISHED, refuse_unfinished
from dtaojax.storage.whole import ResultsError, json_text, write_whole

SCHEMA_VERSION: Final = 1

MANIFEST: Final = "manifest.json"
"""The file that a folder holds exactly if its result is whole; written last, removed first."""

FILES: Final = "files"
"""Key of the manifest: SHA-256 of every other file of the result, by its path in the folder."""

FOLDERS: Final = "folders"
"""Key of the manifest: results in folders inside and their :func:`identity_of`, by path."""

DIGEST: Final = "digest"
"""Key of a sealed JSON file: SHA-256 of its text without this entry."""

Spared = Callable[[str], bool]
"""Whether a file, by its path in the folder, may be missing or another."""


def none_spared(name: str) -> bool:
    """Spare no file."""
    return False


def sealed_text(content: Mapping[str, Any]) -> str:
    """Return the text of a JSON file that holds ``content`` and its digest."""
    plain = json_text(content).encode("utf-8")
    return json_text({**content, DIGEST: hashlib.sha256(plain).hexdigest()})


def opened(text: bytes) -> dict[str, Any]:
    """Return what :func:`sealed_text` was given.

    Raises:
        ValueError: the text is not what it wrote, to the last byte.
    """
    content = json.loads(text.decode("utf-8"))
    if not isinstance(content, dict) or DIGEST not in content:
        raise ValueError("it carries no digest")
    del content[DIGEST]
    if sealed_text(content).encode("utf-8") != text:
        raise ValueError("it does not fit its digest")
    return content


def digest_of(file: Path) -> str:
    """Return the SHA-256 digest of a file's bytes, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files_in(folder: Path) -> Iterator[str]:
    """Yield the paths of all files below ``folder`` but for manifests' own and marks.

    A folder inside that has a manifest of its own is a result of its own, and left out.
    """
    for entry in sorted(folder.iterdir()):
        if entry.name in (MANIFEST, UNFINISHED) or entry.name.startswith(PASSING):
            continue
        if entry.is_dir() and not entry.is_symlink():
            if not (entry / MANIFEST).exists() and not (entry / UNFINISHED).exists():
                yield from (f"{entry.name}/{name}" for name in files_in(entry))
        else:
            yield entry.name


def seal(folder: Path, content: Mapping[str, Any]) -> None:
    """Write a manifest with the digests of all files that are in the folder now."""
    files = {name: digest_of(folder / name) for name in files_in(folder)}
    write_whole(folder / MANIFEST, sealed_text({**content, FILES: files}))


def identity_of(manifest: Mapping[str, Any]) -> str:
    """Return a digest of a result that making its pages anew leaves as it is."""
    files = {name: digest for name, digest in manifest[FILES].items() if not is_page(name)}
    return hashlib.sha256(json_text({**manifest, FILES: files}).encode("utf-8")).hexdigest()


def is_page(name: str) -> bool:
    """Return whether a file is a page, which is made of the other files."""
    return name.endswith(".html")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a manifest, ``files`` among its entries.

    Raises:
        ResultsError: there is none, it is not as it was written, or another version wrote it.
    """
    file = folder / MANIFEST
    try:
        text = file.read_bytes()
    except OSError as error:
        raise ResultsError(
            f"{file}: cannot be read ({error.strerror or error}); give the folder of a finished run"
        ) from error
    try:
        content = json.loads(text.decode("utf-8"))
    except ValueError as error:
        raise ResultsError(f"{file}: is not JSON ({error}); run again") from error
    version = content.get("schema_version") if isinstance(content, dict) else None
    if version != SCHEMA_VERSION:
        raise ResultsError(
            f"{file}: has schema version {version!r}, this dtaojax reads {SCHEMA_VERSION}; run "
            "again with this version"
        )
    if DIGEST not in content:
        raise ResultsError(
            f"{file}: carries no digests, as results of older versions of dtaojax do not, so "
            "nothing tells whether the numbers are as they were made; run again with this version"
        )
    try:
        content = opened(text)
        return content | {FILES: dict(content[FILES])}
    except (ValueError, KeyError, TypeError):
        raise ResultsError(
            f"{file}: is not as it was written (its text does not fit its SHA-256 digest); run "
            "again"
        ) from None


def fault_of(folder: Path, name: str, digest: object) -> str | None:
    """Return what is wrong with a file of a result, in words that follow its name; or None."""
    try:
        found = digest_of(folder / name)
    except OSError as error:
        return f"cannot be read ({error.strerror or error})"
    return None if found == digest else "is not as it was written (its SHA-256 digest differs)"


def fault_in(folder: Path, name: str) -> str | None:
    """Return what is wrong with one file of a result, as :func:`fault_of`; None of another file.

    Raises:
        ResultsError: as of :func:`read_manifest`.
    """
    files = read_manifest(folder)[FILES]
    return fault_of(folder, name, files[name]) if name in files else None


def read_sealed(
    folder: Path, spared: Spared = none_spared, command: str | None = None
) -> dict[str, Any]:
    """Read a manifest and check every file of the result against it.

    Args:
        folder: of a result.
        spared: files that are not looked at.
        command: whose own mark is no hindrance.

    Returns:
        The manifest, ``files`` among its entries.

    Raises:
        ResultsError: something is missing or not as it was written, or a command is at work there.
    """
    refuse_unfinished(folder, command)
    manifest = read_manifest(folder)
    for name, digest in manifest[FILES].items():
        fault = None if spared(name) else fault_of(folder, name, digest)
        if fault:
            # A run's pages can be made of its tables; a study's only together with them.
            of_run = is_page(name) and "tables" in manifest
            fix = f"make it anew with: dtaojax report {folder}" if of_run else "run again"
            raise ResultsError(f"{folder / name}: {fault}; {fix}")
    return manifest


class Fault(NamedTuple):
    """Something that is not as it was written.

    Attributes:
        place: file or folder.
        what: the fault in words that follow the name of the place.
    """

    place: Path
    what: str


class Verified(NamedTuple):
    """Findings of a verification.

    Attributes:
        files: number of files that were checked, manifests included.
        folders: number of folders inside that were checked, at any depth.
        faults: everything that is not as it was written; empty where all is whole.
    """

    files: int
    folders: int
    faults: tuple[Fault, ...]


def verify(folder: Path) -> Verified:
    """Check every file of a result, and of the results in folders inside.

    Raises:
        ResultsError: there is no folder.
    """
    if not folder.is_dir():
        raise ResultsError(f"{folder}: is no folder; give the folder of a result")
    faults: list[Fault] = []
    try:
        refuse_unfinished(folder)
    except ResultsError as error:
        faults.append(_fault(folder / UNFINISHED, folder, error))
    try:
        manifest = read_manifest(folder)
    except ResultsError as error:
        faults.append(_fault(folder / MANIFEST, folder / MANIFEST, error))
        return Verified(0, 0, tuple(faults))
    files: dict[str, str] = manifest[FILES]
    for name, digest in files.items():
        if what := fault_of(folder, name, digest):
            faults.append(Fault(folder / name, what))
    faults += [
        Fault(folder / name, "does not belong to the result")
        for name in files_in(folder)
        if name not in files
    ]
    checked, inside = 1 + len(files), 0
    known: dict[str, str] = manifest.get(FOLDERS) or {}
    for name in dict.fromkeys([*known, *_results_in(folder)]):
        below = folder / name
        if not below.is_dir():
            faults.append(Fault(below, "is missing"))
            continue
        found = verify(below)
        faults += found.faults
        if not found.faults and name in known and identity_of(read_manifest(below)) != known[name]:
            faults.append(Fault(below, "holds another result than the one that was compared"))
        checked, inside = checked + found.files, inside + 1 + found.folders
    return Verified(checked, inside, tuple(faults))


def _results_in(folder: Path, way: str = "") -> Iterator[str]:
    """Yield the paths of the results inside, those of results in them left out."""
    for entry in sorted((folder / way).iterdir()):
        name = f"{way}{entry.name}"
        if not entry.is_dir() or entry.is_symlink() or entry.name.startswith(PASSING):
            continue
        if name == UNFINISHED:
            continue
        if (entry / MANIFEST).exists() or (entry / UNFINISHED).exists():
            yield name
        else:
            yield from _results_in(folder, f"{name}/")


def _fault(place: Path, named: Path, error: ResultsError) -> Fault:
    return Fault(place, str(error).removeprefix(f"{named}: "))
