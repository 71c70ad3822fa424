"""The file of a ledger: read as a whole, checked to the last row, written in transactions.

A writer holds SQLite's write lock from before it reads until what it adds is on the disk; others
wait. The journal is SQLite's rollback journal, not a write-ahead log: at rest a ledger is one file
that can be copied and read from a disk that cannot be written, and its few small transactions gain
nothing from readers that need not wait. A process that is killed leaves the journal beside the
file, from which the next one restores the old content.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

from dtaojax.storage import ResultsError
from dtaojax.studies.ledger.forecast import Forecast, LaterState, Row, as_text, digest
from dtaojax.studies.ledger.schema import (
    APPLICATION_ID,
    TABLES,
    VERSION,
    Content,
    LedgerEntry,
    Met,
    Score,
)

PATIENCE: Final = 120.0
"""How long one waits for another process that is writing [s]."""

_FIRST: Final = ""
"""Digest before the first row of the log."""

_ROWS: Final = {
    "forecast": {"forecasts": "id", "quantiles": "forecast", "probabilities": "forecast"},
    "state": {"states": "id"},
    "score": {"scores": "id", "outcomes": "score"},
}
"""Tables with rows of an addition, and the column that holds its number, by kind."""


def read_ledger(file: Path) -> Content:
    """Read a ledger and check all of it.

    Raises:
        ResultsError: there is none, or it is not as it was written.
    """
    with _opened(file) as connection:
        connection.execute("BEGIN")
        return _checked(connection, file)


def add_forecast(file: Path, forecast: Forecast, now: datetime) -> tuple[LedgerEntry, bool, str]:
    """Add a forecast; the file is made if there is none.

    Args:
        file: of the ledger.
        forecast: to be added.
        now: when [UTC].

    Returns:
        The forecast as it is kept, whether it is new, and the ledger's head.

    Raises:
        ResultsError: the ledger is not as it was written, or cannot be.
    """
    make_ledger(file)
    with _opened(file) as connection, _written(connection):
        content = _checked(connection, file)
        for kept in content.forecasts.values():
            if kept.name == forecast.name:
                return kept, False, content.head
        number = _next(connection)
        about = as_text(forecast.about)
        _insert(connection, "forecasts", [(number, forecast.name, about)])
        _insert(connection, "quantiles", [(number, *row) for row in forecast.quantiles])
        _insert(connection, "probabilities", [(number, *row) for row in forecast.probabilities])
        head = _log(connection, number, "forecast", now, content.head)
        return LedgerEntry(number, forecast.name, now, json.loads(about)), True, head


def add_scores(
    file: Path, state: LaterState, met: Sequence[Met], now: datetime
) -> tuple[list[int], str]:
    """Add what a state says of forecasts; those that have met it already stay as they are.

    Args:
        file: of the ledger.
        state: that came.
        met: forecasts that it is held against.
        now: when [UTC].

    Returns:
        Numbers of the forecasts that are scored anew, and the ledger's head.

    Raises:
        ResultsError: as of :func:`add_forecast`.
    """
    with _opened(file) as connection, _written(connection):
        content = _checked(connection, file)
        head = content.head
        known = next((k.number for k in content.states.values() if k.name == state.name), None)
        done = {score.forecast for score in content.scores.values() if score.state == known}
        new = [each for each in met if each.forecast not in done]
        if new and known is None:
            known = _next(connection)
            _insert(connection, "states", [(known, state.name, as_text(state.about))])
            head = _log(connection, known, "state", now, head)
        for each in new:
            number = _next(connection)
            _insert(connection, "scores", [(number, known, each.forecast, each.day)])
            _insert(connection, "outcomes", [(number, *row) for row in each.outcomes])
            head = _log(connection, number, "score", now, head)
        return [each.forecast for each in new], head


def make_ledger(file: Path) -> None:
    """Make the file of an empty ledger, all of it or nothing; one that is there stays.

    Raises:
        ResultsError: it cannot be made.
    """
    if file.exists():
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".ledger-", dir=file.parent) as made:
            new = Path(made) / "new"
            with closing(sqlite3.connect(new, isolation_level=None)) as connection:
                connection.execute("BEGIN")
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {VERSION}")
                for text in TABLES.values():
                    connection.execute(text)
                connection.execute("COMMIT")
            # Of two processes that make it at once, the first wins, and no file is replaced.
            with suppress(FileExistsError):
                os.link(new, file)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ResultsError(
            f"{file}: cannot be made ({reason}); choose another with --ledger"
        ) from error


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a ledger that is there, and turn what goes wrong with it into one message."""
    if not file.is_file():
        raise ResultsError(
            f"{file}: there is no such ledger; begin one with: dtaojax ledger add RUN --ledger "
            f"{file}, or name another with --ledger"
        )
    mode = "rw" if os.access(file, os.W_OK) and os.access(file.parent, os.W_OK) else "ro"
    try:
        if file.stat().st_size == 0:
            raise _broken(file, "the file is empty")
        with closing(
            sqlite3.connect(
                f"{file.resolve().as_uri()}?mode={mode}",
                uri=True,
                timeout=PATIENCE,
                isolation_level=None,
            )
        ) as connection:
            yield connection
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        kind = None if code is None else code & 0xFF
        if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise ResultsError(
                f"{file}: another process has been writing this ledger for {PATIENCE:.0f} s; wait "
                "until it has ended, and give the same command again"
            ) from error
        if kind in (
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_FULL,
            sqlite3.SQLITE_PERM,
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_IOERR,
        ):
            raise ResultsError(
                f"{file}: cannot be read and written here ({error}); make room, or mend the rights "
                "of file and folder; the ledger is as it was"
            ) from error
        raise _broken(file, str(error)) from error


