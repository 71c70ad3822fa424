"""The price of TAO in US dollars, which no subnet moves."""

from typing import NamedTuple, TypeAlias

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.special import gammaln
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from dtaojax.demand.clock import Clock, Window, window
from dtaojax.demand.distributions import StationaryBootstrap, stationary_bootstrap
from dtaojax.numerics.shapes import Scalar, ScalarInt
from dtaojax.numerics.streams import Stream, named_stream

_MOST_JUMPS = 12
"""Most jumps in a step; at one jump expected, the chance of more is 6e-11."""


class DiffusionMemory(NamedTuple):
    """Memory of a path from step to step.

    Attributes:
        normals: The path's stream of the diffusion and of the sizes of jumps.
        counts: The path's stream of the numbers of jumps.
        market: The path's stream of the market of subnets.
        log_price: Log of the price [-].
    """

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
        normals: Stream of the diffusion and of the sizes of jumps.
        counts: Stream of the numbers of jumps.
        market: Stream of the market of subnets, with which the diffusion is correlated.
        start: Price at the start [USD/TAO].
        sd: Standard deviation of the diffusion in a day [-].
        jumps_per_day: Rate of jumps [1/day].
        jump_mean: Mean jump of the log price [-].
        jump_sd: Standard deviation of a jump of the log price [-].
        drift: Expected growth [1/day].
        correlation: Correlation of the diffusion with the market [-].
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
        """Return the memory at the start of a path."""
        return DiffusionMemory(
            self.normals.for_path(path),
            self.counts.for_path(path),
            self.market.for_path(path),
            jnp.log(self.start),
        )

    def advance(self, memory: DiffusionMemory, clock: Clock) -> DiffusionMemory:
        """Return the memory a step later."""
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
        """Return the price [USD/TAO]."""
        return jnp.exp(memory.log_price)

    def _jumps(self, uniform: Scalar, expected: Scalar) -> Scalar:
        """Return the quantile of the Poisson distribution with this mean."""
        number = jnp.arange(_MOST_JUMPS, dtype=expected.dtype)
        chance = expected**number * jnp.exp(-expected - gammaln(number + 1.0))
        return jnp.sum(uniform > jnp.cumsum(chance)).astype(expected.dtype)


class BootstrapMemory(NamedTuple):
    """Memory of a path from step to step.

    Attributes:
        blocks: The path's stream of the draws.
        row: Day of the history that the path is on.
        log_price: Log of the price [-].
    """

    blocks: Stream
    row: ScalarInt
    log_price: Scalar


class Bootstrap(eqx.Module):
    """Days of real returns, drawn in blocks and spread evenly over the steps of a day.

    The expected price grows by ``drift`` a day beyond the mean of ``exp`` of the returns.

    Attributes:
        days: Order in which days follow each other.
        blocks: Stream of the draws.
        returns: Returns of the log price on each day of the history, shape (days,) [-].
        start: Price at the start [USD/TAO].
        drift: Expected growth [1/day].
    """

    days: StationaryBootstrap
    blocks: Stream
    returns: Float[Array, " days"]
    start: Scalar
    drift: Scalar

    def begin(self, path: ScalarInt) -> BootstrapMemory:
        """Return the memory at the start of a path."""
        blocks = self.blocks.for_path(path)
        return BootstrapMemory(blocks, jnp.zeros((), jnp.int32), jnp.log(self.start))

    def advance(self, memory: BootstrapMemory, clock: Clock) -> BootstrapMemory:
        """Return the memory a step later."""
        row = lax.cond(
            clock.begins_day,
            lambda: self.days.next_row(memory.blocks, clock.day, memory.row),
            lambda: memory.row,
        )
        growth = (self.returns[row] + self.drift) * clock.days
        return memory._replace(row=row, log_price=memory.log_price + growth)

    def price(self, memory: BootstrapMemory) -> Scalar:
        """Return the price [USD/TAO]."""
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
    """Build the process under a seed; the rest as the attributes of :class:`JumpDiffusion`."""
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
    returns: ArrayLike,
    mean_block_days: float,
    start: float,
    drift: float,
) -> Bootstrap:
    """Build the process under a seed; the rest as the attributes of :class:`Bootstrap`."""
    returns = jnp.asarray(returns)
    return Bootstrap(
        days=stationary_bootstrap(returns.shape[0], mean_block_days),
        blocks=named_stream(seed, "tao_usd/blocks"),
        returns=returns,
        start=jnp.asarray(start),
        drift=jnp.asarray(drift),
    )


Memory: TypeAlias = DiffusionMemory | BootstrapMemory


class ShockedTaoUsd(eqx.Module):
    """The log price moves by a given amount within a window, evenly, besides what is drawn.

    Attributes:
        law: Law by which the rest is drawn; its random numbers stay what they were.
        window: Window over which the price changes.
        log_change: Log change of the price over the whole window [-].
    """

    law: TaoUsd
    window: Window
    log_change: Scalar

    def begin(self, path: ScalarInt) -> Memory:
        """Return the memory at the start of a path."""
        return self.law.begin(path)

    def advance(self, memory: Memory, clock: Clock) -> Memory:
        """Return the memory a step later."""
        # Each law takes its own kind of memory, which is the one that it began with.
        moved = self.law.advance(memory, clock)  # pyright: ignore[reportArgumentType]
        change = self.log_change * self.window.share(clock)
        return moved._replace(log_price=moved.log_price + change)

    def price(self, memory: Memory) -> Scalar:
        """Return the price [USD/TAO]."""
        return self.law.price(memory)  # pyright: ignore[reportArgumentType]


def shocked(law: TaoUsd, *, day: float, days: float, price_change: float) -> ShockedTaoUsd:
    """Let a price change by a fraction within some days, besides what its law draws.

    Args:
        law: Law by which the price is drawn.
        day: Time from the start of the run to the change [days].
        days: Length of the change; 0 for at once [days].
        price_change: Relative change of the price [-].
    """
    return ShockedTaoUsd(law, window(day, days), jnp.asarray(np.log1p(price_change)))
