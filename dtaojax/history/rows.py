"""CSV and Parquet files as columns of raw cells, and the faults of their rows by line."""

from __future__ import annotations

import csv
import datetime
import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dtaojax.files.errors import SourceError
from dtaojax.files.reading import check_bounded
from dtaojax.history.cells import Dates, day_of, shown

FOLDER_VARIABLE: Final = "DTAOJAX_DATA"
"""Environment variable with the folder where histories are looked for by name."""
_LARGEST: Final = 512 * 2**20
"""A hundred times the histories of 2025 and 2026 [bytes]."""
_MOST_ROWS: Final = 5_000_000
"""A hundred years of 128 subnets; a packed file can promise more than any memory holds."""
_SEPARATORS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}
_LISTED: Final = 5
_LATEST_KNOWN: Final = np.datetime64("2026-09-06", "D")
"""The chain lived on this day, whatever a clock that is wrong may say."""

Mask: TypeAlias = NDArray[np.bool_]


class HistoryError(SourceError):
    """A history that cannot be used; the message names the file, the rows and the fix."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Cells as they stand in a file.

    Attributes:
        source: the file.
        names: names of all its columns, as they are written.
        columns: cells of those that were asked for and are there, by the name asked for; text
            from a CSV file, typed values from Parquet.
        line: number of each row, by which people find it.
        place: unit of that number: ``line`` of the file, or ``row`` of the table.
    """

    source: str
    names: tuple[str, ...]
    columns: dict[str, list[Any]]
    line: NDArray[np.int64]
    place: str

    def __len__(self) -> int:
        return len(self.line)

    def where(self, rows: NDArray[np.bool_]) -> Rows:
        """Return these rows alone."""
        kept = np.flatnonzero(rows).tolist()
        columns = {name: [cells[row] for row in kept] for name, cells in self.columns.items()}
        return Rows(self.source, self.names, columns, self.line[rows], self.place)

    def of_source(self, source: str) -> Rows:
        """Return the rows with a value of the column ``source``.

        Raises:
            HistoryError: there is no such column, or no such row.
        """
        cells = self.columns.get("source")
        if cells is None:
            problem = f"there is no column 'source' to find {source!r} in"
            raise HistoryError(self.source, [problem])
        words = [str(cell).strip() for cell in cells]
        chosen = np.array([word == source for word in words], dtype=bool)
        if not chosen.any():
            known = sorted(set(words))
            there = ", ".join(word if word.isprintable() else ascii(word) for word in known[:20])
            problem = f"there is no row of source {source!r}; there are {there}"
            raise HistoryError(self.source, [problem])
        return self.where(chosen)

    def listed(self, rows: NDArray[np.bool_]) -> str:
        """Return the places of some rows, the first five by number."""
        return listed(self.place, self.line[rows].tolist())

    def require(self, names: Sequence[str]) -> None:
        """Refuse a file that lacks a column.

        Raises:
            HistoryError: names what is missing, what is there, and the likely fix.
        """
        missing = [name for name in names if name not in self.columns]
        if not missing:
            return
        there = ", ".join(self.names)
        word = "column" if len(missing) == 1 else "columns"
        text = f"there is no {word} {', '.join(map(repr, missing))} (there are {there})"
        if any(name.startswith("__index_level") for name in self.names):
            text += "; if it is the index of a pandas table, write it after reset_index()"
        elif any(not np.isnat(day_of(name)) for name in self.names):
            text += "; the first line must name the columns"
        raise HistoryError(self.source, [text])


def listed(place: str, lines: Sequence[int]) -> str:
    """Return places in words, the first five by number."""
    first = ", ".join(map(str, lines[:_LISTED]))
    more = f" and {len(lines) - _LISTED} more" if len(lines) > _LISTED else ""
    return f"{place} {first}{more}"


