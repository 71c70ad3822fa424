"""The network, its users and an optional holder, put together for the engine to run."""

# A carry holds a part's state exactly where the world has the part, which types cannot say.
# pyright: reportOptionalMemberAccess=false, reportArgumentType=false

import dataclasses
from collections.abc import Mapping
from functools import reduce
from operator import add
from typing import Any, Final

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from dtaojax.behaviour.process import BehaviourProcess
from dtaojax.behaviour.root_claims import RootClaims, WaitingClaims
from dtaojax.cohorts.follower import Cohorts, Plan
from dtaojax.demand.clock import Clock
from dtaojax.demand.process import DemandProcess
from dtaojax.demand.tao_usd.process import ShockedTaoUsd, TaoUsd
from dtaojax.engine.model import Observation
from dtaojax.latent.draws import Latent
from dtaojax.mechanism.coinbase import Coinbase, emission_shares
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.step import step_with_aux
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, ScalarBool, ScalarInt
from dtaojax.numerics.streams import SOURCES, Source
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.world.carry import TALLIES, Carry
from dtaojax.world.followers.emission_flow import PRESSURE_SCALARS, Pressure
from dtaojax.world.followers.lifecycle import Lifecycle
from dtaojax.world.followers.portfolio import Portfolio
from dtaojax.world.followers.subnet_metrics import Gauge
from dtaojax.world.observation import (
    DEREGISTERED,
    EVENTS,
    EVENTS_WITHOUT_BAR,
    GAUGES,
    NETWORK_SCALARS,
    TURNOVER_SCALARS,
    NetworkFigures,
    observe_network,
    stands,
)

TAO_USD: Final = {"tao_usd": "USD/TAO"}
"""The price of TAO, recorded where it is followed, and its unit."""


