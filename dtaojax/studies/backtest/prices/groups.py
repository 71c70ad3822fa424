"""Groups of subnets that a back-test reports on: by maturity, age and depth of the pool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dtaojax.history import Panel
from dtaojax.studies.backtest.prices.forecasters import FloatArray

AGE_EDGES: Final = (7.0, 14.0, 30.0, 60.0, 120.0)
"""Ages at which one class ends and the next begins [days]."""
DEPTH_EDGES: Final = (5_000.0, 20_000.0)
"""Depths at which one class ends and the next begins [TAO]."""
BASKET: Final = -1
"""Stands in place of a series for the equally weighted basket of all mature subnets."""
UNKNOWN: Final = -2
"""Class of a series whose reserves are not known on a day when others' are."""


def age_labels(edges: tuple[float, ...] = AGE_EDGES) -> list[str]:
    """Name of the age classes, youngest first."""
    inner = [f"{low:g}-{high:g} days" for low, high in pairwise(edges)]
    return [f"under {edges[0]:g} days", *inner, f"{edges[-1]:g} days and older"]


def age_class(age: FloatArray, edges: tuple[float, ...] = AGE_EDGES) -> NDArray[np.int64]:
    """Return the place in :func:`age_labels` of each age."""
    return np.searchsorted(edges, age, side="right")


def depth_labels(panel: Panel) -> list[str]:
    """Name of the depth classes; by price where the panel knows no reserves."""
    if not np.isfinite(panel.tao_in).any():
        return ["low price third", "middle price third", "high price third"]
    low, high = DEPTH_EDGES
    return [f"under {low:,.0f} TAO", f"{low:,.0f}-{high:,.0f} TAO", f"{high:,.0f} TAO and more"]


def depth_class(panel: Panel, day: int, mature: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the place in :func:`depth_labels` of each series, or `UNKNOWN`.

    Thirds are those of the mature series on that day.

    Args:
        panel: the history.
        day: index of the day.
        mature: which series are mature on it, shape (series,).
    """
    tao_in, close = panel.tao_in[day], panel.close[day]
    if np.isfinite(panel.tao_in).any():
        place = np.searchsorted(DEPTH_EDGES, tao_in, side="right")
        return np.where(np.isfinite(tao_in), place, UNKNOWN)
    reference = close[mature & np.isfinite(close)]
    if len(reference) == 0:
        return np.zeros(len(close), dtype=np.int64)
    return np.searchsorted(np.quantile(reference, [1 / 3, 2 / 3]), close, side="right")


MATURE = "mature subnets"
YOUNG = "young subnets"
BASKET_LABEL = "basket of mature subnets"


class OutcomeGroup(NamedTuple):
    """Outcomes of one forecaster, horizon and group of subnets.

    Attributes:
        forecaster: name of the forecaster.
        horizon: time ahead [days].
        kind: ``maturity``, ``age``, ``depth`` (mature subnets only) or ``basket``.
        label: name of the group among those of its kind.
        rows: rows of the table of outcomes, by day and series.
        places: positions of these rows in that table.
    """

    forecaster: str
    horizon: int
    kind: str
    label: str
    rows: pd.DataFrame
    places: np.ndarray

    @property
    def block(self) -> int:
        """Days that depend on each other: those that forecasts overlap, and a week."""
        return self.horizon + 7

    @property
    def key(self) -> dict[str, str | int]:
        """The columns that tell the group in a table."""
        return {
            "forecaster": self.forecaster,
            "horizon": self.horizon,
            "kind": self.kind,
            "group": self.label,
        }


def groups(
    table: pd.DataFrame, mature_days: float, depths: Sequence[str]
) -> Iterator[OutcomeGroup]:
    """Yield all groups that have outcomes, in the order in which they are reported.

    Args:
        table: of `dtaojax.studies.backtest.prices.roll.Outcomes`.
        mature_days: age from which a subnet is mature [days].
        depths: names of the depth classes.
    """
    is_basket = (table["series"] == BASKET).to_numpy()
    mature = ~is_basket & (table["age"] >= mature_days).to_numpy()
    young = ~is_basket & ~mature
    kinds: list[tuple[str, str, np.ndarray]] = [
        ("maturity", MATURE, mature),
        ("maturity", YOUNG, young),
        ("basket", BASKET_LABEL, is_basket),
    ]
    for place, label in enumerate(depths):
        kinds.append(("depth", label, mature & (table["depth_class"] == place).to_numpy()))
    for place, label in enumerate(age_labels()):
        kinds.append(("age", label, ~is_basket & (table["age_class"] == place).to_numpy()))
    for (horizon, forecaster), part in table.groupby(["horizon", "forecaster"], sort=False):
        inside = part.index.to_numpy()
        for kind, label, mask in kinds:
            places = inside[mask[inside]]
            if len(places):
                yield OutcomeGroup(
                    str(forecaster), int(horizon), kind, label, table.iloc[places], places
                )
