"""Prices drift towards the network's: what is dear against it is sold, what is cheap is bought."""

import jax.numpy as jnp

from dtaojax.demand.log_price import log_spot_price, push_for
from dtaojax.demand.process import Clock, DemandProcess, pushing
from dtaojax.demand.uncertain import UncertainRates
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.elementary import quotient
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PathNumber, Scalar
from dtaojax.numerics.streams import Stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class CrossSection(DemandProcess):
    """Demand that closes the gap of log prices to their mean over the network at a slow rate.

    The mean is weighted by ``tao_in``, so that to first order as much TAO enters the pools below it
    as leaves those above: the process moves money among subnets and none into or out of the
    network. The rate is drawn once a path, since history tells it with a wide error.

    Attributes:
        stream: of random numbers.
        rate: at which a gap of the log price closes [1/day].
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
