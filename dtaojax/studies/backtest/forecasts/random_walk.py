"""Baseline: a normal random walk with the volatility of the last days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dtaojax.history import Panel
from dtaojax.studies.backtest.forecasts.forecaster import FloatArray

FEWEST_RETURNS: Final = 5
"""Returns without which there is no volatility to speak of."""


@dataclass(frozen=True)
class RandomWalk:
    """Log prices with independent normal changes and no drift.

    The variance of a day is the mean square of the known returns of the last ``window`` days.

    Attributes:
        window: days from which the volatility is taken.
        name: what tables call it.
    """

    window: int = 30
    name: str = "random_walk"

    def fit(self, history: Panel) -> RandomWalk:
        """There is nothing to learn: the volatility rolls."""
        return self

    def forecast(
        self, history: Panel, horizons: Sequence[int], paths: int, seed: int
    ) -> FloatArray:
        """See `dtaojax.studies.backtest.forecasts.forecaster.Fitted`."""
        recent = history.log_returns()[-self.window :]
        known = np.isfinite(recent)
        number = known.sum(axis=0)
        squares = np.where(known, recent, 0.0) ** 2
        enough = (number >= FEWEST_RETURNS) & np.isfinite(history.close[-1])
        sd = np.sqrt(squares.sum(axis=0) / np.maximum(number, 1))
        rng = np.random.default_rng(seed)
        normals = rng.standard_normal((len(horizons), history.n_series, paths))
        steps = np.sqrt(np.diff(horizons, prepend=0))
        walk = np.cumsum(steps[:, None, None] * normals, axis=0)
        return np.where(enough, sd, np.nan)[:, None] * walk
