"""The one error that a bad config raises, and the phrases that its messages share."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from dtaojax.files.text import printable

MOST_PROBLEMS: Final = 50
"""Most problems of a config that are told one by one; nobody reads more."""

_LONGEST_KEY: Final = 200


class Problem(NamedTuple):
    """One thing that is wrong with a config.

    Attributes:
        key: Dotted key, for example ``run.report_days``; empty where no key is concerned.
        message: Fault and its fix.
    """

    key: str
    message: str

    def __str__(self) -> str:
        key = self.key if len(self.key) <= _LONGEST_KEY else f"{self.key[:_LONGEST_KEY]}..."
        return printable(f"{key}: {self.message}" if key else self.message)


class ConfigError(Exception):
    """A config that cannot be used; the message names the file, every bad key and the fix.

    Attributes:
        source: File, or a word for what stood in its place.
        problems: Faults in the order of the keys.
    """

    def __init__(self, source: str, problems: Iterable[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__(source, self.problems)

    def __str__(self) -> str:
        source = printable(self.source)
        if len(self.problems) == 1:
            return f"{source}: {self.problems[0]}"
        lines = [f"{source}: {len(self.problems):,} problems"]
        lines += map(str, self.problems[:MOST_PROBLEMS])
        if len(self.problems) > MOST_PROBLEMS:
            lines.append(f"and {len(self.problems) - MOST_PROBLEMS:,} more; mend these first")
        return "\n  ".join(lines)


_MAX_SHOWN: Final = 60
_MAX_DECIMAL_BITS: Final = 14_000
"""Python refuses to write integers of more than some 4,300 decimal digits."""
_LONGEST_GUESSED: Final = 80
"""Longest word that one is looked for that is like it; comparing grows with its square."""
_MOST_COMPARED: Final = 2000
_MOST_LISTED: Final = 200


def shown(value: Any) -> str:
    """Write a value roughly as TOML would, on one line, cut where it is long."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, str):
        # No character of a config may steer the terminal on which its error is shown.
        text = ascii(value) if not value.isprintable() else f'"{value}"'
    else:
        text = _repr(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 3] + "..."


def _repr(value: Any) -> str:
    if isinstance(value, int) and value.bit_length() > _MAX_DECIMAL_BITS:
        return hex(value)
    try:
        return repr(value)
    except ValueError:
        # Such an integer stands somewhere inside.
        return f"{kind_of(value)} with huge numbers"


def kind_of(value: Any) -> str:
    """Return what TOML calls the type of a value."""
    names: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "a boolean"),
        (int, "an integer"),
        (float, "a float"),
        (str, "a string"),
        ((list, tuple), "an array"),
        (Mapping, "a table"),
        ((datetime.date, datetime.time), "a date or time"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), type(value).__name__)


def described(value: Any) -> str:
    """Write a value and its type."""
    kind = kind_of(value)
    return kind if isinstance(value, Mapping) else f"{shown(value)}, {kind}"


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known word that is most like the given one; None where none is like it."""
    known = list(known)
    if len(word) > _LONGEST_GUESSED or len(known) > _MOST_COMPARED:
        return None
    by_lower = {name.lower(): name for name in known}
    matches = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=cutoff)
    return by_lower[matches[0]] if matches else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """Write ``did you mean "x"?``, or list what is known."""
    known = sorted(known)
    match = nearest(word, known)
    if match:
        return f'did you mean "{match}"?'
    more = f" and {len(known) - _MOST_LISTED:,} more" if len(known) > _MOST_LISTED else ""
    return f"known: {', '.join(known[:_MOST_LISTED])}{more}"


def choice(word: Any, choices: Iterable[str]) -> str:
    """Write ``must be one of "a", "b"``, with the one that a mistyped word is nearest to."""
    choices = list(choices)
    listed = ", ".join(f'"{known}"' for known in choices)
    if len(choices) == 1:
        return f"must be {listed}"
    match = nearest(word, choices) if isinstance(word, str) else None
    return f"must be one of {listed}" + (f'; did you mean "{match}"?' if match else "")
