"""How a search calls what it found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from dtaojax.report.document import Number, number

Record: TypeAlias = Mapping[str, Any]
"""What was found, or a part of it, as in ``tune.json``."""


def label(measure: str) -> str:
    """A measure in words."""
    return measure.replace("_", " ")


def choice_text(choice: Record) -> str:
    """A choice as keys and values."""
    return ", ".join(f"{key} = {value}" for key, value in choice.items())


def estimate(record: Record) -> Number:
    """A mean with its standard error."""
    return number(record["value"], record["standard_error"])


def interval(record: Record) -> str:
    """A 95 % interval."""
    low, high = (
        number(record[end], record["standard_error"]).text for end in ("ci_low", "ci_high")
    )
    return f"{low} to {high}"


def verdict(record: Record) -> str:
    """Whether the point found is better than the start, as far as the paths can tell."""
    change = record["change"][0]
    if not _proven(change):
        return "no difference proven"
    rises = change["value"] > 0.0
    return "better" if rises == (record["better"] == "higher") else "worse"


def _proven(record: Record) -> bool:
    """Whether the 95 % interval of a change leaves out 0."""
    return record["ci_low"] > 0.0 or record["ci_high"] < 0.0
