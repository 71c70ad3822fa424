"""The per-path figures, on disk while a run goes on, so that memory does not grow with paths."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_ROWS_A_GROUP = 16_384
"""Memory grows by what is known of each group's columns, and holds one group while it fills."""
_ROWS_A_READ = 4096


def column(name: str, day: float) -> str:
    """Name of the column that holds a figure at a day."""
    return f"{name}@{day:.12g}"


class PathTableWriter:
    """Writes ``paths.parquet`` block by block; a context manager.

    Columns are ``path``, ``lost_on_day`` (null on a path that stayed finite) and a column for every
    figure and day.
    """

    def __init__(self, file: Path, names: tuple[str, ...], days: tuple[float, ...]) -> None:
        self._days = days
        figures = [column(name, day) for day in days for name in names]
        fields = [("path", pa.int64()), ("lost_on_day", pa.float64())]
        self._schema = pa.schema([*fields, *((figure, pa.float64()) for figure in figures)])
        # Hardly a figure occurs twice, and nothing looks for rows by their range.
        self._writer = pq.ParquetWriter(
            file, self._schema, use_dictionary=False, write_statistics=False
        )
        self._waiting: list[pa.RecordBatch] = []

    def __enter__(self) -> PathTableWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._flush()
        self._writer.close()

    def write(self, first_path: int, scalars: np.ndarray, lost_at: np.ndarray) -> None:
        """Takes a block of paths.

        Args:
            first_path: number of its first path.
            scalars: figures (paths, moments, scalars).
            lost_at: moment at which each path turned non-finite; negative if it never did.
        """
        paths = len(scalars)
        flat = np.asarray(scalars, dtype=np.float64).reshape(paths, -1)
        lost = pa.array(
            [None if moment < 0 else self._days[moment] for moment in lost_at], pa.float64()
        )
        numbers = pa.array(np.arange(first_path, first_path + paths))
        columns = [numbers, lost, *(pa.array(flat[:, index]) for index in range(flat.shape[1]))]
        self._waiting.append(pa.RecordBatch.from_arrays(columns, schema=self._schema))
        if sum(batch.num_rows for batch in self._waiting) >= _ROWS_A_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting), _ROWS_A_GROUP)
            self._waiting = []


class PathTableReader:
    """Reads figures of the used paths back, one column at a time.

    Attributes:
        used: which rows are used: those of paths that stayed finite.
    """

    def __init__(self, file: Path) -> None:
        """Opens the file.

        Raises:
            OSError: it cannot be read.
            pyarrow.ArrowInvalid: it is no Parquet file, or not a whole one.
        """
        self._file = pq.ParquetFile(file)
        self.used = np.empty(self._file.metadata.num_rows, dtype=bool)
        row = 0
        for part in self._parts("lost_on_day"):
            self.used[row : row + len(part)] = part.is_null()
            row += len(part)

    def _parts(self, name: str) -> Iterator[pa.Array]:
        for batch in self._file.iter_batches(_ROWS_A_READ, columns=[name]):
            yield batch.column(0)

    def among(self, used: np.ndarray) -> PathTableReader:
        """A reader of the same file that uses fewer rows."""
        narrower = copy.copy(self)
        narrower.used = self.used & used
        return narrower

    def columns(self, names: Sequence[str], day: float) -> Iterable[np.ndarray]:
        """Several figures at a day, each read when its turn comes and not kept."""
        return _Columns(self, names, day)

    def sample(self, name: str, day: float) -> np.ndarray:
        """A figure at a day on every used path.

        Raises:
            KeyError: the run has no such figure, or not at that day.
        """
        if column(name, day) not in self._file.schema_arrow.names:
            raise KeyError(column(name, day))
        found = np.empty(int(self.used.sum()))
        row = place = 0
        for part in self._parts(column(name, day)):
            values = part.to_numpy()[self.used[row : row + len(part)]]
            found[place : place + len(values)] = values
            row += len(part)
            place += len(values)
        return found


class _Columns:
    def __init__(self, reader: PathTableReader, names: Sequence[str], day: float) -> None:
        self._reader, self._names, self._day = reader, names, day

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self._reader.sample(name, self._day) for name in self._names)
