"""Replay: the mechanism under the trades that history saw.

Fed with the price path, users' trades are those that a pool needs to follow it: a step's coinbase
moves the price by its chain buys, and a net trade moves it on to the price that was seen. That pins
prices. What is tested is what the protocol adds: the liquidity that it injects, hence the reserves,
the price averages, and the division of emission.
"""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float

from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.liquidity.pools import spot_price, weight_ratio
from dtaojax.mechanism.step import step
from dtaojax.numerics.shapes import PerSubnet
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class Given(NamedTuple):
    """Figures of the history for each step; shape (steps, subnets).

    Attributes:
        price: price at the end of the step; NaN where nobody trades [TAO/alpha].
        enabled: true where the owner's switch lets the subnet receive TAO.
    """

    price: Float[Array, "steps subnets"]
    enabled: Bool[Array, "steps subnets"]


class Replayed(NamedTuple):
    """Figures of a replay, after or during each step; shape (steps, subnets).

    Attributes:
        tao_in: TAO reserve after the step [TAO].
        alpha_in: alpha reserve after the step [alpha].
        moving_price: price average after the step [TAO/alpha].
        emission_share: share of TAO emission during the step [-].
        injected: TAO that the protocol injected during the step [TAO].
        bought: TAO that the protocol paid for alpha during the step [TAO].
    """

    tao_in: Float[Array, "steps subnets"]
    alpha_in: Float[Array, "steps subnets"]
    moving_price: Float[Array, "steps subnets"]
    emission_share: Float[Array, "steps subnets"]
    injected: Float[Array, "steps subnets"]
    bought: Float[Array, "steps subnets"]


def trades_to(price: PerSubnet, paid: NetworkState) -> Intents:
    """Return net trades that move pools from their state to a price; none where it is unknown.

    A push ``g`` changes the log price by ``g (1 + w2/w1)``, ``2 g`` in a constant-product pool, so
    that the trade is ``tao_in (sqrt(p'/p) - 1)`` there.

    Args:
        price: price that is wanted; NaN where not known [TAO/alpha].
        paid: network after the coinbase.
    """
    now = spot_price(paid.pools)
    # Unknown prices and empty pools stand at 1 in the logarithm, so that they ask for no trade.
    known = jnp.isfinite(price) & (now > 0.0)
    change = jnp.log(jnp.where(known, price, 1.0) / jnp.where(known, now, 1.0))
    push = change / (1.0 + weight_ratio(paid.pools.w_tao))
    return Intents(push, jnp.zeros_like(push))


@eqx.filter_jit
def replay(
    mechanism: Mechanism, subnets: Subnets, start: NetworkState, given: Given, blocks: int
) -> tuple[NetworkState, Replayed]:
    """Run the mechanism along a price path.

    Args:
        mechanism: the rules in force.
        subnets: who takes part; their switches are those of ``given``.
        start: state before the first step.
        given: prices and switches.
        blocks: length of a step.

    Returns:
        The state at the end, and what was seen on the way.
    """

    def advance(before: NetworkState, now: Given) -> tuple[NetworkState, Replayed]:
        def intents_of(paid: NetworkState, protocol: Coinbase) -> Intents:
            return trades_to(now.price, paid)

        switched = dataclasses.replace(subnets, emission_enabled=now.enabled)
        after, flows = step(mechanism, switched, before, blocks, intents_of)
        paid = flows.coinbase
        return after, Replayed(
            tao_in=after.pools.tao_in,
            alpha_in=after.pools.alpha_in,
            moving_price=after.moving_price,
            emission_share=paid.shares.final,
            injected=blocks * paid.terms.tao_in,
            bought=jnp.where(paid.buy_refused, 0.0, blocks * paid.terms.excess_tao),
        )

    return lax.scan(advance, start, given)
