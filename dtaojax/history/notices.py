"""What was left out, doubted, split or filled in a history, by line, date and netuid."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

_NAMED: Final = 5
"""Stretches that a sentence names."""


class Place(NamedTuple):
    """A row of a history.

    Attributes:
        netuid: whose.
        date: of the quote.
        line: where it stands in the file.
        detail: what was seen there, in words.
    """

    netuid: int
    date: np.datetime64
    line: int
    detail: str = ""


@dataclass(frozen=True)
class Stretch:
    """Rows of a netuid of which the same is said.

    Attributes:
        first: the earliest.
        last: the latest.
        rows: how many.
    """

    first: Place
    last: Place
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
        done: in words, with ``{rows}`` where their number belongs.
        place: what lines count; see `dtaojax.history.rows.Rows`.
        places: the rows.
    """

    kind: str
    done: str
    place: str
    places: tuple[Place, ...]

    @property
    def stretches(self) -> list[Stretch]:
        """The rows by netuid; those with words of their own stay apart."""
        found: dict[tuple[int, str], list[Place]] = {}
        for each in sorted(self.places):
            found.setdefault((each.netuid, each.detail), []).append(each)
        return [Stretch(rows[0], rows[-1], len(rows)) for rows in found.values()]

    @property
    def summary(self) -> str:
        """What was done, to how many rows."""
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
