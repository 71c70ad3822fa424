"""What owners or root do on a day that a config names, on every path."""

import dataclasses

import equinox as eqx
import jax.numpy as jnp

from dtaojax.behaviour.miner_burn import EVERYTHING_FROM
from dtaojax.behaviour.process import BehaviourProcess, days_since_last_decision
from dtaojax.behaviour.reach import in_reach
from dtaojax.demand.process import Clock
from dtaojax.mechanism.composition import Mechanism
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
        named: slots that may be chosen, whose subnet is still that of the start (subnets,).
        began: block at which the run starts.
        burns_all: whether those are chosen whose owner withholds all of the miners' pay.
        out_of_reach: whether those of the others are that could not stand near the gate's bar.
        in_reach: whether all others are.
        reach: part of the bar from which on a subnet is in reach of it [-].
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
        """Return the subnets that are meant (subnets,)."""
        near = in_reach(mechanism, subnets, state, self.reach)
        others = jnp.where(near, self.in_reach, self.out_of_reach)
        by_class = jnp.where(subnets.miner_burned >= EVERYTHING_FROM, self.burns_all, others)
        known = subnets.registered_at <= self.began
        return self.named & by_class & known & subnets.in_emit_set


def _is_today(day: ScalarInt, clock: Clock) -> ScalarBool:
    """Say whether a day begins with the step, or began since the step before."""
    passed = clock.day - days_since_last_decision(clock).astype(clock.day.dtype)
    return (passed < day) & (day <= clock.day)


class ScriptedSwitch(BehaviourProcess):
    """Root switches the TAO emission of chosen subnets at the beginning of a day.

    Attributes:
        day: on which it happens, from 1.
        chosen: whose.
        enabled: on or off.
    """

    day: ScalarInt
    chosen: Chosen
    enabled: ScalarBool

    @property
    def source(self) -> Source:
        """Whose doing it is; nothing is drawn."""
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


class ScriptedBurn(BehaviourProcess):
    """Owners of chosen subnets set their burn at the beginning of a day.

    From then on they act as before: :class:`~dtaojax.behaviour.miner_burn.MinerBurn` may move it
    again on the next day, if it is there.

    Attributes:
        day: on which it happens, from 1.
        chosen: whose.
        burned: what they withhold from then on [-].
    """

    day: ScalarInt
    chosen: Chosen
    burned: Scalar

    @property
    def source(self) -> Source:
        """Whose doing it is; nothing is drawn."""
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
