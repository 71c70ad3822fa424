"""Injection with a subsidy where the price is below the share of emission (R3, §3.7)."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection.context import Situation
from dtaojax.mechanism.injection.launch import alpha_at_price
from dtaojax.mechanism.injection.root_proportion_cap import InjectionTerms
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool

_ROUNDING = 1e-12
"""A price that only float64's rounding keeps below the share is not below it."""


def subsidised(at: Situation) -> PerSubnetBool:
    """Whether the price is below the share: ``p < e / E``. Such subnets do not sell for root."""
    return at.price * at.block_emission < at.tao_emission * (1.0 - _ROUNDING)


def subsidy_terms(at: Situation, subsidised_alpha: PerSubnet) -> InjectionTerms:
    """Below the share ``p E`` is injected and ``e - p E`` buys; else ``e`` goes in at the price.

    A pool without a price that is not subsidised gets ``alpha_E``. Source: §3.7 row R3,
    RC::run_coinbase v3.2.3; §7.3.

    Args:
        at: the block.
        subsidised_alpha: alpha for a subsidised pool [alpha per block].
    """
    low = subsidised(at)
    injected = jnp.where(low, at.price * at.block_emission, at.tao_emission)
    full = alpha_at_price(at.tao_emission, at.price, at.alpha_emission)
    return InjectionTerms(
        tao_in=injected,
        alpha_in=jnp.where(low, subsidised_alpha, full),
        excess_tao=at.tao_emission - injected,
    )


class SubsidyByAlphaEmission(eqx.Module):
    """A subsidised pool gets the subnet's alpha emission (R3 as of v3.2.3)."""

    def __call__(self, at: Situation) -> InjectionTerms:
        """Terms of a block."""
        return subsidy_terms(at, at.alpha_emission)


class SubsidyByBlockEmission(eqx.Module):
    """A subsidised pool gets as much alpha as the block emits TAO (R3 since v3.2.9)."""

    def __call__(self, at: Situation) -> InjectionTerms:
        """Terms of a block."""
        return subsidy_terms(at, jnp.broadcast_to(at.block_emission, at.price.shape))
