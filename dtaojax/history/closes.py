"""Daily closing prices of one thing, for example of TAO in US dollars."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dtaojax.history.errors import HistoryError
from dtaojax.history.panel import Dates, FloatArray
from dtaojax.history.read import read_rows


@dataclass(frozen=True, eq=False, kw_only=True)
class Closes:
    """Closing prices by day.

    Attributes:
        source: where they were read from.
        dates: rising; days may be missing.
        close: price at the end of each day.
    """

    source: str
    dates: Dates
    close: FloatArray

    def log_returns(self) -> FloatArray:
        """Of each day whose day before is known too, in order."""
        follows = np.diff(self.dates) == np.timedelta64(1, "D")
        return np.diff(np.log(self.close))[follows]


def read_closes(path: Path) -> Closes:
    """Reads daily closes.

    Args:
        path: a ``.csv`` or ``.parquet`` file with the columns date and close, one row a day.

    Raises:
        HistoryError: the file cannot be read, lacks a column, or holds impossible rows.
    """
    # Slow to import, and the command line imports this room for its error.
    import pandas as pd

    table = read_rows(path)
    missing = [name for name in ("date", "close") if name not in table.columns]
    if missing:
        raise HistoryError(str(path), [f"there is no column {name!r}" for name in missing])
    date = pd.to_datetime(table["date"], errors="coerce", format="ISO8601").dt.normalize()
    close = pd.to_numeric(table["close"], errors="coerce").astype(float)
    faults = {
        "date is no date like 2025-03-20": date.isna(),
        "date stands twice; keep one": date.notna() & date.duplicated(),
        "close is no positive number": ~(close > 0.0) | ~np.isfinite(close),
    }
    problems = []
    for fault, rows in faults.items():
        lines = table.index[rows.to_numpy()].tolist()
        if lines:
            shown = ", ".join(map(str, lines[:5])) + (" and more" if len(lines) > 5 else "")
            problems.append(f"line {shown}: {fault}")
    if not problems and len(table) < 3:
        problems = ["holds fewer than three days; a bootstrap needs a history"]
    if problems:
        raise HistoryError(str(path), problems)
    order = date.to_numpy().argsort()
    closes = Closes(
        source=str(path),
        dates=date.to_numpy()[order].astype("datetime64[D]"),
        close=close.to_numpy()[order],
    )
    if not len(closes.log_returns()):
        raise HistoryError(str(path), ["no two days follow each other; a bootstrap needs returns"])
    return closes
