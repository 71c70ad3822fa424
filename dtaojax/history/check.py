"""Raw rows as checked quotes, or one error that names the rows and the fix."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dtaojax.chain import MAX_SUPPLY, RAO_PER_TAO
from dtaojax.history.cells import numbers, shown
from dtaojax.history.days import Dates, days_of
from dtaojax.history.errors import HistoryError
from dtaojax.history.notices import Notice, Place
from dtaojax.history.quotes import Quotes
from dtaojax.history.rows import Rows

REQUIRED: Final = ("date", "netuid", "close")
OPTIONAL: Final = ("tao_in", "days_since_start")

_HIGHEST_PRICE: Final = 1e5
"""Dust pools quoted up to 4,912; a price in rao is a billion times too large [TAO/alpha]."""
_LOWEST_PRICE: Final = 1e-9
"""A rao; started subnets never quoted below 0.0002 [TAO/alpha]."""
_OLDEST: Final = 3_650.0
"""No subnet is ten years old; a number of blocks or seconds is larger [days]."""
_FIRST_DAY: Final = np.datetime64("2025-02-13", "D")
"""Alpha began to trade on this day."""
_LATEST_KNOWN: Final = np.datetime64("2026-09-06", "D")
"""The chain lived on this day, whatever a clock that is wrong may say."""

Mask = NDArray[np.bool_]


def last_possible_day() -> np.datetime64:
    """Return the latest day that has closed or begun somewhere on earth."""
    today = np.datetime64(datetime.datetime.now(datetime.UTC).date(), "D")
    return max(today, _LATEST_KNOWN) + np.timedelta64(1, "D")


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


def check_rows(rows: Rows) -> Quotes:
    """Turn raw rows into quotes.

    Rows of root (netuid 0, whose price is 1) and those of a negative age, before the start call,
    are left out with a notice.

    Args:
        rows: with the columns of `REQUIRED`, and those of `OPTIONAL` that are known.

    Raises:
        HistoryError: names impossible rows.
    """
    is_root = _is_root(rows)
    date = days_of(rows.columns["date"])
    rooted = _notice(
        "root",
        "{rows} left out as of root, whose price is always 1",
        rows,
        date,
        np.zeros(len(rows), dtype=np.int64),
        is_root & ~np.isnat(date),
    )
    rows, date = rows.where(~is_root), date[~is_root]
    faults = Faults(rows)
    check_days(faults, date, _FIRST_DAY, "alpha began to trade")
    netuid = numbers(rows.columns["netuid"])
    whole = netuid.value % 1.0 == 0.0
    in_range = whole & (netuid.value >= 1.0) & (netuid.value <= 65_535.0)
    faults.add("netuid is no whole number from 1 to 65535", ~in_range, rows.columns["netuid"])
    close = _close(faults)
    tao_in = _optional(faults, "tao_in")
    rao = f"this looks like rao: divide by {RAO_PER_TAO:.0e}"
    faults.add("tao_in is negative", tao_in < 0.0)
    faults.add(f"tao_in is above the supply cap; {rao}", tao_in > MAX_SUPPLY)
    age = _optional(faults, "days_since_start")
    faults.add(
        f"days_since_start is beyond {_OLDEST:,.0f} days; count days, not blocks or seconds",
        np.abs(age) > _OLDEST,
        rows.columns.get("days_since_start"),
    )
    faults.refuse()
    number = netuid.value.astype(np.int64)
    _refuse_twice(faults, number, date)
    before = age < 0.0
    waiting = _notice(
        "not_started",
        "{rows} left out as from before the start call, by a days_since_start below 0",
        rows,
        date,
        number,
        before,
    )
    notices = (*rooted, *waiting)
    kept = ~before
    if not kept.any():
        raise HistoryError(rows.source, ["holds no price of a started subnet"])
    values = (close[kept], tao_in[kept], age[kept], rows.line[kept])
    return _grid(rows, date[kept], number[kept], values, notices)


def _is_root(rows: Rows) -> Mask:
    """Rows of netuid 0 that quote 1 or nothing."""
    netuid, close = numbers(rows.columns["netuid"]), numbers(rows.columns["close"])
    return (netuid.value == 0.0) & ((close.value == 1.0) | close.empty)


def _close(faults: Faults) -> NDArray[np.float64]:
    cells = faults.rows.columns["close"]
    close = numbers(cells).value
    faults.add(
        "close is no positive number; write digits with a decimal point, without separators or "
        "units, and leave a missing day out",
        ~(close > 0.0),
        cells,
    )
    faults.add(
        f"close is above {_HIGHEST_PRICE:,.0f} TAO; this looks like rao: divide by "
        f"{RAO_PER_TAO:.0e}",
        close > _HIGHEST_PRICE,
        cells,
    )
    faults.add(
        f"close is below {_LOWEST_PRICE:g} TAO, a rao; write TAO per alpha",
        (close > 0.0) & (close < _LOWEST_PRICE),
        cells,
    )
    return close


def _optional(faults: Faults, name: str) -> NDArray[np.float64]:
    cells = faults.rows.columns.get(name)
    if cells is None:
        return np.full(len(faults.rows), np.nan)
    found = numbers(cells)
    fix = "write digits with a decimal point, or leave the cell empty where it is not known"
    faults.add(f"{name} is not empty and no number; {fix}", found.wrong, cells)
    return found.value


def _refuse_twice(faults: Faults, netuid: NDArray[np.int64], date: Dates) -> None:
    seen: set[tuple[int, int]] = set()
    twice = np.zeros(len(netuid), dtype=bool)
    keys = zip(netuid.tolist(), date.astype(np.int64).tolist(), strict=True)
    for row, key in enumerate(keys):
        twice[row] = key in seen
        seen.add(key)
    fault = "stands twice for its date and netuid; keep one, or choose a source"
    faults.add(fault, twice)
    faults.refuse()


def _notice(
    kind: str, done: str, rows: Rows, date: Dates, netuid: NDArray[np.int64], which: Mask
) -> tuple[Notice, ...]:
    """A notice of some rows, or none."""
    if not which.any():
        return ()
    columns = (netuid[which].tolist(), date[which], rows.line[which].tolist())
    places = [Place(*each) for each in zip(*columns, strict=True)]
    return (Notice(kind, done, rows.place, tuple(places)),)


def _grid(
    rows: Rows,
    date: Dates,
    netuid: NDArray[np.int64],
    values: tuple[NDArray[Any], ...],
    notices: tuple[Notice, ...],
) -> Quotes:
    first = date.min()
    days = int((date.max() - first).astype(int)) + 1
    known, column = np.unique(netuid, return_inverse=True)
    day = (date - first).astype(int)
    grids = []
    for value in values:
        empty = 0 if value.dtype.kind == "i" else np.nan
        grid = np.full((days, len(known)), empty, dtype=value.dtype)
        grid[day, column] = value
        grids.append(grid)
    close, tao_in, age, line = grids
    return Quotes(
        source=rows.source,
        place=rows.place,
        dates=first + np.arange(days),
        netuid=known,
        close=close,
        tao_in=tao_in,
        age=age,
        line=line,
        notices=notices,
    )
