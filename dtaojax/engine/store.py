"""Finished chunks on disk, so that a run that was killed goes on where it was."""

import hashlib
import io
import os
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from dtaojax.engine.chunk import Chunk

_DIGEST: Final = hashlib.sha256


class DamagedChunkError(Exception):
    """A chunk's file is not as it was written, or is that of other paths or of another run.

    Attributes:
        file: File that is meant.
        first: Number of the first path in it.
    """

    def __init__(self, file: Path, first: int) -> None:
        super().__init__(f"{file}: is damaged")
        self.file = file
        self.first = first


class Store(Protocol):
    """Where chunks are kept while a run goes on."""

    def holds(self, first: int) -> bool:
        """Say whether the chunk that begins at path ``first`` is kept."""
        ...

    def load(self, first: int, paths: int) -> Chunk:
        """That chunk, which holds this many paths."""
        ...

    def save(self, first: int, chunk: Chunk) -> None:
        """Keep a chunk."""
        ...


class NoStore:
    """Keeps nothing."""

    def holds(self, first: int) -> bool:
        """Say that none is kept."""
        return False

    def load(self, first: int, paths: int) -> Chunk:
        """There is nothing to load."""
        raise KeyError(first)

    def save(self, first: int, chunk: Chunk) -> None:
        """Keep nothing."""
        ...


KEEP_NOTHING: Final = NoStore()


class ChunkStore:
    """Keeps each chunk in a file of its own: a SHA-256 digest, then the arrays as ``.npz``.

    A file appears under its name only when all of it is on the disk, and is never changed again;
    so whatever happens to a run, every file that is there is whole, unless the disk damaged it.
    The digest covers which run and which paths the arrays are of, so that a file that was copied
    over another is as damaged as one with a flipped bit.
    """

    def __init__(self, folder: Path, run: bytes = b"") -> None:
        """Open a folder.

        Args:
            folder: Folder of the files.
            run: Description that tells the run from every other.
        """
        self._folder = folder
        self._run = run

    def file(self, first: int) -> Path:
        """Return the file of the chunk that begins at path ``first``."""
        return self._folder / f"{first:010d}.chunk"

    def holds(self, first: int) -> bool:
        """Say whether the chunk is on disk."""
        return self.file(first).exists()

    def _digest(self, first: int, paths: int, content: memoryview) -> bytes:
        digest = _DIGEST(_DIGEST(self._run).digest())
        digest.update(f"{first} {paths} ".encode())
        digest.update(content)
        return digest.digest()

    def load(self, first: int, paths: int) -> Chunk:
        """Read a chunk and check it.

        Raises:
            DamagedChunkError: the file does not hold these paths of this run as they were written.
        """
        file = self.file(first)
        content = memoryview(file.read_bytes())
        size = _DIGEST().digest_size
        if content[:size] != self._digest(first, paths, content[size:]):
            raise DamagedChunkError(file, first)
        with np.load(io.BytesIO(content[size:]), allow_pickle=False) as arrays:
            return Chunk(*(arrays[name] for name in Chunk._fields))

    def save(self, first: int, chunk: Chunk) -> None:
        """Write a chunk, all of it or nothing.

        Raises:
            OSError: it cannot be written; what was there before is untouched.
        """
        packed = io.BytesIO()
        np.savez(packed, **chunk._asdict())
        content = packed.getbuffer()
        file = self.file(first)
        partial = file.with_suffix(".partial")
        try:
            with partial.open("wb") as target:
                target.write(self._digest(first, len(chunk.lost_at), content))
                target.write(content)
                target.flush()
                os.fsync(target.fileno())
            partial.replace(file)
        except OSError:
            partial.unlink(missing_ok=True)
            raise
