"""Baseline: historical simulation, each subnet's own past returns drawn anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dtaojax.history import Panel
from dtaojax.studies.backtest.forecasts.forecaster import FloatArray
from dtaojax.studies.backtest.forecasts.random_walk import FEWEST_RETURNS


@dataclass(frozen=True)
class HistoricalSimulation:
    """Every day to come is one of the subnet's past days, drawn with replacement.

    Attributes:
        window: days that are drawn from, at most.
        name: what tables call it.
    """

    window: int = 250
    name: str = "historical"

    def fit(self, history: Panel) -> HistoricalSimulation:
        """There is nothing to learn: the days that are drawn from roll."""
        return self

    def forecast(
        self, history: Panel, horizons: Sequence[int], paths: int, seed: int
    ) -> FloatArray:
        """See `dtaojax.studies.backtest.forecasts.forecaster.Fitted`."""
        recent = history.log_returns()[-self.window :]
        rng = np.random.default_rng(seed)
        futures = np.full((len(horizons), history.n_series, paths), np.nan)
        ends = np.asarray(horizons) - 1
        for series in range(history.n_series):
            past = recent[:, series]
            past = past[np.isfinite(past)]
            # Drawn for every series, so that one does not shift another's numbers.
            days = rng.random((horizons[-1], paths), dtype=np.float32)
            if len(past) < FEWEST_RETURNS or not np.isfinite(history.close[-1, series]):
                continue
            drawn = past[(days * len(past)).astype(np.intp)]
            futures[:, series] = np.cumsum(drawn, axis=0)[ends]
        return futures
