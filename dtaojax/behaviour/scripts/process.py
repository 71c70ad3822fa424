"""Decisions of owners or root on a day that a config names, on every path."""

import dataclasses
from collections.abc import Sequence

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from dtaojax.behaviour.miner_burn import EVERYTHING_FROM
from dtaojax.behaviour.process import BehaviourProcess, days_since_last_decision, in_reach
from dtaojax.demand.clock import Clock
from dtaojax.mechanism.composition import Mechanism
from dtaojax.network.table import Slots
from dtaojax.numerics.shapes import (
    PathNumber,
    PerSubnet,
    PerSubnetBool,
    Scalar,
    ScalarBool,
    ScalarInt,
)
from dtaojax.numerics.streams import Source
from dtaojax.state.network import NetworkState, Subnets


class Chosen(eqx.Module):
    """Subnets by name and by class, as they are on the day.

    Attributes:
        named: Slots that may be chosen while their subnet is that of the start, shape (subnets,).
        began: Block at which the run starts.
        burns_all: True to choose those whose owner withholds all of the miners' pay.
        out_of_reach: True to choose those of the others that could not stand near the gate's bar.
        in_reach: True to choose all others.
        reach: Part of the bar from which on a subnet is in reach of it [-].
    """

    named: PerSubnetBool
    began: ScalarInt
    burns_all: ScalarBool
    out_of_reach: ScalarBool
    in_reach: ScalarBool
    reach: Scalar

    def __call__(
        self, subnets: Subnets, state: NetworkState, mechanism: Mechanism
    ) -> PerSubnetBool:
        """Return the subnets that are meant, shape (subnets,)."""
        near = in_reach(mechanism, subnets, state, self.reach)
        others = jnp.where(near, self.in_reach, self.out_of_reach)
        by_class = jnp.where(subnets.miner_burned >= EVERYTHING_FROM, self.burns_all, others)
        known = subnets.registered_at <= self.began
        return self.named & by_class & known & subnets.in_emit_set


def chosen(
    slots: Slots, *, netuids: Sequence[int] | None, classes: Sequence[str], reach: float
) -> Chosen:
    """Choose among the slots of a network.

    Args:
        slots: Slots of the network.
        netuids: Netuids of subnets of the start; None for all.
        classes: Names of the classes that are chosen, as the attributes of :class:`Chosen`.
        reach: Part of the bar from which on a subnet is in reach of it [-].

    Raises:
        NetworkError: A netuid is not in the network.
    """
    named = np.ones(slots.count, dtype=bool)
    if netuids is not None:
        named[:] = False
        named[[slots.table.row_of(netuid) for netuid in netuids]] = True
    return Chosen(
        named=jnp.asarray(named),
        began=jnp.asarray(slots.table.block),
        burns_all=jnp.asarray("burns_all" in classes),
        out_of_reach=jnp.asarray("out_of_reach" in classes),
        in_reach=jnp.asarray("in_reach" in classes),
        reach=jnp.asarray(reach),
    )


def _is_today(day: ScalarInt, clock: Clock) -> ScalarBool:
    """Return true if a day begins with the step, or began since the step before."""
    passed = clock.day - days_since_last_decision(clock).astype(clock.day.dtype)
    return (passed < day) & (day <= clock.day)


class ScriptedSwitch(BehaviourProcess):
    """Root switches the TAO emission of chosen subnets at the beginning of a day.

    Attributes:
        day: Day on which it happens, from 1.
        chosen: Subnets that are meant.
        enabled: True to switch on, false to switch off.
    """

    day: ScalarInt
    chosen: Chosen
    enabled: ScalarBool

    @property
    def source(self) -> Source:
        """Source to which the decision counts; nothing is drawn."""
        return "root"

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> None:
        """Return no memory: nothing is drawn."""

    def act(
        self,
        memory: None,
        clock: Clock,
        subnets: Subnets,
        state: NetworkState,
        mechanism: Mechanism,
    ) -> tuple[Subnets, None]:
        """Switch them if it is the day."""
        meant = self.chosen(subnets, state, mechanism) & _is_today(self.day, clock)
        enabled = jnp.where(meant, self.enabled, subnets.emission_enabled)
        return dataclasses.replace(subnets, emission_enabled=enabled), None


def scripted_switch(day: int, chosen: Chosen, enabled: bool) -> ScriptedSwitch:
    """Build the switch; arguments as the attributes of :class:`ScriptedSwitch`."""
    return ScriptedSwitch(jnp.asarray(day), chosen, jnp.asarray(enabled))


class ScriptedBurn(BehaviourProcess):
    """Owners of chosen subnets set their burn at the beginning of a day.

    From then on they act as before: :class:`~dtaojax.behaviour.miner_burn.MinerBurn` may move it
    again on the next day, if it is there.

    Attributes:
        day: Day on which it happens, from 1.
        chosen: Subnets that are meant.
        burned: Part of the miners' pay that they withhold from then on [-].
    """

    day: ScalarInt
    chosen: Chosen
    burned: Scalar

    @property
    def source(self) -> Source:
        """Source to which the decision counts; nothing is drawn."""
        return "owners"

    def begin(self, path: PathNumber, subnets: Subnets, state: NetworkState) -> None:
        """Return no memory: nothing is drawn."""

    def act(
        self,
        memory: None,
        clock: Clock,
        subnets: Subnets,
        state: NetworkState,
        mechanism: Mechanism,
    ) -> tuple[Subnets, None]:
        """Set it if it is the day."""
        meant = self.chosen(subnets, state, mechanism) & _is_today(self.day, clock)
        burned: PerSubnet = jnp.where(meant, self.burned, subnets.miner_burned)
        return dataclasses.replace(subnets, miner_burned=burned), None


def scripted_burn(day: int, chosen: Chosen, burned: float) -> ScriptedBurn:
    """Build the burn; arguments as the attributes of :class:`ScriptedBurn`."""
    return ScriptedBurn(jnp.asarray(day), chosen, jnp.asarray(burned))
