"""Words and signs in which changes between two states of a network are told."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from dtaojax.files.text import subnet_name
from dtaojax.report.numerals import MISSING, percent
from dtaojax.studies.snapshot.result import ANEW, GONE, NEW

ANOTHER: Final = (NEW, ANEW, GONE)
"""What makes the two sides of a netuid those of different subnets."""


def signed_percent(change: float) -> str:
    """A relative change, with its sign."""
    if not np.isfinite(change):
        return MISSING
    return ("+" if change > 0.0 else "") + percent(change)


def signed_points(change: float) -> str:
    """A change of a share in percentage points, with its sign."""
    if not np.isfinite(change):
        return MISSING
    return f"{100.0 * change:+.2f}".replace("-", "−")


def subnet_label(row: pd.Series) -> str:
    """A subnet's name and netuid."""
    return f"{subnet_name(row['name'])} (SN{row['netuid']})"
