"""Demand fitted to a history of prices, and forecasts from it."""

from dtaojax.calibration.estimate import Estimate, NotConvergedError
from dtaojax.calibration.fit import (
    DriftingFit,
    DriftingVariance,
    Fit,
    StochasticVariance,
    fit,
)
from dtaojax.calibration.model import Parameters

__all__ = [
    "DriftingFit",
    "DriftingVariance",
    "Estimate",
    "Fit",
    "NotConvergedError",
    "Parameters",
    "StochasticVariance",
    "fit",
]
