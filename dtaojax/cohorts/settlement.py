"""The ledger of cohorts, and how alpha and TAO move in it: pay, clearing of trades, dissolution.

The cohorts of every subnet are its owner, its miners, its validators and its investors (their
nominators among them); whales, who are followed by name, come after them. Two more hold alpha:
root's baskets and the chain, whose alpha is part of
:class:`~dtaojax.state.network.NetworkState`. Functions are pure; amounts are those of a whole step.
"""

import dataclasses
from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Final, NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.split.rules import Payout
from dtaojax.mechanism.step import StepFlows
from dtaojax.mechanism.trading.rules import Trades
from dtaojax.numerics.elementary import quotient
from dtaojax.numerics.shapes import ByCohort, ByParty, PerCohort, PerSubnet, PerSubnetBool, Scalar

COHORTS: Final = ("owner", "miner", "validator", "investor")
"""Cohorts that every subnet has, in their order."""
OWNER, MINER, VALIDATOR, INVESTOR = range(len(COHORTS))

OTHERS: Final = ("root", "protocol")
"""Parties that hold alpha without being a cohort; they come last where parties are listed."""


class Flows(eqx.Module):
    """Amounts that each party was paid and traded in each subnet since the start of a path.

    Attributes:
        income: Alpha that was paid, at the price of the time, and TAO that was paid [TAO].
        proceeds: TAO from selling alpha [TAO].
        spending: TAO spent on buying alpha [TAO].
    """

    income: ByParty
    proceeds: ByParty
    spending: ByParty


class Ledger(eqx.Module):
    """Holdings and flows of a path.

    What is outside a pool is in someone's hands or nobody's: ``held`` of all cohorts, and root's
    baskets, protocol alpha and burned alpha of the state, add up to ``alpha_out``.

    Attributes:
        held: Alpha of each cohort, shape (subnets,) each [alpha].
        flows: Flows of cohorts and others.
    """

    held: ByCohort
    flows: Flows


class Staking(NamedTuple):
    """Stake of cohorts, by which they take part in the validators' income.

    Attributes:
        staked: Part of each cohort's alpha that is staked with a validator [-].
        take: Part of it that validators keep before stake is paid, TaoDelegateTake [-].
    """

    staked: PerCohort
    take: Scalar


class Income(NamedTuple):
    """Pay of a step to cohorts.

    Attributes:
        earned: Alpha for work: owner's cut, miners' incentive, validators' take [alpha].
        dividends: Alpha for stake [alpha].
        tao: TAO for either [TAO].
    """

    earned: ByCohort
    dividends: ByCohort
    tao: ByCohort


class Orders(NamedTuple):
    """Orders of cohorts besides the investors' push.

    Attributes:
        sales: Alpha to be sold, never more than a cohort holds [alpha].
        purchases: TAO to spend, fees included; None where nobody buys for an amount [TAO].
    """

    sales: ByCohort
    purchases: ByCohort | None


def plus(first: ByCohort, second: ByCohort) -> ByCohort:
    """Add amounts, cohort by cohort."""
    return tuple(map(add, first, second))


def together(amounts: ByCohort) -> PerSubnet:
    """Return the sum over cohorts, in their order, so that it rounds the same everywhere."""
    return reduce(add, amounts)


def income(
    held: ByCohort, staking: Staking, payout: Payout, tao: Payout, miner_burned: PerSubnet
) -> Income:
    """Divide a step's pay among cohorts (§3.9).

    The owner gets the cut, miners what is not withheld. Of the validators' part, validators keep
    their take and the rest goes to all staked alpha alike, to validators where nothing is staked.
    TAO divides likewise, but nothing of it is withheld.

    Args:
        held: Alpha held before the step [alpha].
        staking: Stake by which cohorts share the validators' part.
        payout: Alpha by class of receiver [alpha].
        tao: TAO by class of receiver [TAO].
        miner_burned: Share of the miners' incentive that the owner withholds, MinerBurned [-].
    """
    received = payout.server * (1.0 - jnp.minimum(miner_burned, 1.0))
    stake = tuple(part * alpha for part, alpha in zip(staking.staked, held, strict=True))
    total = together(stake)
    take = jnp.where(total > 0.0, staking.take, 1.0)
    shared = quotient(1.0 - take, total)

    def work(paid: Payout, miners: PerSubnet) -> ByCohort:
        rows = {OWNER: paid.owner, MINER: miners, VALIDATOR: take * paid.validator}
        return tuple(rows.get(row, jnp.zeros_like(total)) for row in range(len(held)))

    def yield_of(paid: Payout) -> ByCohort:
        rate = shared * paid.validator
        return tuple(rate * alpha for alpha in stake)

    return Income(
        earned=work(payout, received),
        dividends=yield_of(payout),
        tao=plus(work(tao, tao.server), yield_of(tao)),
    )


def credit(ledger: Ledger, paid: Income) -> Ledger:
    """Put a step's pay into its receivers' hands.

    Args:
        ledger: Ledger before the step.
        paid: Pay of the step to cohorts.
    """
    held = plus(ledger.held, plus(paid.earned, paid.dividends))
    return dataclasses.replace(ledger, held=held)


