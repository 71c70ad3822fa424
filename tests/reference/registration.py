"""What a registration costs and what pool it seeds (§3.11)."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from .fixed import ONE_TOKEN, Amount, Rounding, precise, ratio

Seed = tuple[Amount, Amount, Amount]
"""TAO and alpha of the new pool, TAO recycled [rao]."""
SeedRule = Callable[[Amount, Amount, Decimal, Rounding], Seed]


def effective_interval(reduction_interval: int, block_emission: Amount) -> int:
    """NetworkLockReductionInterval scaled by E/1e9, so that a halving shortens it (§3.11)."""
    return int(reduction_interval * block_emission) // ONE_TOKEN


def lock_cost(
    last_lock: Amount,
    blocks_since_last: int,
    min_lock: Amount,
    reduction_interval: int,
    block_emission: Amount,
    first_registration: bool,
) -> Amount:
    """max(min_lock, mult last - floor(last/I_eff) blocks), mult 2, for the first one 1 (§3.11).

    Once nothing is emitted any more the interval is 0 and the cost does not decay.
    """
    multiple = 1 if first_registration else 2
    interval = effective_interval(reduction_interval, block_emission)
    step = last_lock // interval if interval else 0
    return max(min_lock, multiple * last_lock - step * blocks_since_last)


@precise
def median_price(prices: Sequence[Decimal]) -> Decimal:
    """Median of the positive prices, the mean of the middle two if even, 1 if there is none."""
    positive = sorted(price for price in prices if price > 0)
    if not positive:
        return Decimal(1)
    upper = len(positive) // 2
    if len(positive) % 2:
        return Decimal(positive[upper])
    return (Decimal(positive[upper - 1]) + positive[upper]) / 2


def min_lock_seed(lock: Amount, min_lock: Amount, median: Decimal, rounding: Rounding) -> Seed:
    """Until 2026-04-22: the minimum lock, one alpha a TAO; the rest of the lock is recycled."""
    return min_lock, min_lock, lock - min_lock


@precise
def whole_lock_seed(lock: Amount, min_lock: Amount, median: Decimal, rounding: Rounding) -> Seed:
    """Since 2026-04-23: the whole lock at the median price (the plain rule of 2026-05-08)."""
    return lock, rounding.rao(ratio(lock, 1) / median), 0


def no_pool_seed(lock: Amount, min_lock: Amount, median: Decimal, rounding: Rounding) -> Seed:
    """Before dTAO there is no pool to seed."""
    return 0, 0, lock


@precise
def neuron_burn_price(
    burn: int, multiple: Decimal, half_life: int, registrations: int, blocks: int
) -> int:
    """Burn to register a neuron: times `multiple` each, floored decay each block (REG-04)."""
    price = int(burn * multiple**registrations)
    decay = Decimal(2) ** (Decimal(-1) / half_life)
    for _ in range(blocks):
        price = int(price * decay)
    return price
