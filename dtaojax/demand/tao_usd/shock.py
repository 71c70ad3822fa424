"""A scripted change of the price of TAO on top of the law by which it is drawn."""

from __future__ import annotations

from typing import TypeAlias

import equinox as eqx

from dtaojax.demand.process import Clock
from dtaojax.demand.shock.window import Window
from dtaojax.demand.tao_usd.process import (
    Bootstrap,
    BootstrapMemory,
    DiffusionMemory,
    JumpDiffusion,
)
from dtaojax.numerics.shapes import Scalar, ScalarInt

Memory: TypeAlias = DiffusionMemory | BootstrapMemory


class ShockedTaoUsd(eqx.Module):
    """The log price moves by a given amount within a window, evenly, besides what is drawn.

    Attributes:
        law: by which the rest is drawn; its random numbers stay what they were.
        window: over which the price changes.
        log_change: of the price over the whole window [-].
    """

    law: JumpDiffusion | Bootstrap
    window: Window
    log_change: Scalar

    def begin(self, path: ScalarInt) -> Memory:
        """The start of a path."""
        return self.law.begin(path)

    def advance(self, memory: Memory, clock: Clock) -> Memory:
        """The price a step later."""
        # Each law takes its own kind of memory, which is the one that it began with.
        moved = self.law.advance(memory, clock)  # pyright: ignore[reportArgumentType]
        change = self.log_change * self.window.share(clock)
        return moved._replace(log_price=moved.log_price + change)

    def price(self, memory: Memory) -> Scalar:
        """[USD/TAO]."""
        return self.law.price(memory)  # pyright: ignore[reportArgumentType]
