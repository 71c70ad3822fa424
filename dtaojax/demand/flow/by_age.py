"""Flows that depend on the age of a subnet's market: jumps, and the wild trading of young ones."""

from collections.abc import Sequence

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from dtaojax.demand.clock import Clock
from dtaojax.demand.process import DemandProcess, pushing
from dtaojax.demand.signals import age_days
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import PerSubnet, Scalar, ScalarInt
from dtaojax.numerics.streams import Stream, named_stream
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class ByAge(eqx.Module):
    """A figure that depends on the age in steps.

    Attributes:
        from_days: Ages at which the classes begin, rising from 0, shape (classes,) [days].
        values: Value of the figure in each class, shape (classes,).
    """

    from_days: Float[Array, " classes"]
    values: Float[Array, " classes"]

    def __call__(self, age: PerSubnet) -> PerSubnet:
        """Return the figure of subnets of these ages [days], shape (subnets,)."""
        older = age[:, None] >= self.from_days[None, 1:]
        return self.values[jnp.sum(older, axis=1)]


def by_age(from_days: Sequence[float], values: Sequence[float]) -> ByAge:
    """Build the table; both arguments as the attributes of :class:`ByAge`."""
    return ByAge(jnp.asarray(from_days, dtype=float), jnp.asarray(values, dtype=float))


class JumpSizes(eqx.Module):
    """Sizes of jumps in one direction: exponential above the smallest, truncated at the largest.

    The truncation makes every mean exist; it is part of the distribution.

    Attributes:
        smallest: Least size [change of log(tao_in)].
        largest: Most size [change of log(tao_in)].
        excess: Mean of the exponential by age [change of log(tao_in)].
    """

    smallest: Scalar
    largest: Scalar
    excess: ByAge

    def quantile(self, level: PerSubnet, age: PerSubnet) -> PerSubnet:
        """Return the size that a part ``level`` of the jumps does not exceed."""
        excess = self.excess(age)
        within = -jnp.expm1(-(self.largest - self.smallest) / excess)
        return self.smallest - excess * jnp.log1p(-level * within)

    def mean_exponential(self, sign: float, age: PerSubnet) -> PerSubnet:
        """Return ``E[exp(sign * size)]`` [-].

        With the range ``L`` and the mean ``m`` of the exponential this is
        ``exp(sign * smallest) * (L / m) * phi((sign - 1/m) L) / (1 - exp(-L/m))``, where
        ``phi(z) = (exp(z) - 1) / z``.
        """
        span = self.largest - self.smallest
        rate = 1.0 / self.excess(age)
        z = (sign - rate) * span
        # phi has a removable singularity at 0, where its value is 1.
        flat = jnp.abs(z) < 1e-9
        phi = jnp.where(flat, 1.0, jnp.expm1(z) / jnp.where(flat, 1.0, z))
        return jnp.exp(sign * self.smallest) * span * rate * phi / -jnp.expm1(-rate * span)


def jump_sizes(
    from_days: Sequence[float], *, smallest: float, largest: float, excess: Sequence[float]
) -> JumpSizes:
    """Build the sizes by age class; arguments as in :class:`ByAge` and :class:`JumpSizes`."""
    return JumpSizes(jnp.asarray(smallest), jnp.asarray(largest), by_age(from_days, excess))


class Jumps(DemandProcess):
    """Jumps up and down, each at a rate by age, with the mean of all of them taken off.

    In a step of length ``dt`` a subnet jumps with probability ``1 - exp(-(up + down) dt)``: if
    several jumps would fall into one step, one is made. The push is compensated, so that the
    expected change of ``tao_in`` is ``drift`` a day whatever the jumps (Merton, "Option pricing
    when underlying stock returns are discontinuous", 1976); sizes are double exponential as in Kou,
    "A jump-diffusion model for option pricing", 2002.

    Attributes:
        arrivals: Stream of times and sizes.
        down_per_day: Rate of downward jumps by age [1/day].
        up_per_day: Rate of upward jumps by age [1/day].
        down: Sizes of downward jumps.
        up: Sizes of upward jumps.
        drift: Expected flow [fraction of tao_in per day].
    """

    arrivals: Stream
    down_per_day: ByAge
    up_per_day: ByAge
    down: JumpSizes
    up: JumpSizes
    drift: Scalar

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Stream:
        """Take the path's stream."""
        return self.arrivals.for_path(path)

    def intents(
        self, memory: Stream, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Stream]:
        """Return the step's pushes."""
        age = age_days(subnets, state)
        lanes = age.shape[-1]
        down_rate, up_rate = self.down_per_day(age), self.up_per_day(age)
        rate = down_rate + up_rate
        any_jump = -jnp.expm1(-rate * clock.days)
        falls = any_jump * down_rate / jnp.where(rate > 0.0, rate, 1.0)
        # One uniform decides on fall, rise or neither; the other is the level of the size.
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
    """Build the process under a seed and a name; the rest as the attributes of :class:`Jumps`."""
    return Jumps(
        arrivals=named_stream(seed, f"{name}.arrivals"),
        down_per_day=down_per_day,
        up_per_day=up_per_day,
        down=down,
        up=up,
        drift=jnp.asarray(drift),
    )


class NewSubnet(DemandProcess):
    """Normal flows on top of the usual ones while a subnet is young, which fade as it matures.

    A process of its own, so that it adds to any other: ``sd`` is what must be added to the usual
    flows, in quadrature, to make a young subnet's, and 0 for a mature one.

    Attributes:
        intraday: Stream of the flows.
        sd: Standard deviation of a day's flow by age [change of log(tao_in)].
        drift: Expected flow by age [fraction of tao_in per day].
    """

    intraday: Stream
    sd: ByAge
    drift: ByAge

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Stream:
        """Take the path's stream."""
        return self.intraday.for_path(path)

    def intents(
        self, memory: Stream, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Stream]:
        """Return the step's pushes."""
        age = age_days(subnets, state)
        spread = self.sd(age) * jnp.sqrt(clock.days)
        normals = memory.normals(clock.step, age.shape[-1]).astype(age.dtype)
        drift = self.drift(age) * clock.days
        return pushing(spread * normals - 0.5 * spread * spread + drift), memory


def new_subnet(seed: int, *, name: str = "new_subnet", sd: ByAge, drift: ByAge) -> NewSubnet:
    """Build the process under a seed and a name; the rest as in :class:`NewSubnet`."""
    return NewSubnet(named_stream(seed, f"{name}.intraday"), sd, drift)
