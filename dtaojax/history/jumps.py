"""Jumps in the quotes of a netuid: single bad quotes, and first quotes of a new pool.

A trade leaves ``tao_in / sqrt(price)`` as it is, so that reserves tell a trade from anything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

FACTOR: Final = 5.0
"""A quote that is off by less is not told from trade. Of 34,000 quotes of started subnets in 2025
and 2026 none moved this far and came back the next day."""
_BACK_WITHIN: Final = 2.0
"""Factor of the quote before within which the next one must lie again."""
_LONGEST_SPAN: Final = 8
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
        & (day[2:] - day[:-2] <= _LONGEST_SPAN)
        & ~traded
    )
    for place in np.flatnonzero(found) + 1:
        # Seen from a bad quote the good ones around it are bad.
        bad[place] = not bad[place - 1]
    return bad


FloatArray = NDArray[np.float64]

_LIQUIDITY_JUMP: Final = np.log(2.0)
"""Change of the log of ``tao_in / sqrt(price)``. Trades leave it as it is and injections raise it
by little a day (§3.4), so a larger jump is another pool's; netuids that were re-used in 2026 showed
1.4 and 2.2."""
_TAO_JUMP: Final = 0.35
"""Change of ``log(tao_in)`` that goes with it; a quote that is off leaves the reserve as it is."""
_TO_MEDIAN: Final = np.log(2.0)
"""Change of the log price that is looked at when it ends near the median of the day, at which pools
open since April 2026."""
_NEAR_MEDIAN: Final = 0.15
"""Distance of the log price from that of the median."""
_TO_DUST: Final = np.log(10.0)
"""Rise of the log price to a level at which no started pool trades."""
_LONGEST_GAP: Final = 8
"""Quotes further apart than this tell of no jump [days]."""


def new_pools(
    day: NDArray[np.int64],
    log_price: FloatArray,
    log_tao: FloatArray,
    log_median: Callable[[int], float],
    log_dust: float,
) -> dict[int, str]:
    """Tell which quotes of a netuid look like the first of a new pool, and by what.

    A jump that the next quote takes back is none. At the last quote that is not known yet.

    Args:
        day: of the quotes, rising, shape (quotes,).
        log_price: likewise.
        log_tao: log of the reserve of TAO, NaN where not known; likewise.
        log_median: of the other netuids' quotes of the day, by the number of a quote; NaN where
            there are few.
        log_dust: above which no started pool trades.
    """
    liquidity = log_tao - 0.5 * log_price
    jumped = np.abs(np.diff(liquidity)) > _LIQUIDITY_JUMP
    jumped |= np.abs(np.diff(log_price)) > _TO_MEDIAN
    found: dict[int, str] = {}
    back: set[int] = set()
    for place in (np.flatnonzero(jumped) + 1).tolist():
        if place - 1 in back:
            continue
        before, now = place - 1, place
        price, tao = log_price[now] - log_price[before], log_tao[now] - log_tao[before]
        near = bool(day[now] - day[before] <= _LONGEST_GAP)
        jump = liquidity[now] - liquidity[before]
        moved = f"the price goes from {_number(log_price[before])} to {_number(log_price[now])} TAO"
        if abs(jump) > _LIQUIDITY_JUMP and abs(tao) > _TAO_JUMP and (near or jump < 0.0):
            if _taken_back(liquidity, place):
                back.add(place)
                continue
            reserves = f"{_number(log_tao[before])} to {_number(log_tao[now])}"
            found[place] = f"tao_in goes from {reserves} while {moved}, which no trade does"
            continue
        traded = abs(tao - 0.5 * price) < 0.25 * abs(price)
        if _taken_back(log_price, place):
            back.add(place)
            continue
        if not near or traded:
            continue
        middle = log_median(place)
        if abs(price) > _TO_MEDIAN and abs(log_price[now] - middle) < _NEAR_MEDIAN:
            found[place] = f"{moved}, near the median of that day, {_number(middle)}"
        elif price > _TO_DUST and log_price[now] > log_dust:
            found[place] = f"{moved}, as of a pool that waits for its start call"
    return found


def _taken_back(level: FloatArray, place: int) -> bool:
    """Return whether the next quote is nearer to the one before than to this one."""
    if place + 1 == len(level):
        return False
    before, now, later = level[place - 1 : place + 2]
    return bool(abs(later - before) < 0.5 * abs(now - before))


def _number(logarithm: float) -> str:
    return f"{np.exp(logarithm):,.4g}"
