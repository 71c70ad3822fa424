"""The network under its rules, with those who follow its paths, put together for the engine."""

import dataclasses
from collections.abc import Iterator, Mapping
from functools import reduce
from operator import add
from typing import Any, NamedTuple, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from dtaojax.behaviour.process import BehaviourProcess
from dtaojax.behaviour.root_claims import ClaimProcess, NoClaims
from dtaojax.demand.clock import Clock
from dtaojax.demand.process import DemandProcess
from dtaojax.engine.rollout import Observation
from dtaojax.latent.draws import Latent
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.step import step_with_aux
from dtaojax.numerics.shapes import PerSubnetBool, PerSubnetInt, ScalarBool, ScalarInt
from dtaojax.numerics.streams import SOURCES, Source
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.world.follower import (
    BeforeTrades,
    Figure,
    Follower,
    PathStart,
    ReportDay,
    TradedStep,
    declared,
)
from dtaojax.world.lifecycle import FixedSubnets, Lifecycle
from dtaojax.world.observation import (
    DEREGISTERED,
    EVENTS,
    EVENTS_WITHOUT_BAR,
    NETWORK_FIGURES,
    SUBNET_FIGURES,
    observe_network,
    stands,
)

F = TypeVar("F", bound=Follower)


class Tallies(NamedTuple):
    """Counts over a path of what could not be done as wanted.

    Attributes:
        sales_limited: Sales that were cut to what holders have, by subnet.
        trades_refused: Trades that a pool did not take, by subnet.
        chain_buys_refused: The chain's own purchases that a pool did not take, by subnet.
        root_sales_refused: Root's sales that a pool did not take, by subnet.
        unstaking_limited: Unstaking from root that was cut to what is staked there.
    """

    sales_limited: PerSubnetInt
    trades_refused: PerSubnetInt
    chain_buys_refused: PerSubnetInt
    root_sales_refused: PerSubnetInt
    unstaking_limited: ScalarInt


class Carry(NamedTuple):
    """Everything that a path carries from step to step.

    Attributes:
        subnets: Subnets that take part; None while they are the same on every path, so that they
            have no path axis and are computed with once for all paths.
        state: State of the network.
        memories: Memories of the demand processes, in their order.
        acts: Memories of the processes of behaviour, in their order.
        claims: Memory of the claims out of root's baskets.
        registry: Memory of the lifecycle.
        followers: Memories of the followers, in their order.
        ever_fell: Slots whose subnet of the start was ever below the gate's bar, or unpaid where
            there is no gate.
        tallies: Counts so far.
    """

    subnets: Subnets | None
    state: NetworkState
    memories: tuple[Any, ...]
    acts: tuple[Any, ...]
    claims: Any
    registry: Any
    followers: tuple[Any, ...]
    ever_fell: PerSubnetBool
    tallies: Tallies


class _Asked(NamedTuple):
    """What comes with the intents of a step.

    Attributes:
        intents: Intents of all users together.
        opening: Place in the step at which they were formed.
        memories: Memories of the demand processes after them.
        followers: What each follower hands on from :meth:`Follower.join`.
    """

    intents: Intents
    opening: BeforeTrades
    memories: tuple[Any, ...]
    followers: tuple[Any, ...]


