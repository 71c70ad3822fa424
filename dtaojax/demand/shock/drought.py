"""A time in which people trade less."""

from typing import Any

from dtaojax.demand.process import Clock, DemandProcess
from dtaojax.demand.shock.window import Window
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import Scalar, ScalarInt
from dtaojax.numerics.streams import Source
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class Drought(DemandProcess):
    """Another process, whose pushes are scaled during a window; droughts stack as factors.

    The inner process draws the same numbers as without a drought, so that both runs can be compared
    path by path. Scaled pushes keep their sign and their timing, not their expectation: of a normal
    flow with variance ``v**2`` a day, whose mean is compensated, a scale s leaves a drift of
    ``-s (1 - s) v**2 / 2`` a day. What is paid in emission goes on being sold.

    Attributes:
        process: whose pushes are scaled.
        window: when.
        scale: of investors' pushes [-].
    """

    process: DemandProcess
    window: Window
    scale: Scalar

    @property
    def source(self) -> Source:
        """Whose doing the random numbers of the process stand for."""
        return self.process.source

    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Any:
        """What the inner process remembers."""
        return self.process.begin(path, subnets, state)

    def intents(
        self, memory: Any, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Any]:
        """The inner wishes, their pushes scaled as far as the step lies in the window."""
        wish, memory = self.process.intents(memory, clock, subnets, state, paid)
        scale = 1.0 + self.window.part(clock) * (self.scale - 1.0)
        return wish._replace(push=wish.push * scale), memory
