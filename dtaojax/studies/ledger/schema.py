"""The tables of a ledger's file, an SQLite database, and the types of its content.

SQLite, because it is one file in a format that every language reads and that is kept readable to
2050, is part of Python's standard library, lets writers of several processes wait for each other
by locks of the file itself, and leaves the old or the new content whenever a process is killed.
What it is slow at, sums over millions of rows, is not asked of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from dtaojax.studies.ledger.forecast import LEVEL_COLUMNS, Row

APPLICATION_ID: Final = 0x64544C47
"""Tells a ledger from other databases (``PRAGMA application_id``): "dTLG"."""
VERSION: Final = 1
"""Version of the tables (``PRAGMA user_version``)."""

_LEVELS: Final = ", ".join(f"{column} REAL" for column in LEVEL_COLUMNS.values())

TABLES: Final = {
    "log": "CREATE TABLE log (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, added TEXT NOT NULL, "
    "content TEXT NOT NULL, digest TEXT NOT NULL)",
    "forecasts": "CREATE TABLE forecasts (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "
    "about TEXT NOT NULL)",
    "quantiles": "CREATE TABLE quantiles (forecast INTEGER NOT NULL, quantity TEXT NOT NULL, "
    "netuid INTEGER NOT NULL, day REAL NOT NULL, unit TEXT NOT NULL, start REAL NOT NULL, "
    f"{_LEVELS}, PRIMARY KEY (forecast, quantity, netuid, day)) WITHOUT ROWID",
    "probabilities": "CREATE TABLE probabilities (forecast INTEGER NOT NULL, event TEXT NOT NULL, "
    "netuid INTEGER NOT NULL, day REAL NOT NULL, start REAL NOT NULL, probability REAL NOT NULL, "
    "PRIMARY KEY (forecast, event, netuid, day)) WITHOUT ROWID",
    "states": "CREATE TABLE states (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "
    "about TEXT NOT NULL)",
    "scores": "CREATE TABLE scores (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, "
    "forecast INTEGER NOT NULL, day REAL NOT NULL)",
    "outcomes": "CREATE TABLE outcomes (score INTEGER NOT NULL, quantity TEXT NOT NULL, "
    "netuid INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY (score, quantity, netuid)) "
    "WITHOUT ROWID",
}
"""The text that makes each table.

``log`` has one row for all that was ever added, in order: a forecast, a state, or a score, which is
a state's outcomes of what a forecast is about. Its ``number`` is the ``id`` over there, ``content``
the digest of the rows that were added, and ``digest`` one of the row and of the digest before it,
so that nothing can be changed or taken from the middle without a trace.
"""


@dataclass(frozen=True)
class LedgerEntry:
    """Something that lies in a ledger.

    Attributes:
        number: place among all that was added.
        name: digest that tells it from all others.
        added: time of the addition [UTC].
        about: description of it; JSON types only.
    """

    number: int
    name: str
    added: datetime
    about: dict[str, Any]


@dataclass(frozen=True)
class Score:
    """A forecast that has met a state.

    Attributes:
        number: place among all that was added.
        state: number of the state.
        forecast: number of the forecast.
        day: day of the forecast that stands for the state's block [days after the start].
        added: time of the addition [UTC].
    """

    number: int
    state: int
    forecast: int
    day: float
    added: datetime


@dataclass(frozen=True)
class Content:
    """All that a ledger holds, known to be as it was written.

    Attributes:
        head: digest of the last addition, and by it of all before; empty where there is none.
        forecasts: forecasts by number, in the order in which they were added.
        states: states by number, in the same order.
        scores: scores by number, in the same order.
        rows: rows of ``quantiles``, ``probabilities`` and ``outcomes``, the number first.
    """

    head: str
    forecasts: dict[int, LedgerEntry]
    states: dict[int, LedgerEntry]
    scores: dict[int, Score]
    rows: dict[str, list[Row]]


@dataclass(frozen=True)
class Met:
    """A forecast that meets a state, to be added.

    Attributes:
        forecast: number of the forecast.
        day: day of the forecast that stands for the state [days after the start].
        outcomes: rows of ``OUTCOME_COLUMNS`` on what came.
    """

    forecast: int
    day: float
    outcomes: Sequence[Row]
