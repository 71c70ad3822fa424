"""Demand that responds to prices: momentum, reversion to an anchor, and to the network's mean."""

from typing import Any, Literal

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from dtaojax.demand.clock import Clock
from dtaojax.demand.distributions import KnownFrom, UncertainRates, uncertain_rates
from dtaojax.demand.process import DemandProcess, pushing
from dtaojax.demand.signals import (
    Response,
    just_registered,
    log_or_zero,
    log_spot_price,
    push_for,
    response,
)
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.elementary import quotient
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PathNumber, PerSubnet, Scalar, ScalarInt
from dtaojax.numerics.streams import Stream, named_stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class Momentum(DemandProcess):
    """Demand that responds to the past return: what has risen is bought, what has fallen is sold.

    The past return is the log price less its exponential average over ``window_days``: under a
    steady growth of g a day it tends to ``g * window_days``. It draws no random numbers. What moves
    a pool in a step is known when the step begins, so that flows of other processes keep their
    expectation given the past.

    Attributes:
        response: Response to the past return.
        window_days: Time constant of the average [days].
    """

    response: Response
    window_days: Scalar

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """Return the average log price, which starts at today's [-]."""
        return log_spot_price(state.pools)

    def intents(
        self, memory: PerSubnet, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, PerSubnet]:
        """Return the step's pushes; a subnet that has just taken its slot has no past return."""
        now = log_spot_price(state.pools)
        average = jnp.where(just_registered(subnets, state, clock), now, memory)
        push = self.response(now - average) * clock.days
        kept = jnp.exp(-np.float64(clock.days) / self.window_days)
        return pushing(push), now + kept * (average - now)


def momentum(*, strength: float, most: float, window_days: float) -> Momentum:
    """Build the process.

    Args:
        strength: Push a day for a past return of 1 in the log price.
        most: Bound of the push a day.
        window_days: Time constant of the average [days].
    """
    return Momentum(response(strength, most), jnp.asarray(window_days))


class MovingPriceAnchor(eqx.Module):
    """The chain's moving price, which everybody can read; the spot price where it is 0."""

    def begin(self, state: NetworkState) -> None:
        """Return no memory."""

    def __call__(
        self, memory: None, clock: Clock, subnets: Subnets, state: NetworkState
    ) -> tuple[PerSubnet, None]:
        """Return the log of the anchor [-]."""
        known = state.moving_price > 0.0
        return jnp.where(known, log_or_zero(state.moving_price), log_spot_price(state.pools)), None


class StartPriceAnchor(eqx.Module):
    """The price at the start of the run, or of a later subnet at its registration."""

    def begin(self, state: NetworkState) -> PerSubnet:
        """Return the log of the price, to be remembered [-]."""
        return log_spot_price(state.pools)

    def __call__(
        self, memory: PerSubnet, clock: Clock, subnets: Subnets, state: NetworkState
    ) -> tuple[PerSubnet, PerSubnet]:
        """Return the log of the anchor [-], twice: the second is remembered."""
        fresh = just_registered(subnets, state, clock)
        anchor = jnp.where(fresh, log_spot_price(state.pools), memory)
        return anchor, anchor


class MeanReversion(DemandProcess):
    """Demand that closes the gap between the log price and an anchor at a fixed rate.

    If nothing else happens and the anchor stays, the gap halves every ``half_life_days`` exactly,
    whatever the length of a step. It draws no random numbers.

    Attributes:
        anchor: Anchor that prices are pulled to.
        half_life_days: Half-life of the gap [days].
    """

    anchor: MovingPriceAnchor | StartPriceAnchor
    half_life_days: Scalar

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Any:
        """Return what the anchor remembers."""
        return self.anchor.begin(state)

    def intents(
        self, memory: Any, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Any]:
        """Return the step's pushes."""
        anchor, memory = self.anchor(memory, clock, subnets, state)
        closed = -jnp.expm1(-jnp.log(2.0) * clock.days / self.half_life_days)
        gap = anchor - log_spot_price(state.pools)
        return pushing(push_for(closed * gap, state.pools)), memory


def mean_reversion(
    *, anchor: Literal["moving_price", "start_price"], half_life_days: float
) -> MeanReversion:
    """Build the process.

    Args:
        anchor: Name of the anchor.
        half_life_days: Half-life of the gap to it [days].
    """
    anchors = {"moving_price": MovingPriceAnchor, "start_price": StartPriceAnchor}
    return MeanReversion(anchors[anchor](), jnp.asarray(half_life_days))


class CrossSection(DemandProcess):
    """Demand that closes the gap of log prices to their mean over the network at a slow rate.

    The mean is weighted by ``tao_in``, so that to first order as much TAO enters the pools below it
    as leaves those above: the process moves money among subnets and none into or out of the
    network. The rate is drawn once a path, since history tells it with a wide error.

    Attributes:
        stream: Stream of the rates.
        rate: Distribution of the rate at which a gap of the log price closes [1/day].
    """

    stream: Stream
    rate: UncertainRates

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> Scalar:
        """Draw the rate of a path [1/day]."""
        score = self.stream.for_path(path).normals(jnp.zeros((), jnp.int32), 1)
        return self.rate(score)[0]

    def intents(
        self, memory: Scalar, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Scalar]:
        """Return the step's pushes; subnets outside the emit set neither push nor count."""
        trades = subnets.in_emit_set & (state.pools.tao_in > 0.0)
        level = log_spot_price(state.pools)
        weight = jnp.where(trades, state.pools.tao_in, 0.0)
        total = ordered_sum(weight)
        mean = quotient(ordered_sum(weight * level), total)
        closed = -jnp.expm1(-memory * clock.days)
        gap = jnp.where(trades, mean - level, 0.0)
        return pushing(push_for(closed * gap, state.pools)), memory


def cross_section(seed: int, *, name: str, rate: float, events: float) -> CrossSection:
    """Build the process under a seed and a name.

    Args:
        seed: Seed of the run.
        name: Name of its stream.
        rate: Mean rate at which a gap of the log price closes [1/day].
        events: Number of events that the rate is known from.
    """
    return CrossSection(named_stream(seed, name), uncertain_rates([KnownFrom(rate, events)]))
