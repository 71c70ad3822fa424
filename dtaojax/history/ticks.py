"""Single bad quotes: off by a factor on one day, and back on the next."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

FACTOR: Final = 5.0
"""A quote that is off by less is not told from trade. Of 34,000 quotes of started subnets in 2025
and 2026 none moved this far and came back the next day."""
_BACK_WITHIN: Final = 2.0
"""Factor of the quote before within which the next one must lie again."""
_LONGEST_GAP: Final = 8
"""Days between the quotes before and after, at most: a week without records may lie there."""


def bad_reserves(
    day: NDArray[np.int64], log_price: NDArray[np.float64], log_tao: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Tell which reserves of a series are single bad ones; see `bad_quotes`, whose arguments these
    are but for ``flow``, the log of the reserve, which may be NaN."""
    bad = np.zeros(len(day), dtype=bool)
    known = np.flatnonzero(np.isfinite(log_tao))
    # A trade moves the log price by twice what it moves that of the reserve.
    bad[known] = bad_quotes(day[known], log_tao[known], 0.25 * log_price[known])
    return bad


def bad_quotes(
    day: NDArray[np.int64], log_price: NDArray[np.float64], flow: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Tell which quotes of a series are single bad ones.

    The first and the last cannot be told. A move that reserves went along with is a trade: in a
    constant-product pool ``log(tao_in)`` moves by half of what the log price does (§3.4).

    Args:
        day: of each quote, rising, shape (quotes,).
        log_price: likewise.
        flow: log of the reserve of TAO, NaN where not known; likewise.
    """
    bad = np.zeros(len(day), dtype=bool)
    if len(day) < 3:
        return bad
    there, back = log_price[1:-1] - log_price[:-2], log_price[2:] - log_price[1:-1]
    traded = np.abs(flow[1:-1] - flow[:-2] - 0.5 * there) < 0.25 * np.abs(there)
    found = (
        (np.minimum(np.abs(there), np.abs(back)) >= np.log(FACTOR))
        & (np.abs(there + back) <= np.log(_BACK_WITHIN))
        & (day[2:] - day[:-2] <= _LONGEST_GAP)
        & ~traded
    )
    for place in np.flatnonzero(found) + 1:
        # Seen from a bad quote the good ones around it are bad.
        bad[place] = not bad[place - 1]
    return bad
