"""The per-path figures: on disk while a run goes on, and read back by names of the tables."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dtaojax.metrics.portfolio import (
    VALUATIONS,
    PortfolioSample,
    part_losses,
    slowest,
    total,
    worth_in_usd,
)

_ROWS_A_GROUP = 16_384
"""Memory grows by what is known of each group's columns, and holds one group while it fills."""
_ROWS_A_READ = 4096


def column_name(name: str, day: float) -> str:
    """Name of the column that holds a figure at a day."""
    return f"{name}@{day:.12g}"


class PathTableWriter:
    """Writes ``paths.parquet`` block by block; a context manager.

    Columns are ``path``, ``lost_on_day`` (null on a path that stayed finite) and a column for every
    figure and day.
    """

    def __init__(self, file: Path, names: tuple[str, ...], days: tuple[float, ...]) -> None:
        self._days = days
        figures = [column_name(name, day) for day in days for name in names]
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
        """Append a block of paths.

        Args:
            first_path: Number of its first path.
            scalars: Figures of the paths, shape (paths, days, scalars).
            lost_at: Index of the day on which each path turned non-finite; negative for none.
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
        used: Mask of the rows of paths that stayed finite, shape (paths,).
    """

    def __init__(self, file: Path) -> None:
        """Open the file.

        Raises:
            OSError: It cannot be read.
            pyarrow.ArrowInvalid: It is no Parquet file, or not a whole one.
        """
        self._file = pq.ParquetFile(file)
        # Read in parts, as the file may be larger than memory.
        self.used = np.empty(self._file.metadata.num_rows, dtype=bool)
        row = 0
        for part in self._parts("lost_on_day"):
            self.used[row : row + len(part)] = part.is_null()
            row += len(part)

    def _parts(self, name: str) -> Iterator[pa.Array]:
        for batch in self._file.iter_batches(_ROWS_A_READ, columns=[name]):
            yield batch.column(0)

    def among(self, used: np.ndarray) -> PathTableReader:
        """Return a reader of the same file that uses fewer rows."""
        narrower = copy.copy(self)
        narrower.used = self.used & used
        return narrower

    def columns(self, names: Sequence[str], day: float) -> Iterable[np.ndarray]:
        """Return several figures at a day, each read when its turn comes and not kept."""
        return _Columns(self, names, day)

    def sample(self, name: str, day: float) -> np.ndarray:
        """Return a figure at a day on every used path.

        Raises:
            KeyError: The run has no such figure, or not at that day.
        """
        if column_name(name, day) not in self._file.schema_arrow.names:
            raise KeyError(column_name(name, day))
        found = np.empty(int(self.used.sum()))
        row = place = 0
        for part in self._parts(column_name(name, day)):
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


_USD: Final = "_usd"


def portfolio_sample(
    reader: PathTableReader, netuids: Sequence[int], day: float, *, with_usd: bool
) -> PortfolioSample:
    """Return the portfolio on every used path at a day, each column read when it is needed.

    Args:
        reader: Reader of the run's paths.
        netuids: Netuids of the positions, root (0) last.
        day: Day after the start [days].
        with_usd: Whether the run follows the price of TAO.
    """
    values = {
        valuation: reader.columns([f"value_{valuation}[{n}]" for n in netuids], day)
        for valuation in VALUATIONS
    }
    drawdown = partial(reader.sample, "max_drawdown", day)
    exit_days = reader.columns([f"exit_days[{n}]" for n in netuids], day)
    tao_usd = partial(reader.sample, "tao_usd", day) if with_usd else None
    return PortfolioSample(day, values, drawdown, tao_usd, exit_days)


class PathFigures:
    """Any quantity of the tables ``network`` and ``portfolio`` on every used path."""

    def __init__(self, reader: PathTableReader, netuids: Sequence[int]) -> None:
        """Read from the run's paths, given the netuids of its positions, root (0) last."""
        self._reader = reader
        self._netuids = tuple(netuids)

    def among(self, used: np.ndarray) -> PathFigures:
        """Return the same figures on those of the paths that are marked."""
        return PathFigures(self._reader.among(used), self._netuids)

    def sample(self, quantity: str, day: float, netuid: int | None = None) -> np.ndarray:
        """Return a quantity on every used path, as the run had it when it made its tables.

        Args:
            quantity: A name of the tables, for example ``emission_hhi`` or ``loss_spot_usd``.
            day: Day after the start [days].
            netuid: Netuid of a position; None for the network or the whole portfolio.

        Raises:
            KeyError: The run has no such figure.
        """
        if quantity == "exit_days":
            held = self._netuids if netuid is None else (netuid,)
            return slowest(self._reader.columns([f"exit_days[{n}]" for n in held], day))
        kind, _, valuation = quantity.removesuffix(_USD).partition("_")
        if kind not in ("value", "loss") or valuation not in VALUATIONS:
            return self._reader.sample(quantity, day)
        held = self._netuids if netuid is None else (netuid,)
        now = self._portfolio(held, day, quantity)
        if kind == "value":
            return self._worth(now, valuation, quantity)
        # Losses are not on disk: they follow from the values of the start and of the day.
        start = self._portfolio(held, 0.0, quantity)
        if quantity.endswith(_USD):
            return worth_in_usd(start, valuation) - worth_in_usd(now, valuation)
        return total(part_losses(start, now, valuation))

    def _portfolio(self, held: Sequence[int], day: float, quantity: str) -> PortfolioSample:
        return portfolio_sample(self._reader, held, day, with_usd=quantity.endswith(_USD))

    def _worth(self, sample: PortfolioSample, valuation: str, quantity: str) -> np.ndarray:
        if quantity.endswith(_USD):
            return worth_in_usd(sample, valuation)
        return total(sample.values[valuation])
