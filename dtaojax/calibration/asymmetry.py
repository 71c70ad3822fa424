"""How much the mean of a day's flow grows with its variance."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dtaojax.calibration.day_errors import error_over_days
from dtaojax.calibration.measured import Measured
from dtaojax.calibration.shrinkage import shrunk

PRIOR_SD: Final = 0.5
"""Deviation of the prior about 0, where rises and falls are alike."""


def asymmetry(surprise: NDArray[np.float64], seen: NDArray[np.bool_]) -> Measured:
    """Estimate it from what flows beyond the steady drift add up to.

    In a normal variance-mean mixture a flow of variance ``v**2`` has the mean ``asymmetry * v**2``
    (Barndorff-Nielsen, Kent and Sørensen, "Normal variance-mean mixtures and z distributions",
    International Statistical Review 50, 1982), so that sums of returns are skewed for as long as
    variance lasts. The sum of flows over the sum of their squares tells it whatever the
    volatilities are. It is drawn towards 0, the more the less the history tells.

    Args:
        surprise: flows less their drift (days, series).
        seen: which of them count (days, series).
    """
    flow = np.where(seen, surprise, 0.0)
    mean, variance = flow.sum(axis=1), np.square(flow).sum(axis=1)
    total = variance.sum()
    if total == 0.0:
        return Measured(0.0, PRIOR_SD)
    ratio = mean.sum() / total
    error = error_over_days(mean - ratio * variance) * len(mean) / total
    return shrunk(Measured(float(ratio), float(error)), PRIOR_SD)
