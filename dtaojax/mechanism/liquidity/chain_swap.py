"""Swaps of the protocol itself: no fee, the pool's extreme price as the limit (§3.7, §3.8).

What would move the price beyond the limit is not swapped; a swap that a guard forbids is not done
at all. Either way the rest stays where it was.
"""

from typing import NamedTuple

import jax.numpy as jnp

from dtaojax import chain
from dtaojax.mechanism.liquidity.pools import alpha_to_price, buy, sell, tao_to_price
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool
from dtaojax.state.pools import Pools


class ChainSwap(NamedTuple):
    """What became of a swap.

    Attributes:
        pools: after it.
        rest: input that was not used [input token].
        received: [output token].
    """

    pools: Pools
    rest: PerSubnet
    received: PerSubnet

    @property
    def cut(self) -> PerSubnetBool:
        """Swaps that were refused, or done in part."""
        return self.rest > 0.0


def chain_buy(pools: Pools, tao: PerSubnet) -> ChainSwap:
    """Buys alpha with ``tao >= 0``, up to the highest price [TAO]."""
    room = tao_to_price(pools, jnp.full_like(tao, chain.MAX_PRICE))
    after, bought, refused = buy(pools, jnp.minimum(tao, room))
    return ChainSwap(after, jnp.where(refused, tao, jnp.maximum(tao - room, 0.0)), bought)


def chain_sale(pools: Pools, alpha: PerSubnet) -> ChainSwap:
    """Sells ``alpha >= 0``, down to the lowest price [alpha]."""
    room = alpha_to_price(pools, jnp.full_like(alpha, chain.MIN_PRICE))
    after, tao, refused = sell(pools, jnp.minimum(alpha, room))
    return ChainSwap(after, jnp.where(refused, alpha, jnp.maximum(alpha - room, 0.0)), tao)
