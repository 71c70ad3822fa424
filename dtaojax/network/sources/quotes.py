"""Holding the prices that a market site quotes against those that follow from its reserves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from dtaojax.chain import MAX_SUPPLY, RAO_PER_TAO
from dtaojax.files.printable import spelled
from dtaojax.network.check import plain_number

_APART: Final = 2.0
"""How many times a quoted price may be that of the reserves at equal pool weights, or that the
quoted one. The balancer's weights moved prices by 14 % at most in all states that are at hand."""
_USUAL: Final = 1.1
"""The same for the middle one of all pools."""
_FEWEST: Final = 5
"""Pools from which on a middle one says something."""


@dataclass(frozen=True)
class Checked:
    """What quoted prices say of a source.

    Attributes:
        problems: prices that do not fit the reserves, each with the fix.
        notes: how far the others are from them.
    """

    problems: list[str]
    notes: list[str]


def check_quotes(
    netuids: Sequence[int],
    quotes: Sequence[Any],
    tao_in: Sequence[float],
    alpha_in: Sequence[float],
) -> Checked:
    """Hold quoted prices against the reserves; root has none.

    Args:
        netuids: of the pools.
        quotes: the price of each as it stands; None, an empty text or 0 where none is quoted
            [TAO per alpha].
        tao_in: their TAO reserves [TAO].
        alpha_in: their alpha reserves [alpha].
    """
    problems: list[str] = []
    apart: dict[int, float] = {}
    unquoted = 0
    for netuid, quote, tao, alpha in zip(netuids, quotes, tao_in, alpha_in, strict=True):
        if netuid == 0:
            continue
        if quote is None or (isinstance(quote, str) and not quote.strip()):
            unquoted += 1
            continue
        price = plain_number(quote)
        if price is None or not math.isfinite(price) or price < 0.0:
            problems.append(
                f"netuid {netuid}: price is {spelled(quote)}; must be a number, TAO per alpha"
            )
        elif price == 0.0 or not (0.0 < tao <= MAX_SUPPLY and 0.0 < alpha <= MAX_SUPPLY):
            # A reserve above the cap is told as such, with its unit.
            unquoted += 1
        else:
            apart[netuid] = tao / alpha / price
            if not 1.0 / _APART <= apart[netuid] <= _APART:
                problems.append(
                    f"netuid {netuid}: the quoted price is {price:.4g} TAO, but total_tao / "
                    f"alpha_in_pool is {tao / alpha:.4g}; {_guess(tao / alpha, price)}"
                )
    if not problems and len(apart) >= _FEWEST:
        middle = median(max(ratio, 1.0 / ratio) for ratio in apart.values())
        if middle > _USUAL:
            problems.append(
                f"quoted prices are {100 * (middle - 1):.2g} % from those of the reserves in the "
                "middle of all pools; see whether alpha_in_pool is another figure, for example "
                "alpha_staked, or of another time"
            )
    return Checked(problems, [] if problems else _notes(apart, unquoted))


def _guess(spot: float, price: float) -> str:
    """What is likely wrong with a price, and the fix."""
    if _near(1.0 / spot, price):
        return "total_tao and alpha_in_pool look exchanged; exchange them"
    if _near(spot * RAO_PER_TAO, price):
        return "the price or alpha_in_pool looks like rao where the other is not; correct one"
    if _near(spot, price * RAO_PER_TAO):
        return "alpha_in_pool looks like whole alpha; write rao"
    return "correct one of them"


def _near(one: float, other: float) -> bool:
    return 1.0 / _APART <= one / other <= _APART


def _notes(apart: dict[int, float], unquoted: int) -> list[str]:
    notes = []
    if unquoted:
        notes.append(f"{unquoted} pools quote no price by which their reserves could be checked.")
    if apart:
        distance = {netuid: abs(ratio - 1.0) for netuid, ratio in apart.items()}
        netuid = max(distance, key=distance.__getitem__)
        notes.append(
            "Prices follow from the reserves at equal pool weights; the quoted price that is "
            f"farthest from that is netuid {netuid}'s, by {100 * distance[netuid]:.2g} %."
        )
    return notes
