"""Net demand of investors: heavy-tailed by day, normal within the day."""

from typing import Final, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float
from scipy import special

from dtaojax.demand.flow.within_day import flow_within_day
from dtaojax.demand.process import Clock, DemandProcess, pushing
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics import elementary
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.numerics.streams import Stream, named_stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets

_TABLE_EDGE: Final = 6.5
_TABLE_STEP: Final = 2.0**-7


class VolatilityTable(NamedTuple):
    """Log of a day's volatility multiple, at equal steps of a standard normal score."""

    log_multiple: Float[Array, " knots"]

    def __call__(self, score: PerSubnet) -> PerSubnet:
        """Volatility multiples for standard normal scores, linear in the log between knots."""
        position = (score + _TABLE_EDGE) / _TABLE_STEP
        last = self.log_multiple.shape[0] - 2
        knot = jnp.clip(jnp.floor(position), 0, last).astype(jnp.int32)
        low, high = self.log_multiple[knot], self.log_multiple[knot + 1]
        return elementary.exp(low + (position - knot) * (high - low))


def volatility_table(degrees_of_freedom: float, largest: float) -> VolatilityTable:
    """Tabulates ``sqrt(nu / chi2_nu)``, truncated to values up to ``largest``.

    A normal deviate times this multiple is Student-t with nu degrees of freedom. It is truncated
    because the exponential of a t variable has no mean: without a bound on a day's volatility the
    expected price would not exist, and estimates of it would never settle. The truncation is part
    of the distribution, not a limit applied to its draws.

    Args:
        degrees_of_freedom: nu, above 2 so that the variance exists.
        largest: most a day's volatility can be, in units of the scale.
    """
    score = np.arange(-_TABLE_EDGE, _TABLE_EDGE + _TABLE_STEP, _TABLE_STEP)
    within = special.chdtrc(degrees_of_freedom, degrees_of_freedom / largest**2)
    chi2 = special.chdtri(degrees_of_freedom, special.ndtr(score) * within)
    return VolatilityTable(jnp.asarray(0.5 * np.log(degrees_of_freedom / chi2)))


class Memory(NamedTuple):
    """Streams of the path, and each subnet's volatility of the day [1/sqrt(day)]."""

    daily: Stream
    intraday: Stream
    volatility: PerSubnet


class StudentFlow(DemandProcess):
    """Investors' net flow as a fraction of ``tao_in``, with a random variance a day.

    Within a day the change ``g`` of ``log(tao_in)`` is normal with variance ``v**2`` a day, where
    ``v = scale(tao_in) * sqrt(nu / chi2_nu)`` is drawn anew each day for each subnet, so that daily
    flows are Student-t. The mean of ``g`` is set so that the expected change of ``tao_in`` is
    ``drift`` a day, neither more nor less because of the heavy tails.

    Attributes:
        daily: stream of the daily volatility.
        intraday: stream of the flows within a day.
        multiples: distribution of the volatility multiple.
        sd_at_1000_tao: standard deviation that a day's flow has at a depth of 1,000 TAO [1/day].
        depth_exponent: power of the depth with which it scales [-].
        scale_ratio: scale of the t distribution over that standard deviation [-].
        common_share: part of the variance within a day that all subnets have in common [-].
        drift: expected flow [fraction of tao_in per day].
    """

    daily: Stream
    intraday: Stream
    multiples: VolatilityTable
    sd_at_1000_tao: Scalar
    depth_exponent: Scalar
    scale_ratio: Scalar
    common_share: Scalar
    drift: Scalar

    def scale(self, tao_in: PerSubnet) -> PerSubnet:
        """Scale of a day's flow in a pool of this depth [1/sqrt(day)]."""
        depth = jnp.maximum(tao_in, 1.0) / 1_000.0
        return self.scale_ratio * self.sd_at_1000_tao * depth**self.depth_exponent

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Memory:
        """Takes the path's streams; the first step draws the first volatility."""
        return Memory(
            self.daily.for_path(path),
            self.intraday.for_path(path),
            jnp.zeros_like(state.pools.tao_in),
        )

    def intents(
        self, memory: Memory, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Memory]:
        """The step's pushes."""
        tao_in = state.pools.tao_in
        lanes = tao_in.shape[-1]

        def draw() -> PerSubnet:
            score = memory.daily.normals(clock.day, lanes).astype(tao_in.dtype)
            return self.scale(tao_in) * self.multiples(score)

        volatility = lax.cond(clock.begins_day, draw, lambda: memory.volatility)
        push = flow_within_day(memory.intraday, clock, volatility, self.common_share, self.drift)
        return pushing(push), memory._replace(volatility=volatility)


def student_flow(
    seed: int,
    *,
    name: str = "student_flow",
    degrees_of_freedom: float,
    sd_at_1000_tao: float,
    depth_exponent: float,
    scale_ratio: float,
    common_share: float,
    drift: float,
    max_volatility_multiple: float,
) -> StudentFlow:
    """Builds the process under a seed.

    Args:
        seed: of the run.
        name: what its streams are called; two processes of one name draw the same numbers.
        degrees_of_freedom: nu, above 2.
        sd_at_1000_tao: as in :class:`StudentFlow`, like the rest.
        depth_exponent: likewise.
        scale_ratio: likewise.
        common_share: likewise.
        drift: likewise.
        max_volatility_multiple: most a day's volatility can be, in units of the scale.
    """
    return StudentFlow(
        daily=named_stream(seed, f"{name}.daily"),
        intraday=named_stream(seed, f"{name}.intraday"),
        multiples=volatility_table(degrees_of_freedom, max_volatility_multiple),
        sd_at_1000_tao=jnp.asarray(sd_at_1000_tao),
        depth_exponent=jnp.asarray(depth_exponent),
        scale_ratio=jnp.asarray(scale_ratio),
        common_share=jnp.asarray(common_share),
        drift=jnp.asarray(drift),
    )
