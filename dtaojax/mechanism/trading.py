"""User trades against the pools."""

import dataclasses
from typing import NamedTuple

import jax.numpy as jnp

from dtaojax.mechanism.fee_rules import FeeRule
from dtaojax.mechanism.pools import swap_allowed, weight_ratio
from dtaojax.state.intents import Intents
from dtaojax.state.pools import Pools
from dtaojax.state.shapes import PerSubnet, PerSubnetBool


class Trades(NamedTuple):
    """What became of the intents.

    Attributes:
        alpha_sold: alpha that entered the pool; negative where alpha was bought [alpha].
        tao_paid: TAO that entered the pool; negative where TAO was paid out [TAO].
        user_tao: users' part of it, net of fees; what flow-driven weights count [TAO].
        limited: sales cut to the alpha that holders have.
        refused: trades that a guard of the pool refused.
    """

    alpha_sold: PerSubnet
    tao_paid: PerSubnet
    user_tao: PerSubnet
    limited: PerSubnetBool
    refused: PerSubnetBool


def trade(
    pools: Pools,
    intents: Intents,
    sellable: PerSubnet,
    tradable: PerSubnetBool,
    fee: FeeRule,
) -> tuple[Pools, Trades]:
    """Executes a step's intents as one net swap a pool.

    A swap moves a pool along its invariant; with ``r = w2/w1``, selling ``dx`` changes ``log x`` by
    ``log1p(dx / x)``, a push ``g`` by ``-r g``, and ``log y`` changes by ``-1/r`` times their sum.
    A push is what the pool sees of it: a buyer pays the fee on top. Nobody sells alpha that nobody
    holds: a larger sale is cut and reported.

    Args:
        pools: before.
        intents: what users want.
        sellable: alpha outside the pool that users may sell [alpha].
        tradable: subnets whose token trades.
        fee: what trades pay, and where it goes.

    Returns:
        The pools after, and what was done. A refused trade leaves its pool as it was.
    """
    open_pool = tradable & (pools.tao_in > 0.0) & (pools.alpha_in > 0.0)
    alpha_in = jnp.where(open_pool, pools.alpha_in, 1.0)
    ratio = weight_ratio(pools.w_tao)
    wanted = jnp.log1p(fee.net_sale(intents.alpha_sale) / alpha_in) - ratio * intents.push
    most = jnp.log((alpha_in + sellable) / alpha_in)
    limited = open_pool & (wanted > most)
    growth = jnp.minimum(wanted, most)
    alpha_sold = alpha_in * jnp.expm1(growth)
    tao_paid = pools.tao_in * jnp.expm1(-growth / ratio)
    buying_allowed = swap_allowed(pools.tao_in, tao_paid, alpha_in)
    selling_allowed = swap_allowed(alpha_in, alpha_sold, pools.tao_in)
    done = open_pool & jnp.where(growth < 0.0, buying_allowed, selling_allowed)
    alpha_sold = jnp.where(done, alpha_sold, 0.0)
    tao_paid = jnp.where(done, tao_paid, 0.0)
    kept = fee.kept(tao_paid, alpha_sold)
    after = dataclasses.replace(
        pools,
        tao_in=pools.tao_in + tao_paid + kept.tao,
        alpha_in=pools.alpha_in + alpha_sold + kept.alpha,
    )
    asked = (intents.push != 0.0) | (intents.alpha_sale != 0.0)
    return after, Trades(
        alpha_sold=alpha_sold + kept.alpha,
        tao_paid=tao_paid + kept.tao,
        user_tao=fee.user_tao(pools, tao_paid, alpha_sold),
        limited=limited & done,
        refused=tradable & asked & ~done,
    )
