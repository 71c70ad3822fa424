"""Which subnet goes when the network is full, and what its holders are paid (§3.12)."""

from collections.abc import Sequence
from decimal import Decimal

from .fixed import U16_MAX, Amount, precise, ratio


def prune_target(
    moving_price: Sequence[Decimal],
    registered_at: Sequence[int],
    block: int,
    immunity_blocks: int,
) -> int | None:
    """Index of the lowest moving price out of immunity; ties: earliest, then first (§3.12).

    Returns:
        The index, or None if every subnet is immune.
    """
    eligible = [i for i, born in enumerate(registered_at) if block >= born + immunity_blocks]
    return min(eligible, key=lambda i: (moving_price[i], registered_at[i], i), default=None)


def largest_remainder(pot: int, weights: Sequence[int]) -> list[int]:
    """Whole rao pro rata: floors, then one rao each to the largest remainders, in order (§3.12).

    Args:
        pot: what is divided [rao]; paid out to the last rao.
        weights: whole non-negative weights; if their sum is 0 nothing is paid.
    """
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    paid = [pot * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(pot * weights[i] % total))
    for i in by_remainder[: pot - sum(paid)]:
        paid[i] += 1
    return paid


@precise
def pro_rata(pot: Amount, weights: Sequence[Amount]) -> list[Amount]:
    """`largest_remainder` for whole amounts, plain proportion for unrounded ones."""
    if all(isinstance(amount, int) for amount in (pot, *weights)):
        return list(largest_remainder(pot, weights))
    total = sum(weights)
    return [ratio(pot * weight, total) if total else Decimal(0) for weight in weights]


def dissolve_payout(
    pot: Amount,
    staker_alpha: Sequence[Amount],
    protocol_alpha: Amount,
    alpha_in: Amount,
    include_alpha_in: bool,
) -> tuple[list[Amount], Amount]:
    """Divide the pot over stakers and protocol (and the pool's alpha, for newer subnets) (§3.12).

    Returns:
        Payout of each staker, and the protocol's share, which is recycled [rao].
    """
    own = protocol_alpha + (alpha_in if include_alpha_in else 0)
    *payout, recycled = pro_rata(pot, [*staker_alpha, own])
    return payout, recycled


@precise
def owner_refund(lock: int, alpha_issuance: int, owner_cut_u16: int, price: Decimal) -> int:
    """Legacy subnets: max(0, lock - floor(floor(A c_o) p)) (§3.12)."""
    earned = alpha_issuance * owner_cut_u16 // U16_MAX
    return max(0, lock - int(earned * price))
