"""Time within a run: the clock of a step, and windows in which something is scripted."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax import chain
from dtaojax.numerics.shapes import Scalar, ScalarBool, ScalarInt


class Clock(NamedTuple):
    """Place of a step in its run.

    Attributes:
        step: Number of the step, from 0.
        blocks: Length of the step, the same for all steps [blocks].
    """

    step: ScalarInt
    blocks: int

    @property
    def day(self) -> ScalarInt:
        """Day on which the step begins, from 0."""
        return self.step * self.blocks // chain.BLOCKS_PER_DAY

    @property
    def begins_day(self) -> ScalarBool:
        """True in the first step of a day."""
        before = (self.step - 1) * self.blocks // chain.BLOCKS_PER_DAY
        return (self.step == 0) | (before < self.day)

    @property
    def days(self) -> float:
        """Length of the step [days]."""
        return self.blocks / chain.BLOCKS_PER_DAY


class Window(eqx.Module):
    """A stretch of blocks, counted from the start of the run.

    Attributes:
        start: First block of the window.
        length: Length of the window, at least 1 [blocks].
    """

    start: ScalarInt
    length: ScalarInt

    def share(self, clock: Clock) -> Scalar:
        """Return the part of the window that lies in the step [-]; over all steps it sums to 1."""
        return self.blocks_in(clock) / self.length

    def part(self, clock: Clock) -> Scalar:
        """Return the part of the step that lies in the window [-]."""
        return self.blocks_in(clock) / clock.blocks

    def before(self, clock: Clock) -> ScalarInt:
        """Return the number of the window's blocks that lie before the step."""
        return jnp.clip(clock.step * clock.blocks - self.start, 0, self.length)

    def begins(self, clock: Clock) -> ScalarBool:
        """Return true in the step in which the window begins."""
        first = clock.step * clock.blocks
        return (first <= self.start) & (self.start < first + clock.blocks)

    def blocks_in(self, clock: Clock) -> ScalarInt:
        """Return the number of the window's blocks that lie in the step."""
        first = clock.step * clock.blocks
        begin = jnp.maximum(first, self.start)
        end = jnp.minimum(first + clock.blocks, self.start + self.length)
        return jnp.maximum(end - begin, 0)


def window(day: float, days: float) -> Window:
    """Return the window that begins after ``day`` days and lasts ``days`` days.

    What lasts 0 days happens at once, in a single block.
    """
    start = round(day * chain.BLOCKS_PER_DAY)
    length = max(1, round(days * chain.BLOCKS_PER_DAY))
    return Window(jnp.asarray(start), jnp.asarray(length))


def window_after(before: Window, pause_days: float, days: float) -> Window:
    """Return the window that begins a pause after another has ended, and lasts ``days`` days."""
    pause, length = (round(span * chain.BLOCKS_PER_DAY) for span in (pause_days, days))
    return Window(before.start + before.length + pause, jnp.asarray(max(1, length)))