def _broken(file: Path, why: str) -> ResultsError:
    return ResultsError(
        f"{file}: is no ledger as it was written ({why}); nothing was changed: take a copy from "
        "before, or choose another with --ledger"
    )


@contextmanager
def _written(connection: sqlite3.Connection) -> Iterator[None]:
    """Let its body write, as the only one; all of it is kept, or nothing."""
    # The folder goes to the disk with the journal, so that a lost journal cannot undo a commit.
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _checked(connection: sqlite3.Connection, file: Path) -> Content:
    """Read everything and hold it against its digests.

    Raises:
        ResultsError: something is not as it was written, or another version wrote it.
    """
    found = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("application_id", "user_version")
    }
    if found["application_id"] != APPLICATION_ID:
        raise _broken(file, "it is a database of something else")
    if found["user_version"] != VERSION:
        raise ResultsError(
            f"{file}: has version {found['user_version']}, this dtaojax reads {VERSION}; use the "
            "dtaojax that wrote it"
        )
    if (fault := connection.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
        raise _broken(file, " ".join(str(fault).split()))
    try:
        texts = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL"))
        if texts != TABLES:
            raise ValueError("its tables are others")
        return _content(connection)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _broken(file, str(error) or type(error).__name__) from error


def _content(connection: sqlite3.Connection) -> Content:
    rows = {
        table: connection.execute(f"SELECT * FROM {table}").fetchall()
        for table in TABLES
        if table != "log"
    }
    parts = {table: _by_number(found) for table, found in rows.items()}
    additions: dict[str, dict[int, datetime]] = {kind: {} for kind in _ROWS}
    head = _FIRST
    log = connection.execute("SELECT * FROM log ORDER BY number").fetchall()
    for place, (number, kind, added, content, chained) in enumerate(log, 1):
        found = [parts[table].pop(number, []) for table in _ROWS[kind]]
        if number != place or digest(found) != content:
            raise ValueError(f"addition {place} does not fit its digest")
        head = digest([head, number, kind, added, content])
        if head != chained:
            raise ValueError(f"row {place} of the log does not fit its digest")
        additions[kind][number] = datetime.fromisoformat(added)
    if left := [table for table, others in parts.items() if others]:
        raise ValueError(f"{left[0]} holds what was never added")
    return Content(
        head=head,
        forecasts=_kept(rows["forecasts"], additions["forecast"]),
        states=_kept(rows["states"], additions["state"]),
        scores={
            number: Score(number, state, forecast, day, additions["score"][number])
            for number, state, forecast, day in rows["scores"]
        },
        rows={table: rows[table] for table in ("quantiles", "probabilities", "outcomes")},
    )


def _by_number(rows: list[Row]) -> dict[int, list[Row]]:
    """Group the rows of a table by the addition that they belong to, always in one order."""
    ordered = sorted(rows, key=itemgetter(0, 1, 2))
    return {number: sorted(found) for number, found in _grouped(ordered)}


def _grouped(ordered: list[Row]) -> Iterator[tuple[int, list[Row]]]:
    for number, found in groupby(ordered, key=itemgetter(0)):
        yield number, list(found)


def _kept(rows: list[Row], added: dict[int, datetime]) -> dict[int, LedgerEntry]:
    return {
        number: LedgerEntry(number, name, added[number], dict(json.loads(about)))
        for number, name, about in rows
    }


def _next(connection: sqlite3.Connection) -> int:
    return connection.execute("SELECT COUNT(*) FROM log").fetchone()[0] + 1


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    if rows:
        places = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)


def _log(connection: sqlite3.Connection, number: int, kind: str, now: datetime, head: str) -> str:
    """Write what was added into the log; return the new head."""
    found = [
        sorted(connection.execute(f"SELECT * FROM {table} WHERE {column} = ?", [number]))
        for table, column in _ROWS[kind].items()
    ]
    added, content = now.isoformat(timespec="seconds"), digest(found)
    chained = digest([head, number, kind, added, content])
    _insert(connection, "log", [(number, kind, added, content, chained)])
    return chained
