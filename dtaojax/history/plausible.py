"""Checks of a history as a whole: units that cannot be, and ages that deny one another."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dtaojax.chain import MAX_SUPPLY
from dtaojax.history.errors import HistoryError
from dtaojax.history.lives import SAME_START
from dtaojax.history.quotes import Quotes
from dtaojax.history.rows import listed
from dtaojax.history.ticks import FACTOR, bad_quotes

_FEWEST: Final = 4
"""Subnets from which on their middle says something of the unit."""
_DEAREST_MIDDLE: Final = 0.2
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
    if len(typical) < _FEWEST or middle <= _DEAREST_MIDDLE:
        return []
    row = int(np.argmax(np.isfinite(quotes.close).any(axis=1)))
    first = int(np.argmax(np.isfinite(quotes.close[row])))
    return [
        f"{quotes.place} {quotes.line[row, first]} and following: half of the subnets close above "
        f"{middle:.3g} TAO, where the median of 2025 and 2026 was below 0.02; this looks like "
        "dollars: divide by the price of TAO of each day"
    ]


def _unit_changes(quotes: Quotes) -> list[str]:
    """Days on which most subnets jump the same way, and stay."""
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
    """Ages in another unit than days."""
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
    """Rows whose age does not fit those before and after, which fit each other."""
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
    """Where starts are again what they were before ``place``; None where nothing slipped."""
    before = start[place - 1]
    if abs(start[place] - before) <= SAME_START:
        return None
    later = start[place + 1 : place + 1 + _LONGEST_SLIP]
    back = np.flatnonzero(np.abs(later - before) <= SAME_START)
    return place + 1 + int(back[0]) if len(back) else None
