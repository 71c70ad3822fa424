"""The rows of a history as they were written: one cell a netuid and day, nothing interpreted."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dtaojax.history.days import Dates
from dtaojax.history.notices import Notice, within


@dataclass(frozen=True, eq=False, kw_only=True)
class Quotes:
    """Quotes of started subnets.

    Attributes:
        source: where they were read from.
        place: what ``line`` counts; see `dtaojax.history.rows.Rows`.
        dates: consecutive days, shape (days,).
        netuid: rising, shape (netuids,).
        close: NaN where there is no row, shape (days, netuids) [TAO/alpha].
        tao_in: NaN where not known, likewise [TAO].
        age: ``days_since_start``, NaN where not known, likewise [days].
        line: of the row; 0 where there is none, likewise.
        notices: what was left out row by row.
    """

    source: str
    place: str
    dates: Dates
    netuid: NDArray[np.int64]
    close: NDArray[np.float64]
    tao_in: NDArray[np.float64]
    age: NDArray[np.float64]
    line: NDArray[np.int64]
    notices: tuple[Notice, ...] = ()

    def until(self, day: int) -> Quotes:
        """Return the rows of the days up to the one with this index."""
        end = day + 1
        return dataclasses.replace(
            self,
            dates=self.dates[:end],
            close=self.close[:end],
            tao_in=self.tao_in[:end],
            age=self.age[:end],
            line=self.line[:end],
            notices=within(self.notices, self.dates[0], self.dates[day]),
        )
