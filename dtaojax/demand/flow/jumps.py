"""Sudden large buying and selling: a compound Poisson process by age of the subnet."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.demand.age import ByAge, age_days
from dtaojax.demand.process import Clock, DemandProcess, pushing
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.numerics.streams import Stream, named_stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class JumpSizes(eqx.Module):
    """Sizes of jumps in one direction: exponential above the smallest, truncated at the largest.

    The truncation makes every mean exist; it is part of the distribution.

    Attributes:
        smallest: [change of log(tao_in)].
        largest: [change of log(tao_in)].
        excess: mean of the exponential by age [change of log(tao_in)].
    """

    smallest: Scalar
    largest: Scalar
    excess: ByAge

    def quantile(self, level: PerSubnet, age: PerSubnet) -> PerSubnet:
        """The size that a part ``level`` of the jumps does not exceed."""
        excess = self.excess(age)
        within = -jnp.expm1(-(self.largest - self.smallest) / excess)
        return self.smallest - excess * jnp.log1p(-level * within)

    def mean_exponential(self, sign: float, age: PerSubnet) -> PerSubnet:
        """``E[exp(sign * size)]`` [-].

        With the range ``L`` and the mean ``m`` of the exponential this is
        ``exp(sign * smallest) * (L / m) * phi((sign - 1/m) L) / (1 - exp(-L/m))``, where
        ``phi(z) = (exp(z) - 1) / z``.
        """
        span = self.largest - self.smallest
        rate = 1.0 / self.excess(age)
        z = (sign - rate) * span
        flat = jnp.abs(z) < 1e-9
        phi = jnp.where(flat, 1.0, jnp.expm1(z) / jnp.where(flat, 1.0, z))
        return jnp.exp(sign * self.smallest) * span * rate * phi / -jnp.expm1(-rate * span)


class Jumps(DemandProcess):
    """Jumps up and down, each at a rate by age, with the mean of all of them taken off.

    In a step of length ``dt`` a subnet jumps with probability ``1 - exp(-(up + down) dt)``: if
    several jumps would fall into one step, one is made. The push is compensated, so that the
    expected change of ``tao_in`` is ``drift`` a day whatever the jumps (Merton, "Option pricing
    when underlying stock returns are discontinuous", 1976); sizes are double exponential as in Kou,
    "A jump-diffusion model for option pricing", 2002.

    Attributes:
        arrivals: stream of times and sizes.
        down_per_day: rate of downward jumps by age [1/day].
        up_per_day: rate of upward jumps by age [1/day].
        down: sizes of downward jumps.
        up: sizes of upward jumps.
        drift: expected flow [fraction of tao_in per day].
    """

    arrivals: Stream
    down_per_day: ByAge
    up_per_day: ByAge
    down: JumpSizes
    up: JumpSizes
    drift: Scalar

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Stream:
        """Takes the path's stream."""
        return self.arrivals.for_path(path)

    def intents(
        self, memory: Stream, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Stream]:
        """The step's pushes."""
        age = age_days(subnets, state)
        lanes = age.shape[-1]
        down_rate, up_rate = self.down_per_day(age), self.up_per_day(age)
        rate = down_rate + up_rate
        any_jump = -jnp.expm1(-rate * clock.days)
        falls = any_jump * down_rate / jnp.where(rate > 0.0, rate, 1.0)
        uniform = memory.uniforms(clock.step, 2 * lanes).astype(age.dtype)
        happens, level = uniform[:lanes], uniform[lanes:]
        fall, rise = -self.down.quantile(level, age), self.up.quantile(level, age)
        jump = jnp.where(happens < falls, fall, jnp.where(happens < any_jump, rise, 0.0))
        expected = falls * (self.down.mean_exponential(-1.0, age) - 1.0) + (any_jump - falls) * (
            self.up.mean_exponential(1.0, age) - 1.0
        )
        return pushing(jump - jnp.log1p(expected) + self.drift * clock.days), memory


def jumps(
    seed: int,
    *,
    name: str = "jumps",
    down_per_day: ByAge,
    up_per_day: ByAge,
    down: JumpSizes,
    up: JumpSizes,
    drift: float,
) -> Jumps:
    """Builds the process under a seed and a name; the rest as the attributes of :class:`Jumps`."""
    return Jumps(
        arrivals=named_stream(seed, f"{name}.arrivals"),
        down_per_day=down_per_day,
        up_per_day=up_per_day,
        down=down,
        up=up,
        drift=jnp.asarray(drift),
    )
