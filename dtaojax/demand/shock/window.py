"""When something scripted happens."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax import chain
from dtaojax.demand.process import Clock
from dtaojax.numerics.shapes import Scalar, ScalarBool, ScalarInt


class Window(eqx.Module):
    """A stretch of blocks, counted from the start of the run.

    Attributes:
        start: its first block.
        length: in blocks, at least 1.
    """

    start: ScalarInt
    length: ScalarInt

    def share(self, clock: Clock) -> Scalar:
        """Part of the window that lies in the step; the shares of all steps add up to 1 [-]."""
        return self.blocks_in(clock) / self.length

    def part(self, clock: Clock) -> Scalar:
        """Part of the step that lies in the window [-]."""
        return self.blocks_in(clock) / clock.blocks

    def before(self, clock: Clock) -> ScalarInt:
        """Blocks of the window that lie before the step."""
        return jnp.clip(clock.step * clock.blocks - self.start, 0, self.length)

    def begins(self, clock: Clock) -> ScalarBool:
        """Whether the window begins in the step."""
        first = clock.step * clock.blocks
        return (first <= self.start) & (self.start < first + clock.blocks)

    def blocks_in(self, clock: Clock) -> ScalarInt:
        """Blocks of the window that lie in the step."""
        first = clock.step * clock.blocks
        begin = jnp.maximum(first, self.start)
        end = jnp.minimum(first + clock.blocks, self.start + self.length)
        return jnp.maximum(end - begin, 0)


def window(day: float, days: float) -> Window:
    """The window that begins after ``day`` days and lasts ``days``; 0 is one block, at once."""
    start = round(day * chain.BLOCKS_PER_DAY)
    length = max(1, round(days * chain.BLOCKS_PER_DAY))
    return Window(jnp.asarray(start), jnp.asarray(length))


def window_after(before: Window, pause_days: float, days: float) -> Window:
    """The window that begins a pause after another has ended, and lasts ``days``."""
    pause, length = (round(span * chain.BLOCKS_PER_DAY) for span in (pause_days, days))
    return Window(before.start + before.length + pause, jnp.asarray(max(1, length)))
