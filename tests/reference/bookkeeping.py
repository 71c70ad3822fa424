"""Per-holder bookkeeping of the epoch, which subnet-level economics do not need (§3.9, §3.10)."""

from collections.abc import Sequence
from decimal import Decimal

from .fixed import Amount, precise, ratio
from .shares import normalised
from .terms import root_proportion


@precise
def dividend_distribution(
    pending_validator: Amount,
    pending_root: Amount,
    tao_weight: Decimal,
    stake_alpha: Sequence[Amount],
    stake_root: Sequence[Amount],
    dividends: Sequence[Amount],
) -> tuple[list[Decimal], list[Decimal]]:
    """Alpha and root dividends of each validator, renormalised to the pendings (§3.9).

    A validator's dividend divides by its own proportion wr/(a + wr), then both columns are scaled
    to what is pending.
    """
    rho = [
        root_proportion(root, tao_weight, alpha)
        for alpha, root in zip(stake_alpha, stake_root, strict=True)
    ]
    alpha = normalised([d * (1 - p) for d, p in zip(dividends, rho, strict=True)])
    root = normalised([d * p for d, p in zip(dividends, rho, strict=True)])
    return [pending_validator * a for a in alpha], [pending_root * r for r in root]


@precise
def without_incentive(
    pending_server: Amount, pending_validator: Amount, stakes: Sequence[Amount]
) -> list[Decimal]:
    """No miner incentive: validators receive both halves, pro rata to stake (§3.9, DIV-02)."""
    whole = pending_server + pending_validator
    return [whole * part for part in normalised([Decimal(stake) for stake in stakes])]


@precise
def root_claim(
    pending_root: Amount, validator_take: Decimal, stake_fraction: Decimal
) -> tuple[Decimal, Decimal]:
    """The validator's take of accrued root alpha, and the claim of a stake fraction (§3.10)."""
    return pending_root * validator_take, pending_root * (1 - validator_take) * stake_fraction


@precise
def tao_weight(stored: int) -> Decimal:
    """w = TaoWeight/(2**64 - 1) (§3.4)."""
    return ratio(stored, 2**64 - 1)
