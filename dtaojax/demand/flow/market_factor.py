"""Flows that subnets have in common: of the whole market, and of a sector."""

from typing import NamedTuple

import jax.numpy as jnp
from jax.typing import ArrayLike

from dtaojax.demand.clock import Clock
from dtaojax.demand.process import DemandProcess, pushing
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.numerics.streams import Stream, named_stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class Memory(NamedTuple):
    """Streams of a path.

    Attributes:
        market: Stream of the market.
        sectors: Stream of the sectors; None where they do not move.
    """

    market: Stream
    sectors: Stream | None


def market_stream(seed: int, name: str) -> Stream:
    """Return the stream of the market of this name, for all that is correlated with it."""
    return named_stream(seed, f"{name}.market")


class MarketFactor(DemandProcess):
    """Normal flows that subnets have in common.

    The push of subnet i is ``loading_i * market_sd * Z + sector_sd * S(sector_i)``, times the root
    of the time, less half its variance, plus the drift: the expected change of ``tao_in`` is
    ``drift`` a day. ``Z`` is one standard normal a step, ``S`` one a step and sector: subnets of
    equal ``Subnets.sector`` share it, as those that do the same work share demand (article, A12).

    Attributes:
        market: Stream of the market.
        sectors: Stream of the sectors; None where they do not move.
        market_sd: Daily standard deviation of the market at a loading of 1 [change of log(tao_in)].
        sector_sd: Daily standard deviation of a sector [change of log(tao_in)].
        loading: Loading of each subnet on the market, shape (subnets,) [-].
        drift: Expected flow [fraction of tao_in per day].
    """

    market: Stream
    sectors: Stream | None
    market_sd: Scalar
    sector_sd: Scalar
    loading: PerSubnet
    drift: Scalar

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Memory:
        """Take the path's streams."""
        sectors = None if self.sectors is None else self.sectors.for_path(path)
        return Memory(self.market.for_path(path), sectors)

    def intents(
        self, memory: Memory, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Memory]:
        """Return the step's pushes."""
        time = jnp.sqrt(clock.days)
        spread = self.loading * self.market_sd * time
        market = memory.market.normals(clock.step, 1)[0].astype(spread.dtype)
        push = spread * market - 0.5 * spread * spread + self.drift * clock.days
        if memory.sectors is not None:
            apart = self.sector_sd * time
            # By sector number, not by slot: subnets of one sector draw the same number.
            sector = memory.sectors.normals_at(clock.step, subnets.sector).astype(spread.dtype)
            push = push + apart * sector - 0.5 * apart * apart
        return pushing(push), memory


def market_factor(
    seed: int,
    *,
    name: str = "market_factor",
    market_sd: float,
    sector_sd: float,
    loading: ArrayLike,
    drift: float,
) -> MarketFactor:
    """Build the process under a seed and a name; the rest as in :class:`MarketFactor`."""
    return MarketFactor(
        market=market_stream(seed, name),
        sectors=named_stream(seed, f"{name}.sectors") if sector_sd > 0.0 else None,
        market_sd=jnp.asarray(market_sd),
        sector_sd=jnp.asarray(sector_sd),
        loading=jnp.asarray(loading),
        drift=jnp.asarray(drift),
    )
