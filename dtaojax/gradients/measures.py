"""Measures of a path that a search minimises or holds, one function each.

:data:`dtaojax.gradients.measure_names.MEASURES` describes each of them, with its unit and formula.
"""

import dataclasses
from collections.abc import Callable
from typing import Final

import jax
import jax.numpy as jnp
from jaxtyping import Array

from dtaojax import chain
from dtaojax.gradients.path_history import PathHistory
from dtaojax.mechanism.coinbase import emission_shares
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.trading.rules import sale_proceeds
from dtaojax.numerics import concentration
from dtaojax.numerics.ordered import normalise, ordered_sum
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar, ScalarInt
from dtaojax.state.network import NetworkState, Subnets

_NAKAMOTO_WIDTH = 0.02
"""Width of the edge at half of the emission, as a share: without one the count has no slope [-]."""

_EXIT_FRACTION = 0.01
"""Part of the alpha outside a pool that :func:`exit_slippage` sells [-]."""

_PUMP = 0.1
"""Rise of its price by which :func:`pump_gain` measures a subnet's elasticity [-]."""


def emission_hhi(path: PathHistory) -> Scalar:
    """Return the Herfindahl index of the emission shares [-]."""
    return concentration.herfindahl(path.shares[-1])


def effective_number(path: PathHistory) -> Scalar:
    """Return the inverse of the Herfindahl index of the emission shares [subnets]."""
    return concentration.effective_number(path.shares[-1])


def emission_gini(path: PathHistory) -> Scalar:
    """Return the Gini coefficient of the emission shares over all subnets [-]."""
    return concentration.gini(path.shares[-1], jnp.ones_like(path.subnets.emission_enabled))


def emission_top10(path: PathHistory) -> Scalar:
    """Return the emission share of the ten largest subnets [-]."""
    return concentration.top_share(path.shares[-1], 10)


def soft_nakamoto(path: PathHistory) -> Scalar:
    """Count the subnets that together hold half of the emission, with a soft edge [subnets]."""
    held = jnp.cumsum(jnp.sort(path.shares[-1], descending=True))
    return 1.0 + jnp.sum(jax.nn.sigmoid((0.5 - held) / _NAKAMOTO_WIDTH))


def _can_earn(path: PathHistory) -> PerSubnetBool:
    return path.subnets.in_emit_set & path.subnets.emission_enabled


def _correlation(one: PerSubnet, other: PerSubnet, member: PerSubnetBool) -> Scalar:
    """Return Pearson's correlation over members; 0 where one of them does not vary [-]."""
    weight = member / jnp.maximum(jnp.sum(member), 1)
    one = jnp.where(member, one - jnp.sum(weight * one), 0.0)
    other = jnp.where(member, other - jnp.sum(weight * other), 0.0)
    squares = jnp.sum(weight * one**2) * jnp.sum(weight * other**2)
    varies = squares > 0.0
    return jnp.where(
        varies, jnp.sum(weight * one * other) / jnp.sqrt(jnp.where(varies, squares, 1.0)), 0.0
    )


def merit(path: PathHistory) -> Scalar:
    """Return the correlation of emission share with spot price over subnets that can earn [-]."""
    return _correlation(path.shares[-1], path.price[-1], _can_earn(path))


def quality_merit(path: PathHistory) -> Scalar:
    """Return the correlation of emission share with latent quality, as :func:`merit` [-]."""
    return _correlation(path.shares[-1], jnp.exp(path.subnets.quality), _can_earn(path))


def split_gain(path: PathHistory) -> Scalar:
    """Return the emission of two halves over that of the whole, weighted by emission [-]."""
    whole = path.paid.shares.final

    def halves(place: ScalarInt) -> Scalar:
        return split_in_two(path.mechanism, path.subnets, path.state, place)

    # A subnet's weight in the mean is the share that it gives up, so the shares cancel.
    after = jax.vmap(halves)(jnp.arange(whole.shape[-1]))
    return ordered_sum(jnp.where(whole > 0.0, after, 0.0))


def pump_gain(path: PathHistory) -> Scalar:
    """Return the elasticity of a subnet's emission to its own price, weighted by emission [-]."""
    whole = path.paid.shares.final

    def raised(place: ScalarInt) -> Scalar:
        return pumped(path.mechanism, path.subnets, path.state, place, 1.0 + _PUMP)

    after = jax.vmap(raised)(jnp.arange(whole.shape[-1]))
    return ordered_sum(jnp.where(whole > 0.0, after - whole, 0.0)) / _PUMP


def exit_slippage(path: PathHistory) -> Scalar:
    """Return the loss in selling 1 % of the alpha outside each pool, weighted by depth [-]."""
    alpha = _EXIT_FRACTION * path.state.alpha_out
    spot = alpha * path.price[-1]
    paid = sale_proceeds(path.state.pools, alpha, path.mechanism.fee)
    valued = spot > 0.0
    lost = jnp.where(valued, 1.0 - paid / jnp.where(valued, spot, 1.0), 0.0)
    return ordered_sum(normalise(path.state.pools.tao_in) * lost)


