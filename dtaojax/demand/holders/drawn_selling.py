"""How much of what is emitted gets sold differs from path to path."""

import jax.numpy as jnp

from dtaojax.demand.holders.emission_selling import EmissionSelling
from dtaojax.demand.process import Clock, DemandProcess, selling
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import PathNumber, Scalar
from dtaojax.numerics.streams import Source, Stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class DrawnSelling(DemandProcess):
    """Emission is sold as by another process, times a factor that a path draws and keeps.

    The factor is lognormal. It stands for what history leaves open about the level of all selling
    (see docs/behaviour.md); a factor above 1 means that alpha which was earned earlier is sold too.

    Attributes:
        stream: of random numbers.
        fractions: the sellers and their fractions.
        median: of the factor [-].
        spread: standard deviation of its logarithm [-].
    """

    stream: Stream
    fractions: EmissionSelling
    median: Scalar
    spread: Scalar

    @property
    def source(self) -> Source:
        """Whose doing its random numbers stand for."""
        return "selling"

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> Scalar:
        """Draw the factor of a path [-]."""
        score = self.stream.for_path(path).normals(jnp.zeros((), jnp.int32), 1)[0]
        return self.median * jnp.exp(self.spread * score.astype(self.median.dtype))

    def intents(
        self, memory: Scalar, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Scalar]:
        """Return the step's sales."""
        wanted, _ = self.fractions.intents(None, clock, subnets, state, paid)
        return selling(memory * wanted.alpha_sale), memory
