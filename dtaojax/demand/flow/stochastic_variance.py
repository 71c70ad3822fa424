"""Net demand of investors whose variance differs by subnet, lasts from day to day, and jumps."""

from typing import Final, NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jax import lax

from dtaojax import chain
from dtaojax.demand.age import age_days
from dtaojax.demand.flow.asymmetry import Asymmetry, asymmetry, lean
from dtaojax.demand.flow.student_flow import VolatilityTable, volatility_table
from dtaojax.demand.flow.within_day import flow_within_day
from dtaojax.demand.process import Clock, DemandProcess, pushing
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics import elementary
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar, ScalarInt
from dtaojax.numerics.streams import Stream, named_stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets

_AGE_SCALE: Final = 90.0
"""Age at which a subnet is no longer new [days]; see `dtaojax.calibration.model.AGE_SCALE`."""
_YOUNGEST: Final = 0.5
"""A subnet that is younger counts as this old, so that its scale is finite [days]."""
_LARGEST_MULTIPLE: Final = 1e4
"""Far beyond what the bound on a day's volatility lets through."""


class Component(eqx.Module):
    """An AR(1) part of a subnet's log volatility.

    Attributes:
        sd: stationary standard deviation, over subnets and time.
        persistence: autocorrelation over a day.
        start: mean at the start of a run; what the history says of each subnet.
        start_sd: how uncertain that is.
    """

    sd: Scalar
    persistence: Scalar
    start: PerSubnet
    start_sd: PerSubnet

    def begin(self, normals: PerSubnet) -> PerSubnet:
        """The value on the first day, given standard normal deviates."""
        return self.start + self.start_sd * normals

    def advance(self, value: PerSubnet, new: PerSubnetBool, normals: PerSubnet) -> PerSubnet:
        """The value a day later; a new subnet draws from all subnets' distribution."""
        moved = self.persistence * value + jnp.sqrt(1.0 - self.persistence**2) * self.sd * normals
        return jnp.where(new, self.sd * normals, moved)


class VarianceStreams(NamedTuple):
    """Random streams of the process."""

    level: Stream
    swing: Stream
    daily: Stream
    intraday: Stream

    def for_path(self, path: ScalarInt) -> "VarianceStreams":
        """Their parts that belong to a path."""
        return VarianceStreams(*(stream.for_path(path) for stream in self))


class VarianceMemory(NamedTuple):
    """Streams and strength of asymmetry of the path, and each subnet's level, swing and volatility
    of the day."""

    streams: VarianceStreams
    level: PerSubnet
    swing: PerSubnet
    volatility: PerSubnet
    strength: Scalar | None


