"""Swaps and injections of weighted pools (§3.5 S3, the chain's "balancer").

With ``x = alpha_in``, ``y = tao_in`` and weights ``w1`` (alpha) and ``w2 = w_tao`` the pool keeps
``x**w1 * y**w2`` in a swap; its price is ``(w1 / w2) (y / x)``. Equal weights are the
constant-product pool. All forms use ``log1p`` and ``expm1``, so that a trade of a billionth of the
reserve keeps its digits. Amounts here are net: what moves the price, after any fee.
"""

import dataclasses

import jax.numpy as jnp
from jaxtyping import Array, Num

from dtaojax import chain
from dtaojax.numerics.elementary import expm1, log, log1p, quotient
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool
from dtaojax.state.network import Pools

_WEIGHT_ROUNDING = 1e-15
"""A weight that only float64's rounding keeps from its bound is at the bound."""


def weight_ratio(w_tao: PerSubnet) -> PerSubnet:
    """Return ``w2 / w1``, the exponent of a buy [-]."""
    return w_tao / (1.0 - w_tao)


def spot_price(pools: Pools) -> PerSubnet:
    """Return the spot price; 0 without an alpha reserve (§3.2, BA::calculate_price) [TAO/alpha]."""
    return quotient(pools.tao_in * (1.0 - pools.w_tao), pools.w_tao * pools.alpha_in)


def buy_output(pools: Pools, tao: PerSubnet) -> PerSubnet:
    """Return the alpha bought with net ``tao`` (§3.5 S3) [alpha].

    ``x [1 - (y / (y + dy))**(w2/w1)]``; the input reserve must be positive.
    """
    growth = log1p(tao / pools.tao_in)
    return -pools.alpha_in * expm1(-weight_ratio(pools.w_tao) * growth)


def sell_output(pools: Pools, alpha: PerSubnet) -> PerSubnet:
    """Return the TAO received for net ``alpha`` (§3.5 S3) [TAO].

    ``y [1 - (x / (x + dx))**(w1/w2)]``; the input reserve must be positive.
    """
    growth = log1p(alpha / pools.alpha_in)
    return -pools.tao_in * expm1(-growth / weight_ratio(pools.w_tao))


def tao_to_price(pools: Pools, target: PerSubnet) -> PerSubnet:
    """Return net TAO that moves the price up to ``target``; 0 if it is there already [TAO].

    A pool without a price cannot be moved: 0.
    """
    ratio = quotient(target, spot_price(pools), otherwise=1.0)
    return pools.tao_in * expm1((1.0 - pools.w_tao) * log(jnp.maximum(ratio, 1.0)))


def alpha_to_price(pools: Pools, target: PerSubnet) -> PerSubnet:
    """Return net alpha that moves the price down to ``target > 0``; 0 if it is there [alpha].

    A pool without a price cannot be moved: 0.
    """
    ratio = spot_price(pools) / target
    return pools.alpha_in * expm1(pools.w_tao * log(jnp.maximum(ratio, 1.0)))


def input_allowed(
    reserve_in: Num[Array, " subnets"], amount_in: Num[Array, " subnets"]
) -> PerSubnetBool:
    """Return whether a net input is at most 1,000 times the input reserve (§3.5 S3, guards).

    In any unit; exact for integers. An amount that is not a number passes: it must spoil its path,
    not look like a refused swap.
    """
    return ~(amount_in > chain.MAX_INPUT_RATIO * reserve_in)


def swap_allowed(
    reserve_in: PerSubnet, amount_in: PerSubnet, reserve_out: PerSubnet
) -> PerSubnetBool:
    """Return where the guards of a swap allow it (§3.5 S3).

    The input is bounded, and there is a minimum in the output reserve.

    Reserves are those before the swap.
    """
    return input_allowed(reserve_in, amount_in) & (reserve_out >= chain.MIN_RESERVE)


def buy(pools: Pools, tao: PerSubnet) -> tuple[Pools, PerSubnet, PerSubnetBool]:
    """Swap net ``tao >= 0`` for alpha; a refused swap leaves its pool as it was.

    Returns:
        The pools after, the alpha bought [alpha], and which swaps were refused by the guards.
    """
    tradable = (pools.tao_in > 0.0) & (pools.alpha_in > 0.0)
    # A reserve of 1 where there is none keeps 0/0 out of the derivative; the result is not used.
    safe = dataclasses.replace(pools, tao_in=jnp.where(tradable, pools.tao_in, 1.0))
    alpha = buy_output(safe, tao)
    allowed = tradable & swap_allowed(pools.tao_in, tao, pools.alpha_in)
    paid = jnp.where(allowed, tao, 0.0)
    bought = jnp.where(allowed, alpha, 0.0)
    after = dataclasses.replace(pools, tao_in=pools.tao_in + paid, alpha_in=pools.alpha_in - bought)
    return after, bought, ~allowed & (tao > 0.0)


