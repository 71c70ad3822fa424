"""A daily history of prices as arrays, in which a re-used netuid is two series."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

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

    def log_returns(self, days: int = 1) -> FloatArray:
        """Change of the log price over the ``days`` days up to each day, NaN where an end is
        missing, shape (days, series)."""
        log_price = np.log(self.close)
        returns = np.full_like(log_price, np.nan)
        returns[days:] = log_price[days:] - log_price[: self.n_days - days]
        return returns
