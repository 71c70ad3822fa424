"""Changes between two states of a network as plain data, and the words in which they are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from dtaojax.files.text import subnet_name
from dtaojax.report.numerals import MISSING, percent

QUANTITIES: Final = {
    "price": "TAO/alpha",
    "moving_price": "TAO/alpha",
    "tao_in": "TAO",
    "emission_share": "-",
}
"""Figures of a subnet on both sides, with their units."""

GONE: Final = "gone"
NEW: Final = "new"
ANEW: Final = "registered anew"


@dataclass(frozen=True, eq=False)
class Differences:
    """Two states of a network held against each other.

    Attributes:
        old: name of the earlier state.
        new: name of the later state.
        days: time between them [days].
        rules: name of the mechanism whose next block gives the emission shares.
        subnets: a row a subnet that either has, the most important change first: ``netuid``,
            ``name``, ``moved``, ``what`` (in words, empty where nothing but numbers changed), and
            of every quantity in :data:`QUANTITIES` ``<quantity>_old``, ``<quantity>_new`` (missing
            where the subnet is not there) and ``<quantity>_change``: new / old - 1, or for
            ``emission_share`` the difference. A netuid that is gone, new or registered anew has no
            changes, since they would be those between two different subnets.
        network: a row a figure of the whole network: ``figure``, ``unit``, ``old``, ``new``.
        notes: sentences of the two files on where they come from, and what in them is assumed.
        provenance: versions, time and command that made it; JSON types only.
    """

    old: str
    new: str
    days: float
    rules: str
    subnets: pd.DataFrame
    network: pd.DataFrame
    notes: tuple[str, ...]
    provenance: dict[str, Any]


ANOTHER: Final = (NEW, ANEW, GONE)
"""Words for netuids whose two sides are those of different subnets."""


def signed_percent(change: float) -> str:
    """Write a relative change with its sign."""
    if not np.isfinite(change):
        return MISSING
    return ("+" if change > 0.0 else "") + percent(change)


def signed_points(change: float) -> str:
    """Write a change of a share in percentage points with its sign."""
    if not np.isfinite(change):
        return MISSING
    return f"{100.0 * change:+.2f}".replace("-", "−")


def subnet_label(row: pd.Series) -> str:
    """Return a subnet's name and netuid."""
    return f"{subnet_name(row['name'])} (SN{row['netuid']})"
