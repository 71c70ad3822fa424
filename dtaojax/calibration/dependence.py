"""How much of the flows all subnets share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dtaojax.calibration.measured import Measured


def common_share(surprise: NDArray[np.float64], seen: NDArray[np.bool_]) -> Measured:
    """From how often two subnets move the same way.

    If innovations are elliptical with correlation c, signs of two subnets agree on average by
    ``2/pi * asin(c)``, whatever the volatilities (Lindskog, McNeil and Schmock, "Kendall's tau for
    elliptical distributions", 2003). A negative estimate counts as none.

    Args:
        surprise: flows less their drift (days, series).
        seen: which of them count (days, series).
    """
    signs = np.where(seen, np.sign(surprise), 0.0)
    count = seen.sum(axis=1).astype(float)
    pairs = count * (count - 1.0)
    agreeing = signs.sum(axis=1) ** 2 - (signs**2).sum(axis=1)
    if pairs.sum() == 0.0:
        return Measured(0.0, 0.0)
    mean = agreeing.sum() / pairs.sum()
    residual = agreeing - mean * pairs
    error = np.sqrt(np.sum(residual**2)) / pairs.sum()
    slope = np.cos(0.5 * np.pi * mean) * 0.5 * np.pi
    return Measured(float(max(np.sin(0.5 * np.pi * mean), 0.0)), float(slope * error))
