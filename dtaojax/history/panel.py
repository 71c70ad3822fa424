"""A daily history of prices as arrays, in which a re-used netuid is two series."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dtaojax.history.days import Dates, span_of
from dtaojax.history.errors import HistoryError
from dtaojax.history.notices import Notice, within

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
        source: where it was read from.
        dates: consecutive days, shape (days,).
        netuid: of each series, shape (series,).
        close: last price of the day, shape (days, series) [TAO/alpha].
        tao_in: TAO reserve at that time; NaN where not known, shape (days, series) [TAO].
        age: time since the start, or since the first quote where that is all that is known,
            shape (days, series) [days].
        notices: what was left out, doubted, split or filled when it was read.
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
        """Only the days from ``first`` to ``last``, and the series that are quoted on them.

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
        """Change of the log price over the ``days`` days up to each day, NaN where an end is
        missing, shape (days, series)."""
        log_price = np.log(self.close)
        returns = np.full_like(log_price, np.nan)
        returns[days:] = log_price[days:] - log_price[: self.n_days - days]
        return returns
