"""Phrases that error messages share."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Final

_MAX_SHOWN: Final = 60


def shown(value: Any) -> str:
    """A value as TOML would roughly write it, on one line, cut where it is long."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, str):
        text = ascii(value) if not value.isprintable() else f'"{value}"'
    else:
        text = repr(list(value)) if isinstance(value, tuple) else repr(value)
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 3] + "..."


def kind_of(value: Any) -> str:
    """What TOML calls the type of a value."""
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
    """A value and its type."""
    kind = kind_of(value)
    return kind if isinstance(value, Mapping) else f"{shown(value)}, {kind}"


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word that is most like the given one; None where none is like it."""
    by_lower = {name.lower(): name for name in known}
    matches = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=cutoff)
    return by_lower[matches[0]] if matches else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """``did you mean "x"?``, or the list of what is known."""
    known = sorted(known)
    match = nearest(word, known)
    return f'did you mean "{match}"?' if match else f"known: {', '.join(known)}"


def choice(word: Any, choices: Iterable[str]) -> str:
    """``must be one of "a", "b"``, with the one that a mistyped word is nearest to."""
    choices = list(choices)
    listed = ", ".join(f'"{known}"' for known in choices)
    if len(choices) == 1:
        return f"must be {listed}"
    match = nearest(word, choices) if isinstance(word, str) else None
    return f"must be one of {listed}" + (f'; did you mean "{match}"?' if match else "")
