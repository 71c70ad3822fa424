"""An entry of the glossary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Display = Literal["number", "percent", "count"]
"""How values are written: as they are, a fraction in percent, or a whole number of things."""


@dataclass(frozen=True)
class Term:
    """An entry of the glossary.

    Attributes:
        label: short name, for tables and figures.
        formula: definition, in plain mathematics.
        reading: what a high value means.
        display: how values of the quantity are written.
        title: still shorter name, beneath a heading that says what it is of; the label if empty.
    """

    label: str
    formula: str
    reading: str
    display: Display = "number"
    title: str = ""
