"""Subnets come and go along a path: applicants, registrations, start calls."""

import dataclasses
from abc import abstractmethod
from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool

from dtaojax.demand.arrivals.process import Arrivals, ArrivalStreams
from dtaojax.mechanism.registration.departure import Departures, both_departures, no_departures
from dtaojax.mechanism.registration.lifecycle import (
    LastLock,
    RegistrationRules,
    current_lock_cost,
    may_register,
    register,
    start_call,
)
from dtaojax.numerics.shapes import PathNumber, PerSubnetBool, Scalar, ScalarBool, ScalarInt
from dtaojax.state.network import NetworkState, Subnets


class Turnover(NamedTuple):
    """Counts of what has happened so far on a path.

    Attributes:
        registered: Number of subnets that were registered.
        pruned: Number of them for which another had to go.
        priced_out: Number of applicants who would not pay the lock cost, or came too soon after
            another.
        shut_out: Number of applicants who would pay, but found every subnet immune or no slot left.
    """

    registered: ScalarInt
    pruned: ScalarInt
    priced_out: ScalarInt
    shut_out: ScalarInt


class Registry(NamedTuple):
    """What a path carries about registrations.

    Attributes:
        streams: Random streams of the path.
        last: Books of the last registration.
        awaits_enabling: Newcomers whose TAO emission will be switched on, shape (slots,).
        turnover: Counts so far.
    """

    streams: ArrivalStreams
    last: LastLock
    awaits_enabling: PerSubnetBool
    turnover: Turnover


class _Hearing(NamedTuple):
    """Place in a step's list of applicants, and everything as registrations left it there."""

    place: ScalarInt
    subnets: Subnets
    state: NetworkState
    registry: Registry
    departures: Departures


class Lifecycle(eqx.Module):
    """Rules by which subnets come and go."""

    @property
    @abstractmethod
    def turns_over(self) -> bool:
        """Whether a subnet of the start can ever go."""

    @abstractmethod
    def begin(self, path: PathNumber, subnets: Subnets) -> Any:
        """Return the memory at the start of a path."""

    @abstractmethod
    def advance(
        self, registry: Any, step: ScalarInt, subnets: Subnets, state: NetworkState
    ) -> tuple[Any, Subnets, NetworkState, tuple[Departures, ...]]:
        """Let subnets come and go in the last block of a step.

        Args:
            registry: Memory before the step.
            step: Number of the step, from 0.
            subnets: Subnets that take part.
            state: State after the trades of the step.

        Returns:
            All three after it, and who was dissolved; nothing where nobody ever is, so that such a
            program has no part for it.
        """

    @abstractmethod
    def of_the_start(self, rows: Array) -> Array:
        """Return the entries of the slots that have a subnet at the start, along the last axis."""


class FixedSubnets(Lifecycle):
    """The subnets of the start stay, and no others come."""

    @property
    def turns_over(self) -> bool:
        """No subnet ever goes."""
        return False

    def begin(self, path: PathNumber, subnets: Subnets) -> Any:
        """Remember nothing."""
        return ()

    def advance(
        self, registry: Any, step: ScalarInt, subnets: Subnets, state: NetworkState
    ) -> tuple[Any, Subnets, NetworkState, tuple[Departures, ...]]:
        """Leave everything as it is."""
        return registry, subnets, state, ()

    def of_the_start(self, rows: Array) -> Array:
        """Return the entries of all slots."""
        return rows


