"""Text from outside, which can hold anything, made harmless to look at.

Subnet names are written by strangers. HTML escaping stops markup; this module stops the rest:
control characters, marks that turn the writing direction round, invisible letters and towers of
combining marks become visible escapes.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

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


NAME_LENGTH: Final = 40
"""Longest subnet name shown; the rest is replaced by an ellipsis."""

_MAX_COMBINING: Final = 2
_SPACES: Final = re.compile(r" +")


def visible(text: str) -> str:
    r"""Replace every character that cannot be seen by its escape, keeping line breaks and tabs.

    Args:
        text: any text, lone surrogates included.

    Returns:
        Text that encodes to UTF-8 and has at most two combining marks on a letter: ``"a\u202eb"``
        becomes ``a\\u202eb``. Letters of all scripts and emoji stay.
    """
    shown = []
    combining = _MAX_COMBINING
    for character in text:
        if unicodedata.category(character) in ("Mn", "Me"):
            combining += 1
            seen = combining <= _MAX_COMBINING
        else:
            seen = character in "\n\t" or (
                character.isprintable() and character not in _BLANK_LETTERS
            )
            combining = 0 if seen and not character.isspace() else _MAX_COMBINING
        shown.append(character if seen else ascii(character)[1:-1])
    return "".join(shown)


def subnet_name(name: Any) -> str:
    """Return the name of a subnet: harmless, on one line, at most :data:`NAME_LENGTH` long.

    Args:
        name: what the network file holds; what is no text, or a blank one, is "unnamed".
    """
    return (one_line(name, NAME_LENGTH) if isinstance(name, str) else "") or "unnamed"


def one_line(text: str, length: int) -> str:
    """Return text from outside, harmless, on one line and at most ``length`` long."""
    line = visible(text.replace("\n", "\\n").replace("\t", "\\t"))
    return shorten(_SPACES.sub(" ", line).strip(), length)


def shorten(line: str, length: int) -> str:
    """Return at most ``length`` characters of ``line``, with an ellipsis where it was cut."""
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
