"""A panel that was read off quotes, which knows what was known on each of its days.

What a bad quote is, or a new pool, later rows tell. A forecast must not have been told: the panel
of a day is made of the rows up to that day, as if the file ended there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dtaojax.history.errors import HistoryError
from dtaojax.history.lives import DUST_PRICE, Event, Kind, follow
from dtaojax.history.notices import Notice, Place
from dtaojax.history.panel import FloatArray, Panel
from dtaojax.history.quotes import Quotes

_FEWEST_OTHERS: Final = 4
"""Quotes of a day that have a middle."""

_DONE: Final[dict[Kind, str]] = {
    "waiting": "{rows} left out as of a pool that waited for its start call, which quotes above "
    f"{DUST_PRICE:g} TAO until it trades",
    "doubted": "{rows} doubted as a bad quote, far off on a single day and back on the next, and "
    "counted as not known; mend or delete",
    "doubted_reserve": "{rows} whose tao_in is doubted, far off on a single day and back on the "
    "next, and counted as not known; mend",
    "replaced": "{rows} split off as the first of a new life of the netuid, by a later start",
    "looks_replaced": "{rows} split off as the first of a new life of the netuid, by the look of "
    "the pool",
    "age_unknown": "ages not known: re-used netuids cannot be told, but by jumps of reserves and "
    "price, and age counts from the first quote ({rows})",
    "age_filled": "{rows} given the empty days_since_start by counting on from those around",
    "age_leaps": "{rows} kept in the same life although the age rises by more than the days",
    "large_move": "{rows} kept although 10 times or a tenth of the quote before, which the next "
    "does not take back (of the last quote that is not known yet); check",
    "dear": f"{{rows}} kept although above {DUST_PRICE:g} TAO, since the age is known; no started "
    "subnet of 2025 or 2026 was so dear: if this is dollars, divide by the price of TAO",
}


@dataclass(frozen=True, eq=False, kw_only=True)
class QuotedPanel(Panel):
    """A panel and the quotes that it was read off.

    Attributes:
        quotes: the rows.
        denied: which quotes are no trades as far as later ones tell, shape (days, netuids).
    """

    quotes: Quotes
    denied: NDArray[np.bool_]

    def doubted(self, day: int) -> NDArray[np.int64]:
        """See `Panel.doubted`; pools that turned out to wait for their start count too."""
        return self.quotes.netuid[self.denied[self._row(day)]]

    def until(self, day: int) -> Panel:
        """See `Panel.until`; the rows up to the day are read afresh."""
        return read_off(self.quotes.until(self._row(day)))

    def _row(self, day: int) -> int:
        """Index among the days of the quotes, which may begin before those of the panel."""
        return day + int((self.dates[0] - self.quotes.dates[0]).astype(int))


def read_off(quotes: Quotes) -> QuotedPanel:
    """Cut quotes into series, and leave out what is no trade.

    Raises:
        HistoryError: no price of a started subnet is left.
    """
    days = np.arange(len(quotes.dates))
    denied = np.zeros(quotes.close.shape, dtype=bool)
    events: list[tuple[int, int, Event]] = []
    series: list[tuple[int, NDArray[np.int64], tuple[FloatArray, ...]]] = []
    for column, netuid in enumerate(quotes.netuid.tolist()):
        rows = days[np.isfinite(quotes.close[:, column])]
        if len(rows) == 0:
            continue
        close = quotes.close[rows, column]
        found = follow(
            rows,
            close,
            quotes.tao_in[rows, column],
            quotes.age[rows, column],
            partial(_median_of_others, quotes, column, rows),
        )
        out = found.life < 0
        denied[rows, column] = out | found.doubted
        events += [(int(rows[event.row]), column, event) for event in found.events]
        close = np.where(found.doubted, np.nan, close)
        depth = np.where(found.doubted_reserve, np.nan, quotes.tao_in[rows, column])
        for life in np.unique(found.life[~out]).tolist():
            of_it = found.life == life
            cells = (close[of_it], depth[of_it], found.age[of_it])
            series.append((netuid, rows[of_it], cells))
    if not series:
        raise HistoryError(quotes.source, ["holds no price of a started subnet"])
    # Stable, so that two lives that begin on one day keep their order.
    series.sort(key=lambda each: (each[1][0], each[0]))
    shape = (len(days), len(series))
    close, tao_in, age = (np.full(shape, np.nan) for _ in range(3))
    for place, (_, rows, cells) in enumerate(series):
        close[rows, place], tao_in[rows, place], age[rows, place] = cells
    # Whatever waits on the first days, a history begins with its first price.
    begun = slice(int(np.argmax(np.isfinite(close).any(axis=1))), None)
    return QuotedPanel(
        source=quotes.source,
        dates=quotes.dates[begun],
        netuid=np.array([each[0] for each in series], dtype=np.int64),
        close=close[begun],
        tao_in=tao_in[begun],
        age=age[begun],
        notices=(*quotes.notices, *_notices(quotes, events)),
        quotes=quotes,
        denied=denied,
    )


def _median_of_others(quotes: Quotes, column: int, rows: NDArray[np.int64], row: int) -> float:
    others = np.delete(quotes.close[rows[row]], column)
    others = others[np.isfinite(others)]
    return float(np.median(others)) if len(others) >= _FEWEST_OTHERS else np.nan


def _notices(quotes: Quotes, events: list[tuple[int, int, Event]]) -> list[Notice]:
    found = []
    for kind, done in _DONE.items():
        places = tuple(
            Place(
                int(quotes.netuid[column]),
                quotes.dates[day],
                int(quotes.line[day, column]),
                event.detail,
            )
            for day, column, event in events
            if event.kind == kind
        )
        if places:
            found.append(Notice(kind, done, quotes.place, places))
    return found
