"""The block algorithm, composed from its parts and widened to steps of n blocks.

A step of one block is the chain's own algorithm (§4.4, §4.5). A step of n blocks applies n times
the amounts of its first block at once, and lets prices move linearly meanwhile (see
:class:`~dtaojax.mechanism.moving_price.ema.PriceEma`).
"""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import jax.numpy as jnp

from dtaojax.mechanism.coinbase import Coinbase, coinbase
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.moving_price.ema import PricePath
from dtaojax.mechanism.root.policy import Claims
from dtaojax.mechanism.root.proportion import root_proportion
from dtaojax.mechanism.root.stake import move_root_stake
from dtaojax.mechanism.trading.trading import Trades
from dtaojax.mechanism.weight_rule.rule import Seen
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import ScalarBool
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets

Aux = TypeVar("Aux")


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
    """Advance the network by ``blocks`` blocks.

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
    after, flows, _ = step_with_aux(
        mechanism, subnets, state, blocks, lambda *paid: (intents_of(*paid), ())
    )
    return after, flows


def step_with_aux(
    mechanism: Mechanism,
    subnets: Subnets,
    state: NetworkState,
    blocks: int,
    intents_of: Callable[[NetworkState, Coinbase], tuple[Intents, Aux]],
) -> tuple[NetworkState, StepFlows, Aux]:
    """Advance the network as :func:`step` does, and hand on what the users' intents came with.

    Args:
        mechanism: the rules.
        subnets: who takes part.
        state: after block ``state.block``.
        blocks: n.
        intents_of: as for :func:`step`, with an auxiliary output, for example what users remember.

    Returns:
        The state n blocks later, what happened in between, and the auxiliary output.
    """
    paid, protocol = coinbase(mechanism, subnets, state, blocks)
    claimed, claims = root_claims(mechanism, paid, protocol, blocks)
    intents, aux = intents_of(claimed, protocol)
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
    return after, StepFlows(protocol, claims, trades, unstaking_limited), aux
