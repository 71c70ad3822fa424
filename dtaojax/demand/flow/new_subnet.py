"""The wild youth of a subnet's market."""

import jax.numpy as jnp

from dtaojax.demand.age import ByAge, age_days
from dtaojax.demand.process import Clock, DemandProcess, pushing
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import ScalarInt
from dtaojax.numerics.streams import Stream, named_stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class NewSubnet(DemandProcess):
    """Normal flows on top of the usual ones while a subnet is young, which fade as it matures.

    A process of its own, so that it adds to any other: ``sd`` is what must be added to the usual
    flows, in quadrature, to make a young subnet's, and 0 for a mature one.

    Attributes:
        intraday: stream of the flows.
        sd: of a day by age [change of log(tao_in)].
        drift: expected flow by age [fraction of tao_in per day].
    """

    intraday: Stream
    sd: ByAge
    drift: ByAge

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Stream:
        """Takes the path's stream."""
        return self.intraday.for_path(path)

    def intents(
        self, memory: Stream, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Stream]:
        """The step's pushes."""
        age = age_days(subnets, state)
        spread = self.sd(age) * jnp.sqrt(clock.days)
        normals = memory.normals(clock.step, age.shape[-1]).astype(age.dtype)
        drift = self.drift(age) * clock.days
        return pushing(spread * normals - 0.5 * spread * spread + drift), memory


def new_subnet(seed: int, *, name: str = "new_subnet", sd: ByAge, drift: ByAge) -> NewSubnet:
    """Builds the process under a seed and a name; the rest as in :class:`NewSubnet`."""
    return NewSubnet(named_stream(seed, f"{name}.intraday"), sd, drift)
