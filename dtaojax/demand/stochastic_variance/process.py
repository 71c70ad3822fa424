"""Net demand of investors whose variance differs by subnet, lasts from day to day, and jumps."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax import lax

from dtaojax import chain
from dtaojax.demand.clock import Clock
from dtaojax.demand.distributions import VolatilityTable, volatility_table
from dtaojax.demand.process import DemandProcess, flow_within_day, pushing
from dtaojax.demand.signals import age_days
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics import elementary
from dtaojax.numerics.shapes import PathNumber, PerSubnet, PerSubnetBool, Scalar, ScalarInt
from dtaojax.numerics.streams import Stream, named_stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets

_AGE_SCALE: Final = 90.0
"""Age at which a subnet is no longer new [days]; as in calibration.model."""
_YOUNGEST: Final = 0.5
"""A subnet that is younger counts as this old, so that its scale is finite [days]."""
_LARGEST_MULTIPLE: Final = 1e4
"""Far beyond what the bound on a day's volatility lets through."""


class Component(eqx.Module):
    """An AR(1) part of a subnet's log volatility.

    Attributes:
        sd: Stationary standard deviation, over subnets and time [-].
        persistence: Autocorrelation over a day [-].
        start: Mean at the start of a run, by what the history says of each subnet, shape
            (subnets,) [-].
        start_sd: Standard deviation about that mean, shape (subnets,) [-].
    """

    sd: Scalar
    persistence: Scalar
    start: PerSubnet
    start_sd: PerSubnet

    def begin(self, normals: PerSubnet) -> PerSubnet:
        """Return the values on the first day, given standard normal deviates."""
        return self.start + self.start_sd * normals

    def advance(self, value: PerSubnet, new: PerSubnetBool, normals: PerSubnet) -> PerSubnet:
        """Return the values a day later; a new subnet draws from all subnets' distribution."""
        moved = self.persistence * value + jnp.sqrt(1.0 - self.persistence**2) * self.sd * normals
        return jnp.where(new, self.sd * normals, moved)


def component(
    netuids: Iterable[int], *, sd: float, persistence: float, now: Mapping[int, tuple[float, float]]
) -> Component:
    """Build a component, with each subnet's state in the order of the network.

    Args:
        netuids: Netuids of the network, in its order, shape (subnets,).
        sd: Stationary standard deviation [-].
        persistence: Autocorrelation over a day [-].
        now: Netuid -> mean and standard deviation at the start; those that the network does not
            have are left out, and a subnet that is not listed draws from all subnets' distribution.
    """
    known = np.array([now.get(int(netuid), (0.0, sd)) for netuid in netuids], dtype=float)
    return Component(
        sd=jnp.asarray(sd),
        persistence=jnp.asarray(persistence),
        start=jnp.asarray(known[:, 0]),
        start_sd=jnp.asarray(known[:, 1]),
    )


class Asymmetry(eqx.Module):
    """Drift of a normal variance-mean mixture, as strong as a path draws it.

    A flow of variance ``v**2`` a day has ``strength * v**2`` a day on top of its mean (Barndorff-
    Nielsen, Kent and Sørensen, "Normal variance-mean mixtures and z distributions", International
    Statistical Review 50, 1982). Where it is positive, wild subnets rise more than calm ones and
    returns over weeks are skewed to the right, for as long as variance lasts. All subnets of a path
    have the strength in common, so that it moves baskets too.

    Attributes:
        stream: Stream of the strengths.
        mean: Mean of the strength over paths [-].
        sd: Standard deviation of the strength over paths [-].
    """

    stream: Stream
    mean: Scalar
    sd: Scalar

    def begin(self, path: PathNumber) -> Scalar:
        """Draw the strength of a path [-]."""
        score = self.stream.for_path(path).normals(jnp.zeros((), jnp.int32), 1)[0]
        return self.mean + self.sd * score.astype(self.mean.dtype)


