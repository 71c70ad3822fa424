"""Swaps of the protocol itself, which pay no fee (§3.7, §3.8).

Since R2 the pool's extreme price is the limit: what would move the price beyond it is not swapped;
a swap that a guard forbids is not done at all. Either way the rest stays where it was. The pools of
the launch know no extreme price, only a least liquidity (§3.5 S1, v2.0.1).
"""

import dataclasses
from typing import NamedTuple

import jax.numpy as jnp

from dtaojax import chain
from dtaojax.mechanism.integers import HALF_RAO, whole_rao
from dtaojax.mechanism.liquidity.pools import alpha_to_price, buy, sell, tao_to_price
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar
from dtaojax.state.network import Pools


class ChainSwap(NamedTuple):
    """What became of a swap.

    Attributes:
        pools: Pools after the swap.
        rest: Input that was not used, shape (subnets,) [input token].
        received: Output of the swap, shape (subnets,) [output token].
    """

    pools: Pools
    rest: PerSubnet
    received: PerSubnet

    @property
    def cut(self) -> PerSubnetBool:
        """Return where the swap was refused, or done in part."""
        return self.rest > 0.0


def chain_buy(pools: Pools, tao: PerSubnet) -> ChainSwap:
    """Buy alpha with ``tao >= 0``, up to the highest price [TAO]."""
    room = tao_to_price(pools, jnp.full_like(tao, chain.MAX_PRICE))
    after, bought, refused = buy(pools, jnp.minimum(tao, room))
    return ChainSwap(after, jnp.where(refused, tao, jnp.maximum(tao - room, 0.0)), bought)


def chain_sale(pools: Pools, alpha: PerSubnet) -> ChainSwap:
    """Sell ``alpha >= 0``, down to the lowest price [alpha]."""
    room = alpha_to_price(pools, jnp.full_like(alpha, chain.MIN_PRICE))
    after, tao, refused = sell(pools, jnp.minimum(alpha, room))
    return ChainSwap(after, jnp.where(refused, alpha, jnp.maximum(alpha - room, 0.0)), tao)


def launch_sale(
    pools: Pools, alpha: PerSubnet, min_liquidity: Scalar
) -> tuple[Pools, PerSubnet, PerSubnetBool]:
    """Sell ``alpha >= 0`` at the launch: ``y - x y / (x + dx)``, whatever the pool's weights.

    Refused if less than ``min_liquidity`` TAO would be left; a refused pool stays as it was.
    Source: SU::sim_swap_alpha_for_tao.

    Returns:
        The pools after, the TAO received [TAO], and which swaps were refused.
    """
    tao = _output(pools.alpha_in, pools.tao_in, alpha)
    refused = (alpha > 0.0) & _leaves_too_little(pools.tao_in, tao, min_liquidity)
    received = jnp.where(refused, 0.0, tao)
    sold = jnp.where(refused, 0.0, alpha)
    after = dataclasses.replace(
        pools, alpha_in=pools.alpha_in + sold, tao_in=pools.tao_in - received
    )
    return after, received, refused


def _output(reserve_in: PerSubnet, reserve_out: PerSubnet, amount: PerSubnet) -> PerSubnet:
    """Return ``reserve_out - k / (reserve_in + amount)``; all of it into an empty reserve."""
    total = reserve_in + amount
    some = total > 0.0
    return jnp.where(some, reserve_out * amount / jnp.where(some, total, 1.0), 0.0)


def _leaves_too_little(
    reserve_out: PerSubnet, output: PerSubnet, min_liquidity: Scalar
) -> PerSubnetBool:
    """Return whether less than ``min_liquidity`` would be left, to the rao as the chain decides."""
    return reserve_out - whole_rao(output) < min_liquidity - HALF_RAO
