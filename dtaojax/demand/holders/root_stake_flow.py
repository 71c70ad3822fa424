"""TAO that moves between users and root."""

import jax.numpy as jnp

from dtaojax.demand.process import Clock, DemandProcess
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import Scalar, ScalarInt
from dtaojax.numerics.streams import Source, Stream, named_stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class RootStakeFlow(DemandProcess):
    """Root stake as a geometric random walk with drift, pulled to where it began if asked for.

    Its log changes by ``drift dt - sd**2 dt / 2 + sd dW``, and the gap to the start closes at
    ``pull``. Without a pull the expected stake grows by ``drift`` a day exactly. What users stake
    comes from TAO that they hold free, which the model does not follow.

    Attributes:
        flow: stream of the walk.
        sd: of a day's change of the log [-].
        drift: expected growth [1/day].
        pull: rate at which the log returns to its start; 0 for a random walk [1/day].
        home: root stake that it returns to [TAO].
    """

    flow: Stream
    sd: Scalar
    drift: Scalar
    pull: Scalar
    home: Scalar

    @property
    def source(self) -> Source:
        """Whose doing its random numbers stand for."""
        return "root"

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Stream:
        """Takes the path's stream."""
        return self.flow.for_path(path)

    def intents(
        self, memory: Stream, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Stream]:
        """The step's staking or unstaking; nobody comes back to a root that all have left."""
        root = state.root_tao
        some = root > 0.0
        gap = jnp.log(self.home / jnp.where(some, root, self.home))
        spread = self.sd * jnp.sqrt(clock.days)
        normal = memory.normals(clock.step, 1)[0].astype(root.dtype)
        closed = -jnp.expm1(-self.pull * clock.days)
        growth = self.drift * clock.days - 0.5 * spread * spread + spread * normal + closed * gap
        quiet = jnp.zeros_like(state.pools.tao_in)
        return Intents(quiet, quiet, root * jnp.expm1(growth)), memory


def root_stake_flow(
    seed: int,
    *,
    name: str = "root_stake_flow",
    sd: float,
    drift: float,
    pull: float,
    home: float,
) -> RootStakeFlow:
    """Builds the process under a seed and a name; the rest as in :class:`RootStakeFlow`."""
    return RootStakeFlow(
        flow=named_stream(seed, f"{name}.flow"),
        sd=jnp.asarray(sd),
        drift=jnp.asarray(drift),
        pull=jnp.asarray(pull),
        home=jnp.asarray(home),
    )