def sell(pools: Pools, alpha: PerSubnet) -> tuple[Pools, PerSubnet, PerSubnetBool]:
    """Swap net ``alpha >= 0`` for TAO; a refused swap leaves its pool as it was.

    Returns:
        The pools after, the TAO received [TAO], and which swaps were refused by the guards.
    """
    tradable = (pools.tao_in > 0.0) & (pools.alpha_in > 0.0)
    safe = dataclasses.replace(pools, alpha_in=jnp.where(tradable, pools.alpha_in, 1.0))
    tao = sell_output(safe, alpha)
    allowed = tradable & swap_allowed(pools.alpha_in, alpha, pools.tao_in)
    sold = jnp.where(allowed, alpha, 0.0)
    received = jnp.where(allowed, tao, 0.0)
    after = dataclasses.replace(
        pools, alpha_in=pools.alpha_in + sold, tao_in=pools.tao_in - received
    )
    return after, received, ~allowed & (alpha > 0.0)


def weight_holding_price(price: PerSubnet, tao_in: PerSubnet, alpha_in: PerSubnet) -> PerSubnet:
    """Return the TAO weight at which reserves quote ``price``: ``y / (p x + y)`` (§3.5 S3) [-]."""
    return quotient(tao_in, price * alpha_in + tao_in, otherwise=0.5, where=price > 0.0)


def injected_weight(pools: Pools, tao_in: PerSubnet, alpha_in: PerSubnet) -> PerSubnet:
    """Return the TAO weight at which reserves grown to these quote the price of ``pools`` [-].

    A pool with an empty side has no price to hold; its weights return to one half.
    """
    return weight_holding_price(spot_price(pools), tao_in, alpha_in)


def inject(pools: Pools, tao: PerSubnet, alpha: PerSubnet) -> Pools:
    """Add protocol liquidity at an unchanged price, by moving the weights.

    What waits in the reservoirs is added too. Neither weight may leave
    ``[MIN_WEIGHT, 1 - MIN_WEIGHT]``: where both tokens together would do that, alpha alone is
    tried, then TAO alone, and what is not added waits. A pool with an empty side takes both.

    Args:
        pools: the pools before.
        tao: new TAO, shape (subnets,) [TAO].
        alpha: new alpha, shape (subnets,) [alpha].

    Source: §3.5 S3 (injection; vectors BAL-09, BAL-13 to BAL-15).
    """
    waiting_tao = pools.tao_reservoir + tao
    waiting_alpha = pools.alpha_reservoir + alpha
    with_tao = pools.tao_in + waiting_tao
    with_alpha = pools.alpha_in + waiting_alpha

    def attempt(tao_in: PerSubnet, alpha_in: PerSubnet) -> tuple[PerSubnet, PerSubnetBool]:
        weight = injected_weight(pools, tao_in, alpha_in)
        least = jnp.minimum(weight, 1.0 - weight)
        fits = least >= chain.MIN_POOL_WEIGHT - _WEIGHT_ROUNDING
        return weight, fits

    # In the chain's order: both, then alpha alone, then TAO alone (BAL-13 to BAL-15).
    w_both, both = attempt(with_tao, with_alpha)
    w_alpha, alpha_alone = attempt(pools.tao_in, with_alpha)
    w_tao, tao_alone = attempt(with_tao, pools.alpha_in)
    add_alpha = both | alpha_alone
    add_tao = both | (~alpha_alone & tao_alone)
    weight = jnp.where(both, w_both, jnp.where(alpha_alone, w_alpha, w_tao))
    weight = jnp.where(add_alpha | add_tao, weight, pools.w_tao)
    return Pools(
        tao_in=jnp.where(add_tao, with_tao, pools.tao_in),
        alpha_in=jnp.where(add_alpha, with_alpha, pools.alpha_in),
        w_tao=weight,
        tao_reservoir=jnp.where(add_tao, 0.0, waiting_tao),
        alpha_reservoir=jnp.where(add_alpha, 0.0, waiting_alpha),
    )
