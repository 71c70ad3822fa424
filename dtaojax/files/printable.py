"""Showing text from outside, which can hold anything, in messages and on a terminal."""

from __future__ import annotations

from typing import Final

_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and symbols that Unicode counts as printable but that show as nothing."""


def printable(text: str) -> str:
    """Make every character of a text visible.

    Control characters (escape sequences, line breaks), marks that turn the direction of text,
    zero-width characters, odd spaces and unassigned code points become escapes such as ``\\x1b`` or
    ``\\u202e``. Letters of all scripts and emoji stay.

    Args:
        text: any text: the name of a subnet, a path, a key that nobody knows.

    Returns:
        Text that moves no cursor and hides nothing; the same text where nothing was to be escaped.
    """
    # Nearly all text is plain, and some is long.
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _shows(char) else ascii(char)[1:-1] for char in text)


def _shows(char: str) -> bool:
    invisible_mark = char == "\u034f" or "\ufe00" <= char <= "\ufe0f" or char >= "\U000e0100"
    return char.isprintable() and char not in _BLANK_LETTERS and not invisible_mark


def spelled(value: object, longest: int = 60) -> str:
    """Spell a value from outside as Python does, on one line, cut where it is long.

    Whole numbers of thousands of digits, which Python refuses to write, and values that are nested
    too deeply are described in words.

    Args:
        value: what stood in a cell or under a key.
        longest: characters of the answer at the most.
    """
    try:
        text = repr(value)
    except ValueError:
        text = "a whole number of thousands of digits"
    except RecursionError:
        text = "nested too deeply to show"
    return cut(printable(text), longest)


def cut(text: str, longest: int) -> str:
    """Return at most ``longest`` characters of a text, the last three as dots where it was cut."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
