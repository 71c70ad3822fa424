"""Between which values a figure must lie on every path, whatever the paths of a run show."""

import math
from typing import Final, NamedTuple


class Range(NamedTuple):
    """The least and the most that a figure can be, in its unit; infinite without a bound."""

    low: float
    high: float


ANY: Final = Range(-math.inf, math.inf)
NOT_NEGATIVE: Final = Range(0.0, math.inf)
PART: Final = Range(0.0, 1.0)

_SIGNED: Final = ("loss_", "net_proceeds")
"""How quantities begin that may have either sign."""
_SINCE_START: Final = ("registrations", "deregistrations")
"""Counts of subnets that may be more than the network holds at a time."""
_UNBOUNDED_RATIOS: Final = ("emission_on_sale",)
"""Ratios that are no part of a whole."""


def range_of(quantity: str, unit: str, most_subnets: float = math.inf) -> Range:
    """Return the range of a quantity of the tables.

    Args:
        quantity: its name.
        unit: of it.
        most_subnets: that the network can hold; one that is gone ranks behind the last of them.
    """
    if quantity.startswith(_SIGNED):
        return ANY
    if unit == "subnets" and quantity not in _SINCE_START:
        return Range(0.0, most_subnets)
    if unit == "ratio" and quantity not in _UNBOUNDED_RATIOS:
        return PART
    return Range(1.0, 1.0 + most_subnets) if unit == "rank" else NOT_NEGATIVE
