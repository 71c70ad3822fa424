"""The price EMA, over the reals and in the chain's fixed point (§3.3, §7.2)."""

from decimal import Decimal

from .fixed import precise, ratio
from .pool import spot_price
from .state import Parameters, SubnetRef

STORED_BITS = 32
"""Fractional bits of SubnetMovingPrice and SubnetMovingAlpha (I96F32)."""
WORKING_BITS = 64
"""Fractional bits of the intermediates (U64F64)."""
ONE = 1 << WORKING_BITS


@precise
def effective_alpha(moving_alpha: Decimal, age_blocks: int, halving_blocks: int) -> Decimal:
    """a = a0 b/(b + h); a0 where there is no age factor (h = 0) (§3.3)."""
    if halving_blocks == 0:
        return moving_alpha
    return moving_alpha * ratio(age_blocks, age_blocks + halving_blocks)


@precise
def moving_price_after(m: Decimal, price: Decimal, alpha: Decimal, cap: Decimal) -> Decimal:
    """m <- a min(p, cap) + (1 - a)m, over the reals (§3.3)."""
    return alpha * min(price, cap) + (1 - alpha) * m


@precise
def floored_moving_price_after(
    m: Decimal, price: Decimal, moving_alpha: Decimal, age_blocks: int, halving_blocks: int
) -> Decimal:
    """The same with every product truncated to 2**-64 and m to 2**-32 (§7.2, EMA-06).

    Args:
        m: moving price, a multiple of 2**-32.
        price: spot price; the cap of this arithmetic is 1.
        moving_alpha: a0, truncated to 2**-32.
        age_blocks: b.
        halving_blocks: h, 0 for no age factor.

    Returns:
        The new moving price, a multiple of 2**-32.
    """
    shift = WORKING_BITS - STORED_BITS
    alpha = int(moving_alpha * 2**STORED_BITS) << shift
    if halving_blocks:
        alpha = alpha * ((age_blocks << WORKING_BITS) // (age_blocks + halving_blocks)) // ONE
    spot = min(int(price * ONE), ONE)
    old = int(m * 2**STORED_BITS) << shift
    new = alpha * spot // ONE + (ONE - alpha) * old // ONE
    return ratio(new >> shift, 2**STORED_BITS)


def age_at(subnet: SubnetRef, block: int) -> int:
    """b: blocks since the start call, the first emission block counting as 1 (§3.3).

    Without a start call (regimes before v2.0.10) the clock runs from the registration.
    """
    if subnet.first_emission_block is None:
        return block - subnet.registered_at
    return block - subnet.first_emission_block + 1


@precise
def update_moving_price(subnet: SubnetRef, block: int, parameters: Parameters) -> None:
    """Average the present spot price into the subnet's moving price (§3.3)."""
    price = spot_price(subnet.tao_in, subnet.alpha_in, subnet.w_tao)
    age, halving = age_at(subnet, block), parameters.halving_blocks
    if parameters.ema_floor:
        subnet.moving_price = floored_moving_price_after(
            subnet.moving_price, price, parameters.moving_alpha, age, halving
        )
    else:
        alpha = effective_alpha(parameters.moving_alpha, age, halving)
        subnet.moving_price = moving_price_after(
            subnet.moving_price, price, alpha, parameters.price_cap
        )


def keep_moving_price(subnet: SubnetRef, block: int, parameters: Parameters) -> None:
    """Regimes without a price EMA leave it alone (§8.4)."""
