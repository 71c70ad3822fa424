"""Results as pandas tables and, on request, as xarray datasets."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from dtaojax.results.contract import Metric

if TYPE_CHECKING:
    import xarray


def metrics_table(metrics: Sequence[Metric]) -> pd.DataFrame:
    """Return headline numbers, one a row; ``netuid`` is a nullable integer."""
    columns = [field.name for field in dataclasses.fields(Metric)]
    table = pd.DataFrame([dataclasses.astuple(metric) for metric in metrics], columns=columns)
    return table.astype({"netuid": "Int64"})


def as_dataset(table: pd.DataFrame) -> xarray.Dataset:
    """Return a table of estimates as a dataset.

    Args:
        table: Table with the columns :data:`dtaojax.results.contract.ESTIMATE_COLUMNS`.

    Returns:
        A variable each quantity, and ``<quantity>_error`` with its standard errors. Dimensions are
        ``day``, ``statistic`` (``mean``, ``quantile 0.05``, ``es 0.99``) and, in a table about
        single subnets or positions, ``netuid``; NaN where the table has no number.

    Raises:
        ImportError: The package xarray is not installed.
    """
    xarray = _xarray()
    levels = table["level"].map(lambda level: "" if pd.isna(level) else f" {level:g}")
    tidy = table.assign(statistic=table["statistic"].astype(str) + levels.astype(str))
    keys = ["day", "statistic"]
    if tidy["netuid"].notna().any():
        # The whole portfolio has no netuid; in an index it is -1.
        tidy = tidy.assign(netuid=tidy["netuid"].fillna(-1).astype(int))
        keys.append("netuid")
    variables = {}
    for quantity, rows in tidy.groupby("quantity", sort=False):
        indexed = rows.set_index(keys)
        for name, column in ((f"{quantity}", "value"), (f"{quantity}_error", "standard_error")):
            variables[name] = indexed[column].to_xarray().assign_attrs(unit=rows["unit"].iloc[0])
    return xarray.Dataset(variables)


def by_keys(table: pd.DataFrame, keys: Sequence[str]) -> xarray.Dataset:
    """Return a table as a dataset over some of its columns, which tell its rows apart.

    Raises:
        ImportError: The package xarray is not installed.
    """
    return _xarray().Dataset.from_dataframe(table.set_index(list(keys)))


def _xarray() -> Any:
    try:
        import xarray
    except ImportError as error:
        raise ImportError("to_xarray needs xarray: pip install xarray") from error
    return xarray
