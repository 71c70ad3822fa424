"""How a ledger lies in its file, an SQLite database.

SQLite, because it is one file in a format that every language reads and that is kept readable to
2050, is part of Python's standard library, lets writers of several processes wait for each other
by locks of the file itself, and leaves the old or the new content whenever a process is killed.
What it is slow at, sums over millions of rows, is not asked of it.
"""

from __future__ import annotations

from typing import Final

from dtaojax.studies.ledger.forecast import LEVEL_COLUMNS

APPLICATION_ID: Final = 0x64544C47
"""Tells a ledger from other databases (``PRAGMA application_id``): "dTLG"."""
VERSION: Final = 1
"""Of the tables (``PRAGMA user_version``)."""

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
