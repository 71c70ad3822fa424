"""The block algorithm, composed from its parts and widened to steps of n blocks.

A step of one block is the chain's own algorithm (§4.4, §4.5). A step of n blocks applies n times
the amounts of its first block at once, and lets prices move linearly meanwhile (see
:class:`~dtaojax.mechanism.moving_price.PriceEma`).
"""

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from dtaojax.mechanism.chain_buy import BuyDestroyed, BuyDestroyedUnissued, BuyKept, NoBuy
from dtaojax.mechanism.emission import block_emission
from dtaojax.mechanism.fee_rules import FeeRule
from dtaojax.mechanism.gate import HillRankGate
from dtaojax.mechanism.gate_mass import HillMassGate
from dtaojax.mechanism.gate_soft_rank import HillSoftRankGate
from dtaojax.mechanism.gate_tiers import RankTiers
from dtaojax.mechanism.injection import InjectionTerms
from dtaojax.mechanism.moving_price import PriceEma, PricePath
from dtaojax.mechanism.no_gate import NoGate
from dtaojax.mechanism.participants import Pay
from dtaojax.mechanism.pools import spot_price
from dtaojax.mechanism.root import root_proportion
from dtaojax.mechanism.root_policy import Claims, RootPolicy
from dtaojax.mechanism.root_stake import move_root_stake
from dtaojax.mechanism.shares import mask_disabled
from dtaojax.mechanism.situation import Situation
from dtaojax.mechanism.split import Payout
from dtaojax.mechanism.support import Support
from dtaojax.mechanism.trading import Market, Trades
from dtaojax.mechanism.weight_rules.rule import Seen, WeightRule
from dtaojax.ordered import ordered_sum
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.state.pools import Pools
from dtaojax.state.shapes import PerSubnet, PerSubnetBool, Scalar, ScalarBool


class Mechanism(eqx.Module):
    """The rules of a regime, as a composition of parts. Parts of a kind are interchangeable.

    Attributes:
        weighing: pre-gate shares, with a memory if the rule has one (``weight_rules/``).
        gate: what makes small shares smaller.
        injection: division of a subnet's TAO between its pool and the chain's buying.
        support: in which order they reach the pool.
        chain_buy: what becomes of bought alpha and of the TAO paid for it.
        participants: what is paid to owner, miners and validators together.
        split: division of that alpha among them.
        root: what becomes of root's part.
        moving_price: the price average.
        market: where users trade.
        fee: what trades pay, and where it goes.
        tao_weight: weight of root stake against alpha [-].
    """

    weighing: WeightRule
    gate: HillRankGate | HillMassGate | HillSoftRankGate | RankTiers | NoGate
    injection: Callable[[Situation], InjectionTerms]
    support: Callable[[Pools, InjectionTerms, int], Support]
    chain_buy: BuyKept | BuyDestroyed | BuyDestroyedUnissued | NoBuy
    participants: Callable[[Situation], Pay]
    split: Callable[[PerSubnet, PerSubnet, ScalarBool, PerSubnetBool], Payout]
    root: RootPolicy
    moving_price: PriceEma
    market: Market
    fee: FeeRule
    tao_weight: Scalar


class EmissionShares(NamedTuple):
    """How a block's TAO is divided.

    Attributes:
        pre_gate: by the weight rule [-].
        bar: of the gate [-].
        final: after the gate and the mask of disabled subnets [-].
    """

    pre_gate: PerSubnet
    bar: Scalar
    final: PerSubnet


class Coinbase(NamedTuple):
    """What the coinbase of a step did, summed over its blocks.

    Attributes:
        shares: of the TAO emission.
        block_emission: E [TAO per block].
        terms: per block.
        root_proportion: before the mint [-].
        alpha_emission: minted for participants [alpha per block].
        payout: of that alpha, over the whole step [alpha].
        reward: TAO paid to participants by class, over the whole step [TAO].
        alpha_bought: by the chain, over the whole step [alpha].
        root_tao: that root stake was paid, or that selling its alpha at once brought, over the
            whole step [TAO].
        protocol_tao: injected and paid for buys, over the whole step [TAO].
        root_forgone: root's alpha of the step that exists and that nobody gets [alpha].
        root_proceeds: that selling root's alpha at once brought, over the whole step [TAO].
        buys_tao: paid for chain buys, over the whole step [TAO].
        buy_refused: chain buys that the pool refused, or took in part; the rest is recycled.
    """

    shares: EmissionShares
    block_emission: Scalar
    terms: InjectionTerms
    root_proportion: PerSubnet
    alpha_emission: PerSubnet
    payout: Payout
    reward: Payout
    alpha_bought: PerSubnet
    root_tao: PerSubnet
    protocol_tao: PerSubnet
    root_forgone: PerSubnet
    root_proceeds: PerSubnet
    buys_tao: PerSubnet
    buy_refused: PerSubnetBool


