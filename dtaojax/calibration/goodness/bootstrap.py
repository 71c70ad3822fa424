"""Sampling errors of a panel's figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_LONGEST_BLOCK: Final = 20
_FULLEST: Final = 0.75
_GAP: Final = 6
"""Unknown days between blocks, so that no lag reaches across."""


def resampled(
    returns: FloatArray,
    of: Callable[[FloatArray], FloatArray],
    replicates: int,
    seed: int,
    *,
    series_too: bool,
) -> FloatArray:
    """A statistic on panels that are drawn from a panel.

    Blocks of consecutive days are drawn with replacement (Kuensch, "The jackknife and the bootstrap
    for general stationary observations", Annals of Statistics 17, 1989), whole days at a time, so
    that dependence among subnets and over days is kept. Blocks with fewer than three quarters of
    the known days of the fullest one are not drawn: they are no sample of the history.

    Args:
        returns: daily returns, NaN where not known (days, series).
        of: the statistic.
        replicates: how many panels.
        seed: of the draws.
        series_too: whether series are drawn with replacement as well. A statistic of pairs must
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
