"""How often outcomes fall into the forecast's intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dtaojax.scoring.blocks import Estimate, FloatArray, mean_over_days


def inside(pit: FloatArray, level: float) -> NDArray[np.bool_]:
    """Whether an outcome lies in the central interval of a level.

    Args:
        pit: forecast probability of a smaller outcome (see `dtaojax.scoring.pit`).
        level: probability of the interval, for example 0.95.
    """
    return np.abs(pit - 0.5) <= 0.5 * level


def coverage(
    pit: FloatArray, day: NDArray[np.int64], level: float, block: int, seed: int = 0
) -> Estimate:
    """Share of outcomes in the central interval; the level itself where forecasts are right.

    Args:
        pit: one an outcome, shape (observations,).
        day: index of the day of each.
        level: probability of the interval.
        block: days that depend on each other.
        seed: of the resampling.
    """
    return mean_over_days(inside(pit, level).astype(float), day, block, seed)
