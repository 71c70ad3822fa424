"""Tidy tables of estimates, one row an estimate (``results.ESTIMATE_COLUMNS``)."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float

from dtaojax.metrics.estimate import (
    Estimate,
    mean_of_sample,
    quantile_of_sorted,
)
from dtaojax.results import ESTIMATE_COLUMNS, QUANTILE_LEVELS, Scope, Statistic

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
) -> Iterator[Row]:
    """Mean and quantiles of a figure that is known on every path."""
    ordered = np.sort(sample)
    paths = len(sample)
    mean = mean_of_sample(sample)
    yield row(quantity, scope, netuid, day, "mean", np.nan, mean, paths, unit)
    for level in levels:
        estimate = quantile_of_sorted(ordered, level)
        yield row(quantity, scope, netuid, day, "quantile", level, estimate, paths, unit)


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    """The table of the rows, with the contract's column types."""
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
    """Rows for every day and member at once, from estimates of shape (days, members)."""
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