class Registrations(Lifecycle):
    """Registrations of applicants, and what owners do with new subnets.

    Attributes:
        rules: Rules of the regime about registrations.
        arrivals: Process of who applies.
        start: Books of the last registration before a run.
        began: Block at which a run starts.
        founders: Number of subnets at the start of a run; they have the first slots.
    """

    rules: RegistrationRules
    arrivals: Arrivals
    start: LastLock
    began: ScalarInt
    founders: int = eqx.field(static=True)

    @property
    def turns_over(self) -> bool:
        """Subnets of the start can be pruned for newcomers."""
        return True

    def of_the_start(self, rows: Array) -> Array:
        """Return the entries of the first slots."""
        return rows[..., : self.founders]

    def begin(self, path: PathNumber, subnets: Subnets) -> Registry:
        """Return the registry at the start of a path."""
        zero = jnp.zeros((), jnp.int32)
        return Registry(
            streams=self.arrivals.streams.for_path(path),
            last=self.start,
            awaits_enabling=jnp.zeros_like(subnets.registered),
            turnover=Turnover(zero, zero, zero, zero),
        )

    def advance(
        self,
        registry: Registry,
        step: ScalarInt,
        subnets: Subnets,
        state: NetworkState,
    ) -> tuple[Registry, Subnets, NetworkState, tuple[Departures]]:
        """Hear the applicants of a step, in order, in its last block; then owners act.

        Each pays if the lock cost is within the budget and the rate limit allows it. The next who
        would is looked for first, so that the rest runs only when there is one on some path.
        """
        applicants = self.arrivals.applicants(registry.streams, step)
        places = jnp.arange(applicants.budget.shape[-1])

        def willing(at: _Hearing) -> Bool[Array, " applicants"]:
            cost = current_lock_cost(self.rules, at.registry.last, at.state)
            in_time = may_register(self.rules, at.registry.last, at.state)
            ahead = applicants.present & (places >= at.place)
            return ahead & (applicants.budget >= cost) & in_time

        def is_any_willing(at: _Hearing) -> ScalarBool:
            return jnp.any(willing(at))

        def register_next(at: _Hearing) -> _Hearing:
            place = jnp.argmax(willing(at)).astype(at.place.dtype)
            plan = self.arrivals.plan(registry.streams, step, place, at.subnets)
            subnets, state, last, outcome = register(
                self.rules, at.subnets, at.state, at.registry.last, plan.newcomer
            )
            awaited = jnp.where(outcome.slot, plan.is_enabled, at.registry.awaits_enabling)
            so_far = at.registry.turnover
            done = outcome.done.astype(jnp.int32)
            turnover = so_far._replace(
                registered=so_far.registered + done,
                pruned=so_far.pruned + jnp.any(outcome.departures.gone).astype(jnp.int32),
                shut_out=so_far.shut_out + (1 - done),
            )
            after = at.registry._replace(last=last, awaits_enabling=awaited, turnover=turnover)
            departures = both_departures(at.departures, outcome.departures)
            return _Hearing(place + 1, subnets, state, after, departures)

        none = no_departures(state.alpha_out)
        begun = _Hearing(jnp.zeros((), jnp.int32), subnets, state, registry, none)
        heard = lax.while_loop(is_any_willing, register_next, begun)
        turnover = heard.registry.turnover
        known = registry.turnover
        settled = (turnover.registered - known.registered) + (turnover.shut_out - known.shut_out)
        turnover = turnover._replace(priced_out=known.priced_out + applicants.count - settled)
        after = heard.registry._replace(turnover=turnover)
        acted = self.owners_act(after, heard.subnets, heard.state.block)
        return after, acted, heard.state, (heard.departures,)

    def owners_act(self, registry: Registry, subnets: Subnets, block: ScalarInt) -> Subnets:
        """Make the start calls of new subnets that are old enough, and switch on emission of some.

        Subnets that were there at the start of a run stay as they are.
        """
        new = subnets.registered & (subnets.registered_at > self.began)
        age = block - subnets.registered_at
        started = start_call(subnets, block, new & (age >= self.arrivals.start_blocks))
        due = new & registry.awaits_enabling & (age >= self.arrivals.enable_blocks)
        return dataclasses.replace(started, emission_enabled=started.emission_enabled | due)

    def lock_cost(self, registry: Registry, state: NetworkState) -> Scalar:
        """Return what a registration costs now [TAO]."""
        return current_lock_cost(self.rules, registry.last, state)
