"""Telling by reserves and prices that a netuid holds a new pool, where no age says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

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
    """Whether the next quote is nearer to the one before than to this one."""
    if place + 1 == len(level):
        return False
    before, now, later = level[place - 1 : place + 2]
    return bool(abs(later - before) < 0.5 * abs(now - before))


def _number(logarithm: float) -> str:
    return f"{np.exp(logarithm):,.4g}"
