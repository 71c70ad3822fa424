"""The interface of processes of behaviour, and what several of them ask."""

import dataclasses
from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax.numpy as jnp

from dtaojax import chain
from dtaojax.demand.clock import Clock
from dtaojax.mechanism.composition import Mechanism
from dtaojax.numerics.elementary import quotient
from dtaojax.numerics.shapes import PathNumber, PerSubnetBool, Scalar, ScalarInt
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
        """Source of randomness to which its numbers count."""

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
            memory: Memory of this process on this path.
            clock: Clock of the step that begins the day.
            subnets: Subnets that take part, before the decision.
            state: State before the step.
            mechanism: Rules in force, to which the decision responds.

        Returns:
            The subnets after the decision, and the memory.
        """


def days_since_last_decision(clock: Clock) -> Scalar:
    """Return the days between this step's day and that of the step before [days].

    One where steps are shorter than a day; the step's length where they are longer, so that
    hazards are charged for all the time that has passed.
    """
    before = (clock.step - 1) * clock.blocks // chain.BLOCKS_PER_DAY
    return (clock.day - before).astype(jnp.result_type(float))


def in_reach(
    mechanism: Mechanism, subnets: Subnets, state: NetworkState, part: Scalar
) -> PerSubnetBool:
    """Return which subnets would have ``part`` of the gate's bar if they alone burned nothing.

    Weights that are charged for burn are ``w f(burn)`` with ``f(0) = 1``. With the shares ``u`` of
    a network in which nobody burns and the shares ``s`` as they are, the share of a subnet that
    alone stops burning is ``u max(s / u)``, up to its own small part of the sum, wherever somebody
    burns nothing (§3.6 E-burn). Rules that do not charge have ``s = u``. Under rules without a gate
    the bar is 0 and every subnet of the emit set is in reach.

    Args:
        mechanism: Rules in force.
        subnets: Subnets that take part.
        state: State before the decision.
        part: Part of the bar from which on a subnet is in reach of it [-].

    Returns:
        Subnets in reach, shape (subnets,).
    """
    free = dataclasses.replace(subnets, miner_burned=jnp.zeros_like(subnets.miner_burned))
    shares, unburned = (
        mechanism.weight_rule.shares(
            mechanism.weight_rule.prepare(state.memory, state, who, 1), state, who
        )
        for who in (subnets, free)
    )
    # The largest ratio is that of the subnets that burn nothing: sum(w) / sum(w f).
    gain = jnp.max(quotient(shares, unburned, where=unburned > 0.0))
    potential = unburned * gain
    return subnets.in_emit_set & (potential >= part * state.gate_bar)


class Waiting(BehaviourProcess):
    """A process that keeps its memory and does nothing, until rules come that it responds to.

    Attributes:
        process: Process that waits.
    """

    process: BehaviourProcess

    @property
    def source(self) -> Source:
        """Source of randomness to which the numbers of the process count."""
        return self.process.source

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> Any:
        """Return the memory of the process."""
        return self.process.begin(path, subnets, state)

    def act(
        self,
        memory: Any,
        clock: Clock,
        subnets: Subnets,
        state: NetworkState,
        mechanism: Mechanism,
    ) -> tuple[Subnets, Any]:
        """Leave everything as it is."""
        return subnets, memory
