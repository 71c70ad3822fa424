"""The Brier score of probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dtaojax.scoring.blocks import FloatArray


def brier(probability: FloatArray, happened: NDArray[np.bool_]) -> float:
    """Return the mean squared distance of probabilities from what came (Brier 1950); 0 is perfect.

    Args:
        probability: of the event, one a subnet (subnets,).
        happened: whether it came (subnets,).
    """
    return float(np.mean(np.square(probability - happened)))