class Clearing(NamedTuple):
    """A step's net trade, divided among cohorts.

    Attributes:
        price: Price of all trades of the step [TAO/alpha].
        sold: Alpha sold by each cohort [alpha].
        bought: Alpha bought by each cohort; None where it cannot have bought [alpha].
    """

    price: PerSubnet
    sold: ByCohort
    bought: tuple[PerSubnet | None, ...]


def clear(
    held: ByCohort, orders: Orders, trades: Trades, spot: PerSubnet
) -> tuple[ByCohort, Clearing]:
    """Divide a step's net trade among cohorts.

    All trades of a step clear at one price, what users paid for a pool's net alpha over that alpha,
    as in a batch auction: part of them against each other, the rest against the pool. Investors
    take what the other orders leave of the net trade, so that both tokens are conserved whatever
    the pool did.

    Args:
        held: Alpha held after the coinbase of the step [alpha].
        orders: Orders that were part of the trade.
        trades: Result of the trade.
        spot: Price where nothing was traded on balance [TAO/alpha].

    Returns:
        Holdings after, and what was traded.
    """
    traded = trades.alpha_sold != 0.0
    price = jnp.where(traded, -trades.users_paid / jnp.where(traded, trades.alpha_sold, 1.0), spot)
    sold = [jnp.where(trades.done, sale, 0.0) for sale in orders.sales]
    after = [alpha - sale for alpha, sale in zip(held, sold, strict=True)]
    bought: list[PerSubnet | None] = [None] * len(after)
    left = together(tuple(sold)) - trades.alpha_sold
    net = left - sold[INVESTOR]
    if orders.purchases is not None:
        filled = _fill(orders.purchases, trades.done, price, left + after[INVESTOR])
        after = [alpha + more for alpha, more in zip(after, filled, strict=True)]
        left = left - together(filled)
        net = left + filled[INVESTOR] - sold[INVESTOR]
        bought = list(filled)
    after[INVESTOR] = after[INVESTOR] + left
    sold[INVESTOR] = jnp.maximum(-net, 0.0)
    bought[INVESTOR] = jnp.maximum(net, 0.0)
    return tuple(after), Clearing(price, tuple(sold), tuple(bought))


def _fill(
    purchases: ByCohort, done: PerSubnetBool, price: PerSubnet, offered: PerSubnet
) -> ByCohort:
    """Return the alpha that purchases get, all in the same part where less is offered [alpha]."""
    priced = jnp.where(price > 0.0, price, 1.0)
    wanted = tuple(jnp.where(done & (price > 0.0), tao / priced, 0.0) for tao in purchases)
    total = together(wanted)
    left = jnp.maximum(offered, 0.0)
    # A product that is added next may be rounded once or twice, as the compiler likes; a quotient
    # is not, so that holdings do not depend on the number of paths in a block.
    return tuple(quotient(left * alpha, total, alpha, where=total > offered) for alpha in wanted)


def book(flows: Flows, paid: Income, spot: PerSubnet, step: StepFlows, traded: Clearing) -> Flows:
    """Add a step to the flows.

    Args:
        flows: Flows before the step.
        paid: Pay of the step to cohorts.
        spot: Price at which alpha counts as income [TAO/alpha].
        step: Flows of the step in the mechanism.
        traded: Trades of the step, divided among cohorts.
    """
    protocol = step.coinbase
    income = (
        *(
            (work + stake) * spot + tao
            for work, stake, tao in zip(paid.earned, paid.dividends, paid.tao, strict=True)
        ),
        protocol.payout.root * spot + protocol.reward.root,
        None,
    )
    proceeds = (
        *(alpha * traded.price for alpha in traded.sold),
        protocol.root_proceeds + step.claims.tao,
        None,
    )
    spending = (
        *(None if alpha is None else alpha * traded.price for alpha in traded.bought),
        None,
        protocol.buys_tao,
    )
    return Flows(
        income=_more(flows.income, income),
        proceeds=_more(flows.proceeds, proceeds),
        spending=_more(flows.spending, spending),
    )


def _more(sums: ByParty, added: Sequence[PerSubnet | None]) -> ByParty:
    """Return sums with a step's amounts; None adds nothing."""
    return tuple(old if new is None else old + new for old, new in zip(sums, added, strict=True))


def dissolve(
    ledger: Ledger, gone: PerSubnetBool, tao_per_alpha: PerSubnet, root: PerSubnet
) -> Ledger:
    """Pay every party of dissolved subnets for its alpha, and leaves nobody with any (§3.12).

    Args:
        ledger: Ledger before.
        gone: Dissolved subnets, shape (subnets,).
        tao_per_alpha: Payment to a holder there [TAO/alpha].
        root: Payment to root's baskets [TAO].
    """
    paid = (*(jnp.where(gone, alpha * tao_per_alpha, 0.0) for alpha in ledger.held), root, None)
    flows = ledger.flows
    return Ledger(
        held=tuple(jnp.where(gone, 0.0, alpha) for alpha in ledger.held),
        flows=dataclasses.replace(flows, proceeds=_more(flows.proceeds, paid)),
    )