class StepFlows(NamedTuple):
    """Everything that happened in a step.

    Attributes:
        coinbase: the protocol's part.
        claims: root's sales out of its baskets.
        trades: the users' part in the pools.
        unstaking_limited: whether users wanted more TAO back from root than was staked there.
    """

    coinbase: Coinbase
    claims: Claims
    trades: Trades
    unstaking_limited: ScalarBool


def emission_shares(
    mechanism: Mechanism, subnets: Subnets, state: NetworkState, blocks: int
) -> tuple[EmissionShares, Any]:
    """Shares of the ``blocks`` blocks that follow ``state``: price, burn, gate, mask (§3.6).

    Returns:
        The shares, and the weight rule's memory with what it took in.
    """
    memory = mechanism.weighing.prepare(state.memory, state, subnets, blocks)
    pre_gate = mechanism.weighing.shares(memory, state, subnets)
    bar = mechanism.gate.refresh(state.gate_bar, pre_gate, state.block, blocks)
    gated = mechanism.gate(pre_gate, bar)
    # Only the emit set has disabled subnets (§3.6 M): an empty slot is none, and a share that was
    # held for the subnet that left it is not divided among the others.
    final = mask_disabled(gated, subnets.emission_enabled | ~subnets.in_emit_set)
    return EmissionShares(pre_gate, bar, final), memory


def read_situation(
    mechanism: Mechanism, subnets: Subnets, state: NetworkState, final: PerSubnet
) -> Situation:
    """What the injection depends on, read before a block changes anything (§3.4, §3.7)."""
    emission = block_emission(state.total_issuance)
    price = spot_price(state.pools)
    issuance = state.alpha_issuance
    minted = jnp.where(subnets.in_emit_set, block_emission(issuance), 0.0)
    rho = root_proportion(state.root_tao, mechanism.tao_weight, issuance)
    server = mechanism.split(minted, rho, jnp.asarray(True), subnets.owner_cut_enabled).server
    return Situation(
        tao_emission=emission * final,
        block_emission=emission,
        price=price,
        price_sum=ordered_sum(jnp.where(subnets.in_emit_set, price, 0.0)),
        alpha_emission=minted,
        root_proportion=rho,
        miner_pay=server * (1.0 - jnp.minimum(subnets.miner_burned, 1.0)),
    )


