"""Faults that only a state as a whole shows: wrong units and exchanged columns.

A price that stands in the file (``moving_price``) and the one that follows from the reserves are
two measurements of one thing, and all that is worth something adds up to less than all TAO.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np

from dtaojax import chain
from dtaojax.network.table import BoolArray, FloatArray, NetworkTable

APART: Final = 10.0
"""How many times the spot price may be its average, or the average the spot price. The rows of
finney_8791253 and finney_9005759 are at most 2.3 times apart, a subnet of two days included."""

_LEAST: Final = 1.0
"""Stake of root, and alpha outside a subnet's pool, that is there but that no network has so little
of; divided by 1e9, 21 million are 0.021 [TAO or alpha]."""
_SETTLED_BLOCKS: Final = chain.BLOCKS_PER_DAY
"""Blocks after its start in which a subnet has issued thousands of alpha."""
_BLOCK_EMISSION: Final = (1e-6, 1.001)
"""What the TAO emission of all subnets in one block can be [TAO per block]."""

Place = Callable[[int], str]


def problems(table: NetworkTable, true_prices: Iterable[int], place: Place) -> list[str]:
    """List what is impossible in the state as a whole.

    Args:
        table: the state; each cell is possible on its own.
        true_prices: netuids whose price is known to be far from its average.
        place: what to call the row of a netuid.

    Returns:
        A sentence each, with the fix; none where the state is plausible.
    """
    apart = prices_apart(table)
    doubted = apart & ~np.isin(table.netuid, list(true_prices))
    return [
        *_told(table, _impossible(table), place),
        *_apart_problems(table, doubted, place),
        *_totals(table, exchanged=bool((doubted & _exchanged(table)).any())),
    ]


def spot_price(table: NetworkTable) -> FloatArray:
    """Return the price that follows from a pool's reserves; infinite without alpha (§3.2).

    Returns:
        One value a subnet; NaN where both reserves are empty [TAO per alpha].
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return table.tao_in * (1.0 - table.w_tao) / (table.w_tao * table.alpha_in)


def prices_apart(table: NetworkTable) -> BoolArray:
    """Tell which subnets' spot price is more than :data:`APART` times its average, or less.

    The average begins at 0 with the start call and follows the spot price at a rate that grows with
    the age (§3.3), so that of a young subnet lags far behind: it is held against the part of the
    spot price that it can have reached. A subnet that has not started has no average.
    """
    return _apart(table, spot_price(table))


def worth(table: NetworkTable) -> FloatArray:
    """Return what the alpha outside each pool is worth at the spot price [TAO]."""
    price = np.nan_to_num(spot_price(table), nan=0.0)
    # Beyond all numbers is beyond the limit as well, and told as such.
    with np.errstate(over="ignore"):
        return np.where(table.alpha_out > 0.0, table.alpha_out * price, 0.0)


def _apart(table: NetworkTable, spot: FloatArray) -> BoolArray:
    reached = _reached(table.block - table.first_emission_block)
    high = spot * reached > APART * table.moving_price
    low = spot * APART < table.moving_price
    return table.started & (high | low)


def _reached(age: np.ndarray) -> FloatArray:
    """Return the part of a constant price that its average reaches ``age`` blocks after the start.

    The rate ``a b / (b + H)`` at age ``b`` adds up to ``a (age - H log(1 + age / H))``.
    """
    # expm1 and log1p: for a young subnet the two terms nearly cancel.
    old = np.maximum(age, 0).astype(float)
    halving = float(chain.MOVING_PRICE_HALVING_BLOCKS)
    return -np.expm1(-chain.MOVING_PRICE_RATE * (old - halving * np.log1p(old / halving)))


def _exchanged(table: NetworkTable) -> BoolArray:
    """Return which prices that are apart would be near their average with reserves exchanged."""
    with np.errstate(divide="ignore", invalid="ignore"):
        other_way = 1.0 / spot_price(table)
    return prices_apart(table) & ~_apart(table, other_way)


