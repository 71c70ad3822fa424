"""Subnets come and go along a path: applicants, registrations, start calls."""

import dataclasses
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float

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
from dtaojax.numerics.shapes import PathNumber, PerSubnetBool, ScalarBool, ScalarInt
from dtaojax.state.network import NetworkState, Subnets


class Turnover(NamedTuple):
    """What has happened so far on a path.

    Attributes:
        registered: subnets that were registered.
        pruned: of them, those for which another had to go.
        priced_out: applicants who would not pay the lock cost, or came too soon after another.
        shut_out: applicants who would pay, but found every subnet immune or no slot left.
    """

    registered: ScalarInt
    pruned: ScalarInt
    priced_out: ScalarInt
    shut_out: ScalarInt


class Registry(NamedTuple):
    """What a path carries about registrations.

    Attributes:
        streams: of the path.
        last: books of the last registration.
        awaits_enabling: newcomers whose TAO emission will be switched on.
        turnover: counts so far.
    """

    streams: ArrivalStreams
    last: LastLock
    awaits_enabling: PerSubnetBool
    turnover: Turnover


class _Hearing(NamedTuple):
    """Where in a step's list of applicants the registrations stand."""

    place: ScalarInt
    subnets: Subnets
    state: NetworkState
    registry: Registry
    departures: Departures


class Lifecycle(eqx.Module):
    """Registrations, and what owners do with new subnets.

    Attributes:
        rules: of the regime.
        arrivals: who applies.
        start: books at the start of a run.
        began: block of that start.
        founders: subnets at the start of a run; they have the first slots.
    """

    rules: RegistrationRules
    arrivals: Arrivals
    start: LastLock
    began: ScalarInt
    founders: int = eqx.field(static=True)

    def begin(self, path: PathNumber, subnets: Subnets) -> Registry:
        """The start of a path."""
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
    ) -> tuple[Registry, Subnets, NetworkState, Departures]:
        """Hears the applicants of a step, in order, in its last block; then owners act.

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

        def somebody(at: _Hearing) -> ScalarBool:
            return jnp.any(willing(at))

        def hear(at: _Hearing) -> _Hearing:
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
        heard = lax.while_loop(somebody, hear, begun)
        turnover = heard.registry.turnover
        known = registry.turnover
        settled = (turnover.registered - known.registered) + (turnover.shut_out - known.shut_out)
        turnover = turnover._replace(priced_out=known.priced_out + applicants.count - settled)
        after = heard.registry._replace(turnover=turnover)
        acted = self.owners_act(after, heard.subnets, heard.state.block)
        return after, acted, heard.state, heard.departures

    def owners_act(self, registry: Registry, subnets: Subnets, block: ScalarInt) -> Subnets:
        """Start calls of new subnets that are old enough, and emission switched on for some.

        Subnets that were there at the start of a run stay as they are.
        """
        new = subnets.registered & (subnets.registered_at > self.began)
        age = block - subnets.registered_at
        started = start_call(subnets, block, new & (age >= self.arrivals.start_blocks))
        due = new & registry.awaits_enabling & (age >= self.arrivals.enable_blocks)
        return dataclasses.replace(started, emission_enabled=started.emission_enabled | due)

    def figures(
        self, registry: Registry, subnets: Subnets, state: NetworkState
    ) -> Float[Array, " figures"]:
        """Figures of a report day, in the order of ``TURNOVER_SCALARS``."""
        cost = current_lock_cost(self.rules, registry.last, state)
        count = jnp.sum(subnets.registered)
        return jnp.stack(
            [number.astype(cost.dtype) for number in (count, *registry.turnover, cost)]
        )
