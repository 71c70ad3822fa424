"""Days and numbers out of cells of a file, told apart from what only looks like one.

A day is the one that is written: of ``2025-09-18T23:55:00-04:00`` it is 18 September, since who
keeps local time closes the day at the local midnight, in summer and in winter. Numbers of seconds
since 1970 have no place and count by UTC.
"""

from __future__ import annotations

import datetime
import decimal
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dtaojax.files.text import spelled

_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
"""What Python's ``float`` reads beyond this (1_000, digits of other scripts, nan, infinity) is in
a file of numbers more likely a mistake."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column of numbers.

    Attributes:
        value: NaN where the cell is empty or holds no finite number.
        empty: cells that hold nothing.
        wrong: cells that hold something which is no finite number.
    """

    value: NDArray[np.float64]
    empty: NDArray[np.bool_]
    wrong: NDArray[np.bool_]


def numbers(cells: Sequence[Any]) -> Numbers:
    """Read a column of cells, texts or values of a Parquet file."""
    empty = np.array([_is_empty(cell) for cell in cells], dtype=bool)
    value = np.array([_number(cell) for cell in cells], dtype=np.float64)
    value[~np.isfinite(value)] = np.nan
    return Numbers(value, empty, ~empty & np.isnan(value))


def _is_empty(cell: Any) -> bool:
    if isinstance(cell, str):
        return not cell.strip()
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def _number(cell: Any) -> float:
    if isinstance(cell, str):
        text = cell.strip()
        return float(text) if _NUMBER.fullmatch(text) else math.nan
    if isinstance(cell, (int, float, decimal.Decimal)) and not isinstance(cell, bool):
        try:
            return float(cell)
        except OverflowError:
            return math.inf
    return math.nan


def shown(cell: Any) -> str:
    """Return what a cell says, for a message."""
    return "is empty" if _is_empty(cell) else f"says {spelled(cell, 40)}"


Dates: TypeAlias = NDArray[np.datetime64]

NO_DAY: Final = np.datetime64("NaT", "D")
_OFFSET: Final = r"Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?"
_WRITTEN: Final = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"
    r"(?:[T ]+(\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?)?"
    rf"\s*(?:{_OFFSET})?",
    re.ASCII | re.IGNORECASE,
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_EPOCH: Final = re.compile(r"(\d{10}|\d{13}|\d{16}|\d{19})(?:\.\d*)?", re.ASCII)
_PARTIAL: Final = re.compile(r"\d{4}(-\d{2})?", re.ASCII)
_SECONDS_A_DAY: Final = 86_400


def day_of(cell: Any) -> np.datetime64:
    """Return the day that a cell names, or `NO_DAY`.

    Args:
        cell: a text; a number of seconds, milliseconds, microseconds or nanoseconds since 1970; or
            a date or time as a Parquet file holds it, in its own time zone.
    """
    if isinstance(cell, datetime.datetime):
        return np.datetime64(cell.date(), "D")
    if isinstance(cell, datetime.date):
        return np.datetime64(cell, "D")
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        return NO_DAY
    text = str(cell).strip()
    written = _WRITTEN.fullmatch(text)
    if written is not None:
        year, _, month, day, hour, minute, second = written.groups(default="0")
        is_time = int(hour) < 24 and int(minute) < 60 and int(second) <= 60
        return _day(year, month, day) if is_time else NO_DAY
    compact = _COMPACT.fullmatch(text)
    if compact is not None:
        return _day(*compact.groups())
    epoch = _EPOCH.fullmatch(text)
    if epoch is not None:
        digits = epoch.group(1)
        return np.datetime64(int(digits[:10]) // _SECONDS_A_DAY, "D")
    return NO_DAY


def days_of(cells: Iterable[Any]) -> Dates:
    """Return the day of each cell, `NO_DAY` where it names none; see `day_of`."""
    known: dict[str, np.datetime64] = {}
    found = []
    for cell in cells:
        if not isinstance(cell, str):
            found.append(day_of(cell))
            continue
        # Many rows share a day.
        if cell not in known:
            known[cell] = day_of(cell)
        found.append(known[cell])
    return np.array(found, dtype="datetime64[D]")


def span_of(text: str) -> tuple[np.datetime64, np.datetime64] | None:
    """Return the first and the last day that a text names, or None if it names none.

    Args:
        text: a day, or a month like ``2025-08``, or a year like ``2025``.
    """
    day = day_of(text)
    if not np.isnat(day):
        return day, day
    partial = _PARTIAL.fullmatch(text.strip())
    if partial is None:
        return None
    unit = "Y" if partial.group(1) is None else "M"
    try:
        period = np.datetime64(text.strip(), unit)
    except ValueError:
        return None
    one = np.timedelta64(1, "D")
    return period.astype("datetime64[D]"), (period + 1).astype("datetime64[D]") - one


def _day(year: str, month: str, day: str) -> np.datetime64:
    try:
        return np.datetime64(datetime.date(int(year), int(month), int(day)), "D")
    except ValueError:
        return NO_DAY
