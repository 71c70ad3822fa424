"""The groups of subnets that a back-test reports on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from dtaojax.studies.backtest.forecasts.classes import BASKET, age_labels

MATURE = "mature subnets"
YOUNG = "young subnets"
BASKET_LABEL = "basket of mature subnets"


class Group(NamedTuple):
    """Outcomes of one forecaster, horizon and group of subnets.

    Attributes:
        forecaster: whose forecasts.
        horizon: days ahead.
        kind: ``maturity``, ``age``, ``depth`` (mature subnets only) or ``basket``.
        label: which of the kind.
        rows: of the table of outcomes, by day and series.
        places: of these rows in that table.
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


def groups(table: pd.DataFrame, mature_days: float, depths: Sequence[str]) -> Iterator[Group]:
    """All groups that have outcomes, in the order in which they are reported.

    Args:
        table: of `dtaojax.studies.backtest.forecasts.roll.Outcomes`.
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
                yield Group(str(forecaster), int(horizon), kind, label, table.iloc[places], places)
