"""A wave of unstaking from root."""

import jax.numpy as jnp

from dtaojax.demand.process import Clock, DemandProcess
from dtaojax.demand.shock.window import Window
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import Scalar, ScalarInt
from dtaojax.numerics.streams import Source
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class RootExit(DemandProcess):
    """A fraction of root stake leaves, evenly over a window; what it does outside is not followed.

    Attributes:
        window: when it leaves.
        fraction: of the root stake as the window begins [-].
    """

    window: Window
    fraction: Scalar

    @property
    def source(self) -> Source:
        """Whose doing its random numbers stand for."""
        return "root"

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Scalar:
        """TAO of the whole wave, once it has begun."""
        return jnp.zeros_like(state.root_tao)

    def intents(
        self, memory: Scalar, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Scalar]:
        """The step's unstaking."""
        total = jnp.where(self.window.begins(clock), self.fraction * state.root_tao, memory)
        quiet = jnp.zeros_like(state.pools.tao_in)
        return Intents(quiet, quiet, -total * self.window.share(clock)), total
