"""A world whose rules change along a path."""

from collections.abc import Callable
from functools import reduce
from operator import add
from typing import Any

import equinox as eqx
import jax.numpy as jnp
from jax import lax

from dtaojax.demand.clock import Clock
from dtaojax.engine.rollout import Observation
from dtaojax.mechanism.coming_into_force import Adaptation
from dtaojax.mechanism.composition import Mechanism
from dtaojax.numerics.shapes import ScalarInt
from dtaojax.state.network import Subnets
from dtaojax.world.world import Carry, World


class Change(eqx.Module):
    """Other rules, and when and how they come into force.

    Attributes:
        step: Number of steps before the change.
        world: World under the new rules, with the same carry as the world before.
        adaptations: Adaptations of what the rules find, in the order in which they are made.
    """

    step: ScalarInt
    world: World
    adaptations: tuple[Adaptation, ...]

    def __call__(self, carry: Carry) -> Carry:
        """Return the carry with which the rules begin."""
        subnets, state = self.world.taking_part(carry), carry.state
        for adaptation in self.adaptations:
            subnets, state = adaptation(subnets, state)
        members = None if carry.subnets is None else subnets
        return carry._replace(subnets=members, state=state)


class ScheduledWorld(World):
    """A world under the rules of its start, until changes bring others into force.

    The number of a step is the same on all paths, so only the rules in force are computed. A change
    is made at the end of the step before it: what is seen there is seen by the new rules.

    Attributes:
        changes: Changes in the order of time, each at a step of its own.
    """

    changes: tuple[Change, ...] = ()

    def decided(self, carry: Carry, clock: Clock) -> tuple[Subnets, tuple[Any, ...]]:
        """Return the subnets after owners and root have decided, under the rules of the step."""
        first = super().decided
        acts = [first, *(change.world.decided for change in self.changes)]
        return lax.switch(
            self._phase(clock.step), [lambda at, act=act: act(at, clock) for act in acts], carry
        )

    def advance_as_decided(
        self, carry: Carry, number: ScalarInt, subnets: Subnets, acts: tuple[Any, ...]
    ) -> Carry:
        """Take the path a step further under the rules of the step, ready for those of the next.

        Args:
            carry: Path before the step.
            number: Number of the step, from 0.
            subnets: Subnets that take part, after the decisions.
            acts: Memories of the processes of behaviour after them.
        """
        first = super().advance_as_decided
        steps = [first, *(change.world.advance_as_decided for change in self.changes)]
        phase, then = self._phase(number), self._phase(number + 1)
        after = lax.switch(phase, [_plain(step) for step in steps], carry, number, subnets, acts)
        begins = jnp.where(then > phase, then, 0)
        starts = [_same, *(_plain(change) for change in self.changes)]
        return lax.switch(begins, starts, after)

    def observe(self, carry: Carry, number: ScalarInt) -> Observation:
        """Return what is recorded on a report day, by the rules of the next block."""
        first = super().observe
        looks = [first, *(change.world.observe for change in self.changes)]
        return lax.switch(self._phase(number), [_plain(look) for look in looks], carry, number)

    def _phase(self, number: ScalarInt) -> ScalarInt:
        """Return how many changes there were before a step."""
        made = [(change.step <= number).astype(jnp.int32) for change in self.changes]
        return reduce(add, made)

    @property
    def rules_in_turn(self) -> tuple[Mechanism, ...]:
        """Rules of the network, one after the other as they come into force."""
        return (self.mechanism, *(change.world.mechanism for change in self.changes))


def _same(carry: Carry) -> Carry:
    return carry


def _plain(call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a plain function in place of a part whose arrays JAX would hash for its caches."""
    return lambda *given: call(*given)
