"""Reading a CSV or Parquet file into raw columns, with a word for the place of each row."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dtaojax.network.errors import NetworkError


@dataclass(frozen=True)
class RawTable:
    """Cells as they stand in a file.

    Attributes:
        source: the file.
        columns: column name -> one cell a row; text from a CSV file, typed values from Parquet.
        places: what to call each row in a message, for example ``line 5``.
    """

    source: str
    columns: dict[str, list[Any]]
    places: list[str]


def read_table(path: Path) -> RawTable:
    """Reads a network file, its format told by its ending.

    Args:
        path: a ``.csv`` or ``.parquet`` file.

    Returns:
        The raw columns.

    Raises:
        NetworkError: the file is missing, unreadable or of another format.
    """
    readers = {".csv": _read_csv, ".parquet": _read_parquet, ".pq": _read_parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise NetworkError(str(path), ["must be a .csv or .parquet file; convert it"])
    try:
        return reader(path)
    except FileNotFoundError:
        fix = "there is no such file; check the path (a config's network.file starts at its folder)"
    except IsADirectoryError:
        fix = "is a folder; name the file in it"
    except UnicodeDecodeError as error:
        fix = f"is not UTF-8 text (byte {error.start}); save it as UTF-8"
    except (OSError, csv.Error) as error:
        fix = f"cannot be read ({error}); check the file"
    raise NetworkError(str(path), [fix])


def _read_csv(path: Path) -> RawTable:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = [name.strip() for name in next(reader, [])]
        _check_header(str(path), header)
        rows, places, ragged = [], [], []
        for row in reader:
            if not any(row):
                continue
            place = f"line {reader.line_num}"
            if len(row) != len(header):
                ragged.append(f"{place}: has {len(row)} cells, the header {len(header)}; mend it")
            rows.append(row)
            places.append(place)
    if ragged:
        raise NetworkError(str(path), ragged[:10])
    columns = {name: [row[place] for row in rows] for place, name in enumerate(header)}
    return RawTable(str(path), columns, places)


def _read_parquet(path: Path) -> RawTable:
    if not path.is_file():
        raise IsADirectoryError if path.is_dir() else FileNotFoundError
    # Slow to import, and a CSV file does without.
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.ParquetFile(path).read()
    except pyarrow.ArrowException as error:
        first_line = str(error).partition("\n")[0]
        raise NetworkError(
            str(path), [f"is no Parquet file ({first_line}); write it anew"]
        ) from None
    _check_header(str(path), table.column_names)
    places = [f"row {row}" for row in range(1, table.num_rows + 1)]
    return RawTable(str(path), table.to_pydict(), places)


def _check_header(source: str, header: list[str]) -> None:
    if not any(header):
        raise NetworkError(source, ["is empty; the first line must name the columns"])
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise NetworkError(source, [f"column {name!r} stands twice; keep one" for name in twice])
    if len(header) == 1:
        text = f"has one column, {header[0]!r}; columns must be separated by commas"
        raise NetworkError(source, [text])
