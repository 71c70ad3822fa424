"""Injection at launch: TAO in full, alpha up to what is minted (R1 and R2, §3.7)."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection.context import Situation
from dtaojax.mechanism.injection.root_proportion_cap import InjectionTerms
from dtaojax.numerics.shapes import PerSubnet


def alpha_at_price(tao: PerSubnet, price: PerSubnet, without_price: PerSubnet) -> PerSubnet:
    """Alpha worth ``tao``: ``e / p``, or ``without_price`` where there is no price [alpha]."""
    priced = price > 0.0
    return jnp.where(priced, tao / jnp.where(priced, price, 1.0), without_price)


class LaunchInjection(eqx.Module):
    """``alpha_in = min(e / p, alpha_E)`` and all of ``e`` as TAO: the cap lets the price rise.

    At price 0 the pool gets ``alpha_E``. Source: §3.7 row R1-R2, RC::run_coinbase v2.0.1.
    """

    def __call__(self, at: Situation) -> InjectionTerms:
        """Terms of a block."""
        wanted = alpha_at_price(at.tao_emission, at.price, at.alpha_emission)
        return InjectionTerms(
            tao_in=at.tao_emission,
            alpha_in=jnp.minimum(wanted, at.alpha_emission),
            excess_tao=jnp.zeros_like(at.tao_emission),
        )
