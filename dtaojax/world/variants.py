"""A world with randomness of other paths, or with the decisions of another world."""

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jax import lax

from dtaojax.demand.clock import Clock
from dtaojax.engine.rollout import Observation
from dtaojax.numerics.shapes import PathNumber, ScalarBool, ScalarInt
from dtaojax.numerics.streams import Source
from dtaojax.state.network import Subnets
from dtaojax.world.world import Carry, World


class Mixed(eqx.Module):
    """A model for the engine: ``world``, whose path *i* takes each source's numbers from another.

    Two such models that differ in one source's shift share all random numbers but that source's,
    which is what a variance is taken apart by (Sobol's pick and freeze).

    Attributes:
        world: World whose paths are run.
        shifts: Number of paths by which the path stands further on that a source's numbers are
            taken from; arrays, so that one program serves all shifts.
    """

    world: World
    shifts: Mapping[Source, ScalarInt]

    def begin(self, path: PathNumber) -> Carry:
        """Start a path."""
        paths: dict[Source, ScalarInt] = {
            source: path + shift for source, shift in self.shifts.items()
        }
        return self.world.begin_from(paths)

    def advance(self, carry: Carry, number: ScalarInt) -> Carry:
        """Take the path a step further."""
        return self.world.advance(carry, number)

    def observe(self, carry: Carry, number: ScalarInt) -> Observation:
        """Observe the path."""
        return self.world.observe(carry, number)

    def finite(self, carry: Carry) -> ScalarBool:
        """Say whether every number of the path is finite."""
        return self.world.finite(carry)

    def tally(self, carry: Carry) -> tuple[ScalarInt, ...]:
        """Return the counts of the path."""
        return self.world.tally(carry)


class Pair(NamedTuple):
    """What a path carries.

    Attributes:
        leader: Carry of the world whose decisions are taken over.
        follower: Carry of the world that takes them over.
    """

    leader: Carry
    follower: Carry


class Following(eqx.Module):
    """A model for the engine: ``follower``, whose owners and root decide as those of ``leader`` do.

    Both run side by side on one path, step by step. At the beginning of each day, the burn and the
    emission switch of the follower's subnets become what they are in the leader at that moment. So
    what differs between the two is what the rules do by themselves: the natural direct effect of
    Pearl ("Direct and indirect effects", UAI 2001), with the decisions as mediator. What the
    follower's own run then differs by is the answer of owners and root.

    A subnet that only the follower has in a slot, because another one was pruned there, is decided
    upon under the follower's rules: the leader knows nothing of it.

    Attributes:
        leader: World that decides.
        follower: World that is observed. It starts from the same network, and has steps of the same
            length.
        switches: Whether the rules of both know the emission switch. Where only one set of rules
            does, nobody moves it in the follower.
    """

    leader: World
    follower: World
    switches: ScalarBool

    def begin(self, path: PathNumber) -> Pair:
        """Start both on a path."""
        return Pair(self.leader.begin(path), self.follower.begin(path))

    def advance(self, carry: Pair, number: ScalarInt) -> Pair:
        """Take both a step further, under the leader's decisions."""
        clock = Clock(number, self.follower.step_blocks)
        before = self.follower.taking_part(carry.follower)
        decided, led = self.leader.decided(carry.leader, clock)
        own, acts = self.follower.decided(carry.follower, clock)
        due = clock.begins_day & (clock.day > 0)
        subnets = lax.cond(due, lambda: self._as_led(decided, own, before), lambda: own)
        return Pair(
            self.leader.advance_as_decided(carry.leader, number, decided, led),
            self.follower.advance_as_decided(carry.follower, number, subnets, acts),
        )

    def _as_led(self, leading: Subnets, own: Subnets, before: Subnets) -> Subnets:
        """Return the follower's subnets with the decisions of the leader's.

        Args:
            leading: Subnets of the leader, after the decisions there.
            own: Subnets of the follower, after its own decisions.
            before: Subnets of the follower, before them.
        """
        same = own.registered & (own.registered_at == leading.registered_at)
        enabled = jnp.where(same, leading.emission_enabled, own.emission_enabled)
        return dataclasses.replace(
            own,
            miner_burned=jnp.where(same, leading.miner_burned, own.miner_burned),
            emission_enabled=jnp.where(self.switches, enabled, before.emission_enabled),
        )

    def observe(self, carry: Pair, number: ScalarInt) -> Observation:
        """Observe the follower."""
        return self.follower.observe(carry.follower, number)

    def finite(self, carry: Pair) -> ScalarBool:
        """Say whether every number of both is finite."""
        return self.leader.finite(carry.leader) & self.follower.finite(carry.follower)

    def tally(self, carry: Pair) -> tuple[ScalarInt, ...]:
        """Return the counts of the follower."""
        return self.follower.tally(carry.follower)
