"""How a study calls what it found, and finds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from dtaojax.report.document import Number, number

Record: TypeAlias = Mapping[str, Any]
"""What was found, or a part of it, as in ``sensitivity.json``."""


def label(headline: str) -> str:
    """A number's name in words."""
    words = {"hhi": "HHI", "es": "ES", "95": "95 %"}
    return " ".join(words.get(word, word) for word in headline.split("_"))


def short(key: str) -> str:
    """A key without what its neighbours share."""
    return key.removeprefix("mechanism.").removeprefix("demand.")


def about(records: list[Record], headline: str) -> list[Record]:
    """Those of the records that are about one number."""
    return [each for each in records if each["headline"] == headline]


def change(record: Record, end: str) -> Number:
    """The change of a number with a parameter at the ``low`` or ``high`` end."""
    return number(record[f"at_{end}_value"], record[f"at_{end}_standard_error"])


def reach(record: Record) -> float:
    """The larger of both changes, without sign."""
    return max(abs(record["at_low_value"]), abs(record["at_high_value"]))
