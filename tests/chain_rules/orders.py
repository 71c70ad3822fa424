"""Orders with a fee in proportion and a limit on the marginal price (§3.5 S2, S3; since R2)."""

import dataclasses
from typing import NamedTuple

import jax.numpy as jnp

from chain_rules.fees import fee_on_net, fee_on_offer
from dtaojax import chain
from dtaojax.mechanism.liquidity.pools import alpha_to_price, buy, sell, tao_to_price
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar
from dtaojax.state.network import Pools


class Fill(NamedTuple):
    """What became of an order; the rest of the offer goes back to the trader.

    Attributes:
        net_in: input that moved the price [input token].
        fee: taken on top of it [input token].
        received: by the trader [output token].
        refused: orders that a guard of the pool refused.
    """

    net_in: PerSubnet
    fee: PerSubnet
    received: PerSubnet
    refused: PerSubnetBool


def sized_to_limit(
    offered: PerSubnet, room: PerSubnet, fee_rate: Scalar
) -> tuple[PerSubnet, PerSubnet]:
    """Net input and fee of an order: the offer less its fee, or what the limit leaves of it.

    Args:
        offered: what the trader brings, fee included [input token].
        room: net input until the price meets the limit [input token].
        fee_rate: f [-].
    """
    fee = fee_on_offer(offered, fee_rate)
    limited = offered - fee > room
    return (
        jnp.where(limited, room, offered - fee),
        jnp.where(limited, fee_on_net(jnp.where(limited, room, 0.0), fee_rate), fee),
    )


def buy_order(
    pools: Pools, offered: PerSubnet, limit: PerSubnet, fee_rate: Scalar
) -> tuple[Pools, Fill]:
    """Buys alpha with an offer of TAO, up to a marginal price; the fee leaves the pool.

    Args:
        pools: before.
        offered: fee included; 0 for no order [TAO].
        limit: infinite for none [TAO/alpha].
        fee_rate: f [-].
    """
    room = tao_to_price(pools, jnp.minimum(limit, chain.MAX_PRICE))
    net, fee = sized_to_limit(offered, room, fee_rate)
    after, bought, refused = buy(pools, net)
    return after, _fill(net, fee, bought, refused)


def sale_order(
    pools: Pools, offered: PerSubnet, limit: PerSubnet, fee_rate: Scalar
) -> tuple[Pools, Fill]:
    """Sells an offer of alpha, down to a marginal price; the fee leaves the pool.

    Args:
        pools: before.
        offered: fee included; 0 for no order [alpha].
        limit: 0 for none [TAO/alpha].
        fee_rate: f [-].
    """
    room = alpha_to_price(pools, jnp.maximum(limit, chain.MIN_PRICE))
    net, fee = sized_to_limit(offered, room, fee_rate)
    after, tao, refused = sell(pools, net)
    return after, _fill(net, fee, tao, refused)


def _fill(net: PerSubnet, fee: PerSubnet, out: PerSubnet, refused: PerSubnetBool) -> Fill:
    return Fill(jnp.where(refused, 0.0, net), jnp.where(refused, 0.0, fee), out, refused)


def buy_fee_to_pool(pools: Pools, fill: Fill) -> Pools:
    """The fee of a buy joins the reserves, which raises the price (R2 to R4, §3.5 S2)."""
    return dataclasses.replace(pools, tao_in=pools.tao_in + fill.fee)


def sale_fee_to_pool(pools: Pools, fill: Fill) -> Pools:
    """The fee of a sale joins the reserves, which lowers the price (R2 to R4, §3.5 S2)."""
    return dataclasses.replace(pools, alpha_in=pools.alpha_in + fill.fee)


def sale_fee_to_author(pools: Pools, fill: Fill) -> tuple[Pools, PerSubnet]:
    """The block author sells the fee of a sale, fee-free, in the same pool (§3.5 S3).

    Returns:
        The pools after, and the author's TAO; a refused sale leaves both [TAO].
    """
    after, tao, _ = sell(pools, fill.fee)
    return after, tao
