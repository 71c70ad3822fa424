"""Calendar days out of whatever a file or an option calls a date.

A day is the one that is written: of ``2025-09-18T23:55:00-04:00`` it is 18 September, since who
keeps local time closes the day at the local midnight, in summer and in winter. Numbers of seconds
since 1970 have no place and count by UTC.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

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
