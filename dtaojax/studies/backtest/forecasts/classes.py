"""Which class a subnet belongs to on a day, by age and by depth of its pool."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dtaojax.history import Panel
from dtaojax.studies.backtest.forecasts.forecaster import FloatArray

AGE_EDGES: Final = (7.0, 14.0, 30.0, 60.0, 120.0)
"""Ages at which one class ends and the next begins [days]."""
DEPTH_EDGES: Final = (5_000.0, 20_000.0)
"""Depths at which one class ends and the next begins [TAO]."""
BASKET: Final = -1
"""Stands in place of a series for the equally weighted basket of all mature subnets."""
UNKNOWN: Final = -2
"""Class of a series whose reserves are not known on a day when others' are."""


def age_labels(edges: tuple[float, ...] = AGE_EDGES) -> list[str]:
    """Names of the age classes, youngest first."""
    inner = [f"{low:g}-{high:g} days" for low, high in pairwise(edges)]
    return [f"under {edges[0]:g} days", *inner, f"{edges[-1]:g} days and older"]


def age_class(age: FloatArray, edges: tuple[float, ...] = AGE_EDGES) -> NDArray[np.int64]:
    """Place in :func:`age_labels` of each age."""
    return np.searchsorted(edges, age, side="right")


def depth_labels(panel: Panel) -> list[str]:
    """Names of the depth classes; by price where the panel knows no reserves."""
    if not np.isfinite(panel.tao_in).any():
        return ["low price third", "middle price third", "high price third"]
    low, high = DEPTH_EDGES
    return [f"under {low:,.0f} TAO", f"{low:,.0f}-{high:,.0f} TAO", f"{high:,.0f} TAO and more"]


def depth_class(panel: Panel, day: int, mature: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Place in :func:`depth_labels` of each series, or `UNKNOWN`.

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
