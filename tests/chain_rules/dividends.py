"""How an epoch's alpha is divided among a subnet's validators (§3.9)."""

from typing import NamedTuple

import jax.numpy as jnp

from dtaojax.numerics.ordered import normalise
from dtaojax.numerics.shapes import PerValidator, Scalar


class Dividends(NamedTuple):
    """Alpha paid to each validator.

    Attributes:
        alpha: for stake on the subnet [alpha].
        root: for root stake [alpha].
    """

    alpha: PerValidator
    root: PerValidator


def dividend_distribution(
    pending_validator: Scalar,
    pending_root: Scalar,
    tao_weight: Scalar,
    stake_alpha: PerValidator,
    stake_root: PerValidator,
    epoch_dividends: PerValidator,
) -> Dividends:
    """A dividend divides by ``rho = w r / (a + w r)``; both columns are scaled to what is pending.

    Args:
        pending_validator: PendingValidatorEmission [alpha].
        pending_root: PendingRootAlphaDivs [alpha].
        tao_weight: w [-].
        stake_alpha: a, stake on the subnet [alpha].
        stake_root: r, root stake [TAO].
        epoch_dividends: of the epoch, in any unit.

    Source: §3.9, RC::calculate_dividend_distribution [DIV-01].
    """
    total = tao_weight * stake_root + stake_alpha
    some = total > 0.0
    safe = jnp.where(some, total, 1.0)
    rho = jnp.where(some, tao_weight * stake_root / safe, 0.0)
    unrooted = jnp.where(some, stake_alpha / safe, 1.0)
    return Dividends(
        alpha=pending_validator * normalise(epoch_dividends * unrooted),
        root=pending_root * normalise(epoch_dividends * rho),
    )


def without_incentive(
    pending_server: Scalar, pending_validator: Scalar, stakes: PerValidator
) -> PerValidator:
    """No miner earned anything: validators get both halves, pro rata to stake (§3.9) [alpha].

    Args:
        pending_server: PendingServerEmission [alpha].
        pending_validator: PendingValidatorEmission [alpha].
        stakes: of the validators [alpha].
    """
    return (pending_server + pending_validator) * normalise(stakes)
