"""User trades against the pools, and what a sale would pay (§3.5)."""

import dataclasses
import math
from abc import abstractmethod
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from dtaojax import chain
from dtaojax.mechanism.fees.rules import FeeRule
from dtaojax.mechanism.integers import HALF_RAO
from dtaojax.mechanism.liquidity.pools import sell_output, spot_price, swap_allowed, weight_ratio
from dtaojax.numerics.elementary import expm1, log, log1p
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar
from dtaojax.state.intents import Intents
from dtaojax.state.network import Pools


class Trades(NamedTuple):
    """What became of the intents.

    Attributes:
        alpha_sold: Alpha that entered the pool; negative where alpha was bought; shape (subnets,)
            [alpha].
        tao_paid: TAO that entered the pool; negative where TAO was paid out; shape (subnets,)
            [TAO].
        user_tao: Users' part of it, net of fees, which flow-driven weights count; shape (subnets,)
            [TAO].
        users_paid: TAO that users paid for it, fees included; negative where they were paid; shape
            (subnets,) [TAO].
        done: Trades that the pool took, if only in part; shape (subnets,).
        limited: Trades cut to the alpha that holders have, or to the chain's extreme prices; shape
            (subnets,).
        refused: Trades that a guard of the pool refused; shape (subnets,).
    """

    alpha_sold: PerSubnet
    tao_paid: PerSubnet
    user_tao: PerSubnet
    users_paid: PerSubnet
    done: PerSubnetBool
    limited: PerSubnetBool
    refused: PerSubnetBool


class Trading(eqx.Module):
    """How users trade with the pools."""

    @abstractmethod
    def __call__(
        self,
        pools: Pools,
        intents: Intents,
        sellable: PerSubnet,
        tradable: PerSubnetBool,
        fee: FeeRule,
    ) -> tuple[Pools, Trades]:
        """Execute a step's intents.

        Args:
            pools: the pools before.
            intents: what users want.
            sellable: alpha outside the pool that users may sell, shape (subnets,) [alpha].
            tradable: subnets whose token trades, shape (subnets,).
            fee: what trades pay, and where it goes.

        Returns:
            The pools after, and what was done. A refused trade leaves its pool as it was.
        """


class NoTrading(Trading):
    """A regime without pools: nobody trades, so nothing is refused either."""

    def __call__(
        self,
        pools: Pools,
        intents: Intents,
        sellable: PerSubnet,
        tradable: PerSubnetBool,
        fee: FeeRule,
    ) -> tuple[Pools, Trades]:
        """Leave everything as it is."""
        nothing = jnp.zeros_like(sellable)
        never = nothing > 0.0
        return pools, Trades(nothing, nothing, nothing, nothing, never, never, never)


class PoolTrading(Trading):
    """One net swap a pool and step, within the limits and guards of the era's pools.

    A swap moves a pool along its invariant; with ``r = w2/w1``, selling ``dx`` changes ``log x`` by
    ``log1p(dx / x)``, a push ``g`` by ``-r g``, and ``log y`` changes by ``-1/r`` times their sum.
    A push is what the pool sees of it: a buyer pays the fee on top. Nobody sells alpha that nobody
    holds: a larger sale is cut and reported.
    """

    @abstractmethod
    def room(self, pools: Pools) -> tuple[PerSubnet, PerSubnet]:
        """Return how far ``log x`` may fall in a buy and rise in a sale; not negative [-]."""

    @abstractmethod
    def allowed(
        self, reserve_in: PerSubnet, amount_in: PerSubnet, reserve_out: PerSubnet, out: PerSubnet
    ) -> PerSubnetBool:
        """Return whether the pool takes a swap. Reserves are those before it."""

    def __call__(
        self,
        pools: Pools,
        intents: Intents,
        sellable: PerSubnet,
        tradable: PerSubnetBool,
        fee: FeeRule,
    ) -> tuple[Pools, Trades]:
        """Execute a step's intents."""
        open_pool = tradable & (pools.tao_in > 0.0) & (pools.alpha_in > 0.0)
        alpha_in = jnp.where(open_pool, pools.alpha_in, 1.0)
        tao_in = jnp.where(open_pool, pools.tao_in, 1.0)
        ratio = weight_ratio(pools.w_tao)
        # 1. Buyers and sellers meet at one price: their moves of log x add up to one net swap.
        wanted = log1p(fee.net_sale(intents.alpha_sale) / alpha_in) - ratio * intents.push
        # 2. It is cut to what holders have and to the era's extreme prices, as limit orders are.
        buying, selling = self.room(dataclasses.replace(pools, tao_in=tao_in, alpha_in=alpha_in))
        most = jnp.minimum(log1p(fee.net_sale(sellable) / alpha_in), selling)
        limited = open_pool & ((wanted > most) | (wanted < -buying))
        growth = jnp.maximum(jnp.minimum(wanted, most), -buying)
        # 3. Both sides from the one growth of log x, so that the pool stays on its invariant.
        alpha_sold = alpha_in * expm1(growth)
        tao_paid = tao_in * expm1(-growth / ratio)
        # 4. Guards see the swap as it would be made, after the cut; a refused one moves nothing.
        done = open_pool & jnp.where(
            growth < 0.0,
            self.allowed(tao_in, tao_paid, alpha_in, -alpha_sold),
            self.allowed(alpha_in, alpha_sold, tao_in, -tao_paid),
        )
        alpha_sold = jnp.where(done, alpha_sold, 0.0)
        tao_paid = jnp.where(done, tao_paid, 0.0)
        # 5. A fee that stays joins the reserves after the swap: it does not move along with it.
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


