"""Orders at launch: a flat fee in TAO that stays in the pool, a limit on the average price (S1)."""

import dataclasses
from typing import NamedTuple

import jax.numpy as jnp

from dtaojax.mechanism.integers import whole_rao
from dtaojax.mechanism.liquidity.chain_swap import launch_sale
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar
from dtaojax.state.network import Pools


class LaunchFill(NamedTuple):
    """What became of an order.

    Attributes:
        net_in: input that moved the price [input token].
        received: by the trader [output token].
        fee: that the pool kept [TAO].
        refused: orders that would leave too little of the output token.
    """

    net_in: PerSubnet
    received: PerSubnet
    fee: PerSubnet
    refused: PerSubnetBool


def launch_buy(
    pools: Pools, tao: PerSubnet, min_liquidity: Scalar
) -> tuple[Pools, PerSubnet, PerSubnetBool]:
    """Swaps ``tao >= 0`` for alpha without a fee: a launch sale with the two tokens exchanged.

    Refused if less than ``min_liquidity`` alpha would be left; a refused pool stays as it was.
    Source: SU::sim_swap_tao_for_alpha.

    Returns:
        The pools after, the alpha bought [alpha], and which swaps were refused.
    """
    after, bought, refused = launch_sale(_exchanged(pools), tao, min_liquidity)
    return _exchanged(after), bought, refused


def _exchanged(pools: Pools) -> Pools:
    return dataclasses.replace(pools, tao_in=pools.alpha_in, alpha_in=pools.tao_in)


def tao_to_average_price(pools: Pools, limit: PerSubnet) -> PerSubnet:
    """Most TAO that buys at no more than ``limit`` on average: ``floor(limit x) - y`` [TAO].

    0 if that is negative, or without reserves. Source: §3.5, get_max_amount_add.
    """
    some = (pools.tao_in > 0.0) & (pools.alpha_in > 0.0)
    room = whole_rao(limit * pools.alpha_in) - pools.tao_in
    return jnp.where(some, jnp.maximum(room, 0.0), 0.0)


def alpha_to_average_price(pools: Pools, limit: PerSubnet) -> PerSubnet:
    """Most alpha that sells at no less than ``limit`` on average: ``floor(y / limit) - x`` [alpha].

    0 if that is negative, or without reserves; infinite where the limit is 0. Source: §3.5,
    get_max_amount_remove.
    """
    some = (pools.tao_in > 0.0) & (pools.alpha_in > 0.0)
    bounded = limit > 0.0
    room = whole_rao(pools.tao_in / jnp.where(bounded, limit, 1.0)) - pools.alpha_in
    return jnp.where(some, jnp.where(bounded, jnp.maximum(room, 0.0), jnp.inf), 0.0)


def launch_buy_order(
    pools: Pools, offered: PerSubnet, fee: Scalar, min_liquidity: Scalar
) -> tuple[Pools, LaunchFill]:
    """Buys with an offer of TAO: the fee is taken off first, and joins the reserve after the swap.

    A refused order still pays the fee (§7.3).

    Args:
        pools: before.
        offered: what the trader brings, fee included; 0 for no order [TAO].
        fee: flat [TAO].
        min_liquidity: in the output reserve [alpha].
    """
    flat = jnp.minimum(fee, offered)
    net = offered - flat
    after, bought, refused = launch_buy(pools, net, min_liquidity)
    after = dataclasses.replace(after, tao_in=after.tao_in + flat)
    return after, LaunchFill(jnp.where(refused, 0.0, net), bought, flat, refused)


def launch_sale_order(
    pools: Pools, offered: PerSubnet, fee: Scalar, min_liquidity: Scalar
) -> tuple[Pools, LaunchFill]:
    """Sells an offer of alpha: the fee is taken off the TAO received, and stays in the pool.

    Args:
        pools: before.
        offered: 0 for no order [alpha].
        fee: flat; not more than the sale brings [TAO].
        min_liquidity: in the output reserve [TAO].
    """
    after, tao, refused = launch_sale(pools, offered, min_liquidity)
    flat = jnp.minimum(fee, tao)
    after = dataclasses.replace(after, tao_in=after.tao_in + flat)
    return after, LaunchFill(jnp.where(refused, 0.0, offered), tao - flat, flat, refused)
