"""Goodness of fit: figures and curves of a history, their sampling errors, and the model's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dtaojax.calibration.panel_statistics import NAMES, figures

FloatArray = NDArray[np.float64]

REPLICATES: Final = 300
_SEED: Final = 20_260_807
_NORMAL: Final = 1.96

_LONGEST_BLOCK: Final = 20
_FULLEST: Final = 0.75
_GAP: Final = 6
"""Unknown days between blocks, so that no lag reaches across."""


@dataclass(frozen=True)
class Comparison:
    """Some statistics of the history and of the model, each an array of one length.

    Attributes:
        data: Values in the history.
        low: Lower ends of the 95 % sampling intervals of the data.
        high: Upper ends of them.
        model: Means over simulated histories of the same shape.
        model_error: Standard errors of those means.
    """

    data: FloatArray
    low: FloatArray
    high: FloatArray
    model: FloatArray
    model_error: FloatArray

    @property
    def inside(self) -> NDArray[np.bool_]:
        """True where the model lies within the sampling error of the data."""
        return (self.low <= self.model) & (self.model <= self.high)


def resampled(
    returns: FloatArray,
    of: Callable[[FloatArray], FloatArray],
    replicates: int,
    seed: int,
    *,
    series_too: bool,
) -> FloatArray:
    """Return a statistic on panels that are drawn from a panel.

    Blocks of consecutive days are drawn with replacement (Kuensch, "The jackknife and the bootstrap
    for general stationary observations", Annals of Statistics 17, 1989), whole days at a time, so
    that dependence among subnets and over days is kept. Blocks with fewer than three quarters of
    the known days of the fullest one are not drawn: they are no sample of the history.

    Args:
        returns: Daily returns, NaN where not known, shape (days, series).
        of: Statistic of a panel.
        replicates: Number of panels.
        seed: Seed of the draws.
        series_too: True to draw series with replacement as well. A statistic of pairs must
            not see a series twice.

    Returns:
        One row a replicate.
    """
    rng = np.random.default_rng(seed)
    days, series = returns.shape
    block = min(_LONGEST_BLOCK, max(days // 3, 1))
    blocks = -(-days // block)
    padded = np.vstack([returns, np.full((_GAP, series), np.nan)])
    known = np.isfinite(returns).any(axis=1).astype(float)
    filled = np.convolve(known, np.ones(block), mode="valid")
    full = filled >= _FULLEST * filled.max()
    chance = full / full.sum()
    found = []
    for _ in range(replicates):
        starts = rng.choice(days - block + 1, blocks, p=chance)
        rows = np.hstack([starts[:, None] + np.arange(block), np.full((blocks, _GAP), days)])
        panel = padded[rows.ravel()]
        if series_too:
            panel = panel[:, rng.integers(0, series, series)]
        found.append(of(panel))
    return np.array(found)


def compare(
    of: Callable[[FloatArray], FloatArray],
    returns: FloatArray,
    simulated: FloatArray,
    *,
    of_pairs: bool = False,
    replicates: int = REPLICATES,
) -> Comparison:
    """Hold simulated histories against the real one.

    An interval is the value and 1.96 standard errors to both sides, from resampled blocks of days
    and subnets: unlike the bootstrap's quantiles it does not inherit the bias that resampling gives
    to extreme quantiles.

    Args:
        of: Statistics of a panel.
        returns: Returns of the history, NaN where not known, shape (days, series).
        simulated: Returns of the model on the same days, shape (histories, days, series).
        of_pairs: True if they concern pairs of subnets; then days alone are resampled.
        replicates: Number of resampled panels.
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
    """Return the standard deviation of each statistic over the panels that have it."""
    some = np.isfinite(drawn).any(axis=0)
    spread = np.full(drawn.shape[1], np.nan)
    spread[some] = np.nanstd(drawn[:, some], axis=0)
    return spread


def goodness(returns: FloatArray, simulated: FloatArray) -> Comparison:
    """Return the goodness-of-fit table, a row for each of `NAMES`; arguments as `compare`."""
    single = compare(figures, returns, simulated)
    pairs = compare(figures, returns, simulated, of_pairs=True)
    last = np.arange(len(NAMES)) == len(NAMES) - 1
    return Comparison(
        *(
            np.where(last, getattr(pairs, name), getattr(single, name))
            for name in Comparison.__dataclass_fields__
        )
    )
