"""Liquidity rules: the order in which a step's TAO and alpha enter the pools (§3.7, §4)."""

import dataclasses
from abc import abstractmethod
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.injection.rule import InjectionTerms
from dtaojax.mechanism.liquidity.chain_swap import chain_buy
from dtaojax.mechanism.liquidity.pools import inject
from dtaojax.numerics.shapes import PerSubnet
from dtaojax.state.network import Pools


class LiquidityOutcome(NamedTuple):
    """What a step did to the pools.

    Attributes:
        pools: Pools after the step's injection and buys.
        bought: Alpha that the chain bought, shape (subnets,) [alpha].
        unspent: Part of the TAO for the chain's buying that the pool did not take, shape
            (subnets,) [TAO].
    """

    pools: Pools
    bought: PerSubnet
    unspent: PerSubnet


class LiquidityRule(eqx.Module):
    """Order in which injection and chain buy reach the pools; it decides the price of the buy."""

    @abstractmethod
    def __call__(self, pools: Pools, terms: InjectionTerms, blocks: int) -> LiquidityOutcome:
        """Apply ``blocks`` times the terms of a block, at once.

        Args:
            pools: the pools before the step.
            terms: the terms of the step's first block.
            blocks: the length of the step [blocks].
        """


def add_reserves(pools: Pools, terms: InjectionTerms, blocks: int) -> Pools:
    """Return constant-product pools after a plain injection: both reserves grow (§4.1 step 4)."""
    return dataclasses.replace(
        pools,
        tao_in=pools.tao_in + blocks * terms.tao_in,
        alpha_in=pools.alpha_in + blocks * terms.alpha_in,
    )


class BuyThenHoldPrice(LiquidityRule):
    """The chain buys first; then weights move so that the injection leaves the price (R7, R8)."""

    def __call__(self, pools: Pools, terms: InjectionTerms, blocks: int) -> LiquidityOutcome:
        """Apply ``blocks`` times the terms of a block."""
        swap = chain_buy(pools, blocks * terms.excess_tao)
        after = inject(swap.pools, blocks * terms.tao_in, blocks * terms.alpha_in)
        return LiquidityOutcome(after, swap.received, swap.rest)


class AddThenBuy(LiquidityRule):
    """Reserves grow first, then the chain buys (R4 to R6, §4.3, §4.4)."""

    def __call__(self, pools: Pools, terms: InjectionTerms, blocks: int) -> LiquidityOutcome:
        """Apply ``blocks`` times the terms of a block."""
        swap = chain_buy(add_reserves(pools, terms, blocks), blocks * terms.excess_tao)
        return LiquidityOutcome(swap.pools, swap.received, swap.rest)


class BuyThenAdd(LiquidityRule):
    """The chain buys inside the terms, before reserves grow (R3, §4.2)."""

    def __call__(self, pools: Pools, terms: InjectionTerms, blocks: int) -> LiquidityOutcome:
        """Apply ``blocks`` times the terms of a block."""
        swap = chain_buy(pools, blocks * terms.excess_tao)
        return LiquidityOutcome(add_reserves(swap.pools, terms, blocks), swap.received, swap.rest)


class AddOnly(LiquidityRule):
    """Reserves grow and the chain buys nothing (R1 and before, §4.1)."""

    def __call__(self, pools: Pools, terms: InjectionTerms, blocks: int) -> LiquidityOutcome:
        """Apply ``blocks`` times the terms of a block."""
        nothing = jnp.zeros_like(pools.tao_in)
        return LiquidityOutcome(add_reserves(pools, terms, blocks), nothing, nothing)
