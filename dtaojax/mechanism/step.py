"""The block algorithm, composed from its parts and widened to steps of n blocks.

A step of one block is the chain's own algorithm (§4.4, §4.5). A step of n blocks applies n times
the amounts of its first block at once, and lets prices move linearly meanwhile (see
:class:`~dtaojax.mechanism.moving_price.PriceEma`).
"""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.emission import block_emission
from dtaojax.mechanism.gate import HillRankGate
from dtaojax.mechanism.injection import InjectionTerms, RootProportionCap
from dtaojax.mechanism.moving_price import PriceEma, PricePath
from dtaojax.mechanism.pools import buy, inject, spot_price
from dtaojax.mechanism.root import root_proportion
from dtaojax.mechanism.shares import mask_disabled
from dtaojax.mechanism.split import OwnerServerValidatorRoot, Payout
from dtaojax.mechanism.trading import Trades, trade
from dtaojax.mechanism.weight_rules.ema_price_burn import EmaPriceBurn
from dtaojax.ordered import ordered_sum
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.state.shapes import PerSubnet, PerSubnetBool, Scalar


class Mechanism(eqx.Module):
    """The rules of a regime, as a composition of parts.

    Attributes:
        weight_rule: pre-gate shares from the state.
        gate: what makes small shares smaller.
        injection: division of a subnet's TAO between its pool and the chain's buying.
        split: division of minted alpha among participants.
        moving_price: the price average.
        tao_weight: weight of root stake against alpha [-].
        fee_rate: of user swaps, on the input; it goes to block authors [-].
    """

    weight_rule: EmaPriceBurn
    gate: HillRankGate
    injection: RootProportionCap
    split: OwnerServerValidatorRoot
    moving_price: PriceEma
    tao_weight: Scalar
    fee_rate: Scalar


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
        alpha_bought: by the chain, over the whole step [alpha].
        buy_refused: chain buys that a guard of the pool refused; their TAO is recycled.
    """

    shares: EmissionShares
    block_emission: Scalar
    terms: InjectionTerms
    root_proportion: PerSubnet
    alpha_emission: PerSubnet
    payout: Payout
    alpha_bought: PerSubnet
    buy_refused: PerSubnetBool


class StepFlows(NamedTuple):
    """Everything that happened in a step: the protocol's part and the users'."""

    coinbase: Coinbase
    trades: Trades


def emission_shares(
    mechanism: Mechanism, subnets: Subnets, state: NetworkState, blocks: int
) -> EmissionShares:
    """Shares of the ``blocks`` blocks that follow ``state``: price, burn, gate, mask (§3.6)."""
    pre_gate = mechanism.weight_rule(state, subnets)
    bar = mechanism.gate.refresh(state.gate_bar, pre_gate, state.block, blocks)
    gated = mechanism.gate(pre_gate, bar)
    return EmissionShares(pre_gate, bar, mask_disabled(gated, subnets.emission_enabled))


def coinbase(
    mechanism: Mechanism, subnets: Subnets, state: NetworkState, blocks: int
) -> tuple[NetworkState, Coinbase]:
    """The protocol's part of a step: emission, chain buys, injection, alpha mint and its split.

    Order as on chain (§4.5): the chain buys with the excess, then liquidity is injected at the
    price that leaves, then alpha is minted and divided with the root proportion after the mint.
    """
    shares = emission_shares(mechanism, subnets, state, blocks)
    emission = block_emission(state.total_issuance)
    issuance = state.alpha_issuance
    alpha_emission = jnp.where(subnets.in_emit_set, block_emission(issuance), 0.0)
    rho = root_proportion(state.root_tao, mechanism.tao_weight, issuance)
    terms = mechanism.injection(
        emission * shares.final, spot_price(state.pools), alpha_emission, rho
    )
    bought_pools, bought, refused = buy(state.pools, blocks * terms.excess_tao)
    pools = inject(bought_pools, blocks * terms.tao_in, blocks * terms.alpha_in)
    spent = jnp.where(refused, 0.0, terms.excess_tao)

    alpha_out = state.alpha_out + blocks * alpha_emission + bought
    issued_after = pools.alpha_in + alpha_out
    rho_after = root_proportion(state.root_tao, mechanism.tao_weight, issued_after)
    root_earns = ordered_sum(jnp.where(subnets.in_emit_set, state.moving_price, 0.0)) > 1.0
    a_block = mechanism.split(alpha_emission, rho_after, root_earns)
    payout = Payout(*(blocks * amount for amount in a_block))
    after = dataclasses.replace(
        state,
        pools=pools,
        alpha_out=alpha_out - payout.recycled,
        protocol_alpha=state.protocol_alpha + bought,
        root_basket=state.root_basket + payout.root,
        total_issuance=state.total_issuance + blocks * ordered_sum(terms.tao_in + spent),
        gate_bar=shares.bar,
    )
    return after, Coinbase(
        shares, emission, terms, rho, alpha_emission, payout, bought, refused
    )


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
        intents_of: what users want to do, given the state after the coinbase and what it did.

    Returns:
        The state n blocks later, and what happened in between.
    """
    paid, protocol = coinbase(mechanism, subnets, state, blocks)
    intents = intents_of(paid, protocol)
    sellable = paid.alpha_out - paid.protocol_alpha - paid.root_basket
    pools, trades = trade(paid.pools, intents, sellable, subnets.in_emit_set)
    prices = PricePath(spot_price(state.pools), spot_price(paid.pools), spot_price(pools))
    averaged = mechanism.moving_price(
        state.moving_price, prices, subnets.first_emission_block, state.block, blocks
    )
    after = dataclasses.replace(
        paid,
        block=state.block + blocks,
        pools=pools,
        alpha_out=paid.alpha_out - trades.alpha_sold,
        moving_price=jnp.where(subnets.in_emit_set, averaged, state.moving_price),
    )
    return after, StepFlows(protocol, trades)
