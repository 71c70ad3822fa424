"""The history of a path that measures read: day by day, and in full at the horizon."""

from collections.abc import Callable
from operator import sub
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from dtaojax.mechanism.coinbase import Coinbase, coinbase
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.world.followers.portfolio import Portfolio
from dtaojax.world.world import Carry, World

Lift = Callable[[Callable[..., Any]], Callable[..., Any]]
"""Transforms a piece of a program before it is called."""


class PathHistory(NamedTuple):
    """A path: day by day as far as shares and prices go, and in full at the horizon.

    Attributes:
        mechanism: the rules.
        subnets: subnets that take part at the horizon.
        state: state at the horizon.
        paid: payment of the block after the horizon.
        shares: shares of the TAO emission at the start and at the end of each day [-].
        price: spot price at the same times [TAO/alpha].
        loss: realizable loss of the holder's portfolio; None where nothing is held [TAO].
    """

    mechanism: Mechanism
    subnets: Subnets
    state: NetworkState
    paid: Coinbase
    shares: Float[Array, "days subnets"]
    price: Float[Array, "days subnets"]
    loss: Scalar | None


class Day(NamedTuple):
    """Shares and prices at the end of a day.

    Attributes:
        shares: shares of the TAO emission [-].
        price: spot price [TAO/alpha].
    """

    shares: PerSubnet
    price: PerSubnet


def run_path(world: World, path: ScalarInt, days: int, steps_a_day: int) -> PathHistory:
    """Run a path over whole days.

    Args:
        world: the model; its steps must fill days.
        path: number of the path.
        days: horizon.
        steps_a_day: number of steps that make a day.
    """
    return follow(_plainly, lambda _: world, (), path, days, steps_a_day, lambda history: history)


def follow(
    lift: Lift,
    build: Callable[[Any], World],
    values: Any,
    path: ScalarInt,
    days: int,
    steps_a_day: int,
    read: Callable[[PathHistory], Any],
) -> Any:
    """Run a path of the world that ``build`` makes of ``values``, and read its history.

    A day is a checkpoint: a derivative in reverse keeps the state once a day and computes the rest
    again.

    Args:
        lift: transformation of each piece of the program before it is called: none, or
            :func:`~dtaojax.gradients.dual.pushed`, which takes derivatives along.
        build: makes the world.
        values: values that it is made of, as the lifted pieces take them.
        path: number of the path.
        days: horizon.
        steps_a_day: number of steps that make a day.
        read: function of the history that is wanted.

    Returns:
        What ``read`` returns, as the lifted pieces return it.
    """
    begin = lift(lambda values: build(values).begin(path))
    look = lift(lambda values, carry: _look(build(values), carry))
    close = lift(lambda values, *seen: read(_history(build(values), *seen)))

    @jax.checkpoint
    def day(carry: Any, number: ScalarInt) -> tuple[Any, Any]:
        first = number * steps_a_day

        def step(place: ScalarInt, carry: Any) -> Any:
            return lift(lambda values, at: build(values).advance(at, first + place))(values, carry)

        carry = lax.fori_loop(0, steps_a_day, step, carry)
        return carry, look(values, carry)

    begun = begin(values)
    end, later = lax.scan(day, begun, jnp.arange(days, dtype=jnp.int32))
    return close(values, begun, look(values, begun), end, later)


def _plainly(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def _next_block(world: World, carry: Carry) -> Coinbase:
    return coinbase(world.mechanism, world.taking_part(carry), carry.state, 1)[1]


def _look(world: World, carry: Carry) -> Day:
    return Day(_next_block(world, carry).shares.final, spot_price(carry.state.pools))


def _worth(world: World, carry: Carry) -> list[Scalar]:
    """Return the realizable value of each portfolio that the world follows [TAO]."""
    return [
        ordered_sum(portfolio.value(holdings, carry.state, world.mechanism.fee).realizable)
        for portfolio, holdings in world.following(carry, Portfolio)
    ]


def _history(world: World, begun: Carry, first: Day, end: Carry, later: Day) -> PathHistory:
    days = (jnp.concatenate([start[None], rest]) for start, rest in zip(first, later, strict=True))
    losses = map(sub, _worth(world, begun), _worth(world, end))
    return PathHistory(
        world.mechanism,
        world.taking_part(end),
        end.state,
        _next_block(world, end),
        *days,
        loss=next(losses, None),
    )
