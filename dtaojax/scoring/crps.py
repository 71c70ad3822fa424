"""The continuous ranked probability score of forecasts that are samples."""

from __future__ import annotations

import numpy as np

from dtaojax.scoring.blocks import FloatArray


def fair_crps(samples: FloatArray, outcome: FloatArray) -> FloatArray:
    """``mean |X - y| - mean |X - X'| / 2`` over pairs of different samples; smaller is better.

    Leaving out pairs of a sample with itself makes the score's expectation that of the
    distribution behind the samples, whatever their number (Ferro 2014, "Fair scores for ensemble
    forecasts", QJRMS 140). It may therefore fall a little below 0 for few samples.

    Args:
        samples: sorted, at least two, shape (forecasts, samples).
        outcome: shape (forecasts,).

    Returns:
        One score a forecast, in the unit of the outcome, shape (forecasts,).
    """
    n = samples.shape[1]
    distance = np.mean(np.abs(samples - outcome[:, None]), axis=1)
    # Sum over pairs i < j of x_j - x_i: x_k is the larger in k pairs and the smaller in n - 1 - k.
    weights = 2.0 * np.arange(n) - (n - 1)
    spread = samples @ weights / (n * (n - 1))
    return distance - spread
