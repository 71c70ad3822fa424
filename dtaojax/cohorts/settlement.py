"""How alpha and TAO move between cohorts: pay, clearing of a step's trades, dissolution.

Pure functions; amounts are those of a whole step.
"""

import dataclasses
from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import NamedTuple

import jax.numpy as jnp

from dtaojax.cohorts.state import INVESTOR, MINER, OWNER, VALIDATOR, Flows, Ledger
from dtaojax.mechanism.split.rules import Payout
from dtaojax.mechanism.step import StepFlows
from dtaojax.mechanism.trading.rules import Trades
from dtaojax.numerics.elementary import quotient
from dtaojax.numerics.shapes import ByCohort, ByParty, PerCohort, PerSubnet, PerSubnetBool, Scalar


class Staking(NamedTuple):
    """How cohorts take part in the validators' income.

    Attributes:
        staked: part of each cohort's alpha that is staked with a validator [-].
        take: what validators keep of it before stake is paid, TaoDelegateTake [-].
    """

    staked: PerCohort
    take: Scalar


class Income(NamedTuple):
    """What a step pays to cohorts.

    Attributes:
        earned: for work: the owner's cut, the miners' incentive, the validators' take [alpha].
        dividends: for stake [alpha].
        tao: for either, in TAO [TAO].
    """

    earned: ByCohort
    dividends: ByCohort
    tao: ByCohort


class Orders(NamedTuple):
    """What cohorts want to trade besides the investors' push.

    Attributes:
        sales: never more than a cohort holds [alpha].
        purchases: TAO to spend, fees included; None where nobody buys for an amount [TAO].
    """

    sales: ByCohort
    purchases: ByCohort | None


def plus(first: ByCohort, second: ByCohort) -> ByCohort:
    """Sum, cohort by cohort."""
    return tuple(map(add, first, second))


def together(amounts: ByCohort) -> PerSubnet:
    """Sum over cohorts, in their order."""
    return reduce(add, amounts)


def income(
    held: ByCohort, staking: Staking, payout: Payout, tao: Payout, miner_burned: PerSubnet
) -> Income:
    """Divides a step's pay among cohorts (§3.9).

    The owner gets the cut, miners what is not withheld. Of the validators' part, validators keep
    their take and the rest goes to all staked alpha alike, to validators where nothing is staked.
    TAO divides likewise, but nothing of it is withheld.

    Args:
        held: before the step [alpha].
        staking: who shares the validators' part.
        payout: alpha by class of receiver [alpha].
        tao: TAO by class of receiver [TAO].
        miner_burned: share of the miners' incentive that the owner withholds, MinerBurned [-].
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
    """Puts a step's pay into its receivers' hands.

    Args:
        ledger: before.
        paid: to cohorts.
    """
    held = plus(ledger.held, plus(paid.earned, paid.dividends))
    return dataclasses.replace(ledger, held=held)


class Clearing(NamedTuple):
    """How a step's net trade was divided among cohorts.

    Attributes:
        price: of all trades of the step [TAO/alpha].
        sold: by each cohort [alpha].
        bought: by each cohort; None where it cannot have bought [alpha].
    """

    price: PerSubnet
    sold: ByCohort
    bought: tuple[PerSubnet | None, ...]


def clear(
    held: ByCohort, orders: Orders, trades: Trades, spot: PerSubnet
) -> tuple[ByCohort, Clearing]:
    """Divides a step's net trade among cohorts.

    All trades of a step clear at one price, what users paid for a pool's net alpha over that alpha,
    as in a batch auction: part of them against each other, the rest against the pool. Investors
    take what the other orders leave of the net trade, so that both tokens are conserved whatever
    the pool did.

    Args:
        held: after the coinbase of the step [alpha].
        orders: that were part of the trade.
        trades: what became of it.
        spot: price where nothing was traded on balance [TAO/alpha].

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
    """Alpha that purchases get, all in the same part where less is offered [alpha]."""
    priced = jnp.where(price > 0.0, price, 1.0)
    wanted = tuple(jnp.where(done & (price > 0.0), tao / priced, 0.0) for tao in purchases)
    total = together(wanted)
    left = jnp.maximum(offered, 0.0)
    # A product that is added next may be rounded once or twice, as the compiler likes; a quotient
    # is not, so that holdings do not depend on the number of paths in a block.
    return tuple(quotient(left * alpha, total, alpha, where=total > offered) for alpha in wanted)


def book(flows: Flows, paid: Income, spot: PerSubnet, step: StepFlows, traded: Clearing) -> Flows:
    """Adds a step to the flows.

    Args:
        flows: before.
        paid: to cohorts.
        spot: price at which alpha counts as income [TAO/alpha].
        step: what happened in it.
        traded: by cohorts.
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
    """Sums with a step's amounts; None adds nothing."""
    return tuple(old if new is None else old + new for old, new in zip(sums, added, strict=True))


def dissolve(
    ledger: Ledger, gone: PerSubnetBool, tao_per_alpha: PerSubnet, root: PerSubnet
) -> Ledger:
    """Pays every party of dissolved subnets for its alpha, and leaves nobody with any (§3.12).

    Args:
        ledger: before.
        gone: dissolved subnets.
        tao_per_alpha: what a holder is paid there [TAO/alpha].
        root: what root's baskets are paid [TAO].
    """
    paid = (*(jnp.where(gone, alpha * tao_per_alpha, 0.0) for alpha in ledger.held), root, None)
    flows = ledger.flows
    return Ledger(
        held=tuple(jnp.where(gone, 0.0, alpha) for alpha in ledger.held),
        flows=dataclasses.replace(flows, proceeds=_more(flows.proceeds, paid)),
    )
