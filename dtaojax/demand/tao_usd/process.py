"""The price of TAO in US dollars, which no subnet moves."""

from typing import NamedTuple, TypeAlias

import equinox as eqx
import jax.numpy as jnp
from jax import lax
from jax.scipy.special import gammaln
from jaxtyping import Array, Float

from dtaojax.demand.flow.stationary_bootstrap import StationaryBootstrap
from dtaojax.demand.process import Clock
from dtaojax.numerics.shapes import Scalar, ScalarInt
from dtaojax.numerics.streams import Stream, named_stream

_MOST_JUMPS = 12
"""In a step; at one jump expected, the chance of more is 6e-11."""


class DiffusionMemory(NamedTuple):
    """Streams of the path, and the log of the price."""

    normals: Stream
    counts: Stream
    market: Stream
    log_price: Scalar


class JumpDiffusion(eqx.Module):
    """A geometric Brownian motion with normal jumps of the log price at Poisson times.

    Merton, "Option pricing when underlying stock returns are discontinuous", Journal of Financial
    Economics 3 (1976). The law of a step is exact, and the drift is compensated: the expected price
    grows by ``drift`` a day.

    Attributes:
        normals: stream of the diffusion and of the sizes of jumps.
        counts: stream of the numbers of jumps.
        market: stream of the market of subnets, with which the diffusion is correlated.
        start: price at the start [USD/TAO].
        sd: of the diffusion in a day [-].
        jumps_per_day: [1/day].
        jump_mean: of the log price [-].
        jump_sd: of the log price [-].
        drift: expected growth [1/day].
        correlation: of the diffusion with the market [-].
    """

    normals: Stream
    counts: Stream
    market: Stream
    start: Scalar
    sd: Scalar
    jumps_per_day: Scalar
    jump_mean: Scalar
    jump_sd: Scalar
    drift: Scalar
    correlation: Scalar

    def begin(self, path: ScalarInt) -> DiffusionMemory:
        """The start of a path."""
        return DiffusionMemory(
            self.normals.for_path(path),
            self.counts.for_path(path),
            self.market.for_path(path),
            jnp.log(self.start),
        )

    def advance(self, memory: DiffusionMemory, clock: Clock) -> DiffusionMemory:
        """The price a step later."""
        own, size = memory.normals.normals(clock.step, 2).astype(self.sd.dtype)
        market = memory.market.normals(clock.step, 1)[0].astype(self.sd.dtype)
        mixed = self.correlation * market + jnp.sqrt(1.0 - self.correlation**2) * own
        expected = self.jumps_per_day * clock.days
        count = self._jumps(memory.counts.uniforms(clock.step, 1)[0], expected)
        jump = count * self.jump_mean + jnp.sqrt(count) * self.jump_sd * size
        spread = self.sd * jnp.sqrt(clock.days)
        growth = jnp.expm1(self.jump_mean + 0.5 * self.jump_sd**2)
        drift = self.drift * clock.days - 0.5 * spread**2 - expected * growth
        return memory._replace(log_price=memory.log_price + drift + spread * mixed + jump)

    def price(self, memory: DiffusionMemory) -> Scalar:
        """[USD/TAO]."""
        return jnp.exp(memory.log_price)

    def _jumps(self, uniform: Scalar, expected: Scalar) -> Scalar:
        """The quantile of the Poisson distribution with this mean."""
        number = jnp.arange(_MOST_JUMPS, dtype=expected.dtype)
        chance = expected**number * jnp.exp(-expected - gammaln(number + 1.0))
        return jnp.sum(uniform > jnp.cumsum(chance)).astype(expected.dtype)


class BootstrapMemory(NamedTuple):
    """The stream of the path, the day of the history it is on, and the log of the price."""

    blocks: Stream
    row: ScalarInt
    log_price: Scalar


class Bootstrap(eqx.Module):
    """Days of real returns, drawn in blocks and spread evenly over the steps of a day.

    The expected price grows by ``drift`` a day beyond the mean of ``exp`` of the returns.

    Attributes:
        days: how days follow each other.
        blocks: stream of the draws.
        returns: of the log price on each day of the history [-].
        start: price at the start [USD/TAO].
        drift: expected growth [1/day].
    """

    days: StationaryBootstrap
    blocks: Stream
    returns: Float[Array, " days"]
    start: Scalar
    drift: Scalar

    def begin(self, path: ScalarInt) -> BootstrapMemory:
        """The start of a path."""
        blocks = self.blocks.for_path(path)
        return BootstrapMemory(blocks, jnp.zeros((), jnp.int32), jnp.log(self.start))

    def advance(self, memory: BootstrapMemory, clock: Clock) -> BootstrapMemory:
        """The price a step later."""
        row = lax.cond(
            clock.begins_day,
            lambda: self.days.next_row(memory.blocks, clock.day, memory.row),
            lambda: memory.row,
        )
        growth = (self.returns[row] + self.drift) * clock.days
        return memory._replace(row=row, log_price=memory.log_price + growth)

    def price(self, memory: BootstrapMemory) -> Scalar:
        """[USD/TAO]."""
        return jnp.exp(memory.log_price)


TaoUsd: TypeAlias = JumpDiffusion | Bootstrap


def jump_diffusion(
    seed: int,
    *,
    market: Stream,
    start: float,
    sd: float,
    jumps_per_day: float,
    jump_mean: float,
    jump_sd: float,
    drift: float,
    correlation: float,
) -> JumpDiffusion:
    """Builds the process under a seed; the rest as the attributes of :class:`JumpDiffusion`."""
    return JumpDiffusion(
        normals=named_stream(seed, "tao_usd/normals"),
        counts=named_stream(seed, "tao_usd/counts"),
        market=market,
        start=jnp.asarray(start),
        sd=jnp.asarray(sd),
        jumps_per_day=jnp.asarray(jumps_per_day),
        jump_mean=jnp.asarray(jump_mean),
        jump_sd=jnp.asarray(jump_sd),
        drift=jnp.asarray(drift),
        correlation=jnp.asarray(correlation),
    )


def bootstrap(
    seed: int,
    *,
    returns: Float[Array, " days"],
    mean_block_days: float,
    start: float,
    drift: float,
) -> Bootstrap:
    """Builds the process under a seed; the rest as the attributes of :class:`Bootstrap`."""
    return Bootstrap(
        days=StationaryBootstrap(returns.shape[0], jnp.asarray(1.0 / mean_block_days)),
        blocks=named_stream(seed, "tao_usd/blocks"),
        returns=returns,
        start=jnp.asarray(start),
        drift=jnp.asarray(drift),
    )
