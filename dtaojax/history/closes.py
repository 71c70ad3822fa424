"""Daily closing prices of TAO in US dollars."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dtaojax.history.cells import Dates, days_of, numbers
from dtaojax.history.check import Faults, check_days
from dtaojax.history.panel import FloatArray
from dtaojax.history.rows import HistoryError, read_rows

HIGHEST_CLOSE: Final = 1e5
"""At which all TAO would be worth two trillion dollars; a price in rao is a billion times too
large [USD/TAO]."""
_LOWEST: Final = 0.01
"""TAO never cost less than ten dollars; a price in bitcoin is smaller [USD/TAO]."""
_FIRST_DAY: Final = np.datetime64("2021-01-03", "D")
"""The first network of Bittensor started then; there was no TAO before."""
_LARGEST_MOVE: Final = 3.0
"""Factor between two closes that nobody believes; in a day of 2024 to 2026 none passed 1.5."""
_LONGEST_GAP: Final = 30
"""Closes further apart than this may differ by any factor [days]."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Closes:
    """Closing prices by day.

    Attributes:
        source: name of the file that they were read from.
        dates: days in rising order, of which some may be missing, shape (days,).
        close: price at the end of each day, shape (days,) [USD/TAO].
    """

    source: str
    dates: Dates
    close: FloatArray

    def log_returns(self) -> FloatArray:
        """Return the log return of each day whose day before is known too, in order."""
        follows = np.diff(self.dates) == np.timedelta64(1, "D")
        return np.diff(np.log(self.close))[follows]


def read_closes(path: Path) -> Closes:
    """Read daily closes.

    Args:
        path: a ``.csv`` or ``.parquet`` file with the columns date and close, one row a day.

    Raises:
        HistoryError: the file cannot be read, lacks a column, or holds rows that are impossible by
            themselves or beside their neighbours.
    """
    rows = read_rows(path, ("date", "close"))
    rows.require(("date", "close"))
    date = days_of(rows.columns["date"])
    cells = rows.columns["close"]
    close = numbers(cells).value
    faults = Faults(rows)
    check_days(faults, date, _FIRST_DAY, "there was no TAO")
    faults.add("date stands twice; keep one", _again(date))
    faults.add("close is no positive number", ~(close > 0.0), cells)
    faults.add(
        f"close is above {HIGHEST_CLOSE:,.0f} USD; this looks like rao or a bad quote: write "
        "dollars per TAO",
        close > HIGHEST_CLOSE,
        cells,
    )
    faults.add(
        f"close is below {_LOWEST:g} USD; write dollars per TAO, not bitcoin",
        (close > 0.0) & (close < _LOWEST),
        cells,
    )
    faults.refuse()
    order = np.argsort(date)
    date, close = date[order], close[order]
    _refuse_jumps(faults, date, close, order)
    if len(rows) < 3:
        text = "holds fewer than three days; a bootstrap needs a history"
        raise HistoryError(str(path), [text])
    closes = Closes(source=str(path), dates=date, close=close)
    if not len(closes.log_returns()):
        raise HistoryError(str(path), ["no two days follow each other; a bootstrap needs returns"])
    return closes


def _again(date: Dates) -> NDArray[np.bool_]:
    """Return which rows have a date that stands in an earlier row."""
    first = np.zeros(len(date), dtype=bool)
    first[np.unique(date, return_index=True)[1]] = True
    return ~np.isnat(date) & ~first


def _refuse_jumps(faults: Faults, date: Dates, close: FloatArray, order: NDArray[np.int64]) -> None:
    """Refuse closes that are a multiple or a fraction of the one before.

    Raises:
        HistoryError: names them.
    """
    factor = np.exp(np.abs(np.diff(np.log(close))))
    near = np.diff(date).astype(int) <= _LONGEST_GAP
    jumps = np.flatnonzero((factor > _LARGEST_MOVE) & near) + 1
    # The quote after a bad one jumps back to where the one before was.
    bad = [place for place in jumps.tolist() if not (place - 1 in jumps and _returns(close, place))]
    for place in bad[:10]:
        line = int(faults.rows.line[order[place]])
        returns = place + 1 in jumps and _returns(close, place + 1)
        after = "and the next is back" if returns else "another unit may begin there"
        faults.problems.append(
            f"{faults.rows.place} {line}: close {close[place]:g} on {date[place]} is "
            f"{factor[place - 1]:,.3g} times off the one before, {close[place - 1]:g}, {after}; "
            "mend it or delete the line"
        )
    faults.refuse()


def _returns(close: FloatArray, place: int) -> bool:
    """Return whether a close lies near the last but one."""
    return place >= 2 and 0.5 < close[place] / close[place - 2] < 2.0
