"""The protocol's part of a step: it divides, injects, buys, mints and pays (§4)."""

import dataclasses
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.emission import block_emission
from dtaojax.mechanism.injection.rule import BlockContext, InjectionTerms
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.root.stake import root_proportion
from dtaojax.mechanism.split.rules import Payout
from dtaojax.numerics.ordered import normalise, ordered_sum
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar
from dtaojax.state.network import NetworkState, Subnets


class EmissionShares(NamedTuple):
    """Division of a block's TAO among subnets.

    Attributes:
        pre_gate: Shares by the weight rule, shape (subnets,) [-].
        bar: Bar of the gate [-].
        final: Shares after the gate and the mask of disabled subnets, shape (subnets,) [-].
    """

    pre_gate: PerSubnet
    bar: Scalar
    final: PerSubnet


class Coinbase(NamedTuple):
    """What the coinbase of a step did, summed over its blocks.

    Attributes:
        shares: Shares of the TAO emission.
        block_emission: TAO E that subnets divide, what root takes off the top not among it
            [TAO per block].
        off_the_top: TAO that root stake was paid before it, over the whole step [TAO].
        terms: Terms of injection and chain buys, per block.
        root_proportion: Root proportion before the mint, shape (subnets,) [-].
        alpha_emission: Alpha minted for participants, shape (subnets,) [alpha per block].
        payout: That alpha by class of receiver, over the whole step [alpha].
        reward: TAO paid to participants by class, over the whole step [TAO].
        alpha_bought: Alpha bought by the chain, over the whole step, shape (subnets,) [alpha].
        root_tao: TAO that root stake was paid, or that selling its alpha at once brought, over the
            whole step, shape (subnets,) [TAO].
        protocol_tao: TAO injected and paid for buys, over the whole step, shape (subnets,) [TAO].
        withheld: Miners' incentive of the step that owners withhold and nobody gets, shape
            (subnets,) [alpha].
        root_proceeds: TAO that selling root's alpha at once brought, over the whole step, shape
            (subnets,) [TAO].
        buys_tao: TAO paid for chain buys, over the whole step, shape (subnets,) [TAO].
        buy_refused: Chain buys that the pool refused, or took in part, the rest of which is
            recycled; shape (subnets,).
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


def coinbase(
    mechanism: Mechanism, subnets: Subnets, state: NetworkState, blocks: int
) -> tuple[NetworkState, Coinbase]:
    """Apply the protocol's part of a step, in the chain's order of a block (§4.4 step 4, §4.5).

    Args:
        mechanism: the rules.
        subnets: who takes part.
        state: the network after block ``state.block``.
        blocks: the length of the step, ``blocks`` times its first block [blocks].

    Returns:
        The state after the coinbase, its block still that of ``state``, and what was done.
    """
    # 1. Shares by the state that the last block left: users act after a coinbase, so what they do
    #    is seen one block later. Flow rules take the last step's flows into their averages here.
    shares, memory = emission_shares(mechanism, subnets, state, blocks)
    # 2. Prices, emission and root proportion are read before the block moves any of them: terms of
    #    all subnets are set by the same moment, and the cap by rho before the mint (§3.7).
    at = block_context(mechanism, subnets, state, shares.final)
    # 3. Terms first, then pools: in which order buy and injection reach a pool is the regime's
    #    (the buy first in R3 and since R8, after the injection in R4 to R6).
    offered = mechanism.injection(at)
    given = mechanism.liquidity_rule(state.pools, offered, blocks)
    # The coinbase does not touch a pool outside the emit set, not even its reservoirs or weights.
    injected = jax.tree.map(
        lambda new, old: jnp.where(subnets.in_emit_set, new, old), given.pools, state.pools
    )
    # What a pool refused to sell for is recycled: TAO that is not spent is not issued either.
    terms = offered._replace(excess_tao=offered.excess_tao - given.unspent / blocks)
    off_the_top = blocks * (block_emission(state.total_issuance) - at.block_emission)
    booked = mechanism.chain_buy.book(given.bought)
    # 4. Alpha is minted after the injection and before it is split, so that the split sees root's
    #    proportion among the alpha that now exists: rho here is not the rho of the terms (§3.8).
    pay = mechanism.injection.pay(at)
    alpha_out = state.alpha_out + blocks * pay.alpha + booked.alpha_out
    issued_after = injected.alpha_in + alpha_out
    rho_after = root_proportion(state.root_tao, mechanism.tao_weight, issued_after)
    # 5. The owner's cut, then halves, then root's part: with the flag of the moving prices before
    #    this block's update.
    earns, cuts = mechanism.root.earns(state, subnets), subnets.owner_cut_enabled
    payout, reward = (
        Payout(*(blocks * amount for amount in mechanism.split(part, rho_after, earns, cuts)))
        for part in (pay.alpha, pay.tao)
    )
    # 6. Root's alpha is kept, or sold into the pool that has this block's injection already; the
    #    price average that follows sees the price after such a sale (§4.1 steps 6 and 7).
    rooted = mechanism.root(injected, payout.root, at)
    root_paid = mechanism.root.paid(reward)
    # 7. Books. Alpha that nobody gets stays in alpha_out, where it counts as issued (§12.4):
    #    incentive that owners withhold, and root's alpha that was neither kept nor sold, which
    #    exists without an owner (§3.8 step 4).
    withheld = payout.server * jnp.minimum(subnets.miner_burned, 1.0)
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


def emission_shares(
    mechanism: Mechanism, subnets: Subnets, state: NetworkState, blocks: int
) -> tuple[EmissionShares, Any]:
    """Return the shares of the ``blocks`` blocks that follow ``state`` (§3.6).

    Returns:
        The shares, and the weight rule's memory with what it took in.
    """
    # 1. The weight rule, burn among it.
    memory = mechanism.weight_rule.prepare(state.memory, state, subnets, blocks)
    pre_gate = mechanism.weight_rule.shares(memory, state, subnets)
    # 2. The gate. A bar that is due is renewed before it is used, by this very block's shares.
    bar = mechanism.gate.refresh(state.gate_bar, pre_gate, state.block, blocks)
    gated = mechanism.gate(pre_gate, bar)
    # 3. The mask, last: a disabled subnet has had its part in the bar. Only the emit set has
    #    disabled subnets (§3.6 M): an empty slot is none, and a share that was held for the subnet
    #    that left it is not divided among the others.
    final = mask_disabled(gated, subnets.emission_enabled | ~subnets.in_emit_set)
    return EmissionShares(pre_gate, bar, final), memory


def mask_disabled(shares: PerSubnet, emission_enabled: PerSubnetBool) -> PerSubnet:
    """Return shares with disabled subnets at 0 and the others divided by what is left [-].

    Source: §3.6 M, SE::get_subnet_block_emissions.
    """
    masked = normalise(jnp.where(emission_enabled, shares, 0.0))
    # Where none is disabled the shares stay as they are, to the bit: their sum rounds.
    return jnp.where(jnp.all(emission_enabled), shares, masked)


def block_context(
    mechanism: Mechanism, subnets: Subnets, state: NetworkState, final: PerSubnet
) -> BlockContext:
    """Return what the injection depends on, read before a block changes anything (§3.4, §3.7).

    Args:
        mechanism: the rules.
        subnets: who takes part.
        state: the network before the block.
        final: shares of the TAO emission, shape (subnets,) [-].
    """
    minted_tao = block_emission(state.total_issuance)
    # Root's part comes off the top: shares divide the rest (§12.2).
    emission = minted_tao - mechanism.off_the_top(minted_tao)
    price = spot_price(state.pools)
    issuance = state.alpha_issuance
    minted = jnp.where(subnets.in_emit_set, block_emission(issuance), 0.0)
    rho = root_proportion(state.root_tao, mechanism.tao_weight, issuance)
    server = mechanism.split(minted, rho, jnp.asarray(True), subnets.owner_cut_enabled).server
    return BlockContext(
        tao_emission=emission * final,
        block_emission=emission,
        price=price,
        price_sum=ordered_sum(jnp.where(subnets.in_emit_set, price, 0.0)),
        alpha_emission=minted,
        root_proportion=rho,
        miner_pay=server * (1.0 - jnp.minimum(subnets.miner_burned, 1.0)),
    )
