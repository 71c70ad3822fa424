"""User trades against the pools."""

import dataclasses
import math
from abc import abstractmethod
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax import chain
from dtaojax.mechanism.fees.rules import FeeRule
from dtaojax.mechanism.liquidity.pools import spot_price, swap_allowed, weight_ratio
from dtaojax.numerics.elementary import expm1, log, log1p
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar
from dtaojax.state.intents import Intents
from dtaojax.state.pools import Pools

_HALF_RAO = 0.5 / chain.RAO_PER_TAO
"""Reserves are whole rao, so this much decides what float64 blurs."""


class Trades(NamedTuple):
    """What became of the intents.

    Attributes:
        alpha_sold: alpha that entered the pool; negative where alpha was bought [alpha].
        tao_paid: TAO that entered the pool; negative where TAO was paid out [TAO].
        user_tao: users' part of it, net of fees; what flow-driven weights count [TAO].
        users_paid: what users paid for it, fees included; negative where they were paid [TAO].
        done: that the pool took what was asked, if only in part.
        limited: trades cut to the alpha that holders have, or to the chain's extreme prices.
        refused: trades that a guard of the pool refused.
    """

    alpha_sold: PerSubnet
    tao_paid: PerSubnet
    user_tao: PerSubnet
    users_paid: PerSubnet
    done: PerSubnetBool
    limited: PerSubnetBool
    refused: PerSubnetBool


class Market(eqx.Module):
    """Where users trade."""

    @abstractmethod
    def __call__(
        self,
        pools: Pools,
        intents: Intents,
        sellable: PerSubnet,
        tradable: PerSubnetBool,
        fee: FeeRule,
    ) -> tuple[Pools, Trades]:
        """Executes a step's intents.

        Args:
            pools: before.
            intents: what users want.
            sellable: alpha outside the pool that users may sell [alpha].
            tradable: subnets whose token trades.
            fee: what trades pay, and where it goes.

        Returns:
            The pools after, and what was done. A refused trade leaves its pool as it was.
        """


class NoMarket(Market):
    """A regime without pools: nobody trades, so nothing is refused either."""

    def __call__(
        self,
        pools: Pools,
        intents: Intents,
        sellable: PerSubnet,
        tradable: PerSubnetBool,
        fee: FeeRule,
    ) -> tuple[Pools, Trades]:
        """Leaves everything as it is."""
        nothing = jnp.zeros_like(sellable)
        never = nothing > 0.0
        return pools, Trades(nothing, nothing, nothing, nothing, never, never, never)


class PoolMarket(Market):
    """One net swap a pool and step, within the limits and guards of the era's pools.

    A swap moves a pool along its invariant; with ``r = w2/w1``, selling ``dx`` changes ``log x`` by
    ``log1p(dx / x)``, a push ``g`` by ``-r g``, and ``log y`` changes by ``-1/r`` times their sum.
    A push is what the pool sees of it: a buyer pays the fee on top. Nobody sells alpha that nobody
    holds: a larger sale is cut and reported.
    """

    @abstractmethod
    def room(self, pools: Pools) -> tuple[PerSubnet, PerSubnet]:
        """How far ``log x`` may fall in a buy and rise in a sale; not negative [-]."""

    @abstractmethod
    def allowed(
        self, reserve_in: PerSubnet, amount_in: PerSubnet, reserve_out: PerSubnet, out: PerSubnet
    ) -> PerSubnetBool:
        """Whether the pool takes a swap. Reserves are those before it."""

    def __call__(
        self,
        pools: Pools,
        intents: Intents,
        sellable: PerSubnet,
        tradable: PerSubnetBool,
        fee: FeeRule,
    ) -> tuple[Pools, Trades]:
        """Executes a step's intents."""
        open_pool = tradable & (pools.tao_in > 0.0) & (pools.alpha_in > 0.0)
        alpha_in = jnp.where(open_pool, pools.alpha_in, 1.0)
        tao_in = jnp.where(open_pool, pools.tao_in, 1.0)
        ratio = weight_ratio(pools.w_tao)
        wanted = log1p(fee.net_sale(intents.alpha_sale) / alpha_in) - ratio * intents.push
        buying, selling = self.room(dataclasses.replace(pools, tao_in=tao_in, alpha_in=alpha_in))
        most = jnp.minimum(log1p(fee.net_sale(sellable) / alpha_in), selling)
        limited = open_pool & ((wanted > most) | (wanted < -buying))
        growth = jnp.maximum(jnp.minimum(wanted, most), -buying)
        alpha_sold = alpha_in * expm1(growth)
        tao_paid = tao_in * expm1(-growth / ratio)
        done = open_pool & jnp.where(
            growth < 0.0,
            self.allowed(tao_in, tao_paid, alpha_in, -alpha_sold),
            self.allowed(alpha_in, alpha_sold, tao_in, -tao_paid),
        )
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
            users_paid=fee.users_paid(tao_paid, alpha_sold),
            done=done,
            limited=limited & done,
            refused=tradable & asked & ~done,
        )


class SwapMarket(PoolMarket):
    """Trades since R2: extreme prices, a bounded input, a minimum before the swap (§3.5 S2, S3)."""

    def room(self, pools: Pools) -> tuple[PerSubnet, PerSubnet]:
        """Until the price is an extreme one; its log falls by ``1 + 1/r`` times ``log x``."""
        price = log(spot_price(pools))
        slope = 1.0 + 1.0 / weight_ratio(pools.w_tao)
        return (
            jnp.maximum(math.log(chain.MAX_PRICE) - price, 0.0) / slope,
            jnp.maximum(price - math.log(chain.MIN_PRICE), 0.0) / slope,
        )

    def allowed(
        self, reserve_in: PerSubnet, amount_in: PerSubnet, reserve_out: PerSubnet, out: PerSubnet
    ) -> PerSubnetBool:
        """:func:`~dtaojax.mechanism.liquidity.pools.swap_allowed`."""
        return swap_allowed(reserve_in, amount_in, reserve_out)


class LaunchMarket(PoolMarket):
    """Trades at launch: any price, a minimum that the swap must leave (R1, §3.5 S1).

    Attributes:
        min_liquidity: of the output token [TAO or alpha].
    """

    min_liquidity: Scalar

    def room(self, pools: Pools) -> tuple[PerSubnet, PerSubnet]:
        """Without bound."""
        endless = jnp.full_like(pools.tao_in, jnp.inf)
        return endless, endless

    def allowed(
        self, reserve_in: PerSubnet, amount_in: PerSubnet, reserve_out: PerSubnet, out: PerSubnet
    ) -> PerSubnetBool:
        """Whether enough of the output token is left; an amount that is no number passes."""
        return ~(reserve_out - out < self.min_liquidity - _HALF_RAO)