def pool_depth(path: PathHistory) -> Scalar:
    """Return the TAO in all pools [TAO]."""
    return ordered_sum(path.state.pools.tao_in)


def price_volatility(path: PathHistory) -> Scalar:
    """Return the root mean square of daily log returns over started subnets [1/sqrt(day)]."""
    traded = path.subnets.in_emit_set & jnp.all(path.price > 0.0, axis=0)
    logs = jnp.log(jnp.where(traded, path.price, 1.0))
    squares = jnp.mean(jnp.diff(logs, axis=0) ** 2, axis=0)
    mean = jnp.sum(squares) / jnp.maximum(jnp.sum(traded), 1)
    # Guarded twice: the square root of 0 has an infinite slope, and jnp.where multiplies the slope
    # of the branch that is not taken by 0, which makes NaN of it.
    return jnp.where(mean > 0.0, jnp.sqrt(jnp.where(mean > 0.0, mean, 1.0)), 0.0)


def share_turnover(path: PathHistory) -> Scalar:
    """Return the part of the emission that moves between subnets in a day [1/day]."""
    return 0.5 * jnp.mean(jnp.sum(jnp.abs(jnp.diff(path.shares, axis=0)), axis=1))


def sell_pressure(path: PathHistory) -> Scalar:
    """Value participants' alpha of a day at spot, over the TAO in pools [1/day]."""
    payout = path.paid.payout
    received = payout.server * (1.0 - jnp.minimum(path.subnets.miner_burned, 1.0))
    alpha = chain.BLOCKS_PER_DAY * (payout.owner + received + payout.validator)
    return ordered_sum(alpha * path.price[-1]) / pool_depth(path)


def loss_realizable(path: PathHistory) -> Scalar:
    """Return the loss of the holder after slippage and fee [TAO].

    Raises:
        ValueError: the world has no portfolio.
    """
    if path.loss is None:
        raise ValueError("loss_realizable: the world has no portfolio")
    return path.loss


FUNCTIONS: Final[dict[str, Callable[[PathHistory], Scalar]]] = {
    function.__name__: function
    for function in (
        emission_hhi,
        effective_number,
        emission_gini,
        emission_top10,
        soft_nakamoto,
        merit,
        quality_merit,
        split_gain,
        pump_gain,
        exit_slippage,
        pool_depth,
        price_volatility,
        share_turnover,
        sell_pressure,
        loss_realizable,
    )
}
"""Every measure by its name."""


def _valued(state: NetworkState, change) -> NetworkState:
    """Change everything that is counted in TAO: prices, reserves and the memory of weight rules."""
    pools = dataclasses.replace(state.pools, tao_in=change(state.pools.tao_in))
    return dataclasses.replace(
        state,
        pools=pools,
        moving_price=change(state.moving_price),
        memory=jax.tree.map(change, state.memory),
    )


def split_in_two(
    mechanism: Mechanism, subnets: Subnets, state: NetworkState, place: ScalarInt
) -> Scalar:
    """Return the share of the TAO emission of both halves of a subnet in the next block [-].

    Each half has half of the TAO, of the price and of the flow; its alpha is its own, as is its
    slot, so that neither has fewer tokens. Both keep the owner's settings.

    Args:
        mechanism: rules of the chain.
        subnets: subnets that take part.
        state: state before the split.
        place: index of the subnet.
    """
    count = state.alpha_out.shape[-1]

    def twin(leaf: Array) -> Array:
        per_subnet = leaf.ndim > 0 and leaf.shape[-1] == count
        return jnp.append(leaf, leaf[..., place, None], axis=-1) if per_subnet else leaf

    both = (jnp.arange(count + 1) == place) | (jnp.arange(count + 1) == count)

    def halve(leaf: Array) -> Array:
        return jnp.where(both, 0.5 * leaf, leaf)

    subnets, state = jax.tree.map(twin, (subnets, state))
    shares, _ = emission_shares(mechanism, subnets, _valued(state, halve), 1)
    return shares.final[place] + shares.final[-1]


def pumped(
    mechanism: Mechanism,
    subnets: Subnets,
    state: NetworkState,
    place: ScalarInt,
    factor: float,
) -> Scalar:
    """Return the share of a subnet with ``factor`` times its price, depth in TAO or flow [-]."""
    own: PerSubnet = jnp.arange(state.alpha_out.shape[-1]) == place

    def scale(leaf: Array) -> Array:
        return jnp.where(own, factor * leaf, leaf)

    shares, _ = emission_shares(mechanism, subnets, _valued(state, scale), 1)
    return shares.final[place]
