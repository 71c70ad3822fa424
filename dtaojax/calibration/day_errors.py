"""Errors of means over days that depend on each other."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

LAGS: Final = 10
"""Days apart up to which days are taken to depend on each other."""


def error_over_days(residual: NDArray[np.float64]) -> float:
    """Return the standard error of a mean over days.

    Autocovariances up to `LAGS` count with Bartlett's weights (Newey and West, "A simple, positive
    semi-definite, heteroskedasticity and autocorrelation consistent covariance matrix",
    Econometrica 55, 1987).

    Args:
        residual: of each day, less the mean (days,).
    """
    days = len(residual)
    total = residual @ residual
    for lag in range(1, min(LAGS, days)):
        total += 2.0 * (1.0 - lag / LAGS) * (residual[lag:] @ residual[:-lag])
    return float(np.sqrt(max(total, 0.0)) / days)
