"""The protocol's part of a step: it divides, injects, buys, mints and pays (§4)."""

import dataclasses
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.emission import block_emission
from dtaojax.mechanism.injection.context import Situation
from dtaojax.mechanism.injection.root_proportion_cap import InjectionTerms
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.root.proportion import root_proportion
from dtaojax.mechanism.shares import mask_disabled
from dtaojax.mechanism.split.rules import Payout
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar
from dtaojax.state.network import NetworkState, Subnets


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
        block_emission: E, what root takes off the top not among it [TAO per block].
        off_the_top: what root stake was paid before it, over the whole step [TAO].
        terms: per block.
        root_proportion: before the mint [-].
        alpha_emission: minted for participants [alpha per block].
        payout: of that alpha, over the whole step [alpha].
        reward: TAO paid to participants by class, over the whole step [TAO].
        alpha_bought: by the chain, over the whole step [alpha].
        root_tao: that root stake was paid, or that selling its alpha at once brought, over the
            whole step [TAO].
        protocol_tao: injected and paid for buys, over the whole step [TAO].
        withheld: miners' incentive of the step that owners withhold and nobody gets [alpha].
        root_proceeds: that selling root's alpha at once brought, over the whole step [TAO].
        buys_tao: paid for chain buys, over the whole step [TAO].
        buy_refused: chain buys that the pool refused, or took in part; the rest is recycled.
    """

    shares: EmissionShares
    block_emission: Scalar
    off_the_top: Scalar
    terms: InjectionTerms
    root_proportion: PerSubnet
    alpha_emission: PerSubnet
    payout: Payout
    reward: Payout
    alpha_bought: PerSubnet
    root_tao: PerSubnet
    protocol_tao: PerSubnet
    withheld: PerSubnet
    root_proceeds: PerSubnet
    buys_tao: PerSubnet
    buy_refused: PerSubnetBool


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
    minted_tao = block_emission(state.total_issuance)
    emission = minted_tao - mechanism.off_the_top(minted_tao)
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
    off_the_top = blocks * (block_emission(state.total_issuance) - at.block_emission)
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
    withheld = payout.server * jnp.minimum(subnets.miner_burned, 1.0)
    # Root's alpha that was neither kept nor sold exists, and nobody gets it (§3.8 step 4).
    root_forgone = payout.root - rooted.kept - rooted.sold
    issued = mechanism.chain_buy.issued(terms) + pay.tao - reward.recycled / blocks
    after = dataclasses.replace(
        state,
        pools=rooted.pools,
        alpha_out=alpha_out - payout.recycled - rooted.sold,
        protocol_alpha=state.protocol_alpha + booked.protocol_alpha,
        root_basket=state.root_basket + rooted.kept,
        burned_alpha=state.burned_alpha + withheld + root_forgone,
        root_tao=state.root_tao + ordered_sum(rooted.staked + root_paid) + off_the_top,
        total_issuance=state.total_issuance + blocks * ordered_sum(issued) + off_the_top,
        gate_bar=shares.bar,
        memory=memory,
    )
    return after, Coinbase(
        shares=shares,
        block_emission=at.block_emission,
        off_the_top=off_the_top,
        terms=offered,
        root_proportion=at.root_proportion,
        alpha_emission=pay.alpha,
        payout=payout,
        reward=reward,
        alpha_bought=given.bought,
        root_tao=rooted.tao + root_paid,
        protocol_tao=blocks * (terms.tao_in + terms.excess_tao),
        withheld=withheld,
        root_proceeds=rooted.tao,
        buys_tao=blocks * terms.excess_tao,
        buy_refused=given.unspent > 0.0,
    )
