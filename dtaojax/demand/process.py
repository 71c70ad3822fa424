"""What every demand process has in common."""

from abc import abstractmethod
from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax import chain
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.numerics.shapes import PerSubnet, ScalarBool, ScalarInt
from dtaojax.numerics.streams import Source
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets


class Clock(NamedTuple):
    """Where in a run a step is.

    Attributes:
        step: its number, from 0.
        blocks: its length, the same for all steps.
    """

    step: ScalarInt
    blocks: int

    @property
    def day(self) -> ScalarInt:
        """The day on which the step begins, from 0."""
        return self.step * self.blocks // chain.BLOCKS_PER_DAY

    @property
    def begins_day(self) -> ScalarBool:
        """Whether this is the first step of its day."""
        before = (self.step - 1) * self.blocks // chain.BLOCKS_PER_DAY
        return (self.step == 0) | (before < self.day)

    @property
    def days(self) -> float:
        """Length of the step [days]."""
        return self.blocks / chain.BLOCKS_PER_DAY


def pushing(push: PerSubnet) -> Intents:
    """Wishes of investors alone, with this push [-]."""
    return Intents(push, jnp.zeros_like(push))


def selling(alpha: PerSubnet) -> Intents:
    """Wishes of sellers alone, of this much alpha [alpha]."""
    return Intents(jnp.zeros_like(alpha), alpha)


class DemandProcess(eqx.Module):
    """A source of intents. Processes add up; each draws from streams of its own.

    A process never names a price: it says what users want, and the pools price it.
    """

    @property
    def source(self) -> Source:
        """Whose doing its random numbers stand for."""
        return "demand"

    @abstractmethod
    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Any:
        """The process's memory at the start of a path."""

    @abstractmethod
    def intents(
        self, memory: Any, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> tuple[Intents, Any]:
        """What users want in a step, and the memory after it.

        Args:
            memory: of this process on this path.
            clock: of the step.
            subnets: who takes part.
            state: after the coinbase of the step.
            paid: what the coinbase did, payouts to participants among it.
        """
