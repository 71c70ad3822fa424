"""Tidy tables of estimates, one row an estimate (``results.ESTIMATE_COLUMNS``).

The interval of a mean stays between the values that its figure can have on any path.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float

from dtaojax.metrics.estimate import (
    Estimate,
    mean_of_equals,
    mean_of_sample,
    quantile_of_sorted,
    without_unknown_ends,
)
from dtaojax.results.contract import ESTIMATE_COLUMNS, QUANTILE_LEVELS, Scope, Statistic


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
        quantity: Name of the quantity.
        unit: Unit of the quantity.
        most_subnets: Number of subnets that the network can hold; one that is gone ranks behind the
            last of them.
    """
    if quantity.startswith(_SIGNED):
        return ANY
    if unit == "subnets" and quantity not in _SINCE_START:
        return Range(0.0, most_subnets)
    if unit == "ratio" and quantity not in _UNBOUNDED_RATIOS:
        return PART
    return Range(1.0, 1.0 + most_subnets) if unit == "rank" else NOT_NEGATIVE


Row = tuple[object, ...]


def row(
    quantity: str,
    scope: Scope,
    netuid: int | None,
    day: float,
    statistic: Statistic,
    level: float,
    estimate: Estimate,
    paths: int,
    unit: str,
) -> Row:
    """One row; numbers are taken out of their arrays."""
    numbers = (float(number) for number in estimate)
    return (quantity, scope, netuid, day, statistic, level, *numbers, paths, unit)


def sample_rows(
    quantity: str,
    scope: Scope,
    netuid: int | None,
    day: float,
    sample: Float[np.ndarray, " paths"],
    unit: str,
    levels: Sequence[float] = QUANTILE_LEVELS,
    most_subnets: float = math.inf,
) -> Iterator[Row]:
    """Mean and quantiles of a figure that is known on every path.

    On day 0 a value that is the same on every path is that of the start, and known. A number of
    subnets is at most ``most_subnets``, those that the network can hold.
    """
    ordered = np.sort(sample)
    paths = len(sample)
    within = range_of(quantity, unit, most_subnets)
    is_certain = day == 0.0 and ordered[0] == ordered[-1]
    mean = mean_of_sample(sample) if is_certain else mean_within(sample, within)
    yield row(quantity, scope, netuid, day, "mean", np.nan, mean, paths, unit)
    for level in levels:
        estimate = quantile_of_sorted(ordered, level)
        if not is_certain:
            estimate = without_unknown_ends(estimate, level, within, paths)
        yield row(quantity, scope, netuid, day, "quantile", level, estimate, paths, unit)


def mean_within(sample: Float[np.ndarray, " paths"], within: Range) -> Estimate:
    """Return the mean of a figure that varies by chance, also where no path shows that it does."""
    if len(sample) > 1 and sample.min() == sample.max():
        return mean_of_equals(sample[0], within.low, within.high, len(sample))
    return mean_of_sample(sample)


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Return the table of the rows, with the contract's column types."""
    table = pd.DataFrame.from_records(rows, columns=list(ESTIMATE_COLUMNS))
    types = dict.fromkeys(("quantity", "scope", "statistic", "unit"), "string")
    types |= {"netuid": "Int64", "n_paths": "Int64"}
    types |= dict.fromkeys(
        ("day", "level", "value", "standard_error", "ci_low", "ci_high"), "float64"
    )
    return table.astype(types)


def broadcast_frame(
    quantity: str,
    scope: Scope,
    netuids: np.ndarray,
    days: np.ndarray,
    statistic: Statistic,
    level: float,
    estimate: Estimate,
    paths: int,
    unit: str,
) -> pd.DataFrame:
    """Make the rows of all days and members at once, from estimates of shape (days, members)."""
    shape = (len(days), len(netuids))
    day, netuid = np.meshgrid(days, netuids, indexing="ij")
    numbers = {
        name: np.broadcast_to(values, shape).ravel()
        for name, values in zip(Estimate._fields, estimate, strict=True)
    }
    return pd.DataFrame(
        {
            "quantity": pd.array([quantity] * day.size, dtype="string"),
            "scope": pd.array([scope] * day.size, dtype="string"),
            "netuid": pd.array(netuid.ravel(), dtype="Int64"),
            "day": day.ravel(),
            "statistic": pd.array([statistic] * day.size, dtype="string"),
            "level": np.full(day.size, level),
            **numbers,
            "n_paths": pd.array([paths] * day.size, dtype="Int64"),
            "unit": pd.array([unit] * day.size, dtype="string"),
        },
        columns=list(ESTIMATE_COLUMNS),
    )