def asymmetry(seed: int, *, name: str, mean: float, sd: float) -> Asymmetry | None:
    """Build it under a seed and the name of its process; None where flows are symmetric."""
    if mean == 0.0 and sd == 0.0:
        return None
    return Asymmetry(named_stream(seed, f"{name}.asymmetry"), jnp.asarray(mean), jnp.asarray(sd))


class VarianceStreams(NamedTuple):
    """Random streams of the process.

    Attributes:
        level: Stream of the persistent component.
        swing: Stream of the passing component.
        daily: Stream of a day's heavy-tailed multiple.
        intraday: Stream of the flows within a day.
    """

    level: Stream
    swing: Stream
    daily: Stream
    intraday: Stream

    def for_path(self, path: ScalarInt) -> "VarianceStreams":
        """Return their parts that belong to a path."""
        return VarianceStreams(*(stream.for_path(path) for stream in self))


class VarianceMemory(NamedTuple):
    """Memory of a path from step to step.

    Attributes:
        streams: Streams of the path.
        level: Persistent component of the log volatility, shape (subnets,) [-].
        swing: Passing component of the log volatility, shape (subnets,) [-].
        volatility: Volatility of the day, shape (subnets,) [1/sqrt(day)].
        strength: Strength of asymmetry on the path [-]; None where flows are symmetric.
    """

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
        streams: Streams of random numbers.
        heavy: Distribution of ``w``.
        level: Persistent component of the log volatility.
        swing: Passing component of the log volatility.
        scale_at_1000_tao: Typical ``s`` of an old subnet at a depth of 1,000 TAO [1/sqrt(day)].
        depth_exponent: Power of the depth [-].
        age_exponent: Power of ``1 + 90/age`` [-].
        max_sd: Most a day's volatility can be [1/sqrt(day)].
        common_share: Part of the variance within a day that all subnets have in common [-].
        drift: Expected flow [fraction of tao_in per day].
        asymmetry: Growth of the mean with the variance; None where flows are symmetric.
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
        """Return the typical volatility of subnets of this depth and age [1/sqrt(day)]."""
        depth = jnp.maximum(state.pools.tao_in, 1.0) / 1_000.0
        age = jnp.maximum(age_days(subnets, state), _YOUNGEST)
        youth = elementary.exp(self.age_exponent * elementary.log1p(_AGE_SCALE / age))
        return self.scale_at_1000_tao * depth**self.depth_exponent * youth

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> VarianceMemory:
        """Draw where each subnet's components stand."""
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
        """Return the step's pushes."""
        tao_in = state.pools.tao_in
        lanes = tao_in.shape[-1]

        def next_day() -> VarianceMemory:
            def normals(stream: Stream) -> PerSubnet:
                return stream.normals(clock.day, lanes).astype(tao_in.dtype)

            # The first day keeps what `begin` drew; from the second on components move.
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

        memory = lax.cond(clock.begins_day, next_day, lambda: memory)
        push = flow_within_day(
            memory.streams.intraday, clock, memory.volatility, self.common_share, self.drift
        )
        if memory.strength is not None:
            push = push + memory.strength * jnp.square(memory.volatility) * clock.days
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
    """Build the process under a seed and a name; the rest as in :class:`StochasticVarianceFlow`.

    Args:
        seed: Seed of the run.
        name: Name of its streams; two processes of one name draw the same numbers.
        degrees_of_freedom: Degrees of freedom nu of a day's flow, above 1.
        level: Persistent component of the log volatility.
        swing: Passing component of the log volatility.
        scale_at_1000_tao: Typical scale at a depth of 1,000 TAO [1/sqrt(day)].
        depth_exponent: Power of the depth [-].
        age_exponent: Power of ``1 + 90/age`` [-].
        max_sd: Most a day's volatility can be [1/sqrt(day)].
        common_share: Part of the variance that all subnets have in common [-].
        drift: Expected flow [fraction of tao_in per day].
        asymmetry_mean: Mean strength of asymmetry over paths [-].
        asymmetry_sd: Standard deviation of that strength over paths [-].
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
