"""Whether a folder holds its result as it was written, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dtaojax.storage.digests import (
    FILES,
    FOLDERS,
    MANIFEST,
    fault_of,
    files_in,
    identity_of,
    read_manifest,
)
from dtaojax.storage.errors import ResultsError
from dtaojax.storage.place import PASSING, UNFINISHED, refuse_unfinished


class Fault(NamedTuple):
    """Something that is not as it was written.

    Attributes:
        place: file or folder.
        what: is wrong with it, in words that follow its name.
    """

    place: Path
    what: str


class Verified(NamedTuple):
    """What a verification found.

    Attributes:
        files: that were checked, manifests included.
        folders: inside that were checked, at any depth.
        faults: empty where all is whole.
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
    """Paths of the results inside, those of results in them left out."""
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
