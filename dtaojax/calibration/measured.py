"""A number with its error."""

from __future__ import annotations

from typing import NamedTuple


class Measured(NamedTuple):
    """An estimate.

    Attributes:
        value: of it.
        error: its standard error.
    """

    value: float
    error: float