class SwapTrading(PoolTrading):
    """Trades since R2: extreme prices, a bounded input, a minimum before the swap (§3.5 S2, S3)."""

    def room(self, pools: Pools) -> tuple[PerSubnet, PerSubnet]:
        """Return the room to the extreme prices; ``log p`` falls by ``1 + 1/r`` times ``log x``."""
        price = log(spot_price(pools))
        slope = 1.0 + 1.0 / weight_ratio(pools.w_tao)
        return (
            jnp.maximum(math.log(chain.MAX_PRICE) - price, 0.0) / slope,
            jnp.maximum(price - math.log(chain.MIN_PRICE), 0.0) / slope,
        )

    def allowed(
        self, reserve_in: PerSubnet, amount_in: PerSubnet, reserve_out: PerSubnet, out: PerSubnet
    ) -> PerSubnetBool:
        """Return :func:`~dtaojax.mechanism.liquidity.pools.swap_allowed`."""
        return swap_allowed(reserve_in, amount_in, reserve_out)


class LaunchTrading(PoolTrading):
    """Trades at launch: any price, a minimum that the swap must leave (R1, §3.5 S1).

    Attributes:
        min_liquidity: Least reserve of the output token [TAO or alpha].
    """

    min_liquidity: Scalar

    def room(self, pools: Pools) -> tuple[PerSubnet, PerSubnet]:
        """Return room without bound."""
        endless = jnp.full_like(pools.tao_in, jnp.inf)
        return endless, endless

    def allowed(
        self, reserve_in: PerSubnet, amount_in: PerSubnet, reserve_out: PerSubnet, out: PerSubnet
    ) -> PerSubnetBool:
        """Return whether enough of the output token is left."""
        # Negated, so that an amount that is no number passes: it must spoil its path, not look
        # like a refused trade.
        return ~(reserve_out - out < self.min_liquidity - HALF_RAO)


def sale_proceeds(
    pools: Pools, alpha: Float[Array, " pools"], fee: FeeRule
) -> Float[Array, " pools"]:
    """Return the TAO that a sale of alpha pays its seller, after slippage and fee (§3.5) [TAO].

    0 in a pool that cannot trade.

    Args:
        pools: the pools, each sold into on its own.
        alpha: alpha that is sold, shape (pools,) [alpha].
        fee: what trades pay.
    """
    open_pool = (pools.tao_in > 0.0) & (pools.alpha_in > 0.0)
    safe = dataclasses.replace(pools, alpha_in=jnp.where(open_pool, pools.alpha_in, 1.0))
    tao = fee.paid_out(sell_output(safe, fee.net_of_sale(alpha)))
    return jnp.where(open_pool, tao, 0.0)


def alpha_within_fall(pools: Pools, fall: Scalar) -> Float[Array, " pools"]:
    """Return the alpha that lowers a pool's price by no more than ``fall`` when sold [alpha].

    Along the invariant (§3.5) the price changes as ``alpha_in**(-1 / w_tao)``, so it is
    ``alpha_in [(1 - fall)**(-w_tao) - 1]``; what the fee keeps out of the pool is left out.

    Args:
        pools: the pools, each sold into on its own.
        fall: fall of the price, between 0 and 1 [-].
    """
    return pools.alpha_in * expm1(-pools.w_tao * log1p(-fall))