def _impossible(table: NetworkTable) -> Iterator[tuple[str, BoolArray]]:
    spot = spot_price(table)
    settled = table.started & (table.block - table.first_emission_block > _SETTLED_BLOCKS)
    divided = "looks divided by 1e9 once too often: write TAO and alpha, not billions of them"
    for column in ("tao_in", "alpha_in"):
        amount = getattr(table, column)
        dust = (amount > 0.0) & (amount < chain.MIN_RESERVE)
        yield f"{column} is below the least reserve of {chain.MIN_RESERVE:g}; it {divided}", dust
    dust = settled & (table.alpha_out > 0.0) & (table.alpha_out < _LEAST)
    yield f"alpha_out is below {_LEAST:g} in a subnet that started days ago; it {divided}", dust
    beyond = (spot > chain.MAX_PRICE) | (spot < chain.MIN_PRICE)
    yield (
        f"tao_in / alpha_in is no price that the chain allows ({chain.MIN_PRICE:g} to "
        f"{chain.MAX_PRICE:g} TAO per alpha); correct the reserves",
        beyond,
    )
    yield (
        f"its alpha_out is worth more at its spot price than all TAO there can be "
        f"({chain.MAX_SUPPLY:,.0f}); correct the reserves or alpha_out",
        (worth(table) > chain.MAX_SUPPLY) & ~beyond,
    )


def _told(
    table: NetworkTable, faults: Iterable[tuple[str, BoolArray]], place: Place
) -> Iterator[str]:
    for fault, where in faults:
        if where.any():
            yield f"{place(_first(table, where))}: {fault}{_more(where)}"


def _apart_problems(table: NetworkTable, doubted: BoolArray, place: Place) -> Iterator[str]:
    """Yield at most one problem for reserves that look exchanged, and one for other prices."""
    spot, exchanged = spot_price(table), _exchanged(table)
    for guess, where in (
        ("tao_in and alpha_in look exchanged; ", doubted & exchanged),
        ("", doubted & ~exchanged),
    ):
        if where.any():
            row = int(np.argmax(where))
            netuid = _first(table, where)
            yield (
                f"{place(netuid)}: tao_in / alpha_in gives a price of {spot[row]:.4g} TAO, but "
                f"moving_price is {table.moving_price[row]:.4g}, more than {APART:g} times apart; "
                f"{guess}correct tao_in, alpha_in or moving_price, or where it is true write "
                f"prices_apart = [{netuid}] among the facts{_more(where)}"
            )


def _totals(table: NetworkTable, exchanged: bool) -> Iterator[str]:
    total = float(table.tao_in.sum()) + table.root_tao
    issued, cap = table.total_issuance, chain.MAX_SUPPLY
    if exchanged and total > issued:
        pass  # Said of the rows already, and a sum of exchanged reserves has no unit.
    elif total > cap:
        yield (
            f"tao_in sums to {total:,.0f}, above the supply cap of {cap:,.0f}; "
            "this looks like rao: divide by 1e9"
        )
    elif total > issued:
        yield (
            f"tao_in sums to {total:,.0f}, more than the total_issuance of {issued:,.0f} TAO; "
            "correct one of them"
        )
    if 0.0 < table.root_tao < _LEAST:
        yield (
            f"root's tao_in is {table.root_tao:g}; it looks divided by 1e9 once too often: write "
            "the TAO staked to root"
        )
    value = worth(table)
    if value.max(initial=0.0) <= cap < value.sum():
        yield (
            f"the alpha outside pools is worth {value.sum():,.0f} TAO at the spot prices, more "
            f"than all TAO there can be ({cap:,.0f}); correct reserves or alpha_out"
        )
    observed = table.observed or {}
    parts = [observed[key] for key in _TAO_PARTS if key in observed]
    emission = float(np.nansum(parts)) if parts else 0.0
    low, high = _BLOCK_EMISSION
    if emission > high or 0.0 < emission < low:
        yield (
            f"{' and '.join(key for key in _TAO_PARTS if key in observed)} add up to "
            f"{emission:.3g} TAO, but a block emits at most 1 TAO and hardly less than "
            f"{low:g}; write TAO per block"
        )


_TAO_PARTS: Final = ("observed_tao_in_emission", "observed_excess_tao")


def _first(table: NetworkTable, where: BoolArray) -> int:
    return int(table.netuid[np.argmax(where)])


def _more(where: BoolArray) -> str:
    return f" (and {where.sum() - 1} more such rows)" if where.sum() > 1 else ""