class Faults:
    """Collects what is wrong with the rows of a file."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.problems: list[str] = []

    def add(self, fault: str, wrong: Mask, cells: Sequence[Any] | None = None) -> None:
        """Note a fault of some rows, and what the first of them says.

        Args:
            fault: in words, with the fix.
            wrong: the rows; where there are none, nothing is wrong.
            cells: of the column that is at fault.
        """
        if not wrong.any():
            return
        text = f"{self.rows.listed(wrong)}: {fault}"
        if cells is not None:
            first = shown(cells[int(np.argmax(wrong))])
            text += f" (it {first})" if wrong.sum() == 1 else f" (the first {first})"
        self.problems.append(text)

    def refuse(self) -> None:
        """Raise what was found, if anything was.

        Raises:
            HistoryError: all of it.
        """
        if self.problems:
            raise HistoryError(self.rows.source, self.problems)


def last_possible_day() -> np.datetime64:
    """Return the latest day that has closed or begun somewhere on earth."""
    today = np.datetime64(datetime.datetime.now(datetime.UTC).date(), "D")
    return max(today, _LATEST_KNOWN) + np.timedelta64(1, "D")


def check_days(faults: Faults, date: Dates, first: np.datetime64, why: str) -> None:
    """Note rows whose date names no day, or one before the first possible or in the future.

    Args:
        faults: where to.
        date: of each row.
        first: the first possible day.
        why: what began on it.
    """
    cells = faults.rows.columns["date"]
    missing, last = np.isnat(date), last_possible_day()
    faults.add("date is no date like 2025-03-20; write the day so", missing, cells)
    early, late = ~missing & (date < first), ~missing & (date > last)
    faults.add(f"date lies before {first}, when {why}; mend it", early, cells)
    faults.add("date lies in the future; mend it", late, cells)


def read_rows(path: Path, wanted: Sequence[str]) -> Rows:
    """Read some columns of a file, its format told by its ending.

    Columns are found whatever their capitals. The index of a pandas table in a Parquet file counts
    as columns, by the names of its levels.

    Args:
        path: a ``.csv``, ``.csv.gz`` or ``.parquet`` file.
        wanted: names of the columns, in small letters; those that are not there are left out.

    Raises:
        HistoryError: the file is missing or unreadable, or its rows are not all of one length.
    """
    name = path.name.lower()
    try:
        check_bounded(path, _LARGEST)
        if name.endswith((".csv", ".csv.gz")):
            return _read_csv(path, wanted)
        if name.endswith((".parquet", ".pq")):
            return _read_parquet(path, wanted)
    except FileNotFoundError:
        fix = (
            f"there is no such file; check the path, or set {FOLDER_VARIABLE} to the folder that "
            "holds it"
        )
    except IsADirectoryError:
        fix = "is a folder; name the file in it"
    except UnicodeDecodeError as error:
        fix = f"is not UTF-8 text (byte {error.start}); save it as CSV in UTF-8"
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        fix = f"cannot be read ({error}); check the file"
    else:
        fix = "must be a .csv or .parquet file; convert it"
    raise HistoryError(str(path), [fix])


def _read_csv(path: Path, wanted: Sequence[str]) -> Rows:
    lines: list[int] = []
    rows: list[list[str]] = []
    wrong: dict[str, list[int]] = {}
    with _open(path) as file:
        reader = csv.reader(file, strict=True)
        header = [name.strip() for name in next(reader, [])]
        _check_header(str(path), header)
        again = [name.lower() for name in header]
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                fault = f"has {len(row)} cells where the header has {len(header)}"
                wrong.setdefault(fault, []).append(reader.line_num)
            elif [cell.strip().lower() for cell in row] == again:
                wrong.setdefault("is the header again", []).append(reader.line_num)
            lines.append(reader.line_num)
            rows.append(row)
            if len(rows) > _MOST_ROWS:
                raise HistoryError(str(path), [_too_many(f"over {_MOST_ROWS:,}")])
    if wrong:
        fix = "mend the row, for example a comma too many or too few"
        fixes = {"is the header again": "delete the line"}
        problems = [
            f"{listed('line', found)}: {fault}; {fixes.get(fault, fix)}"
            for fault, found in wrong.items()
        ]
        raise HistoryError(str(path), problems[:10])
    places = _places(header, wanted)
    columns = {name: [row[place] for row in rows] for name, place in places.items()}
    return Rows(str(path), tuple(header), columns, np.array(lines, dtype=np.int64), "line")


def _open(path: Path) -> IO[str]:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _read_parquet(path: Path, wanted: Sequence[str]) -> Rows:
    # Slow to import, and a CSV file does without.
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
        header = file.schema_arrow.names
        if file.metadata.num_rows > _MOST_ROWS:
            raise HistoryError(str(path), [_too_many(f"{file.metadata.num_rows:,}")])
        _check_header(str(path), header)
        places = _places(header, wanted)
        table = file.read(columns=[header[place] for place in places.values()])
        columns = {name: table[header[place]].to_pylist() for name, place in places.items()}
    except (pyarrow.ArrowException, ValueError, OverflowError) as error:
        first_line = str(error).partition("\n")[0]
        text = f"is no Parquet file that can be read ({first_line}); write it anew"
        raise HistoryError(str(path), [text]) from None
    lines = np.arange(1, file.metadata.num_rows + 1)
    return Rows(str(path), tuple(header), columns, lines, "row")


def _too_many(rows: str) -> str:
    return f"holds {rows} rows, where a hundred years have {_MOST_ROWS:,}; cut it down"


def _check_header(source: str, header: Sequence[str]) -> None:
    if not any(header):
        raise HistoryError(source, ["is empty; the first line must name the columns"])
    named = [name.lower() for name in header if name]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise HistoryError(source, [f"column {name!r} stands twice; keep one" for name in twice])
    if named[0].startswith("sep="):
        text = "the first line is a spreadsheet's mark of the separator; delete the line"
        raise HistoryError(source, [text])
    if len(header) == 1:
        used = [word for mark, word in _SEPARATORS.items() if mark in header[0]]
        text = f"has one column, {header[0][:60]!r}; columns must be separated by commas"
        if used:
            text = (
                f"columns are separated by {used[0]}; separate them by commas, and write decimals "
                "with a point"
            )
        raise HistoryError(source, [text])


def _places(header: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    there = {name.strip().lower(): place for place, name in enumerate(header)}
    return {name: there[name] for name in wanted if name in there}
