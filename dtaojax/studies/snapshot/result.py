"""What changed between two states of a network, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

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
        new: name of the later one.
        days: between them [days].
        rules: the mechanism whose next block gives the emission shares.
        subnets: a row a subnet that either has, the most important change first: ``netuid``,
            ``name``, ``moved``, ``what`` (in words, empty where nothing but numbers changed), and
            of every quantity in :data:`QUANTITIES` ``<quantity>_old``, ``<quantity>_new`` (missing
            where the subnet is not there) and ``<quantity>_change``: new / old - 1, or for
            ``emission_share`` the difference. A netuid that is gone, new or registered anew has no
            changes, since they would be those between two different subnets.
        network: a row a figure of the whole network: ``figure``, ``unit``, ``old``, ``new``.
        notes: what the two files say of where they come from, and what in them is assumed.
        made: by what and when.
    """

    old: str
    new: str
    days: float
    rules: str
    subnets: pd.DataFrame
    network: pd.DataFrame
    notes: tuple[str, ...]
    made: dict[str, Any]
