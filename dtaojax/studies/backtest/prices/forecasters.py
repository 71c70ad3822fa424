"""Forecasters of prices: their protocol, and the two baselines.

The random walk is normal with the volatility of the last days; historical simulation draws each
subnet's own past days anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dtaojax.history import Panel

FloatArray: TypeAlias = NDArray[np.float64]


class Fitted(Protocol):
    """Parameters that were learnt from a history."""

    def forecast(
        self, history: Panel, horizons: Sequence[int], paths: int, seed: int
    ) -> FloatArray:
        """Draw random futures from the last day of a history.

        Args:
            history: everything known; at least as long as the one that was learnt from.
            horizons: days ahead, rising.
            paths: number of futures.
            seed: of the random numbers.

        Returns:
            Log returns from the last day, shape (horizons, series, paths). A path is one future of
            all series together. A series that cannot be forecast is NaN.
        """
        ...


class Forecaster(Protocol):
    """A way to learn.

    Attributes:
        name: name of the forecaster in tables.
    """

    @property
    def name(self) -> str: ...

    def fit(self, history: Panel) -> Fitted:
        """Learn from what was known when the history's last day closed."""
        ...


FEWEST_RETURNS: Final = 5
"""Returns without which there is no volatility to speak of."""


@dataclass(frozen=True)
class RandomWalk:
    """Log prices with independent normal changes and no drift.

    The variance of a day is the mean square of the known returns of the last ``window`` days.

    Attributes:
        window: time from which the volatility is taken [days].
        name: name of the forecaster in tables.
    """

    window: int = 30
    name: str = "random_walk"

    def fit(self, history: Panel) -> RandomWalk:
        """Return itself: there is nothing to learn, the volatility rolls."""
        return self

    def forecast(
        self, history: Panel, horizons: Sequence[int], paths: int, seed: int
    ) -> FloatArray:
        """Draw random futures as `Fitted.forecast` asks."""
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


@dataclass(frozen=True)
class HistoricalSimulation:
    """Every day to come is one of the subnet's past days, drawn with replacement.

    Attributes:
        window: longest past that is drawn from [days].
        name: name of the forecaster in tables.
    """

    window: int = 250
    name: str = "historical"

    def fit(self, history: Panel) -> HistoricalSimulation:
        """Return itself: there is nothing to learn, the days that are drawn from roll."""
        return self

    def forecast(
        self, history: Panel, horizons: Sequence[int], paths: int, seed: int
    ) -> FloatArray:
        """Draw random futures as `Fitted.forecast` asks."""
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
