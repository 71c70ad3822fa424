"""Numbers out of cells, told apart from what only looks like one."""

from __future__ import annotations

import decimal
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dtaojax.files.printable import spelled

_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
"""What Python's ``float`` reads beyond this (1_000, digits of other scripts, nan, infinity) is in
a file of numbers more likely a mistake."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column of numbers.

    Attributes:
        value: NaN where the cell is empty or holds no finite number.
        empty: cells that hold nothing.
        wrong: cells that hold something which is no finite number.
    """

    value: NDArray[np.float64]
    empty: NDArray[np.bool_]
    wrong: NDArray[np.bool_]


def numbers(cells: Sequence[Any]) -> Numbers:
    """Read a column of cells, texts or values of a Parquet file."""
    empty = np.array([_is_empty(cell) for cell in cells], dtype=bool)
    value = np.array([_number(cell) for cell in cells], dtype=np.float64)
    value[~np.isfinite(value)] = np.nan
    return Numbers(value, empty, ~empty & np.isnan(value))


def _is_empty(cell: Any) -> bool:
    if isinstance(cell, str):
        return not cell.strip()
    return cell is None or (isinstance(cell, float) and math.isnan(cell))


def _number(cell: Any) -> float:
    if isinstance(cell, str):
        text = cell.strip()
        return float(text) if _NUMBER.fullmatch(text) else math.nan
    if isinstance(cell, (int, float, decimal.Decimal)) and not isinstance(cell, bool):
        try:
            return float(cell)
        except OverflowError:
            return math.inf
    return math.nan


def shown(cell: Any) -> str:
    """Return what a cell says, for a message."""
    return "is empty" if _is_empty(cell) else f"says {spelled(cell, 40)}"
