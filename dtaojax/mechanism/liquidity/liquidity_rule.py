"""In which order a step's TAO and alpha enter the pools, and how the chain buys (§3.7, §4)."""

import dataclasses
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection.root_proportion_cap import InjectionTerms
from dtaojax.mechanism.liquidity.chain_swap import chain_buy
from dtaojax.mechanism.liquidity.pools import inject
from dtaojax.numerics.shapes import PerSubnet
from dtaojax.state.pools import Pools


class Support(NamedTuple):
    """What a step did to the pools.

    Attributes:
        pools: after it.
        bought: alpha that the chain bought [alpha].
        unspent: of the TAO for the chain's buying, what the pool did not take [TAO].
    """

    pools: Pools
    bought: PerSubnet
    unspent: PerSubnet


def add_reserves(pools: Pools, terms: InjectionTerms, blocks: int) -> Pools:
    """Plain injection into a constant-product pool: both reserves grow (§4.1 step 4)."""
    return dataclasses.replace(
        pools,
        tao_in=pools.tao_in + blocks * terms.tao_in,
        alpha_in=pools.alpha_in + blocks * terms.alpha_in,
    )


class BuyThenHoldPrice(eqx.Module):
    """The chain buys first; then weights move so that the injection leaves the price (R7, R8)."""

    def __call__(self, pools: Pools, terms: InjectionTerms, blocks: int) -> Support:
        """Applies ``blocks`` times the terms of a block."""
        swap = chain_buy(pools, blocks * terms.excess_tao)
        after = inject(swap.pools, blocks * terms.tao_in, blocks * terms.alpha_in)
        return Support(after, swap.received, swap.rest)


class AddThenBuy(eqx.Module):
    """Reserves grow first, then the chain buys (R4 to R6, §4.3, §4.4)."""

    def __call__(self, pools: Pools, terms: InjectionTerms, blocks: int) -> Support:
        """Applies ``blocks`` times the terms of a block."""
        swap = chain_buy(add_reserves(pools, terms, blocks), blocks * terms.excess_tao)
        return Support(swap.pools, swap.received, swap.rest)


class BuyThenAdd(eqx.Module):
    """The chain buys inside the terms, before reserves grow (R3, §4.2)."""

    def __call__(self, pools: Pools, terms: InjectionTerms, blocks: int) -> Support:
        """Applies ``blocks`` times the terms of a block."""
        swap = chain_buy(pools, blocks * terms.excess_tao)
        return Support(add_reserves(swap.pools, terms, blocks), swap.received, swap.rest)


class AddOnly(eqx.Module):
    """Reserves grow and the chain buys nothing (R1 and before, §4.1)."""

    def __call__(self, pools: Pools, terms: InjectionTerms, blocks: int) -> Support:
        """Applies ``blocks`` times the terms of a block."""
        nothing = jnp.zeros_like(pools.tao_in)
        return Support(add_reserves(pools, terms, blocks), nothing, nothing)
