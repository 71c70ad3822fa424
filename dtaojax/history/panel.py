"""Daily histories of prices as arrays, in which a re-used netuid is two series.

A panel that was read from a file knows what was known on each of its days. What a bad quote is, or
a new pool, later rows tell. A forecast must not have been told: the panel of a day is made of the
rows up to that day, as if the file ended there.
"""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dtaojax.history.cells import Dates, span_of
from dtaojax.history.check import OPTIONAL, REQUIRED, check_rows, check_whole
from dtaojax.history.lives import DUST_PRICE, Event, Kind, follow
from dtaojax.history.quotes import Notice, QuotePlace, Quotes, within
from dtaojax.history.rows import FOLDER_VARIABLE, HistoryError, read_rows

FloatArray: TypeAlias = NDArray[np.float64]

MATURE_DAYS: Final = 30.0
"""Age from which a subnet counts as mature [days]."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Panel:
    """Closing prices of all subnets, day by day.

    A series is one life of a netuid, from its start to its replacement. Series stand in the order
    of their first day. NaN stands where nothing is known: before the start, after the end, on
    missing days.

    Attributes:
        source: name of the file that it was read from.
        dates: consecutive days, shape (days,).
        netuid: id of the subnet of each series, shape (series,).
        close: last price of the day, shape (days, series) [TAO/alpha].
        tao_in: TAO reserve at that time; NaN where not known, shape (days, series) [TAO].
        age: time since the start, or since the first quote where that is all that is known,
            shape (days, series) [days].
        notices: everything that was left out, doubted, split or filled when it was read.
    """

    source: str
    dates: Dates
    netuid: NDArray[np.int64]
    close: FloatArray
    tao_in: FloatArray
    age: FloatArray
    notices: tuple[Notice, ...] = ()

    @property
    def n_days(self) -> int:
        """Number of days, missing ones included."""
        return len(self.dates)

    @property
    def n_series(self) -> int:
        """Number of series."""
        return len(self.netuid)

    def doubted(self, day: int) -> NDArray[np.int64]:
        """Return the netuids whose quote of a day counts as not known, since later ones deny it."""
        return np.zeros(0, dtype=np.int64)

    def until(self, day: int) -> Panel:
        """Return what was known when the day with this index closed.

        No later day and no later series is in it.
        """
        end = day + 1
        born = int(np.isfinite(self.close[:end]).any(axis=0).sum())
        return dataclasses.replace(
            self,
            dates=self.dates[:end],
            netuid=self.netuid[:born],
            close=self.close[:end, :born],
            tao_in=self.tao_in[:end, :born],
            age=self.age[:end, :born],
        )

    def between(self, first: str | None, last: str | None) -> Panel:
        """Return the days from ``first`` to ``last`` alone, and the series quoted on them.

        What comes after ``last`` plays no part; what came before ``first`` may tell ages.

        Args:
            first: a date like 2025-03-20, or a month or year that begins then; None for the first
                day.
            last: likewise, a month or year that ends then; None for the last day.

        Raises:
            HistoryError: a date is no date, or no day lies between.
        """
        begin = self.dates[0] if first is None else self._span(first)[0]
        end = self.dates[-1] if last is None else self._span(last)[1]
        chosen = np.flatnonzero((self.dates >= begin) & (self.dates <= end)).tolist()
        known = self.until(chosen[-1]) if chosen else self
        # What is known then can begin on another day than what is known now.
        days = known.dates >= begin if chosen else np.zeros(self.n_days, dtype=bool)
        quoted = np.isfinite(known.close[days]).any(axis=0)
        if not quoted.any():
            holds = f"it holds {self.dates[0]} to {self.dates[-1]}"
            raise HistoryError(self.source, [f"has no price from {begin} to {end}; {holds}"])
        return Panel(
            source=self.source,
            dates=known.dates[days],
            netuid=known.netuid[quoted],
            close=known.close[days][:, quoted],
            tao_in=known.tao_in[days][:, quoted],
            age=known.age[days][:, quoted],
            notices=within(known.notices, known.dates[days][0], known.dates[-1]),
        )

    def _span(self, text: str) -> tuple[np.datetime64, np.datetime64]:
        span = span_of(text)
        if span is None:
            problem = f"{text!r} is no date; write one like {self.dates[0]}, or a month or a year"
            raise HistoryError(self.source, [problem])
        return span

    def log_returns(self, days: int = 1) -> FloatArray:
        """Return changes of the log price over the ``days`` days up to each day, NaN where an end
        is missing, shape (days, series)."""
        log_price = np.log(self.close)
        returns = np.full_like(log_price, np.nan)
        returns[days:] = log_price[days:] - log_price[: self.n_days - days]
        return returns


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
    "subnet of 2025 or 2026 was so expensive: if this is dollars, divide by the price of TAO",
}


@dataclass(frozen=True, eq=False, kw_only=True)
class QuotedPanel(Panel):
    """A panel and the quotes that it was read off.

    Attributes:
        quotes: rows of the file, nothing of them interpreted.
        denied: quotes that are no trades as far as later ones tell, shape (days, netuids).
    """

    quotes: Quotes
    denied: NDArray[np.bool_]

    def doubted(self, day: int) -> NDArray[np.int64]:
        """Return what `Panel.doubted` does, and pools that turned out to wait for their start."""
        return self.quotes.netuid[self.denied[self._row(day)]]

    def until(self, day: int) -> Panel:
        """Return what `Panel.until` does; the rows up to the day are read afresh."""
        return read_off(self.quotes.until(self._row(day)))

    def _row(self, day: int) -> int:
        """Return the index among the days of the quotes, which may begin before the panel's."""
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
        # By it a judge of forecasts knows which of a day's quotes were no trades.
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
            QuotePlace(
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


DEFAULT_FOLDER: Final = Path("../shared/data")


def data_folder() -> Path:
    """Return where histories are looked for by name: ``DTAOJAX_DATA``, or ``../shared/data``."""
    return Path(os.environ.get(FOLDER_VARIABLE, DEFAULT_FOLDER))


def find_history(name: str, beside: Path) -> Path:
    """Return the file of a history.

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
    netuid (`dtaojax.history.panel`). Missing days stay missing.

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
        rows = rows.of_source(source)
    if len(rows) == 0:
        raise HistoryError(str(path), ["holds no price of a started subnet"])
    quotes = check_rows(rows)
    check_whole(quotes)
    return read_off(quotes)
