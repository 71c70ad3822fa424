"""What the back-test asks of a forecast: learn from a history, then say what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dtaojax.history import Panel

FloatArray: TypeAlias = NDArray[np.float64]


class Fitted(Protocol):
    """Parameters that were learnt from a history."""

    def forecast(
        self, history: Panel, horizons: Sequence[int], paths: int, seed: int
    ) -> FloatArray:
        """Random futures from the last day of a history.

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
        name: what tables call it.
    """

    @property
    def name(self) -> str: ...

    def fit(self, history: Panel) -> Fitted:
        """Learns from what was known when the history's last day closed."""
        ...
