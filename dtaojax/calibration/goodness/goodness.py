"""Goodness of fit: figures and curves of a history, their sampling errors, and the model's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dtaojax.calibration.goodness.bootstrap import resampled
from dtaojax.calibration.goodness.figures import NAMES, figures

FloatArray = NDArray[np.float64]

REPLICATES: Final = 300
_SEED: Final = 20_260_807
_NORMAL: Final = 1.96


@dataclass(frozen=True)
class Comparison:
    """Some statistics of the history and of the model, each an array of one length.

    Attributes:
        data: values in the history.
        low: lower ends of the 95 % sampling intervals of the data.
        high: upper ends of them.
        model: means over simulated histories of the same shape.
        model_error: standard errors of those means.
    """

    data: FloatArray
    low: FloatArray
    high: FloatArray
    model: FloatArray
    model_error: FloatArray

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Where the model lies within the sampling error of the data."""
        return (self.low <= self.model) & (self.model <= self.high)


def compare(
    of: Callable[[FloatArray], FloatArray],
    returns: FloatArray,
    simulated: FloatArray,
    *,
    of_pairs: bool = False,
    replicates: int = REPLICATES,
) -> Comparison:
    """Holds simulated histories against the real one.

    An interval is the value and 1.96 standard errors to both sides, from resampled blocks of days
    and subnets: unlike the bootstrap's quantiles it does not inherit the bias that resampling gives
    to extreme quantiles.

    Args:
        of: the statistics of a panel.
        returns: of the history, NaN where not known (days, series).
        simulated: of the model, on the same days and series (histories, days, series).
        of_pairs: whether they concern pairs of subnets; then days alone are resampled.
        replicates: number of resampled panels.
    """
    drawn = resampled(returns, of, replicates, _SEED, series_too=not of_pairs)
    value, error = of(returns), _spread(drawn)
    model = np.array([of(panel) for panel in simulated])
    return Comparison(
        data=value,
        low=value - _NORMAL * error,
        high=value + _NORMAL * error,
        model=model.mean(axis=0),
        model_error=model.std(axis=0, ddof=1) / np.sqrt(len(model)),
    )


def _spread(drawn: FloatArray) -> FloatArray:
    """Standard deviation of each statistic over the panels that have it; NaN where none has."""
    some = np.isfinite(drawn).any(axis=0)
    spread = np.full(drawn.shape[1], np.nan)
    spread[some] = np.nanstd(drawn[:, some], axis=0)
    return spread


def goodness(returns: FloatArray, simulated: FloatArray) -> Comparison:
    """The goodness-of-fit table, a row for each of `figures.NAMES`; arguments as `compare`."""
    single = compare(figures, returns, simulated)
    pairs = compare(figures, returns, simulated, of_pairs=True)
    last = np.arange(len(NAMES)) == len(NAMES) - 1
    return Comparison(
        *(
            np.where(last, getattr(pairs, name), getattr(single, name))
            for name in Comparison.__dataclass_fields__
        )
    )
