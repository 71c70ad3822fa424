"""Buying what has risen, and selling what has fallen."""

import jax.numpy as jnp
import numpy as np

from dtaojax.demand.age import just_registered
from dtaojax.demand.feedback.response import Response
from dtaojax.demand.log_price import log_spot_price
from dtaojax.demand.process import Clock, DemandProcess, pushing
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class Momentum(DemandProcess):
    """Demand that answers to the past return.

    The past return is the log price less its exponential average over ``window_days``: under a
    steady growth of g a day it tends to ``g * window_days``. It draws no random numbers. What moves
    a pool in a step is known when the step begins, so that flows of other processes keep their
    expectation given the past.

    Attributes:
        response: to the past return.
        window_days: time constant of the average [days].
    """

    response: Response
    window_days: Scalar

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """The average log price, which starts at today's."""
        return log_spot_price(state.pools)

    def intents(
        self, memory: PerSubnet, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, PerSubnet]:
        """The step's pushes. A subnet that has just taken its slot has no past return."""
        now = log_spot_price(state.pools)
        average = jnp.where(just_registered(subnets, state, clock), now, memory)
        push = self.response(now - average) * clock.days
        kept = jnp.exp(-np.float64(clock.days) / self.window_days)
        return pushing(push), now + kept * (average - now)
