"""Net demand of investors: heavy-tailed by day, normal within the day."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from dtaojax.demand.clock import Clock
from dtaojax.demand.distributions import VolatilityTable, volatility_table
from dtaojax.demand.process import DemandProcess, flow_within_day, pushing
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.numerics.streams import Stream, named_stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class Memory(NamedTuple):
    """Memory of a path from step to step.

    Attributes:
        daily: The path's stream of the daily volatility.
        intraday: The path's stream of the flows within a day.
        volatility: Volatility of the day, shape (subnets,) [1/sqrt(day)].
    """

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
        daily: Stream of the daily volatility.
        intraday: Stream of the flows within a day.
        multiples: Distribution of the volatility multiple.
        sd_at_1000_tao: Standard deviation of a day's flow at a depth of 1,000 TAO [1/day].
        depth_exponent: Power of the depth with which that scales [-].
        scale_ratio: Scale of the t distribution over that standard deviation [-].
        common_share: Part of the variance within a day that all subnets have in common [-].
        drift: Expected flow [fraction of tao_in per day].
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
        """Return the scale of a day's flow in pools of this depth [1/sqrt(day)]."""
        # Power laws were fitted to pools of some depth; below 1 TAO they would explode.
        depth = jnp.maximum(tao_in, 1.0) / 1_000.0
        return self.scale_ratio * self.sd_at_1000_tao * depth**self.depth_exponent

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Memory:
        """Take the path's streams; the first step draws the first volatility."""
        return Memory(
            self.daily.for_path(path),
            self.intraday.for_path(path),
            jnp.zeros_like(state.pools.tao_in),
        )

    def intents(
        self, memory: Memory, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Memory]:
        """Return the step's pushes."""
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
    """Build the process under a seed and a name; the rest as in :class:`StudentFlow`.

    Args:
        seed: Seed of the run.
        name: Name of its streams; two processes of one name draw the same numbers.
        degrees_of_freedom: Degrees of freedom nu of the daily flow, above 2.
        sd_at_1000_tao: Standard deviation of a day's flow at a depth of 1,000 TAO [1/day].
        depth_exponent: Power of the depth with which that scales [-].
        scale_ratio: Scale of the t distribution over that standard deviation [-].
        common_share: Part of the variance that all subnets have in common [-].
        drift: Expected flow [fraction of tao_in per day].
        max_volatility_multiple: Most that a day's volatility can be, in units of the scale.
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
