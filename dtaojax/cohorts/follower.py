"""The cohorts of a world: how they begin, what they want in a step, and what is recorded."""

from functools import reduce
from operator import add, sub
from typing import Any, Final, NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from dtaojax.cohorts import settlement
from dtaojax.cohorts.selling import BuyOnSchedule, Selling
from dtaojax.cohorts.state import INVESTOR, OTHERS, Flows, Ledger
from dtaojax.demand.process import Clock
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.mechanism.fees.rules import FeeRule
from dtaojax.mechanism.liquidity.pools import spot_price, weight_ratio
from dtaojax.mechanism.registration.departure import Departures
from dtaojax.mechanism.step import StepFlows
from dtaojax.numerics.elementary import exp, log1p, quotient
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import ByCohort, PerCohort, PerSubnet, ScalarInt
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets

COHORT_FIGURES: Final = ("holdings", "income", "proceeds", "spending")
"""Figures about each party, over all subnets [TAO]."""


class Books(NamedTuple):
    """What a path carries about its cohorts.

    Attributes:
        ledger: holdings and flows.
        memories: of the habits of selling.
        cut: sales of each cohort that were cut to what it holds, counted by step and subnet.
    """

    ledger: Ledger
    memories: tuple[Any, ...]
    cut: tuple[ScalarInt, ...]


class Plan(NamedTuple):
    """A step that was paid and not yet traded.

    Attributes:
        books: after the pay.
        paid: to cohorts.
        orders: of the cohorts.
        spot: price after the coinbase [TAO/alpha].
    """

    books: Books
    paid: settlement.Income
    orders: settlement.Orders
    spot: PerSubnet


class Cohorts(eqx.Module):
    """Who holds alpha, and when they trade.

    Attributes:
        names: of the cohorts: those of every subnet, then whales.
        start: part of the participants' alpha, whales left out, that each cohort but whales holds
            at the start; they add up to 1 [-].
        whales: alpha of each whale at the start [alpha].
        staking: who shares the validators' part of the emission.
        selling: habits, which add up.
        buying: entries, which add up.
    """

    names: tuple[str, ...] = eqx.field(static=True)
    start: PerCohort
    whales: ByCohort
    staking: settlement.Staking
    selling: tuple[Selling, ...]
    buying: tuple[BuyOnSchedule, ...]

    def begin(self, state: NetworkState) -> Books:
        """The books at the start of a path."""
        alpha = reduce(sub, self.whales, state.participants_alpha)
        held = (*(part * alpha for part in self.start), *self.whales)
        none = tuple(jnp.zeros_like(alpha) for _ in self.parties)
        ledger = Ledger(held, Flows(none, none, none))
        memories = tuple(habit.begin(held) for habit in self.selling)
        return Books(ledger, memories, tuple(jnp.zeros((), jnp.int32) for _ in self.names))

    def plan(
        self, books: Books, clock: Clock, subnets: Subnets, state: NetworkState, paid: Coinbase
    ) -> Plan:
        """Pays the cohorts, and asks what they want to trade.

        Args:
            books: before the step.
            clock: of the step.
            subnets: who takes part.
            state: after the coinbase of the step.
            paid: what the coinbase did.
        """
        pay = settlement.income(
            books.ledger.held, self.staking, paid.payout, paid.reward, subnets.miner_burned
        )
        ledger = settlement.credit(books.ledger, pay)
        wishes, memories = [tuple(map(jnp.zeros_like, ledger.held))], []
        for habit, memory in zip(self.selling, books.memories, strict=True):
            wish, kept = habit.sales(memory, clock, ledger.held, pay)
            wishes.append(wish)
            memories.append(kept)
        wish = reduce(settlement.plus, wishes)
        sales = tuple(map(jnp.minimum, wish, ledger.held))
        over = (
            jnp.sum(w > held, dtype=jnp.int32) for w, held in zip(wish, ledger.held, strict=True)
        )
        cut = tuple(map(add, books.cut, over))
        purchases = None
        if self.buying:
            entries = (entry.purchases(clock, len(self.names)) for entry in self.buying)
            purchases = reduce(settlement.plus, entries)
        orders = settlement.Orders(sales, purchases)
        return Plan(Books(ledger, tuple(memories), cut), pay, orders, spot_price(state.pools))

    def join(self, plan: Plan, wish: Intents, state: NetworkState, fee: FeeRule) -> Intents:
        """The cohorts' orders and what investors wish, as one.

        Only investors sell beyond the orders, so that a step's net sale is at most all orders and
        what investors hold besides; where others buy, as much more is left to be sold to them.
        """
        sold = settlement.together(plan.orders.sales)
        held, own = plan.books.ledger.held[INVESTOR], plan.orders.sales[INVESTOR]
        sellable = sold + (held - own)
        push = wish.push
        if plan.orders.purchases is not None:
            tao = settlement.together(plan.orders.purchases)
            pools = state.pools
            open_pool = pools.tao_in > 0.0
            depth = jnp.where(open_pool, pools.tao_in, 1.0)
            entry = jnp.where(open_pool, log1p(fee.net_of_buy(tao) / depth), 0.0)
            push = push + entry
            shift = exp(-weight_ratio(pools.w_tao) * entry)
            sellable = shift * (pools.alpha_in + sellable) - pools.alpha_in
        return Intents(push, wish.alpha_sale + sold, wish.root_tao, sellable)

    def settle(self, plan: Plan, step: StepFlows) -> Books:
        """The books after the trades of a step."""
        ledger = plan.books.ledger
        held, traded = settlement.clear(ledger.held, plan.orders, step.trades, plan.spot)
        flows = settlement.book(ledger.flows, plan.paid, plan.spot, step, traded)
        return plan.books._replace(ledger=Ledger(held, flows))

    def dissolve(self, books: Books, left: Departures) -> Books:
        """The books once subnets are dissolved and their holders paid (§3.12)."""
        tao_per_alpha = quotient(left.stakers, left.staked)
        memories = tuple(
            habit.forget(memory, left.gone)
            for habit, memory in zip(self.selling, books.memories, strict=True)
        )
        ledger = settlement.dissolve(books.ledger, left.gone, tao_per_alpha, left.root)
        return books._replace(ledger=ledger, memories=memories)

    @property
    def parties(self) -> tuple[str, ...]:
        """All who hold alpha: the cohorts, root and the chain."""
        return (*self.names, *OTHERS)

    def observe(self, books: Books, state: NetworkState) -> Float[Array, " figures"]:
        """Sums over subnets, figure by figure as in ``COHORT_FIGURES``, party by party."""
        price, flows = spot_price(state.pools), books.ledger.flows
        held = (*books.ledger.held, state.root_basket, state.protocol_alpha)
        holdings = tuple(price * alpha for alpha in held)
        figures = (*holdings, *flows.income, *flows.proceeds, *flows.spending)
        return jnp.stack([ordered_sum(figure) for figure in figures])

    @property
    def tally_names(self) -> tuple[str, ...]:
        """Names of the counts of cut sales, cohort by cohort."""
        return tuple(f"{name}_sales_limited" for name in self.names)

    @property
    def figure_names(self) -> tuple[str, ...]:
        """Names of the entries of :meth:`observe`."""
        return tuple(f"{figure}.{party}" for figure in COHORT_FIGURES for party in self.parties)
