"""Showing subnet names, which come from the chain and can hold anything, on a terminal."""

from __future__ import annotations

from typing import Final

_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and symbols that Unicode counts as printable but that show as nothing."""


def printable(name: str) -> str:
    """Makes every character of a name visible.

    Control characters (escape sequences, line breaks), marks that turn the direction of text,
    zero-width characters, odd spaces and unassigned code points become escapes such as ``\\x1b`` or
    ``\\u202e``. Letters of all scripts and emoji stay.

    Args:
        name: any text.

    Returns:
        Text that moves no cursor and hides nothing; the same text where nothing was to be escaped.
    """
    return "".join(char if _shows(char) else ascii(char)[1:-1] for char in name)


def _shows(char: str) -> bool:
    invisible_mark = char == "\u034f" or "\ufe00" <= char <= "\ufe0f" or char >= "\U000e0100"
    return char.isprintable() and char not in _BLANK_LETTERS and not invisible_mark
