"""Mutations of texts: of the numbers in them, of their lines and of their letters."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

_NUMBER: Final = re.compile(r"(?<![\w.])-?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?")
_EXTREMES: Final = (
    *("0", "-1", "-0.0", "1", "2.5", "5e-324", "1e-300", "1e-30", "1e-9", "1e9", "1e300", "1e308"),
    *("1e400", "nan", "inf", "-inf", "NaN", "Infinity", "1_000", "١٢٣", "１２", "٠.٥", "", " "),
    *("true", '"x"', "[1]", "[]", "{}", "null", "'1'", "65535", "65536", "21000000", "21000001"),
    *("9223372036854775808", "9" * 400, "9" * 4400, "0x" + "f" * 4300, "0b1", "1979-05-27", "1,5"),
)
_LETTERS: Final = (
    *"\"'[]{}=,.:#;-+_\\\n\r\t\0\x1b\x07 0123456789eExa",
    *(
        "\ufeff",
        "\u202e",
        "\u200b",
        "é",
        "💀",
        "\ud7ff",
        "٣",
        "\x9b",
        '"""',
        "=1+1",
        "@",
        "[[",
        "]]",
    ),
)


def mutated(text: str, rng: random.Random) -> bytes:
    """Return the text after one to three mutations, now and then in another encoding."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        text = rng.choice(_MUTATIONS)(text, rng)
    encoding = rng.choices(("utf-8", "utf-8-sig", "utf-16", "latin-1"), (94, 2, 2, 2))[0]
    return text.encode(encoding, errors="replace")


def number_replaced(text: str, rng: random.Random) -> str:
    """Put an extreme in the place of one of the numbers."""
    return _at_a_number(text, rng, lambda _: rng.choice(_EXTREMES))


def number_scaled(text: str, rng: random.Random) -> str:
    """Take a number times a power of ten, as a mistaken unit would."""

    def scaled(number: str) -> str:
        power = rng.choice((-18, -9, -6, -3, -1, 1, 3, 6, 9, 18))
        return repr(float(number) * 10.0**power)

    return _at_a_number(text, rng, scaled)


def _at_a_number(text: str, rng: random.Random, change: Callable[[str], str]) -> str:
    found = list(_NUMBER.finditer(text))
    if not found:
        return text
    place = rng.choice(found)
    return text[: place.start()] + change(place.group()) + text[place.end() :]


def _letter(text: str, rng: random.Random) -> str:
    place = rng.randrange(len(text) + 1)
    length = rng.choice((0, 0, 1, 1, 5, 40))
    return text[:place] + rng.choice(("", *_LETTERS)) + text[place + length :]


def _line(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    place, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(4)
    if kind == 0:
        del lines[place]
    elif kind == 1:
        lines.insert(other, lines[place])
    elif kind == 2:
        lines[place], lines[other] = lines[other], lines[place]
    else:
        lines[place:place] = [lines[place]] * rng.choice((2, 100, 2000))
    return "\n".join(lines)


def _cut_short(text: str, rng: random.Random) -> str:
    return text[: rng.randrange(len(text) + 1)]


def _long(text: str, rng: random.Random) -> str:
    place = rng.randrange(len(text) + 1)
    return (
        text[:place] + rng.choice(("a", "[", "{a=", "a.", "9", "-", "\n")) * 20_000 + text[place:]
    )


_MUTATIONS: Final = (
    *[number_replaced] * 6,
    *[number_scaled] * 3,
    *[_letter] * 4,
    *[_line] * 3,
    _cut_short,
    _long,
)
