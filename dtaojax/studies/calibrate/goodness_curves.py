"""The curves of the goodness-of-fit page."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dtaojax.calibration.goodness import curves
from dtaojax.calibration.goodness.goodness import Comparison, compare
from dtaojax.calibration.observations import REFERENCE_DEPTH, Observations
from dtaojax.studies.calibrate.charts import Band

FloatArray = NDArray[np.float64]

_REPLICATES: Final = 100
_DEPTH_GROUPS: Final = 8


def drawn_curves(
    returns: FloatArray, simulated: FloatArray, observations: Observations
) -> dict[str, Band]:
    """History and model, point by point, by the name of the figure.

    Args:
        returns: of the history (days, series).
        simulated: of the model (histories, days, series).
        observations: of the history; where they know no depths there is no such curve.
    """
    known = {
        "quantiles": curves.QUANTILES,
        "tails": curves.TAILS,
        "spreads": curves.SPREADS,
        "memory": curves.MEMORY,
        "correlations": curves.CORRELATIONS,
    }
    found = {
        name: _band(
            curve.at,
            compare(curve.of, returns, simulated, of_pairs=curve.of_pairs, replicates=_REPLICATES),
        )
        for name, curve in known.items()
    }
    if np.any(observations.log_depth != 0.0):
        found["depth"] = _by_depth(returns, simulated, observations)
    return found


def _band(at: FloatArray, found: Comparison) -> Band:
    return Band(at, found.data, found.low, found.high, found.model)


def _by_depth(returns: FloatArray, simulated: FloatArray, observations: Observations) -> Band:
    """Typical volatility of subnets of like depth, groups resampled one by one."""
    counted = np.isfinite(returns).sum(axis=0) >= 8
    depth = REFERENCE_DEPTH * np.exp(np.median(observations.log_depth, axis=0))
    at, members = curves.by_depth(depth[counted], _DEPTH_GROUPS)
    points = []
    for group in members:
        columns = np.flatnonzero(counted)[group]
        points.append(
            compare(
                lambda panel: np.array([curves.mean_log_spread(panel)]),
                returns[:, columns],
                simulated[:, :, columns],
                replicates=_REPLICATES,
            )
        )
    joined = {
        name: np.concatenate([getattr(point, name) for point in points])
        for name in ("data", "low", "high", "model")
    }
    return Band(at, **joined)
