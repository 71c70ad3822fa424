"""Injection of the first regimes: the launch's (R1, R2) and the subsidy's (R3, §3.7)."""

import jax.numpy as jnp

from dtaojax.mechanism.injection.rule import BlockContext, Injection, InjectionTerms
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool

_ROUNDING = 1e-12
"""A price that only float64's rounding keeps below the share is not below it."""


class LaunchInjection(Injection):
    """``alpha_in = min(e / p, alpha_E)`` and all of ``e`` as TAO: the cap lets the price rise.

    At price 0 the pool gets ``alpha_E``. Source: §3.7 row R1-R2, RC::run_coinbase v2.0.1.
    """

    def __call__(self, at: BlockContext) -> InjectionTerms:
        """Return the terms of a block."""
        wanted = alpha_at_price(at.tao_emission, at.price, at.alpha_emission)
        return InjectionTerms(
            tao_in=at.tao_emission,
            alpha_in=jnp.minimum(wanted, at.alpha_emission),
            excess_tao=jnp.zeros_like(at.tao_emission),
        )


class SubsidyByAlphaEmission(Injection):
    """:func:`subsidy_terms` with the subnet's alpha emission (R3 as of v3.2.3)."""

    def __call__(self, at: BlockContext) -> InjectionTerms:
        """Return the terms of a block."""
        return subsidy_terms(at, at.alpha_emission)


class SubsidyByBlockEmission(Injection):
    """:func:`subsidy_terms` with as much alpha as the block emits TAO (R3 since v3.2.9)."""

    def __call__(self, at: BlockContext) -> InjectionTerms:
        """Return the terms of a block."""
        return subsidy_terms(at, jnp.broadcast_to(at.block_emission, at.price.shape))


def subsidised(at: BlockContext) -> PerSubnetBool:
    """Return where the price is below the share, ``p < e / E``; root's alpha is not sold there."""
    return at.price * at.block_emission < at.tao_emission * (1.0 - _ROUNDING)


def subsidy_terms(at: BlockContext, subsidised_alpha: PerSubnet) -> InjectionTerms:
    """Return an injection of ``p E`` and a buy with ``e - p E`` below the share, else of ``e``.

    A pool without a price that is not subsidised gets ``alpha_E``.

    Args:
        at: the block.
        subsidised_alpha: alpha for a subsidised pool, shape (subnets,) [alpha per block].

    Source: §3.7 row R3, RC::run_coinbase v3.2.3; §7.3.
    """
    low = subsidised(at)
    injected = jnp.where(low, at.price * at.block_emission, at.tao_emission)
    full = alpha_at_price(at.tao_emission, at.price, at.alpha_emission)
    return InjectionTerms(
        tao_in=injected,
        alpha_in=jnp.where(low, subsidised_alpha, full),
        excess_tao=at.tao_emission - injected,
    )


def alpha_at_price(tao: PerSubnet, price: PerSubnet, without_price: PerSubnet) -> PerSubnet:
    """Return alpha worth ``tao``, ``e / p``; ``without_price`` where there is none [alpha]."""
    priced = price > 0.0
    return jnp.where(priced, tao / jnp.where(priced, price, 1.0), without_price)
