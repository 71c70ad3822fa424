"""The output folder: one run at a time, and what a run that was broken off left in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from dtaojax import storage
from dtaojax.engine.store import ChunkStore, DamagedChunkError
from dtaojax.results.contract import TABLES, ResultsError
from dtaojax.storage import UNFINISHED, mark, opened, sealed_text, write_whole, writing

_WRITTEN: Final = (
    "report.html",
    "manifest.json",
    "summary.json",
    *(f"{table}.parquet" for table in TABLES),
)
"""What a run leaves in its folder."""

_ABOUT: Final = "run.json"


def written(folder: Path) -> list[Path]:
    """Return the files that a run leaves in its folder, the page first."""
    return [folder / name for name in _WRITTEN]


@contextmanager
def claimed(folder: Path, network_file: str | Path) -> Iterator[None]:
    """Claim the output folder of a run, as :func:`dtaojax.storage.claimed`.

    Args:
        folder: Folder for the results.
        network_file: The embedded network's name, or the file that was read.

    Raises:
        ResultsError: The folder cannot be written, another process runs into it, or the network
            file would be lost.
    """
    results = written(folder)
    if isinstance(network_file, Path) and network_file.resolve() in map(Path.resolve, results):
        raise ResultsError(
            f"{folder}: holds the network file {network_file.name}, which the results would "
            "replace; choose another folder with --out"
        )
    with storage.claimed(folder):
        yield


class Unfinished:
    """The part of a run that is on disk already; made new where there is none.

    Attributes:
        identity: Everything that a number of the run depends on.
        chunk_paths: Paths in a chunk, as the run was begun with.
        store: Store of the finished chunks.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], chunk_paths: int) -> None:
        """Open what an earlier process left, or begin anew.

        Args:
            folder: Output folder, claimed.
            identity: Everything that a number depends on; JSON types.
            chunk_paths: Paths in a chunk, for a run that begins.

        Raises:
            ResultsError: What is there belongs to another run, or the folder cannot be written.
        """
        self._out = folder
        self.identity = dict(identity)
        self._folder = folder / UNFINISHED
        about = self._folder / _ABOUT
        # Chunks without their record are of a run that nobody knows: that is refused below.
        if not about.exists() and not any(self._folder.glob("*.chunk")):
            # The mark comes first: it makes the folder in which the record is kept.
            mark(folder, "run")
            with writing(folder):
                text = sealed_text({"identity": dict(identity), "chunk_paths": chunk_paths})
                write_whole(about, text)
        text, begun = self._read(about)
        self._refuse_another(begun["identity"], identity)
        self.chunk_paths: int = begun["chunk_paths"]
        # The digest binds each chunk to its run: one that was copied from another is refused.
        self.store = ChunkStore(self._folder, hashlib.sha256(text).digest())

    def _read(self, about: Path) -> tuple[bytes, dict[str, Any]]:
        try:
            text = about.read_bytes()
            begun = opened(text)
            identity, chunk_paths = dict(begun["identity"]), int(begun["chunk_paths"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ResultsError(
                f"{about}: does not say which run was broken off here ({error}); choose another "
                "folder with --out, or begin anew with --fresh"
            ) from error
        return text, {"identity": identity, "chunk_paths": chunk_paths}

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
        """Turn a failure of files while simulating into a message with the fix.

        Raises:
            ResultsError: In place of it.
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


def _short(value: Any) -> str:
    return str(value)[:16]
