"""The cohorts of a world: their start, their orders in a step, and the figures about them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import add, sub
from typing import Any, Final, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from dtaojax.cohorts import settlement
from dtaojax.cohorts.selling import BuyOnSchedule, Selling
from dtaojax.cohorts.settlement import INVESTOR, OTHERS, Flows, Ledger
from dtaojax.demand.clock import Clock
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.mechanism.fees.rules import FeeRule
from dtaojax.mechanism.liquidity.pools import spot_price, weight_ratio
from dtaojax.mechanism.registration.departure import Departures
from dtaojax.numerics.elementary import exp, log1p, quotient
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import ByCohort, PerCohort, PerSubnet, ScalarInt
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.world.follower import BeforeTrades, Figure, Follower, PathStart, ReportDay, TradedStep

COHORT_FIGURES: Final = ("holdings", "income", "proceeds", "spending")
"""Figures about each party, over all subnets [TAO]."""


class Books(NamedTuple):
    """The books of a path about its cohorts.

    Attributes:
        ledger: Ledger of holdings and flows.
        memories: Memories of the habits of selling.
        cut: Number of sales of each cohort that were cut to what it holds, counted by step and
            subnet.
    """

    ledger: Ledger
    memories: tuple[Any, ...]
    cut: tuple[ScalarInt, ...]


class Plan(NamedTuple):
    """A step that was paid and not yet traded.

    Attributes:
        books: Books after the pay.
        paid: Income of the cohorts.
        orders: Orders of the cohorts.
        spot: Price after the coinbase [TAO/alpha], shape (subnets,).
    """

    books: Books
    paid: settlement.Income
    orders: settlement.Orders
    spot: PerSubnet


class Cohorts(Follower):
    """Who holds alpha, and when they trade.

    Attributes:
        names: Names of the cohorts: those of every subnet, then whales.
        start: Part of the participants' alpha, whales left out, that each cohort but whales holds
            at the start; the parts add up to 1 [-].
        whales: Alpha of each whale at the start [alpha].
        staking: Rule by which stakers share the validators' part of the emission.
        selling: Habits of selling, which add up.
        buying: Entries of buyers, which add up.
    """

    names: tuple[str, ...] = eqx.field(static=True)
    start: PerCohort
    whales: ByCohort
    staking: settlement.Staking
    selling: tuple[Selling, ...]
    buying: tuple[BuyOnSchedule, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Figures of each party over all subnets."""
        return tuple(
            Figure(name, "TAO", "cohort", party=party)
            for name in COHORT_FIGURES
            for party in self.parties
        )

    def begin(self, start: PathStart) -> Books:
        """Return the books at the start of a path."""
        alpha = reduce(sub, self.whales, start.state.participants_alpha)
        held = (*(part * alpha for part in self.start), *self.whales)
        none = tuple(jnp.zeros_like(alpha) for _ in self.parties)
        ledger = Ledger(held, Flows(none, none, none))
        memories = tuple(habit.begin(held) for habit in self.selling)
        return Books(ledger, memories, tuple(jnp.zeros((), jnp.int32) for _ in self.names))

    def join(self, memory: Books, intents: Intents, now: BeforeTrades) -> tuple[Intents, Plan]:
        """Pay the cohorts, and put what they want to trade to the intents of a step."""
        plan = self.plan(memory, now.clock, now.subnets, now.state, now.paid)
        return self.together(plan, intents, now.state, now.mechanism.fee), plan

    def plan(
        self, books: Books, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> Plan:
        """Pay the cohorts, and ask what they want to trade.

        Args:
            books: Books before the step.
            clock: Place of the step in the run.
            subnets: Subnets that take part.
            state: State after the coinbase of the step and root's claims.
            paid: What the coinbase did.
        """
        pay = settlement.income(
            books.ledger.held, self.staking, paid.payout, paid.reward, subnets.miner_burned
        )
        ledger = settlement.credit(books.ledger, pay)
        wanted, memories = [tuple(map(jnp.zeros_like, ledger.held))], []
        for habit, memory in zip(self.selling, books.memories, strict=True):
            more, kept = habit.sales(memory, clock, ledger.held, pay)
            wanted.append(more)
            memories.append(kept)
        intended = reduce(settlement.plus, wanted)
        sales = tuple(map(jnp.minimum, intended, ledger.held))
        over = (
            jnp.sum(sale > held, dtype=jnp.int32)
            for sale, held in zip(intended, ledger.held, strict=True)
        )
        cut = tuple(map(add, books.cut, over))
        purchases = None
        if self.buying:
            entries = (entry.purchases(clock, len(self.names)) for entry in self.buying)
            purchases = reduce(settlement.plus, entries)
        orders = settlement.Orders(sales, purchases)
        return Plan(Books(ledger, tuple(memories), cut), pay, orders, spot_price(state.pools))

    def together(self, plan: Plan, intents: Intents, state: NetworkState, fee: FeeRule) -> Intents:
        """Return the cohorts' orders and the intents of investors as one.

        Only investors sell beyond the orders, so that a step's net sale is at most all orders and
        what investors hold besides; where others buy, as much more is left to be sold to them.
        """
        sold = settlement.together(plan.orders.sales)
        held, own = plan.books.ledger.held[INVESTOR], plan.orders.sales[INVESTOR]
        sellable = sold + (held - own)
        push = intents.push
        if plan.orders.purchases is not None:
            tao = settlement.together(plan.orders.purchases)
            pools = state.pools
            open_pool = pools.tao_in > 0.0
            depth = jnp.where(open_pool, pools.tao_in, 1.0)
            entry = jnp.where(open_pool, log1p(fee.net_of_buy(tao) / depth), 0.0)
            push = push + entry
            shift = exp(-weight_ratio(pools.w_tao) * entry)
            sellable = shift * (pools.alpha_in + sellable) - pools.alpha_in
        return Intents(push, intents.alpha_sale + sold, intents.root_tao, sellable)

    def follow(self, memory: Plan, step: TradedStep) -> Books:
        """Return the books after the trades of a step."""
        plan, ledger = memory, memory.books.ledger
        held, traded = settlement.clear(ledger.held, plan.orders, step.flows.trades, plan.spot)
        flows = settlement.book(ledger.flows, plan.paid, plan.spot, step.flows, traded)
        return plan.books._replace(ledger=Ledger(held, flows))

    def depart(self, memory: Books, left: Departures) -> Books:
        """Return the books once subnets are dissolved and their holders paid (§3.12)."""
        tao_per_alpha = quotient(left.stakers, left.staked)
        memories = tuple(
            habit.forget(kept, left.gone)
            for habit, kept in zip(self.selling, memory.memories, strict=True)
        )
        ledger = settlement.dissolve(memory.ledger, left.gone, tao_per_alpha, left.root)
        return memory._replace(ledger=ledger, memories=memories)

    @property
    def parties(self) -> tuple[str, ...]:
        """Names of all who hold alpha: the cohorts, root and the chain."""
        return (*self.names, *OTHERS)

    def observe(self, memory: Books, day: ReportDay) -> Mapping[str, Array]:
        """Return sums over subnets by figure, one for each party [TAO]."""
        state = day.state
        price, flows = spot_price(state.pools), memory.ledger.flows
        held = (*memory.ledger.held, state.root_basket, state.protocol_alpha)
        holdings = tuple(price * alpha for alpha in held)
        figures = (holdings, flows.income, flows.proceeds, flows.spending)
        return {
            name: jnp.stack([ordered_sum(amount) for amount in amounts])
            for name, amounts in zip(COHORT_FIGURES, figures, strict=True)
        }

    @property
    def tally_names(self) -> tuple[str, ...]:
        """Names of the counts of cut sales, cohort by cohort."""
        return tuple(f"{name}_sales_limited" for name in self.names)

    def tally(self, memory: Books) -> tuple[ScalarInt, ...]:
        """Return the counts of cut sales, cohort by cohort."""
        return memory.cut


def cohorts(
    names: tuple[str, ...],
    *,
    holds: Sequence[float],
    whales: Sequence[np.ndarray],
    staked: Sequence[float],
    take: float,
    selling: Iterable[Selling],
    buying: Iterable[BuyOnSchedule],
) -> Cohorts:
    """Build the cohorts.

    Args:
        names: Names of the cohorts: those of every subnet, then whales.
        holds: Part of the participants' alpha that each cohort but whales holds at the start [-].
        whales: Alpha of each whale at the start, shape (subnets,) each [alpha].
        staked: Part of each cohort's alpha that is staked with a validator [-].
        take: Part of the validators' income that they keep before stake is paid [-].
        selling: Habits of selling, which add up.
        buying: Entries, which add up.
    """
    parts = np.array(holds)
    # What is burned at the start is nobody's: the others share what is left.
    held = parts.sum()
    return Cohorts(
        names=names,
        start=jnp.asarray(parts / held if held > 0.0 else parts),
        whales=tuple(map(jnp.asarray, whales)),
        staking=settlement.Staking(staked=jnp.asarray(list(staked)), take=jnp.asarray(take)),
        selling=tuple(selling),
        buying=tuple(buying),
    )
