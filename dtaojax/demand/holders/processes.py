"""Those who are paid in alpha sell part of it, and TAO moves between users and root."""

import jax.numpy as jnp

from dtaojax.demand.clock import Clock
from dtaojax.demand.process import DemandProcess, selling
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import PathNumber, Scalar, ScalarInt
from dtaojax.numerics.streams import Source, Stream, named_stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class EmissionSelling(DemandProcess):
    """Each class sells a fixed fraction of what a step pays it, at once.

    Miners sell out of what they receive: the part that the owner withholds (MinerBurned) is never
    sold. Root's part stays in its baskets.

    Attributes:
        owner: Fraction of the owner's cut that is sold [-].
        miner: Fraction of the miners' income that is sold [-].
        validator: Fraction of the validators' and their nominators' income that is sold [-].
    """

    owner: Scalar
    miner: Scalar
    validator: Scalar

    @property
    def source(self) -> Source:
        """Source of randomness to which its numbers count."""
        return "selling"

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> None:
        """Return no memory."""

    def intents(
        self, memory: None, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, None]:
        """Return the step's sales."""
        payout = paid.payout
        received = payout.server * (1.0 - jnp.minimum(subnets.miner_burned, 1.0))
        sale = self.owner * payout.owner + self.miner * received + self.validator * payout.validator
        return selling(sale), None


def emission_selling(*, owner: float, miner: float, validator: float) -> EmissionSelling:
    """Build the process; arguments as the attributes of :class:`EmissionSelling`."""
    return EmissionSelling(jnp.asarray(owner), jnp.asarray(miner), jnp.asarray(validator))


class DrawnSelling(DemandProcess):
    """Emission is sold as by another process, times a factor that a path draws and keeps.

    The factor is lognormal. It stands for what history leaves open about the level of all selling
    (see docs/behaviour.md); a factor above 1 means that alpha which was earned earlier is sold too.

    Attributes:
        stream: Stream of the factors.
        fractions: Sellers and their fractions.
        median: Median of the factor [-].
        spread: Standard deviation of the factor's logarithm [-].
    """

    stream: Stream
    fractions: EmissionSelling
    median: Scalar
    spread: Scalar

    @property
    def source(self) -> Source:
        """Source of randomness to which its numbers count."""
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


def drawn_selling(
    seed: int, *, name: str, fractions: EmissionSelling, median: float, spread: float
) -> DrawnSelling:
    """Build the process under a seed and a name; the rest as in :class:`DrawnSelling`."""
    stream = named_stream(seed, name)
    return DrawnSelling(stream, fractions, jnp.asarray(median), jnp.asarray(spread))


class RootStakeFlow(DemandProcess):
    """Root stake as a geometric random walk with drift, pulled to where it began if asked for.

    Its log changes by ``drift dt - sd**2 dt / 2 + sd dW``, and the gap to the start closes at
    ``pull``. Without a pull the expected stake grows by ``drift`` a day exactly. What users stake
    comes from TAO that they hold free, which the model does not follow.

    Attributes:
        flow: Stream of the walk.
        sd: Standard deviation of a day's change of the log [-].
        drift: Expected growth [1/day].
        pull: Rate at which the log returns to its start; 0 for a random walk [1/day].
        home: Root stake that it returns to [TAO].
    """

    flow: Stream
    sd: Scalar
    drift: Scalar
    pull: Scalar
    home: Scalar

    @property
    def source(self) -> Source:
        """Source of randomness to which its numbers count."""
        return "root"

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Stream:
        """Take the path's stream."""
        return self.flow.for_path(path)

    def intents(
        self, memory: Stream, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Stream]:
        """Return the step's staking or unstaking; a root that all have left stays empty."""
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
    """Build the process under a seed and a name; the rest as in :class:`RootStakeFlow`."""
    return RootStakeFlow(
        flow=named_stream(seed, f"{name}.flow"),
        sd=jnp.asarray(sd),
        drift=jnp.asarray(drift),
        pull=jnp.asarray(pull),
        home=jnp.asarray(home),
    )
