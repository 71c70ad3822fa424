"""What the injection rules of all regimes depend on and decide (§3.7)."""

from abc import abstractmethod
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.numerics.shapes import PerSubnet, Scalar


class BlockContext(NamedTuple):
    """A block's emission and prices, read before the block changes anything.

    Attributes:
        tao_emission: TAO e that the shares give a subnet, shape (subnets,) [TAO per block].
        block_emission: TAO E of all subnets together, what root takes off the top not among it
            [TAO per block].
        price: Spot price p, shape (subnets,) [TAO/alpha].
        price_sum: Sum of the emit set's spot prices [TAO/alpha].
        alpha_emission: Alpha alpha_E by the subnet's own issuance, shape (subnets,)
            [alpha per block].
        root_proportion: Root proportion rho before the block's mint, shape (subnets,) [-].
        miner_pay: Alpha that miners receive, their half less what is withheld, shape (subnets,)
            [alpha per block].
    """

    tao_emission: PerSubnet
    block_emission: Scalar
    price: PerSubnet
    price_sum: Scalar
    alpha_emission: PerSubnet
    root_proportion: PerSubnet
    miner_pay: PerSubnet


class InjectionTerms(NamedTuple):
    """What the coinbase does to a pool in a block.

    Attributes:
        tao_in: TAO injected, shape (subnets,) [TAO per block].
        alpha_in: Alpha injected with it, shape (subnets,) [alpha per block].
        excess_tao: TAO with which the chain buys alpha, shape (subnets,) [TAO per block].
    """

    tao_in: PerSubnet
    alpha_in: PerSubnet
    excess_tao: PerSubnet


class Pay(NamedTuple):
    """A block's pay of owner, miners, validators and root of each subnet together.

    Attributes:
        tao: TAO paid, shape (subnets,) [TAO per block].
        alpha: Alpha minted and paid, shape (subnets,) [alpha per block].
    """

    tao: PerSubnet
    alpha: PerSubnet


class Injection(eqx.Module):
    """Division of a block's new TAO and alpha among pool, chain buy and participants."""

    @abstractmethod
    def __call__(self, at: BlockContext) -> InjectionTerms:
        """Return what goes to the pool and to the chain's buying in a block."""

    def pay(self, at: BlockContext) -> Pay:
        """Return what participants are paid in a block: alpha alone in all regimes that shipped.

        Their alpha is minted beside that of the pool, so it does not depend on the terms (§3.8).
        """
        return Pay(jnp.zeros_like(at.tao_emission), at.alpha_emission)
