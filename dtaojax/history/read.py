"""Reading a daily panel from CSV or Parquet, strictly."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import numpy as np

from dtaojax.history.check import OPTIONAL, REQUIRED, check_rows
from dtaojax.history.errors import HistoryError
from dtaojax.history.plausible import check_whole
from dtaojax.history.quoted import QuotedPanel, read_off
from dtaojax.history.rows import FOLDER_VARIABLE, Rows, read_rows

DEFAULT_FOLDER: Final = Path("../shared/data")


def data_folder() -> Path:
    """Where histories are looked for by name: ``DTAOJAX_DATA``, or ``../shared/data``."""
    return Path(os.environ.get(FOLDER_VARIABLE, DEFAULT_FOLDER))


def find_history(name: str, beside: Path) -> Path:
    """The file of a history.

    Args:
        name: a path, which starts at ``beside``. A bare file name that is not there is looked for
            in the folder ``DTAOJAX_DATA``, or ``../shared/data`` where that is not set.
        beside: a folder.
    """
    if Path(name).name == name and not (beside / name).exists():
        return data_folder() / name
    return beside / name


def read_panel(path: Path, source: str | None = None) -> QuotedPanel:
    """Read a daily panel.

    What is no trade of a started subnet is left out, what is in doubt counts as not known, and a
    netuid that was used again is two series; the panel's notices name all of it by line, date and
    netuid (`dtaojax.history.quoted`). Missing days stay missing.

    Args:
        path: a ``.csv`` or ``.parquet`` file with the columns date, netuid, close and, where known,
            tao_in, days_since_start and source; one row a subnet and day.
        source: reads only the rows with this value of the column ``source``.

    Returns:
        The panel.

    Raises:
        HistoryError: the file cannot be read, lacks a column, or holds impossible rows.
    """
    rows = read_rows(path, (*REQUIRED, *OPTIONAL, "source"))
    rows.require(REQUIRED)
    if source is not None:
        rows = rows_of(rows, source)
    if len(rows) == 0:
        raise HistoryError(str(path), ["holds no price of a started subnet"])
    quotes = check_rows(rows)
    check_whole(quotes)
    return read_off(quotes)


def rows_of(rows: Rows, source: str) -> Rows:
    """Return the rows of one source.

    Raises:
        HistoryError: there is no column ``source``, or no such row.
    """
    cells = rows.columns.get("source")
    if cells is None:
        raise HistoryError(rows.source, [f"there is no column 'source' to find {source!r} in"])
    words = [str(cell).strip() for cell in cells]
    chosen = np.array([word == source for word in words], dtype=bool)
    if not chosen.any():
        known = sorted(set(words))
        there = ", ".join(word if word.isprintable() else ascii(word) for word in known[:20])
        raise HistoryError(
            rows.source, [f"there is no row of source {source!r}; there are {there}"]
        )
    return rows.where(chosen)
