"""Making text from outside harmless to look at: what cannot be seen becomes a visible escape.

Subnet names are written by strangers. HTML escaping stops markup; this module stops the rest:
control characters, marks that turn the writing direction round, invisible letters and towers of
combining marks.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

NAME_LENGTH: Final = 40
"""Longest subnet name shown; the rest is replaced by an ellipsis."""

_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Printable to Unicode, yet nothing to see."""
_MAX_COMBINING: Final = 2
_SPACES: Final = re.compile(r" +")


def visible(text: str) -> str:
    r"""Replaces every character that cannot be seen by its escape, keeping line breaks and tabs.

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
    """The name of a subnet: harmless, on one line and at most :data:`NAME_LENGTH` long.

    Args:
        name: what the network file holds; what is no text, or a blank one, is "unnamed".
    """
    return (one_line(name, NAME_LENGTH) if isinstance(name, str) else "") or "unnamed"


def one_line(text: str, length: int) -> str:
    """Text from outside: harmless, on one line and at most ``length`` long."""
    line = visible(text.replace("\n", "\\n").replace("\t", "\\t"))
    return shorten(_SPACES.sub(" ", line).strip(), length)


def shorten(line: str, length: int) -> str:
    """At most ``length`` characters of ``line``, with an ellipsis where it was cut."""
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
