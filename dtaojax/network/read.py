"""A CSV or Parquet file read into raw columns, with a word for the place of each row."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dtaojax.chain import U16_MAX
from dtaojax.files.errors import FEW, first_few
from dtaojax.files.reading import UnfitFileError, check_bounded, read_bounded
from dtaojax.files.spreadsheet import cell_text
from dtaojax.files.text import cut
from dtaojax.network.table import NetworkError

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.parquet

LIMIT: Final = 64 * 2**20
"""Most that a network file may hold; 128 subnets take 17 kB [bytes]."""
MOST_ROWS: Final = U16_MAX + 1
"""A row a netuid."""


@dataclass(frozen=True)
class RawTable:
    """Cells as they stand in a file.

    Attributes:
        source: the file.
        columns: column name -> one cell a row; text from a CSV file, typed values from Parquet.
        places: name of each row in messages, for example ``line 5``.
    """

    source: str
    columns: dict[str, list[Any]]
    places: list[str]


def read_table(path: Path) -> RawTable:
    """Read a network file, its format told by its ending.

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
    except UnfitFileError as error:
        fix = f"cannot be read: {error}; name another file"
    except (OSError, ValueError, csv.Error) as error:
        fix = f"cannot be read ({error}); check the file"
    raise NetworkError(str(path), [fix])


def _read_csv(path: Path) -> RawTable:
    text = read_bounded(path, LIMIT).decode("utf-8-sig")
    # Strict: a quotation mark that is never closed would make one cell of all that follows.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = [cell_text(name.strip()) for name in next(reader, [])]
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
        if len(rows) > MOST_ROWS:
            raise NetworkError(str(path), [_too_many_rows()])
    if ragged:
        raise NetworkError(str(path), first_few(ragged, len(ragged)))
    columns = {name: [row[place] for row in rows] for place, name in enumerate(header)}
    return RawTable(str(path), columns, places)


def _read_parquet(path: Path) -> RawTable:
    check_bounded(path, LIMIT)
    # Slow to import, and a CSV file does without.
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
        names = file.schema_arrow.names
        _check_header(str(path), names)
        _refuse_swollen(file, str(path))
        texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
        # As a dictionary, a text that stands in many rows is held once.
        table = pyarrow.parquet.ParquetFile(path, read_dictionary=texts).read()
    except (pyarrow.ArrowException, OSError) as error:
        first_line = str(error).partition("\n")[0]
        raise NetworkError(
            str(path), [f"is no Parquet file ({first_line}); write it anew"]
        ) from None
    for name in texts:
        _refuse_long_texts(table[name], name, str(path))
    places = [f"row {row}" for row in range(1, table.num_rows + 1)]
    return RawTable(str(path), table.to_pydict(), places)


def _is_text(kind: pyarrow.DataType) -> bool:
    from pyarrow import types

    return any(
        test(kind)
        for test in (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    )


def _refuse_swollen(file: pyarrow.parquet.ParquetFile, source: str) -> None:
    """Refuse a file that is small on the disk and fills the memory when it is read."""
    about = file.metadata
    size = sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups))
    problems = []
    if about.num_rows > MOST_ROWS:
        problems.append(_too_many_rows(about.num_rows))
    if size > LIMIT:
        problems.append(f"holds {size:,} bytes unpacked, above the limit of {LIMIT:,}; shorten it")
    problems += [
        f"column {field.name!r} holds lists or tables; a cell is a number or a text"
        for field in file.schema_arrow
        if field.type.num_fields
    ][:FEW]
    if problems:
        raise NetworkError(source, problems)


def _refuse_long_texts(column: pyarrow.ChunkedArray, name: str, source: str) -> None:
    import pyarrow.compute

    for chunk in column.chunks:
        texts = chunk.dictionary if hasattr(chunk, "dictionary") else chunk
        longest = pyarrow.compute.max(pyarrow.compute.binary_length(texts)).as_py() or 0
        if longest > csv.field_size_limit():
            fix = f"column {name!r} has a text of {longest:,} bytes; shorten it"
            raise NetworkError(source, [fix])


def _too_many_rows(rows: int | None = None) -> str:
    count = f"more than {MOST_ROWS:,}" if rows is None else f"{rows:,}"
    return f"has {count} rows, but there are {MOST_ROWS:,} netuids; name a network, a row a subnet"


def _check_header(source: str, header: list[str]) -> None:
    if not any(header):
        raise NetworkError(source, ["is empty; the first line must name the columns"])
    twice = sorted(name for name, count in Counter(header).items() if count > 1)
    if twice:
        problems = (f"column {cut(name, 40)!r} stands twice; keep one" for name in twice)
        raise NetworkError(source, first_few(problems, len(twice)))
    if len(header) == 1:
        text = f"has one column, {cut(header[0], 200)!r}; columns must be separated by commas"
        raise NetworkError(source, [text])
