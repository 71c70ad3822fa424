"""The output folder: one run at a time, and what a run that was broken off left in it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from dtaojax.engine.store import ChunkStore, DamagedChunkError
from dtaojax.results import TABLES, ResultsError, write_json, writing

UNFINISHED: Final = "unfinished"
"""Folder, inside the output folder, of a run that is going on or was broken off."""

_WRITTEN: Final = (
    "report.html",
    "manifest.json",
    "summary.json",
    *(f"{table}.parquet" for table in TABLES),
)
"""What a run leaves in its folder, in the order in which an earlier run is taken apart."""

_ABOUT: Final = "run.json"
_PASSING: Final = f".{UNFINISHED}-"
"""Start of the name of a folder that is being made or removed."""


@contextmanager
def claimed(folder: Path, network_file: str | Path) -> Iterator[None]:
    """Holds an output folder against other processes of this machine; made where it is missing.

    The claim ends with the process, however that ends.

    Args:
        folder: for the results.
        network_file: the embedded network's name, or the file that was read.

    Raises:
        ResultsError: the folder cannot be written, another process runs into it, or the network
            file would be lost.
    """
    written = [folder / name for name in _WRITTEN]
    if isinstance(network_file, Path) and network_file.resolve() in map(Path.resolve, written):
        raise ResultsError(
            f"{folder}: holds the network file {network_file.name}, which the results would "
            "replace; choose another folder with --out"
        )
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".{uuid.uuid4().hex}"
        probe.touch()
        probe.unlink()
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
    finally:
        os.close(descriptor)


def remove_results(folder: Path) -> None:
    """Takes an earlier run apart, its report and manifest first.

    So a run that is broken off leaves nothing that looks whole. Nothing but the files of a run is
    touched.
    """
    with writing(folder):
        for name in _WRITTEN:
            (folder / name).unlink(missing_ok=True)


class Unfinished:
    """The part of a run that is on disk already; made new where there is none.

    Attributes:
        chunk_paths: paths in a chunk, as the run was begun with.
        store: of the finished chunks.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], chunk_paths: int) -> None:
        """Opens what an earlier process left, or begins anew.

        Args:
            folder: output folder, claimed.
            identity: everything that a number depends on; JSON types.
            chunk_paths: for a run that begins.

        Raises:
            ResultsError: what is there belongs to another run, or the folder cannot be written.
        """
        self._out = folder
        self._folder = folder / UNFINISHED
        if not self._folder.exists():
            about = {"identity": dict(identity), "chunk_paths": chunk_paths}
            with writing(folder), _appearing(self._folder) as new:
                write_json(new / _ABOUT, about)
        begun = self._read(self._folder / _ABOUT)
        self._refuse_another(begun["identity"], identity)
        self.chunk_paths: int = begun["chunk_paths"]
        self.store = ChunkStore(self._folder)

    def _read(self, about: Path) -> dict[str, Any]:
        try:
            begun = json.loads(about.read_text(encoding="utf-8"))
            return {"identity": dict(begun["identity"]), "chunk_paths": int(begun["chunk_paths"])}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ResultsError(
                f"{about}: does not say which run was broken off here ({error}); choose another "
                "folder with --out, or begin anew with --fresh"
            ) from error

    def _refuse_another(self, begun: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
        differs = [name for name in {**begun, **asked} if begun.get(name) != asked.get(name)]
        if differs:
            there, here = (
                ", ".join(f"{n} {_short(of.get(n))}" for n in differs) for of in (begun, asked)
            )
            raise ResultsError(
                f"{self._folder}: holds an unfinished run with {there}, but this one has {here}; "
                "finish that run as it was begun, choose another folder with --out, or drop it "
                "and begin anew with --fresh"
            )

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Turns what goes wrong with files while simulating into a message with the fix.

        Raises:
            ResultsError: in place of it.
        """
        try:
            yield
        except OSError as error:
            raise ResultsError(
                f"{self._out}: cannot be written ({error.strerror or error}); what is finished is "
                "kept: make room and give the same command again, or choose another folder with "
                "--out"
            ) from error
        except DamagedChunkError as error:
            raise ResultsError(
                f"{error.file}: is damaged; delete this file and give the same command again: only "
                f"its {self.chunk_paths} paths from path {error.first} on are computed anew"
            ) from error


def drop_unfinished(folder: Path) -> None:
    """Removes what a broken-off run left in an output folder, if anything."""
    with writing(folder):
        # Renamed first: a removal that is itself broken off must not look like a run.
        if (folder / UNFINISHED).exists():
            (folder / UNFINISHED).rename(folder / f"{_PASSING}{uuid.uuid4().hex}")
        for doomed in folder.glob(f"{_PASSING}*"):
            shutil.rmtree(doomed)


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A new folder to fill, which appears under its name only when it is filled."""
    new = folder.with_name(f"{_PASSING}{uuid.uuid4().hex}")
    new.mkdir()
    yield new
    new.rename(folder)


def _short(value: Any) -> str:
    return str(value)[:16]
