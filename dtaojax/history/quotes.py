"""The rows of a history as they were written, and notices of what was done to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dtaojax.history.cells import Dates

_NAMED: Final = 5
"""Stretches that a sentence names."""


class QuotePlace(NamedTuple):
    """A row of a history.

    Attributes:
        netuid: id of the subnet.
        date: day of the quote.
        line: number of the line or row in the file.
        detail: evidence in words.
    """

    netuid: int
    date: np.datetime64
    line: int
    detail: str = ""


@dataclass(frozen=True)
class Stretch:
    """Rows of a netuid of which the same is said.

    Attributes:
        first: earliest row.
        last: latest row.
        rows: number of rows.
    """

    first: QuotePlace
    last: QuotePlace
    rows: int

    def words(self, place: str) -> str:
        """Return where the rows are, and what was seen."""
        if self.rows == 1:
            where = f"{place} {self.first.line} (netuid {self.first.netuid}, {self.first.date})"
        else:
            where = (
                f"{self.rows:,} from {place} {self.first.line} to {self.last.line} "
                f"(netuid {self.first.netuid}, {self.first.date} to {self.last.date})"
            )
        return f"{where}: {self.first.detail}" if self.first.detail else where

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "netuid": self.first.netuid,
            "lines": [self.first.line, self.last.line],
            "dates": [str(self.first.date), str(self.last.date)],
            "rows": self.rows,
            "detail": self.first.detail,
        }


@dataclass(frozen=True)
class Notice:
    """One kind of thing that was done to a history, and to which rows.

    Attributes:
        kind: a word for programs.
        done: sentence on what was done, with ``{rows}`` where their number belongs.
        place: unit of line numbers, ``line`` or ``row`` (`dtaojax.history.rows.Rows`).
        places: the rows.
    """

    kind: str
    done: str
    place: str
    places: tuple[QuotePlace, ...]

    @property
    def stretches(self) -> list[Stretch]:
        """The rows by netuid; those with words of their own stay apart."""
        found: dict[tuple[int, str], list[QuotePlace]] = {}
        for each in sorted(self.places):
            found.setdefault((each.netuid, each.detail), []).append(each)
        return [Stretch(rows[0], rows[-1], len(rows)) for rows in found.values()]

    @property
    def summary(self) -> str:
        """Sentence on what was done, to how many rows."""
        rows = "1 row" if len(self.places) == 1 else f"{len(self.places):,} rows"
        return self.done.replace("{rows}", rows)

    @property
    def text(self) -> str:
        """The same, naming the first five places."""
        stretches = self.stretches
        named = "; ".join(stretch.words(self.place) for stretch in stretches[:_NAMED])
        more = len(stretches) - _NAMED
        return f"{self.summary}: {named}" + (f"; and {more:,} more" if more > 0 else "")

    def as_json(self) -> dict[str, Any]:
        """Return all of it as JSON types."""
        return {
            "kind": self.kind,
            "summary": self.summary,
            "text": self.text,
            "rows": len(self.places),
            "place": self.place,
            "stretches": [stretch.as_json() for stretch in self.stretches],
        }


def within(
    notices: Iterable[Notice], first: np.datetime64, last: np.datetime64
) -> tuple[Notice, ...]:
    """Return what of some notices concerns rows from one day to another."""
    found = []
    for notice in notices:
        kept = tuple(each for each in notice.places if first <= each.date <= last)
        if kept:
            found.append(dataclasses.replace(notice, places=kept))
    return tuple(found)


@dataclass(frozen=True, eq=False, kw_only=True)
class Quotes:
    """Quotes of started subnets.

    Attributes:
        source: name of the file that they were read from.
        place: unit of ``line``, a line of text or a row (`dtaojax.history.rows.Rows`).
        dates: consecutive days, shape (days,).
        netuid: ids of the subnets, rising, shape (netuids,).
        close: closing price, NaN where there is no row, shape (days, netuids) [TAO/alpha].
        tao_in: reserve of TAO, NaN where not known, shape (days, netuids) [TAO].
        age: ``days_since_start``, NaN where not known, shape (days, netuids) [days].
        line: number of the row, 0 where there is none, shape (days, netuids).
        notices: everything that was left out row by row.
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