class StochasticVarianceFlow(DemandProcess):
    """Investors' net flow as a fraction of ``tao_in``, with a variance that has a history.

    Within a day the change ``g`` of ``log(tao_in)`` is normal with variance ``v**2`` a day, where

        ``1/v**2 = 1/s**2 + 1/max_sd**2``,
        ``log s = log(scale_at_1000_tao) + depth_exponent log(tao_in / 1000)
        + age_exponent log(1 + 90 / age) + level + swing + log(w)``.

    ``level`` (what sets a subnet apart, for months) and ``swing`` (what passes within days) are
    AR(1) processes of each subnet, and ``w = sqrt(nu/chi2_nu)`` is drawn anew each day, so that a
    day's flow given level and swing is Student-t. ``max_sd`` is a part of the distribution: without
    a bound on a day's volatility the expected price would not exist. The mean of ``g`` is set so
    that the expected change of ``tao_in`` is ``drift`` a day; an asymmetry comes on top.

    Attributes:
        streams: of random numbers.
        heavy: distribution of ``w``.
        level: the persistent component.
        swing: the passing component.
        scale_at_1000_tao: typical ``s`` of an old subnet at a depth of 1,000 TAO [1/sqrt(day)].
        depth_exponent: power of the depth [-].
        age_exponent: power of ``1 + 90/age`` [-].
        max_sd: most a day's volatility can be [1/sqrt(day)].
        common_share: part of the variance within a day that all subnets have in common [-].
        drift: expected flow [fraction of tao_in per day].
        asymmetry: what the mean gains with the variance; None where it gains nothing.
    """

    streams: VarianceStreams
    heavy: VolatilityTable
    level: Component
    swing: Component
    scale_at_1000_tao: Scalar
    depth_exponent: Scalar
    age_exponent: Scalar
    max_sd: Scalar
    common_share: Scalar
    drift: Scalar
    asymmetry: Asymmetry | None

    def scale(self, subnets: Subnets, state: NetworkState) -> PerSubnet:
        """Typical volatility of subnets of this depth and age [1/sqrt(day)]."""
        depth = jnp.maximum(state.pools.tao_in, 1.0) / 1_000.0
        age = jnp.maximum(age_days(subnets, state), _YOUNGEST)
        youth = elementary.exp(self.age_exponent * elementary.log1p(_AGE_SCALE / age))
        return self.scale_at_1000_tao * depth**self.depth_exponent * youth

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> VarianceMemory:
        """Draws where each subnet's components stand."""
        streams = self.streams.for_path(path)
        lanes = self.level.start.shape[-1]
        first = jnp.zeros((), jnp.int32)

        def normals(stream: Stream) -> PerSubnet:
            return stream.normals(first, lanes).astype(self.level.start.dtype)

        return VarianceMemory(
            streams=streams,
            level=self.level.begin(normals(streams.level)),
            swing=self.swing.begin(normals(streams.swing)),
            volatility=jnp.zeros_like(state.pools.tao_in),
            strength=None if self.asymmetry is None else self.asymmetry.begin(path),
        )

    def intents(
        self,
        memory: VarianceMemory,
        clock: Clock,
        subnets: Subnets,
        state: NetworkState,
        paid: Coinbase,
    ) -> tuple[Intents, VarianceMemory]:
        """The step's pushes."""
        tao_in = state.pools.tao_in
        lanes = tao_in.shape[-1]

        def wake() -> VarianceMemory:
            def normals(stream: Stream) -> PerSubnet:
                return stream.normals(clock.day, lanes).astype(tao_in.dtype)

            later = jnp.broadcast_to(clock.day > 0, (lanes,))
            new = later & (subnets.registered_at > state.block - chain.BLOCKS_PER_DAY)
            level = self.level.advance(memory.level, new, normals(memory.streams.level))
            swing = self.swing.advance(memory.swing, new, normals(memory.streams.swing))
            level = jnp.where(later, level, memory.level)
            swing = jnp.where(later, swing, memory.swing)
            heavy = self.heavy(normals(memory.streams.daily))
            free = self.scale(subnets, state) * elementary.exp(level + swing) * heavy
            volatility = free / jnp.sqrt(1.0 + jnp.square(free / self.max_sd))
            return VarianceMemory(memory.streams, level, swing, volatility, memory.strength)

        memory = lax.cond(clock.begins_day, wake, lambda: memory)
        push = flow_within_day(
            memory.streams.intraday, clock, memory.volatility, self.common_share, self.drift
        )
        if memory.strength is not None:
            push = push + lean(memory.strength, memory.volatility, clock)
        return pushing(push), memory


def stochastic_variance_flow(
    seed: int,
    *,
    name: str = "stochastic_variance_flow",
    degrees_of_freedom: float,
    level: Component,
    swing: Component,
    scale_at_1000_tao: float,
    depth_exponent: float,
    age_exponent: float,
    max_sd: float,
    common_share: float,
    drift: float,
    asymmetry_mean: float,
    asymmetry_sd: float,
) -> StochasticVarianceFlow:
    """Builds the process under a seed.

    Args:
        seed: of the run.
        name: what its streams are called; two processes of one name draw the same numbers.
        degrees_of_freedom: nu, above 1.
        level: as in :class:`StochasticVarianceFlow`, like the rest.
        swing: likewise.
        scale_at_1000_tao: likewise.
        depth_exponent: likewise.
        age_exponent: likewise.
        max_sd: likewise.
        common_share: likewise.
        drift: likewise.
        asymmetry_mean: of the strength of asymmetry over paths [-].
        asymmetry_sd: its standard deviation over paths [-].
    """
    parts = VarianceStreams._fields
    return StochasticVarianceFlow(
        streams=VarianceStreams(*(named_stream(seed, f"{name}.{part}") for part in parts)),
        heavy=volatility_table(degrees_of_freedom, _LARGEST_MULTIPLE),
        level=level,
        swing=swing,
        scale_at_1000_tao=jnp.asarray(scale_at_1000_tao),
        depth_exponent=jnp.asarray(depth_exponent),
        age_exponent=jnp.asarray(age_exponent),
        max_sd=jnp.asarray(max_sd),
        common_share=jnp.asarray(common_share),
        drift=jnp.asarray(drift),
        asymmetry=asymmetry(seed, name=name, mean=asymmetry_mean, sd=asymmetry_sd),
    )