class World(eqx.Module):
    """A model for the engine: starts a path, advances it, and says what is to be recorded.

    Attributes:
        mechanism: Rules of the network.
        subnets: Subnets that take part at the start.
        start: State of the network at the start.
        demand: Processes whose intents add up.
        step_blocks: Length of a step [blocks].
        immunity_blocks: Age below which a subnet is not pruned [blocks].
        followers: Parts that go along with a path and have figures of their own, in the order in
            which these are recorded.
        lifecycle: Rules by which subnets come and go.
        latent: Draws of quality and sector.
        behaviour: Processes of what owners and root decide, in the order in which they act.
        root_claims: Process of root stakers' sales out of their baskets.
    """

    mechanism: Mechanism
    subnets: Subnets
    start: NetworkState
    demand: tuple[DemandProcess, ...]
    step_blocks: int = eqx.field(static=True)
    immunity_blocks: int = eqx.field(static=True)
    followers: tuple[Follower, ...] = ()
    lifecycle: Lifecycle = FixedSubnets()
    latent: Latent = Latent()
    behaviour: tuple[BehaviourProcess, ...] = ()
    root_claims: ClaimProcess = NoClaims()

    def begin(self, path: ScalarInt) -> Carry:
        """Return the start of a path."""
        return self.begin_from(dict.fromkeys(SOURCES, path))

    def begin_from(self, paths: Mapping[Source, ScalarInt]) -> Carry:
        """Return the start of a path whose sources of randomness draw as on paths of their own.

        Args:
            paths: Number of a path for each source.
        """
        none = jnp.zeros_like(self.subnets.emission_enabled)
        never = none.astype(jnp.int32)
        subnets = self.latent(paths["subnets"], self.subnets)
        memory = self.mechanism.weight_rule.begin(paths["root"], subnets, self.start)
        state = dataclasses.replace(self.start, memory=memory)
        start = PathStart(paths, self.mechanism, subnets, state)
        return Carry(
            subnets=subnets if self.subnets_differ else None,
            state=state,
            memories=tuple(
                part.begin(paths[part.source], subnets, self.start) for part in self.demand
            ),
            acts=tuple(
                part.begin(paths[part.source], subnets, self.start) for part in self.behaviour
            ),
            claims=self.root_claims.begin(paths["root"]),
            registry=self.lifecycle.begin(paths["registrations"], subnets),
            followers=tuple(follower.begin(start) for follower in self.followers),
            ever_fell=none,
            tallies=Tallies(never, never, never, never, jnp.zeros((), jnp.int32)),
        )

    @property
    def subnets_differ(self) -> bool:
        """Whether the subnets that take part differ from path to path."""
        return bool(self.behaviour) or self.lifecycle.turns_over or self.latent.differs

    def decided(self, carry: Carry, clock: Clock) -> tuple[Subnets, tuple[Any, ...]]:
        """Return the subnets after owners and root have decided, at the beginning of a day.

        The first day begins with the state of the network file, which holds their decisions.
        """
        subnets = self.taking_part(carry)
        if not self.behaviour:
            return subnets, carry.acts

        def decide() -> tuple[Subnets, tuple[Any, ...]]:
            changed, kept = subnets, []
            for process, memory in zip(self.behaviour, carry.acts, strict=True):
                changed, after = process.act(memory, clock, changed, carry.state, self.mechanism)
                kept.append(after)
            return changed, tuple(kept)

        due = clock.begins_day & (clock.day > 0)
        return lax.cond(due, decide, lambda: (subnets, carry.acts))

    def advance(self, carry: Carry, number: ScalarInt) -> Carry:
        """Take the path a step further; ``number`` counts steps from 0."""
        return self.advance_as_decided(
            carry, number, *self.decided(carry, Clock(number, self.step_blocks))
        )

    def advance_as_decided(
        self, carry: Carry, number: ScalarInt, subnets: Subnets, acts: tuple[Any, ...]
    ) -> Carry:
        """Take the path a step further under decisions that are given.

        Args:
            carry: Path before the step.
            number: Number of the step, from 0.
            subnets: Subnets that take part, after the decisions.
            acts: Memories of the processes of behaviour after them.
        """
        clock = Clock(number, self.step_blocks)
        rules = self.root_claims.rules(carry.claims, clock, self.mechanism)

        def intents_of(state: NetworkState, paid: Coinbase) -> tuple[Intents, _Asked]:
            opening = BeforeTrades(clock, self.mechanism, subnets, state, paid)
            return self._asked(carry, opening)

        # Pay comes before trades: users sell what the step paid them.
        state, flows, asked = step_with_aux(
            rules, subnets, carry.state, self.step_blocks, intents_of
        )
        traded = TradedStep(carry.state, asked.opening, asked.intents, flows)
        parts = self.followers
        followed = tuple(
            part.follow(memory, traded) for part, memory in zip(parts, asked.followers, strict=True)
        )
        # By the bar of the next block, as ``observe`` has it, so that who fell stays fallen.
        shares = flows.coinbase.shares
        bar = self.mechanism.gate.refresh(
            carry.state.gate_bar, shares.pre_gate, carry.state.block, 1
        )
        fell = ~stands(self.mechanism, shares._replace(bar=bar), subnets) & self.unchanged(subnets)
        # Applicants are heard in the last block of a step: who is dissolved then was paid and has
        # traded, and holders are paid out before the step is marked.
        registry, subnets, state, departures = self.lifecycle.advance(
            carry.registry, number, subnets, state
        )
        for left in departures:
            followed = tuple(
                part.depart(memory, left) for part, memory in zip(parts, followed, strict=True)
            )
        followed = tuple(
            part.mark(memory, state) for part, memory in zip(parts, followed, strict=True)
        )
        happened = Tallies(
            sales_limited=flows.trades.limited,
            trades_refused=flows.trades.refused,
            chain_buys_refused=flows.coinbase.buy_refused,
            root_sales_refused=flows.claims.refused,
            unstaking_limited=flows.unstaking_limited,
        )
        return Carry(
            subnets=subnets if self.subnets_differ else None,
            state=state,
            memories=asked.memories,
            acts=acts,
            claims=carry.claims,
            registry=registry,
            followers=followed,
            ever_fell=carry.ever_fell | fell,
            tallies=Tallies(*map(add, carry.tallies, happened)),
        )

    def _asked(self, carry: Carry, opening: BeforeTrades) -> tuple[Intents, _Asked]:
        """Return the intents of all users, and what comes with them."""
        quiet = jnp.zeros_like(opening.state.alpha_out)
        wanted, memories = [Intents(quiet, quiet)], []
        for process, memory in zip(self.demand, carry.memories, strict=True):
            intents, kept = process.intents(
                memory, opening.clock, opening.subnets, opening.state, opening.paid
            )
            wanted.append(intents)
            memories.append(kept)
        # From the left, whose order of additions the bits of a result depend on.
        intents, joined = reduce(add, wanted), []
        for follower, memory in zip(self.followers, carry.followers, strict=True):
            intents, kept = follower.join(memory, intents, opening)
            joined.append(kept)
        return intents, _Asked(intents, opening, tuple(memories), tuple(joined))

    def taking_part(self, carry: Carry) -> Subnets:
        """Return the subnets that take part, without a path axis where all paths have the same."""
        return self.subnets if carry.subnets is None else carry.subnets

    def unchanged(self, subnets: Subnets) -> PerSubnetBool:
        """Return the slots whose subnet is still that of the start."""
        return subnets.registered & (subnets.registered_at == self.subnets.registered_at)

    def following(self, carry: Carry, kind: type[F]) -> tuple[tuple[F, Any], ...]:
        """Return the followers of a kind, each with its memory of a path."""
        both = zip(self.followers, carry.followers, strict=True)
        return tuple((part, memory) for part, memory in both if isinstance(part, kind))

    def observe(self, carry: Carry, number: ScalarInt) -> Observation:
        """Return what is recorded on a report day, after ``number`` steps.

        Figures of a subnet are those of the subnet of the start: once it is gone they are 0, or
        what the figure says of a subnet that is gone, whoever has its netuid then.
        """
        subnets = self.taking_part(carry)
        seen = observe_network(self.mechanism, subnets, carry.state, self.immunity_blocks)
        here = self.unchanged(subnets)
        day = ReportDay(
            self.mechanism, self.lifecycle, carry.registry, subnets, carry.state, seen.shares, here
        )
        gauges, scalars = [jnp.where(here, seen.gauges, 0.0)], [seen.scalars]
        for follower, memory in zip(self.followers, carry.followers, strict=True):
            for figure, value in declared(follower.figures, follower.observe(memory, day)):
                if figure.kind == "subnet":
                    gauges.append(value[None])
                else:
                    scalars.append(jnp.atleast_1d(value))
        fell = ~seen.stands & here
        ever_fell = carry.ever_fell | fell
        events = [seen.stands & here, fell, here & ~ever_fell, ever_fell, seen.next_pruned & here]
        if self.lifecycle.turns_over:
            events.append(~here)
        return Observation(
            self.lifecycle.of_the_start(jnp.concatenate(gauges)),
            jnp.stack([self.lifecycle.of_the_start(event) for event in events]),
            jnp.concatenate(scalars),
        )

    def finite(self, carry: Carry) -> ScalarBool:
        """Return whether every number of the path is finite."""
        price = spot_price(carry.state.pools)
        leaves = jax.tree.leaves((carry.state, carry.followers, price))
        floats = [leaf for leaf in leaves if jnp.issubdtype(leaf.dtype, jnp.floating)]
        return jnp.stack([jnp.all(jnp.isfinite(leaf)) for leaf in floats]).all()

    def tally(self, carry: Carry) -> tuple[ScalarInt, ...]:
        """Return the counts over the path, in the order of ``tally_names``."""
        counts = [jnp.sum(tally, dtype=jnp.int32) for tally in carry.tallies]
        for follower, memory in zip(self.followers, carry.followers, strict=True):
            counts += follower.tally(memory)
        return tuple(counts)

    @property
    def tally_names(self) -> tuple[str, ...]:
        """Names of the counts over a path."""
        further = (name for follower in self.followers for name in follower.tally_names)
        return (*Tallies._fields, *further)

    @property
    def subnet_figures(self) -> tuple[Figure, ...]:
        """Figures of the rows of ``Observation.gauges``."""
        further = (figure for figure in self._further() if figure.kind == "subnet")
        return (*SUBNET_FIGURES, *further)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Figures of the entries of ``Observation.scalars``."""
        further = (figure for figure in self._further() if figure.kind != "subnet")
        return (*NETWORK_FIGURES, *further)

    def _further(self) -> Iterator[Figure]:
        for follower in self.followers:
            yield from follower.figures

    @property
    def gauges(self) -> dict[str, str]:
        """Names and units of the figures of subnets, in order."""
        return {figure.name: figure.unit for figure in self.subnet_figures}

    @property
    def network_scalars(self) -> dict[str, str]:
        """Names and units of the figures of the whole network, in order."""
        return {figure.name: figure.unit for figure in self.figures if figure.kind == "network"}

    @property
    def rules_in_turn(self) -> tuple[Mechanism, ...]:
        """Rules of the network, one after the other as they come into force."""
        return (self.mechanism,)

    @property
    def event_names(self) -> tuple[str, ...]:
        """Names of the rows of ``Observation.events``.

        They are those of the bar if there ever is one; while there is none, a subnet that receives
        TAO emission counts as above it.
        """
        has_bar = any(rules.has_bar for rules in self.rules_in_turn)
        names = EVENTS if has_bar else EVENTS_WITHOUT_BAR
        return (*names, DEREGISTERED) if self.lifecycle.turns_over else names
