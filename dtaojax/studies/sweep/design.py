"""A design over config values: a grid, or a Sobol sequence."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dtaojax.schema.errors import ConfigError, Problem

Point = dict[str, str]
"""Values by dotted key, as they would stand after ``--set``."""


@dataclass(frozen=True)
class Design:
    """The points of a sweep.

    Attributes:
        points: Points in the order in which they are run.
    """

    points: tuple[Point, ...]


def grid(axes: Sequence[str]) -> Design:
    """Combine all values of axes written ``key=v1,v2,...``, the last varying fastest.

    Raises:
        ConfigError: An axis is not written so.
    """
    keys, values = [], []
    for axis in axes:
        key, text = _split("--grid", axis, "key=v1,v2")
        keys.append(key)
        values.append(_values(text))
    _refuse_twice("--grid", keys)
    return Design(tuple(dict(zip(keys, row, strict=True)) for row in itertools.product(*values)))


def sobol(ranges: Sequence[str], points: int, seed: int) -> Design:
    """Return points of a scrambled Sobol sequence in ranges written ``key=low:high``.

    A range between two whole numbers holds whole numbers, both ends included. A power of two points
    is spread most evenly (Owen 1995; Joe and Kuo 2008).

    Args:
        ranges: One range a dimension.
        points: Number of points.
        seed: Seed of the scrambling.

    Raises:
        ConfigError: A range is not written so.
    """
    keys, bounds = [], []
    for text in ranges:
        key, interval = _split("--sobol", text, "key=low:high")
        keys.append(key)
        bounds.append(_bounds(text, interval))
    _refuse_twice("--sobol", keys)
    from scipy.stats import qmc

    # A whole power of two is drawn and cut: the sequence is balanced in such blocks alone.
    unit = qmc.Sobol(len(keys), rng=seed).random_base2((points - 1).bit_length())[:points]
    return Design(
        tuple(
            {key: place(float(u)) for key, place, u in zip(keys, bounds, row, strict=True)}
            for row in unit
        )
    )


def _split(option: str, text: str, form: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise ConfigError(option, [Problem(text, f"must be written {form}")])
    return key.strip(), value.strip()


def _values(text: str) -> list[str]:
    """Split at commas that stand in no bracket, brace or quotation."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        depth += (letter in "[{") - (letter in "]}") if not quote else 0
        if letter == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def _bounds(text: str, interval: str) -> Callable[[float], str]:
    """Return the map from the unit interval to a value as it is written in a config."""
    low, _, high = interval.partition(":")
    try:
        first, last = int(low), int(high)
    except ValueError:
        return _real_bounds(text, low, high)
    return lambda u: str(min(first + int(u * (last - first + 1)), last))


def _real_bounds(text: str, low: str, high: str) -> Callable[[float], str]:
    try:
        lowest, highest = float(low), float(high)
    except ValueError:
        problem = Problem(text, "must be written key=low:high, with two numbers")
        raise ConfigError("--sobol", [problem]) from None
    return lambda u: repr(lowest + u * (highest - lowest))


def _refuse_twice(option: str, keys: Sequence[str]) -> None:
    for key in keys:
        if keys.count(key) > 1:
            raise ConfigError(option, [Problem(key, "is given twice; write all values in one")])