class World(eqx.Module):
    """A model for the engine: starts a path, advances it, and says what is to be recorded.

    Attributes:
        mechanism: the rules.
        subnets: who takes part.
        start: state at the beginning.
        demand: processes whose intents add up.
        portfolio: whose value is followed, if any.
        step_blocks: length of a step.
        immunity_blocks: age below which a subnet is not pruned.
        lifecycle: registrations, if there are any.
        latent: draws of quality and sector, if they differ from path to path.
        tao_usd: price of TAO in US dollars, if it is followed.
        cohorts: who holds alpha outside the pools, if that is told apart.
        standing: further figures about each subnet.
        pressure: follows how emission moves and how much is sold, if that is asked.
        behaviour: what owners and root do, in the order in which they act.
        root_claims: when root stakers sell out of their baskets, if they choose.
    """

    mechanism: Mechanism
    subnets: Subnets
    start: NetworkState
    demand: tuple[DemandProcess, ...]
    portfolio: Portfolio | None
    step_blocks: int = eqx.field(static=True)
    immunity_blocks: int = eqx.field(static=True)
    lifecycle: Lifecycle | None = None
    latent: Latent | None = None
    tao_usd: TaoUsd | ShockedTaoUsd | None = None
    cohorts: Cohorts | None = None
    standing: tuple[Gauge, ...] = ()
    pressure: Pressure | None = None
    behaviour: tuple[BehaviourProcess, ...] = ()
    root_claims: RootClaims | WaitingClaims | None = None

    def begin(self, path: ScalarInt) -> Carry:
        """The start of a path."""
        return self.begin_from(dict.fromkeys(SOURCES, path))

    def begin_from(self, paths: Mapping[Source, ScalarInt]) -> Carry:
        """The start of a path whose sources of randomness draw as on paths of their own.

        Args:
            paths: number of a path for each source.
        """
        none = jnp.zeros_like(self.subnets.emission_enabled)
        never = none.astype(jnp.int32)
        drawn = None if self.latent is None else self.latent(paths["subnets"], self.subnets)
        subnets = self.subnets if drawn is None else drawn
        memory = self.mechanism.weight_rule.begin(paths["root"], subnets, self.start)
        holdings = None
        if self.portfolio is not None:
            holdings = self.portfolio.begin(self.start, self.mechanism.fee)
        state, pressed = dataclasses.replace(self.start, memory=memory), None
        if self.pressure is not None:
            shares, _ = emission_shares(self.mechanism, subnets, state, 1)
            pressed = self.pressure.begin(shares.final)
        turns_over = self.lifecycle is not None
        return Carry(
            subnets=subnets if self.subnets_differ else None,
            state=state,
            memories=tuple(
                part.begin(paths[part.source], subnets, self.start) for part in self.demand
            ),
            # It may move with the market factor, which is demand's.
            tao_usd=None if self.tao_usd is None else self.tao_usd.begin(paths["demand"]),
            holdings=holdings,
            registry=self.lifecycle.begin(paths["registrations"], subnets) if turns_over else None,
            books=None if self.cohorts is None else self.cohorts.begin(self.start),
            pressed=pressed,
            ever_fell=none,
            tallies=(*(never for _ in TALLIES[:-1]), jnp.zeros((), jnp.int32)),
            acts=tuple(
                part.begin(paths[part.source], subnets, self.start) for part in self.behaviour
            ),
            claims=None if self.root_claims is None else self.root_claims.begin(paths["root"]),
        )

    @property
    def subnets_differ(self) -> bool:
        """Whether who takes part differs from path to path."""
        return bool(self.behaviour) or self.lifecycle is not None or self.latent is not None

    def decided(self, carry: Carry, clock: Clock) -> tuple[Subnets, tuple[Any, ...]]:
        """Return who takes part after owners and root have decided, at the beginning of a day.

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
        """The path one step further; ``number`` counts steps from 0."""
        return self.advance_as_decided(
            carry, number, *self.decided(carry, Clock(number, self.step_blocks))
        )

    def advance_as_decided(
        self, carry: Carry, number: ScalarInt, subnets: Subnets, acts: tuple[Any, ...]
    ) -> Carry:
        """The path one step further under decisions that are given.

        Args:
            carry: before the step.
            number: of the step, from 0.
            subnets: who takes part, after the decisions.
            acts: memories of the processes of behaviour after them.
        """
        clock = Clock(number, self.step_blocks)

        def intents_of(
            state: NetworkState, paid: Coinbase
        ) -> tuple[Intents, tuple[list[Any], list[Plan], list[PerSubnet]]]:
            wishes, memories, plans, sales = [], [], [], []
            for process, memory in zip(self.demand, carry.memories, strict=True):
                wish, kept = process.intents(memory, clock, subnets, state, paid)
                wishes.append(wish)
                memories.append(kept)
            quiet = jnp.zeros_like(state.alpha_out)
            wish = reduce(add, wishes, Intents(quiet, quiet))
            if self.cohorts is not None:
                plans.append(self.cohorts.plan(carry.books, clock, subnets, state, paid))
                wish = self.cohorts.join(plans[0], wish, state, self.mechanism.fee)
            if self.pressure is not None:
                sales.append(spot_price(state.pools) * wish.alpha_sale)
            return wish, (memories, plans, sales)

        rules = self.mechanism
        if self.root_claims is not None:
            rules = self.root_claims.rules(carry.claims, clock, rules)
        state, flows, (memories, plans, sales) = step_with_aux(
            rules, subnets, carry.state, self.step_blocks, intents_of
        )
        paid, trades = flows.coinbase, flows.trades
        holdings = carry.holdings
        if self.portfolio is not None:
            holdings = self.portfolio.earn(holdings, carry.state, flows)
        # By the bar of the next block, as ``observe`` has it, so that who fell stays fallen.
        bar = self.mechanism.gate.refresh(
            carry.state.gate_bar, paid.shares.pre_gate, carry.state.block, 1
        )
        standing = stands(self.mechanism, paid.shares._replace(bar=bar), subnets)
        fell = ~standing & self.unchanged(subnets)
        books = None if self.cohorts is None else self.cohorts.settle(plans[0], flows)
        registry, members = carry.registry, subnets if self.subnets_differ else None
        if self.lifecycle is not None:
            registry, members, state, left = self.lifecycle.advance(
                registry, number, subnets, state
            )
            if self.portfolio is not None:
                holdings = self.portfolio.settle(holdings, left)
            if self.cohorts is not None:
                books = self.cohorts.dissolve(books, left)
        if self.portfolio is not None:
            holdings = self.portfolio.mark(holdings, state)
        pressed = carry.pressed
        if self.pressure is not None:
            emitted = self.step_blocks * paid.block_emission
            pressed = self.pressure.add(pressed, sales[0], flows.claims.tao, emitted)
        happened = (
            trades.limited,
            trades.refused,
            paid.buy_refused,
            flows.claims.refused,
            flows.unstaking_limited,
        )
        return Carry(
            subnets=members,
            state=state,
            memories=tuple(memories),
            tao_usd=None if self.tao_usd is None else self.tao_usd.advance(carry.tao_usd, clock),
            holdings=holdings,
            registry=registry,
            books=books,
            pressed=pressed,
            ever_fell=carry.ever_fell | fell,
            tallies=tuple(map(add, carry.tallies, happened)),
            acts=acts,
            claims=carry.claims,
        )

    def taking_part(self, carry: Carry) -> Subnets:
        """Who takes part on the path. Without a path axis where it is the same on all of them."""
        return self.subnets if carry.subnets is None else carry.subnets

    def unchanged(self, subnets: Subnets) -> PerSubnetBool:
        """Slots whose subnet is still that of the start."""
        return subnets.registered & (subnets.registered_at == self.subnets.registered_at)

    def observe(self, carry: Carry, number: ScalarInt) -> Observation:
        """What is recorded on a report day, after ``number`` steps.

        Figures of a subnet are those of the subnet of the start: once it is gone they are 0,
        whoever has its netuid then.
        """
        subnets = self.taking_part(carry)
        seen = observe_network(self.mechanism, subnets, carry.state, self.immunity_blocks)
        here = self.unchanged(subnets)
        further = [
            jnp.where(here, gauge(seen.shares, subnets, carry.state), gauge.when_gone(subnets))
            for gauge in self.standing
        ]
        gauges = jnp.concatenate([jnp.where(here, seen.gauges, 0.0), *(g[None] for g in further)])
        fell = ~seen.stands & here
        ever_fell = carry.ever_fell | fell
        events = [seen.stands & here, fell, here & ~ever_fell, ever_fell, seen.next_pruned & here]
        if self.lifecycle is not None:
            gauges = gauges[:, : self.lifecycle.founders]
            events = [event[: self.lifecycle.founders] for event in (*events, ~here)]
        return Observation(gauges, jnp.stack(events), self._scalars(carry, subnets, seen, here))

    def _scalars(
        self, carry: Carry, subnets: Subnets, seen: NetworkFigures, here: PerSubnetBool
    ) -> jax.Array:
        """Figures that are not about one subnet, in the order of ``scalar_names``."""
        figures = [seen.scalars]
        if self.tao_usd is not None:
            figures.append(self.tao_usd.price(carry.tao_usd)[None])
        if self.lifecycle is not None:
            figures.append(self.lifecycle.figures(carry.registry, subnets, carry.state))
        if self.pressure is not None:
            figures.append(self.pressure.figures(carry.pressed, seen.shares.final, here))
        if self.cohorts is not None:
            figures.append(self.cohorts.observe(carry.books, carry.state))
        if self.portfolio is not None:
            value = self.portfolio.value(carry.holdings, carry.state, self.mechanism.fee)
            drawdown = carry.holdings.drawdown[None]
            leaving = self.portfolio.exit_days(carry.holdings, carry.state)
            figures += [value.spot, value.realizable, drawdown, leaving]
        return jnp.concatenate(figures)

    def finite(self, carry: Carry) -> ScalarBool:
        """Whether every number of the path is finite."""
        price = spot_price(carry.state.pools)
        leaves = jax.tree.leaves((carry.state, carry.holdings, carry.books, carry.tao_usd, price))
        floats = [leaf for leaf in leaves if jnp.issubdtype(leaf.dtype, jnp.floating)]
        return jnp.stack([jnp.all(jnp.isfinite(leaf)) for leaf in floats]).all()

    def tally(self, carry: Carry) -> tuple[ScalarInt, ...]:
        """Counts over the path, in the order of ``tally_names``."""
        counts = tuple(jnp.sum(tally, dtype=jnp.int32) for tally in carry.tallies)
        return counts if carry.books is None else (*counts, *carry.books.cut)

    @property
    def tally_names(self) -> tuple[str, ...]:
        """Names of the counts."""
        return TALLIES if self.cohorts is None else (*TALLIES, *self.cohorts.tally_names)

    @property
    def gauges(self) -> dict[str, str]:
        """Names and units of the rows of ``Observation.gauges``."""
        return GAUGES | {gauge.name: gauge.unit for gauge in self.standing}

    @property
    def event_names(self) -> tuple[str, ...]:
        """Names of the rows of ``Observation.events``."""
        events = EVENTS if self.mechanism.has_bar else EVENTS_WITHOUT_BAR
        return events if self.lifecycle is None else (*events, DEREGISTERED)

    @property
    def network_scalars(self) -> dict[str, str]:
        """Names and units of the figures about the whole network, as they are recorded."""
        price = {} if self.tao_usd is None else TAO_USD
        turnover = {} if self.lifecycle is None else TURNOVER_SCALARS
        pressure = {} if self.pressure is None else PRESSURE_SCALARS
        return NETWORK_SCALARS | price | turnover | pressure

    @property
    def scalar_units(self) -> dict[str, str]:
        """Names and units of the entries of ``Observation.scalars``, in order.

        Values of positions are named ``value_spot[k]``, where the last k is root.
        """
        units = self.network_scalars
        if self.cohorts is not None:
            units |= dict.fromkeys(self.cohorts.figure_names, "TAO")
        if self.portfolio is not None:
            positions = range(self.portfolio.slot.shape[0] + 1)
            for valuation in ("value_spot", "value_realizable"):
                units |= {f"{valuation}[{position}]": "TAO" for position in positions}
            units["max_drawdown"] = "ratio"
            units |= {f"exit_days[{position}]": "days" for position in positions}
        return units

    @property
    def scalar_names(self) -> tuple[str, ...]:
        """Names of the entries of ``Observation.scalars``."""
        return tuple(self.scalar_units)
