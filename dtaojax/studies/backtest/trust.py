"""The badge of a back-test's page: how far ahead each kind of forecast held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from dtaojax.studies.backtest.config import BacktestConfig
from dtaojax.studies.backtest.forecasts.groups import BASKET_LABEL, MATURE
from dtaojax.studies.backtest.result import ALLOWED, HEADLINE_LEVEL, HEADLINE_VAR
from dtaojax.studies.shared.trust import BackTest, trust_of_back_test

_DIGITS: Final[Mapping[str, int]] = {"prices": 6, "baskets": 2}
"""Decimals of a coverage that its errors allow: there is one basket a day, known to points."""
_EXCEEDED: Final = (1.0 / 3.0, 2.0)
"""How often a loss may be beyond the VaR, in times of what is promised."""


def held_so_far_ahead(config: BacktestConfig, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the badge of the first forecaster, for the manifest; JSON types only.

    Args:
        config: of the back-test.
        tables: ``coverage`` and ``exceedances``.
    """
    name = config.forecast.forecasters[0]
    coverage, exceedances = (
        tables[key][tables[key]["forecaster"] == name] for key in ("coverage", "exceedances")
    )
    tests = [
        *_intervals("prices", coverage, MATURE),
        *_losses(exceedances),
        *_intervals("baskets", coverage, BASKET_LABEL),
    ]
    return trust_of_back_test(f"{name.replace('_', ' ')}, learnt anew as time went on", tests)


def _intervals(kind: str, coverage: pd.DataFrame, group: str) -> Iterator[BackTest]:
    for horizon, row in _nearest(coverage, group, HEADLINE_LEVEL):
        apart = abs(round(row["coverage"], _DIGITS[kind]) - row["level"])
        held = apart <= ALLOWED + 1e-9
        figure = f"{row['level']:.0%} intervals held {row['coverage']:.1%} of outcomes"
        yield BackTest(kind, horizon, horizon, False, bool(held), "", figure)


def _losses(exceedances: pd.DataFrame) -> Iterator[BackTest]:
    for horizon, row in _nearest(exceedances, MATURE, HEADLINE_VAR):
        least, most = (times * (1.0 - row["level"]) for times in _EXCEEDED)
        held = least <= row["rate"] <= most
        figure = f"{row['rate']:.2%} were beyond the VaR {row['level']:.0%}"
        yield BackTest("losses", horizon, horizon, False, bool(held), "", figure)


def _nearest(table: pd.DataFrame, group: str, level: float) -> Iterator[tuple[float, pd.Series]]:
    """Yield horizons [days], rising, and a group's row of the level nearest to the one wanted."""
    rows = table[table["group"] == group]
    for horizon in sorted(set(rows["horizon"])):
        found = rows[rows["horizon"] == horizon]
        yield float(horizon), found.iloc[(found["level"] - level).abs().argmin()]
