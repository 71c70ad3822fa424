"""The price EMA as the chain's fixed point computes it: every product truncated (§3.3, §7.2).

It stalls below the price and keeps a newborn cheap subnet at 0 for a while. Exact integers, on the
host: for one subnet at a time, to see what the model over the reals leaves out.
"""

_STORED_BITS = 32
"""Fractional bits of SubnetMovingPrice and SubnetMovingAlpha (I96F32)."""
_WORKING_BITS = 64
"""Fractional bits of the products (U64F64)."""
_SHIFT = _WORKING_BITS - _STORED_BITS
_ONE = 1 << _WORKING_BITS


def floored_moving_price(
    moving_price_bits: int, spot_price: float, rate_bits: int, age_blocks: int, halving_blocks: int
) -> int:
    """``m <- a min(p, 1) + (1 - a) m`` for one block, with ``a = rate b / (b + halving_blocks)``.

    Args:
        moving_price_bits: m in units of 2**-32 [TAO/alpha].
        spot_price: p [TAO/alpha].
        rate_bits: SubnetMovingAlpha in units of 2**-32 [per block].
        age_blocks: b.
        halving_blocks: 0 for no age factor.

    Returns:
        m after, in units of 2**-32.
    """
    rate = rate_bits << _SHIFT
    if halving_blocks:
        age_factor = (age_blocks << _WORKING_BITS) // (age_blocks + halving_blocks)
        rate = rate * age_factor >> _WORKING_BITS
    numerator, denominator = min(spot_price, 1.0).as_integer_ratio()
    spot = (numerator << _WORKING_BITS) // denominator
    moving = moving_price_bits << _SHIFT
    gained = rate * spot >> _WORKING_BITS
    kept = (_ONE - rate) * moving >> _WORKING_BITS
    return (gained + kept) >> _SHIFT
