"""A path as measures see it."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from dtaojax.mechanism.coinbase import Coinbase, coinbase
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.pools import spot_price
from dtaojax.ordered import ordered_sum
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.state.shapes import Scalar, ScalarInt
from dtaojax.world.carry import Carry
from dtaojax.world.world import World


class History(NamedTuple):
    """A path: day by day as far as shares and prices go, and in full at the horizon.

    Attributes:
        mechanism: the rules.
        subnets: who takes part at the horizon.
        state: at the horizon.
        paid: what the block after the horizon would pay.
        shares: of the TAO emission, at the start and at the end of each day [-].
        price: spot price at the same times [TAO/alpha].
        loss: what the holder's portfolio lost, realizable; None where nothing is held [TAO].
    """

    mechanism: Mechanism
    subnets: Subnets
    state: NetworkState
    paid: Coinbase
    shares: Float[Array, "days subnets"]
    price: Float[Array, "days subnets"]
    loss: Scalar | None


def run_path(world: World, path: ScalarInt, days: int, steps_a_day: int) -> History:
    """Runs a path over whole days.

    A day is a checkpoint: a derivative in reverse keeps the state once a day and computes the rest
    again.

    Args:
        world: the model; its steps must fill days.
        path: number of the path.
        days: horizon.
        steps_a_day: number of steps that make a day.
    """

    def next_block(carry: Carry) -> Coinbase:
        return coinbase(world.mechanism, world.taking_part(carry), carry.state, 1)[1]

    def worth(carry: Carry) -> Scalar:
        portfolio, holdings = world.portfolio, carry.holdings
        assert portfolio is not None
        assert holdings is not None
        value = portfolio.value(holdings, carry.state, world.mechanism.fee)
        return ordered_sum(value.realizable)

    @jax.checkpoint
    def day(carry: Carry, number: ScalarInt):
        first = number * steps_a_day
        carry = lax.fori_loop(
            0, steps_a_day, lambda step, at: world.advance(at, first + step), carry
        )
        return carry, (next_block(carry).shares.final, spot_price(carry.state.pools))

    begun = world.begin(path)
    first = (next_block(begun).shares.final, spot_price(begun.state.pools))
    end, later = lax.scan(day, begun, jnp.arange(days, dtype=jnp.int32))
    shares, price = (
        jnp.concatenate([start[None], rest]) for start, rest in zip(first, later, strict=True)
    )
    return History(
        world.mechanism,
        world.taking_part(end),
        end.state,
        next_block(end),
        shares,
        price,
        loss=None if world.portfolio is None else worth(begun) - worth(end),
    )
