"""Reads the tables of a result as columns whose content can be hashed and held side by side."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

LEFT_OUT: Final = frozenset(
    {
        "added",  # when something was written into a ledger
        "code",  # digest of the source files
        "config_hash",  # digest of a config with all its defaults
        "config_hashes",
        "created",
        "device",
        "digest",  # of a folder, its pages and its times
        "dtaojax",  # version
        "dtaojax_version",
        "files",  # digests of files, of which pages and times are some
        "folders",  # the same of results inside
        "head",  # digest of a ledger
        "identity",  # digests and versions
        "made",  # when, by what and in how many seconds
        "recipe",  # digest of code and versions
        "seconds",
        "versions",
        "wall_times",
    }
)
"""Keys and columns that tell when, how long and by what something was made, and such digests."""

UNREPEATABLE: Final = frozenset({"first_ci_low", "first_ci_high", "total_ci_low", "total_ci_high"})
"""Intervals of Sobol indices, for which SciPy resamples without a seed."""

LEDGER_LEFT_OUT: Final = frozenset(
    {
        "forecasts.about",  # holds the recipe
        "forecasts.name",  # digest of that
        "log.content",  # digests of rows
        "states.about",  # holds the file's path
        "states.name",
    }
)
"""Columns of a ledger's tables that are digests, or hold such a text."""

SUFFIXES: Final = frozenset({".parquet", ".csv", ".json", ".toml", ".sqlite"})
"""Files that hold tables; pages and pictures are drawn from them."""


class Column(NamedTuple):
    """A column of a table, or all that one key of a JSON file holds in the order of the file.

    Attributes:
        kind: type of its values. ``words`` is text with blanks in it, made for people.
        content: its values in bytes, bit by bit.
        numbers: its values as numbers, NaN for none, shape (rows,); None where it holds others.
        texts: its values as text, shape (rows,); None where it holds numbers.
    """

    kind: str
    content: bytes
    numbers: np.ndarray | None
    texts: list[str] | None

    @property
    def digest(self) -> str:
        """SHA-256 of kind and content, the first 16 digits."""
        return hashlib.sha256(self.kind.encode() + b"\0" + self.content).hexdigest()[:16]


def columns_of(file: Path) -> dict[str, Column]:
    """Return the columns of all tables in a file, by name and in order.

    Raises:
        ValueError: the file's suffix is none of `SUFFIXES`.
    """
    if file.suffix == ".parquet":
        return _of_frame(pd.read_parquet(file))
    if file.suffix == ".csv":
        # Other ways of reading a decimal may miss the nearest number by a bit.
        return _of_frame(pd.read_csv(file, float_precision="round_trip"))
    if file.suffix == ".json":
        return _of_leaves(json.loads(file.read_text(encoding="utf-8")))
    if file.suffix == ".toml":
        return _of_leaves(tomllib.loads(file.read_text(encoding="utf-8")))
    if file.suffix == ".sqlite":
        return _of_database(file)
    raise ValueError(f"{file} holds no table that is known here")


def digest_of(columns: dict[str, Column]) -> str:
    """Return SHA-256 of a table: names, types and values of its columns without words, in order."""
    found = hashlib.sha256()
    for name, column in columns.items():
        if column.kind != "words":
            found.update(f"{name}\0{column.digest}\0".encode())
    return found.hexdigest()


def _of_frame(frame: pd.DataFrame) -> dict[str, Column]:
    return {
        str(name): _of_series(series)
        for name, series in frame.items()
        if str(name) not in LEFT_OUT | UNREPEATABLE
    }


def _of_series(series: pd.Series[Any]) -> Column:
    """Return a column of a data frame; values that are missing count as such in every type."""
    kind = str(series.dtype)
    if pd.api.types.is_bool_dtype(series) or pd.api.types.is_numeric_dtype(series):
        missing = series.isna().to_numpy()
        plain = series.fillna(0) if missing.any() else series
        values = plain.to_numpy(dtype=getattr(series.dtype, "numpy_dtype", series.dtype))
        content = np.ascontiguousarray(values).tobytes() + np.packbits(missing).tobytes()
        numbers = np.where(missing, np.nan, values.astype(float))
        return Column(kind, content, numbers, None)
    return _of_texts([None if value is None else str(value) for value in series], kind)


def _of_texts(values: list[Any], kind: str) -> Column:
    texts = [str(value) for value in values]
    is_words = any(re.search(r"\s", text) for text in texts)
    return Column("words" if is_words else kind, json.dumps(values).encode(), None, texts)


def _of_leaves(content: Any) -> dict[str, Column]:
    """Return what a tree of tables and lists holds, by path; lists share the path of their items.

    How many items lists have is told too, so that no item can go from one list to the next unseen.
    """
    gathered: dict[str, list[Any]] = {}
    for path, value in _leaves(content, ""):
        gathered.setdefault(path, []).append(value)
    found = {}
    for path in sorted(gathered):
        values = gathered[path]
        if all(value is None or isinstance(value, bool | int | float) for value in values):
            numbers = np.array([np.nan if value is None else float(value) for value in values])
            found[path] = Column("number", json.dumps(values).encode(), numbers, None)
        else:
            found[path] = _of_texts([_text(value) for value in values], "text")
    return found


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _leaves(content: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(content, dict):
        for name, value in content.items():
            if name not in LEFT_OUT | UNREPEATABLE:
                yield from _leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(content, list):
        yield f"{path}[#]", len(content)
        for value in content:
            yield from _leaves(value, f"{path}[]")
    else:
        yield path, content


def _of_database(file: Path) -> dict[str, Column]:
    """Return the columns of all tables of an SQLite file, in the order in which rows were added."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        listed = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        names = [name for (name,) in connection.execute(listed)]
        frames = {name: pd.read_sql(f'SELECT * FROM "{name}"', connection) for name in names}
    return {
        f"{table}.{name}": column
        for table, frame in frames.items()
        for name, column in _of_frame(frame).items()
        if f"{table}.{name}" not in LEDGER_LEFT_OUT
    }
