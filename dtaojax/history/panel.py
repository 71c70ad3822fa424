"""A daily history of prices as arrays, in which a re-used netuid is two series."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dtaojax.history.errors import HistoryError

FloatArray: TypeAlias = NDArray[np.float64]
Dates: TypeAlias = NDArray[np.datetime64]

MATURE_DAYS: Final = 30.0
"""Age from which a subnet counts as mature [days]."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Panel:
    """Closing prices of all subnets, day by day.

    A series is one life of a netuid, from its start to its replacement. Series stand in the order
    of their first day, so that what was known on a day is a leading block of every array. NaN
    stands where nothing is known: before the start, after the end, on missing days.

    Attributes:
        source: where it was read from.
        dates: consecutive days, shape (days,).
        netuid: of each series, shape (series,).
        close: last price of the day, shape (days, series) [TAO/alpha].
        tao_in: TAO reserve at that time; NaN where not known, shape (days, series) [TAO].
        age: time since the start, or since the first quote where that is all that is known,
            shape (days, series) [days].
    """

    source: str
    dates: Dates
    netuid: NDArray[np.int64]
    close: FloatArray
    tao_in: FloatArray
    age: FloatArray

    @property
    def n_days(self) -> int:
        """Number of days, missing ones included."""
        return len(self.dates)

    @property
    def n_series(self) -> int:
        """Number of series."""
        return len(self.netuid)

    def until(self, day: int) -> Panel:
        """What was known when the day with this index closed: no later day, no later series."""
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

        Args:
            first: a date like 2025-03-20; None for the first day.
            last: likewise; None for the last day.

        Raises:
            HistoryError: a date is no date, or no day lies between.
        """
        begin = self.dates[0] if first is None else self._date(first)
        end = self.dates[-1] if last is None else self._date(last)
        days = (self.dates >= begin) & (self.dates <= end)
        quoted = np.isfinite(self.close[days]).any(axis=0)
        if not quoted.any():
            known = f"it holds {self.dates[0]} to {self.dates[-1]}"
            raise HistoryError(self.source, [f"has no price from {begin} to {end}; {known}"])
        return dataclasses.replace(
            self,
            dates=self.dates[days],
            netuid=self.netuid[quoted],
            close=self.close[days][:, quoted],
            tao_in=self.tao_in[days][:, quoted],
            age=self.age[days][:, quoted],
        )

    def _date(self, text: str) -> np.datetime64:
        try:
            return np.datetime64(text, "D")
        except ValueError:
            problem = f"{text!r} is no date; write one like {self.dates[0]}"
            raise HistoryError(self.source, [problem]) from None

    def log_returns(self, days: int = 1) -> FloatArray:
        """Change of the log price over the ``days`` days up to each day, NaN where an end is
        missing, shape (days, series)."""
        log_price = np.log(self.close)
        returns = np.full_like(log_price, np.nan)
        returns[days:] = log_price[days:] - log_price[: self.n_days - days]
        return returns
