"""What every process of behaviour has in common."""

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax.numpy as jnp

from dtaojax import chain
from dtaojax.demand.process import Clock
from dtaojax.mechanism.composition import Mechanism
from dtaojax.numerics.shapes import ScalarInt
from dtaojax.numerics.streams import Source
from dtaojax.state.network import NetworkState, Subnets


class BehaviourProcess(eqx.Module):
    """A source of changes to :class:`~dtaojax.state.network.Subnets`, once a day.

    Demand trades; behaviour decides what the mechanism is told: how much of the miners' pay an
    owner withholds, whose TAO emission root has switched on. Each process draws from streams of its
    own, so that switching one off leaves the numbers of all others as they were.
    """

    @property
    @abstractmethod
    def source(self) -> Source:
        """Whose doing its random numbers stand for."""

    @abstractmethod
    def begin(self, path: ScalarInt, subnets: Subnets, state: NetworkState) -> Any:
        """Draw what is the same for a whole path, and return the memory at its start."""

    @abstractmethod
    def act(
        self,
        memory: Any,
        clock: Clock,
        subnets: Subnets,
        state: NetworkState,
        mechanism: Mechanism,
    ) -> tuple[Subnets, Any]:
        """Decide at the beginning of a day.

        Args:
            memory: of this process on this path.
            clock: of the step that begins the day.
            subnets: who takes part, before the decision.
            state: before the step.
            mechanism: the rules in force, to which the decision answers.

        Returns:
            Who takes part after the decision, and the memory.
        """


def days_since_last_decision(clock: Clock):
    """Return the days between this step's day and that of the step before [days].

    One where steps are shorter than a day; the step's length where they are longer, so that
    hazards are charged for all the time that has passed.
    """
    before = (clock.step - 1) * clock.blocks // chain.BLOCKS_PER_DAY
    return (clock.day - before).astype(jnp.result_type(float))
