"""Checks of a history: row by row, then as a whole; one error names the rows and the fix."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dtaojax.chain import MAX_SUPPLY, RAO_PER_TAO
from dtaojax.history.cells import Dates, days_of, numbers
from dtaojax.history.jumps import FACTOR, bad_quotes
from dtaojax.history.lives import SAME_START
from dtaojax.history.quotes import Notice, QuotePlace, Quotes
from dtaojax.history.rows import Faults, HistoryError, Mask, Rows, check_days, listed

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
    # Twins are looked for among numbers that are sure, so all single cells must be right first.
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
    """Return which rows are of netuid 0 and quote 1 or nothing."""
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
    """Return a notice of some rows, or none."""
    if not which.any():
        return ()
    columns = (netuid[which].tolist(), date[which], rows.line[which].tolist())
    places = [QuotePlace(*each) for each in zip(*columns, strict=True)]
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


_FEWEST: Final = 4
"""Subnets from which on their middle says something of the unit."""
_HIGHEST_MIDDLE: Final = 0.2
"""The median price over subnets was 0.003 to 0.016 in 2025 and 2026; in dollars it would have been
0.6 to 6 [TAO/alpha]."""
_LONGEST_GAP: Final = 8
_LONGEST_SLIP: Final = 5
"""Rows that a wrong age may go on for."""


def check_whole(quotes: Quotes) -> None:
    """Refuse a history whose rows are possible one by one, but not together.

    Raises:
        HistoryError: prices in another unit than TAO, from the first day or from one on; reserves
            above all TAO that there can be; ages that do not grow by a day a day, or slip and come
            back.
    """
    problems = [
        *_other_unit(quotes),
        *_unit_changes(quotes),
        *_too_much_tao(quotes),
        *_other_clock(quotes),
        *_slipped_ages(quotes),
    ]
    if problems:
        raise HistoryError(quotes.source, problems)


def _other_unit(quotes: Quotes) -> list[str]:
    typical = [np.median(column[np.isfinite(column)]) for column in quotes.close.T]
    middle = float(np.median(typical))
    if len(typical) < _FEWEST or middle <= _HIGHEST_MIDDLE:
        return []
    row = int(np.argmax(np.isfinite(quotes.close).any(axis=1)))
    first = int(np.argmax(np.isfinite(quotes.close[row])))
    return [
        f"{quotes.place} {quotes.line[row, first]} and following: half of the subnets close above "
        f"{middle:.3g} TAO, where the median of 2025 and 2026 was below 0.02; this looks like "
        "dollars: divide by the price of TAO of each day"
    ]


def _unit_changes(quotes: Quotes) -> list[str]:
    """Find days on which most subnets jump the same way, and stay."""
    log_close = np.log(quotes.close)
    for column in range(len(quotes.netuid)):
        rows = np.flatnonzero(np.isfinite(log_close[:, column]))
        unknown = np.full(len(rows), np.nan)
        log_close[rows[bad_quotes(rows, log_close[rows, column], unknown)], column] = np.nan
    recorded = np.flatnonzero(np.isfinite(log_close).any(axis=1))
    for before, day in pairwise(recorded.tolist()):
        change = log_close[day] - log_close[before]
        known = change[np.isfinite(change)]
        if len(known) < _FEWEST or day - before > _LONGEST_GAP:
            continue
        middle = float(np.median(known))
        if abs(middle) < np.log(FACTOR):
            continue
        lines = quotes.line[day, np.isfinite(change)].tolist()
        factor = f"{np.exp(abs(middle)):,.3g}"
        size = f"{factor} times" if middle > 0.0 else f"a part in {factor} of"
        return [
            f"{listed(quotes.place, sorted(lines))}: on {quotes.dates[day]} most closes are "
            f"{size} those of {quotes.dates[before]}; another unit begins there (dollars, rao): "
            "bring all days to TAO per alpha"
        ]
    return []


def _too_much_tao(quotes: Quotes) -> list[str]:
    total = np.nansum(quotes.tao_in, axis=1)
    over = np.flatnonzero(total > MAX_SUPPLY)
    if not len(over):
        return []
    day = int(over[0])
    lines = quotes.line[day, np.isfinite(quotes.tao_in[day])].tolist()
    return [
        f"{listed(quotes.place, sorted(lines))}: tao_in of all subnets on {quotes.dates[day]} is "
        f"{total[day]:,.0f} together, above the supply cap of {MAX_SUPPLY:,.0f}; write TAO"
    ]


def _other_clock(quotes: Quotes) -> list[str]:
    """Find ages in another unit than days."""
    rates = []
    for column in quotes.age.T:
        rows = np.flatnonzero(np.isfinite(column))
        rates += (np.diff(column[rows]) / np.diff(rows)).tolist()
    if len(rates) < _FEWEST or 0.5 <= np.median(rates) <= 2.0:
        return []
    return [
        f"days_since_start grows by {np.median(rates):.3g} a day, in the middle of all rows; write "
        "days"
    ]


def _slipped_ages(quotes: Quotes) -> list[str]:
    """Find rows whose age does not fit those before and after, which fit each other."""
    problems = []
    for column, netuid in enumerate(quotes.netuid.tolist()):
        rows = np.flatnonzero(np.isfinite(quotes.age[:, column]))
        start = rows - quotes.age[rows, column]
        place = 1
        while place < len(rows):
            after = _end_of_slip(start, place)
            if after is not None:
                row = int(rows[place])
                due = row - start[place - 1]
                problems.append(
                    f"{listed(quotes.place, quotes.line[rows[place:after], column].tolist())}: "
                    f"days_since_start of netuid {netuid} on {quotes.dates[row]} is "
                    f"{quotes.age[row, column]:g}, where {due:g} is due by the days before and "
                    "after; mend it"
                )
                place = after
            place += 1
    return problems[:10]


def _end_of_slip(start: NDArray[np.float64], place: int) -> int | None:
    """Return where starts are again as before ``place``; None where nothing slipped."""
    before = start[place - 1]
    if abs(start[place] - before) <= SAME_START:
        return None
    later = start[place + 1 : place + 1 + _LONGEST_SLIP]
    back = np.flatnonzero(np.abs(later - before) <= SAME_START)
    return place + 1 + int(back[0]) if len(back) else None
