"""Trades at launch: constant product, a flat fee, a minimum liquidity (§3.5 S1, v2.0.1).

The weights of the pools take no part. An order's fee is the same whatever its size, is paid in TAO
and stays in the pool.
"""

import dataclasses
from typing import NamedTuple

import jax.numpy as jnp

from dtaojax import chain
from dtaojax.mechanism.rao import whole_rao
from dtaojax.state.pools import Pools
from dtaojax.state.shapes import PerSubnet, PerSubnetBool, Scalar

_HALF_RAO = 0.5 / chain.RAO_PER_TAO
"""Reserves are whole rao, so this much decides what float64 blurs."""


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


def _output(reserve_in: PerSubnet, reserve_out: PerSubnet, amount: PerSubnet) -> PerSubnet:
    """``reserve_out - k / (reserve_in + amount)``; all of it into an empty reserve."""
    total = reserve_in + amount
    some = total > 0.0
    return jnp.where(some, reserve_out * amount / jnp.where(some, total, 1.0), 0.0)


def _leaves_too_little(
    reserve_out: PerSubnet, output: PerSubnet, min_liquidity: Scalar
) -> PerSubnetBool:
    """Whether less than ``min_liquidity`` would be left, to the rao as the chain decides it."""
    return reserve_out - whole_rao(output) < min_liquidity - _HALF_RAO


def launch_buy(
    pools: Pools, tao: PerSubnet, min_liquidity: Scalar
) -> tuple[Pools, PerSubnet, PerSubnetBool]:
    """Swaps ``tao >= 0`` for alpha without a fee: ``x - x y / (y + dy)``.

    Refused if less than ``min_liquidity`` alpha would be left; a refused pool stays as it was.
    Source: SU::sim_swap_tao_for_alpha.

    Returns:
        The pools after, the alpha bought [alpha], and which swaps were refused.
    """
    alpha = _output(pools.tao_in, pools.alpha_in, tao)
    refused = (tao > 0.0) & _leaves_too_little(pools.alpha_in, alpha, min_liquidity)
    bought = jnp.where(refused, 0.0, alpha)
    paid = jnp.where(refused, 0.0, tao)
    after = dataclasses.replace(pools, tao_in=pools.tao_in + paid, alpha_in=pools.alpha_in - bought)
    return after, bought, refused


def launch_sale(
    pools: Pools, alpha: PerSubnet, min_liquidity: Scalar
) -> tuple[Pools, PerSubnet, PerSubnetBool]:
    """Swaps ``alpha >= 0`` for TAO without a fee: ``y - x y / (x + dx)``.

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