def coinbase(
    mechanism: Mechanism, subnets: Subnets, state: NetworkState, blocks: int
) -> tuple[NetworkState, Coinbase]:
    """The protocol's part of a step: emission, chain buys, injection, alpha mint and its split.

    Order as on chain (§4): shares, terms, pools, mint, and the split with the root proportion
    after the mint.
    """
    shares, memory = emission_shares(mechanism, subnets, state, blocks)
    at = read_situation(mechanism, subnets, state, shares.final)
    offered = mechanism.injection(at)
    given = mechanism.support(state.pools, offered, blocks)
    # The coinbase does not touch a pool outside the emit set, not even its reservoirs or weights.
    supported = jax.tree.map(
        lambda new, old: jnp.where(subnets.in_emit_set, new, old), given.pools, state.pools
    )
    terms = offered._replace(excess_tao=offered.excess_tao - given.unspent / blocks)
    booked = mechanism.chain_buy.book(given.bought)
    pay = mechanism.participants(at)

    alpha_out = state.alpha_out + blocks * pay.alpha + booked.alpha_out
    issued_after = supported.alpha_in + alpha_out
    rho_after = root_proportion(state.root_tao, mechanism.tao_weight, issued_after)
    earns, cuts = mechanism.root.earns(state, subnets), subnets.owner_cut_enabled
    payout, reward = (
        Payout(*(blocks * amount for amount in mechanism.split(part, rho_after, earns, cuts)))
        for part in (pay.alpha, pay.tao)
    )
    rooted = mechanism.root(supported, payout.root, at)
    root_paid = mechanism.root.paid(reward)
    issued = mechanism.chain_buy.issued(terms) + pay.tao - reward.recycled / blocks
    after = dataclasses.replace(
        state,
        pools=rooted.pools,
        alpha_out=alpha_out - payout.recycled - rooted.sold,
        protocol_alpha=state.protocol_alpha + booked.protocol_alpha,
        root_basket=state.root_basket + rooted.kept,
        root_tao=state.root_tao + ordered_sum(rooted.staked + root_paid),
        total_issuance=state.total_issuance + blocks * ordered_sum(issued),
        gate_bar=shares.bar,
        memory=memory,
    )
    return after, Coinbase(
        shares=shares,
        block_emission=at.block_emission,
        terms=offered,
        root_proportion=at.root_proportion,
        alpha_emission=pay.alpha,
        payout=payout,
        reward=reward,
        alpha_bought=given.bought,
        root_tao=rooted.tao + root_paid,
        protocol_tao=blocks * (terms.tao_in + terms.excess_tao),
        root_forgone=payout.root - rooted.kept - rooted.sold,
        root_proceeds=rooted.tao,
        buys_tao=blocks * terms.excess_tao,
        buy_refused=given.unspent > 0.0,
    )


def root_claims(
    mechanism: Mechanism, paid: NetworkState, protocol: Coinbase, blocks: int
) -> tuple[NetworkState, Claims]:
    """Root's sales out of its baskets, between the coinbase and the users' trades (§4.4 step 8).

    The proceeds join root stake; a block's price average and RootProp do not see them yet.
    """
    claims = mechanism.root.claim(paid.pools, paid.root_basket, protocol.payout.root, blocks)
    claimed = dataclasses.replace(
        paid,
        pools=claims.pools,
        alpha_out=paid.alpha_out - claims.sold,
        root_basket=paid.root_basket - claims.sold,
        root_tao=paid.root_tao + ordered_sum(claims.tao),
    )
    return claimed, claims


def step(
    mechanism: Mechanism,
    subnets: Subnets,
    state: NetworkState,
    blocks: int,
    intents_of: Callable[[NetworkState, Coinbase], Intents],
) -> tuple[NetworkState, StepFlows]:
    """Advances the network by ``blocks`` blocks.

    Args:
        mechanism: the rules.
        subnets: who takes part.
        state: after block ``state.block``.
        blocks: n.
        intents_of: what users want to do, given the state after the coinbase and root's claims,
            and what the coinbase did.

    Returns:
        The state n blocks later, and what happened in between.
    """
    paid, protocol = coinbase(mechanism, subnets, state, blocks)
    claimed, claims = root_claims(mechanism, paid, protocol, blocks)
    intents = intents_of(claimed, protocol)
    sellable = claimed.participants_alpha if intents.sellable is None else intents.sellable
    pools, trades = mechanism.market(
        claimed.pools, intents, sellable, subnets.in_emit_set, mechanism.fee
    )
    prices = PricePath(spot_price(state.pools), spot_price(paid.pools), spot_price(pools))
    averaged = mechanism.moving_price(
        state.moving_price, prices, subnets.first_emission_block, state.block, blocks
    )
    rho = root_proportion(paid.root_tao, mechanism.tao_weight, paid.alpha_issuance)
    seen = Seen(trades.user_tao, protocol.protocol_tao - claims.tao, rho)
    root_tao, unstaking_limited = move_root_stake(claimed.root_tao, intents.root_tao)
    after = dataclasses.replace(
        claimed,
        block=state.block + blocks,
        pools=pools,
        alpha_out=claimed.alpha_out - trades.alpha_sold,
        moving_price=jnp.where(subnets.in_emit_set, averaged, state.moving_price),
        root_tao=root_tao,
        memory=mechanism.weighing.record(claimed.memory, seen),
    )
    return after, StepFlows(protocol, claims, trades, unstaking_limited)
