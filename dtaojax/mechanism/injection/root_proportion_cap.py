"""How a subnet's TAO emission is divided into injected liquidity and the chain's buying (§3.7)."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection.context import Situation
from dtaojax.numerics.elementary import quotient
from dtaojax.numerics.shapes import PerSubnet


class InjectionTerms(NamedTuple):
    """What the coinbase does to a pool in a block.

    Attributes:
        tao_in: TAO injected [TAO per block].
        alpha_in: alpha injected with it [alpha per block].
        excess_tao: TAO with which the chain buys alpha [TAO per block].
    """

    tao_in: PerSubnet
    alpha_in: PerSubnet
    excess_tao: PerSubnet


def capped_terms(tao_emission: PerSubnet, price: PerSubnet, cap: PerSubnet) -> InjectionTerms:
    """Injection in proportion to the price, with the alpha side capped and TAO scaled with it.

    ``alpha_in = min(e / p, cap)``; what the cap keeps out of the pool is excess. At price 0 no
    alpha is injected and the whole emission stays TAO. Source: §3.7 rows R4a to R6+,
    RC::get_subnet_terms; §7.3.

    Args:
        tao_emission: e [TAO per block].
        price: spot price before the injection [TAO/alpha].
        cap: most alpha to inject [alpha per block].
    """
    wanted = quotient(tao_emission, price)
    capped = wanted > cap
    alpha_in = jnp.where(capped, cap, wanted)
    tao_in = jnp.where(capped, cap * price, tao_emission)
    return InjectionTerms(tao_in=tao_in, alpha_in=alpha_in, excess_tao=tao_emission - tao_in)


class RootProportionCap(eqx.Module):
    """Alpha injection capped at ``root_proportion * alpha_emission`` (R6 to R8, §3.7)."""

    def __call__(self, at: Situation) -> InjectionTerms:
        """Terms of a block."""
        return capped_terms(at.tao_emission, at.price, at.root_proportion * at.alpha_emission)
