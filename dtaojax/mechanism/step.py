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
from dtaojax.mechanism.root.stake import move_root_stake, root_proportion
from dtaojax.mechanism.trading.rules import Trades
from dtaojax.mechanism.weight_rule.rule import StepSummary
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import ScalarBool
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets

Aux = TypeVar("Aux")


class StepFlows(NamedTuple):
    """Everything that happened in a step.

    Attributes:
        coinbase: The protocol's part.
        claims: Root's sales out of its baskets.
        trades: The users' part in the pools.
        unstaking_limited: Whether users wanted more TAO back from root than was staked there.
    """

    coinbase: Coinbase
    claims: Claims
    trades: Trades
    unstaking_limited: ScalarBool


def root_claims(
    mechanism: Mechanism, paid: NetworkState, protocol: Coinbase, blocks: int
) -> tuple[NetworkState, Claims]:
    """Sell out of root's baskets, between the coinbase and the users' trades (§4.4 step 8).

    The proceeds join root stake; a block's price average and RootProp do not see them yet.

    Args:
        mechanism: the rules.
        paid: the network after the coinbase.
        protocol: what the coinbase did.
        blocks: the length of the step [blocks].

    Returns:
        The state after the sales, and what was sold.
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
        state: the network after block ``state.block``.
        blocks: n, the length of the step [blocks].
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
        state: the network after block ``state.block``.
        blocks: n, the length of the step [blocks].
        intents_of: as for :func:`step`, with an auxiliary output, for example what users remember.

    Returns:
        The state n blocks later, what happened in between, and the auxiliary output.
    """
    # The order is that of a block (§4.4, §4.5): each part sees what those before it have changed.
    # 1. The coinbase, on what the last block's users left.
    paid, protocol = coinbase(mechanism, subnets, state, blocks)
    # 2. Root's claims run at the end of the block's own work, before any extrinsic.
    claimed, claims = root_claims(mechanism, paid, protocol, blocks)
    # 3. Users are extrinsics: they see the pools after coinbase and claims, and nothing that they
    #    do has a part in this block's shares or average.
    intents, aux = intents_of(claimed, protocol)
    sellable = claimed.participants_alpha if intents.sellable is None else intents.sellable
    pools, trades = mechanism.trading(
        claimed.pools, intents, sellable, subnets.in_emit_set, mechanism.fee
    )
    # 4. The price average. It is computed here since over n blocks the users' trades are part of
    #    the prices that it meets, but it takes the price after the coinbase, not after the claims:
    #    on chain it is updated between the two (§4.4 steps 5 and 8).
    prices = PricePath(spot_price(state.pools), spot_price(paid.pools), spot_price(pools))
    averaged = mechanism.moving_price(
        state.moving_price, prices, subnets.first_emission_block, state.block, blocks
    )
    # 5. RootProp is taken of the same moment: after the coinbase and before the claims (step 6).
    rho = root_proportion(paid.root_tao, mechanism.tao_weight, paid.alpha_issuance)
    summary = StepSummary(trades.user_tao, protocol.protocol_tao - claims.tao, rho)
    root_tao, unstaking_limited = move_root_stake(claimed.root_tao, intents.root_tao)
    after = dataclasses.replace(
        claimed,
        block=state.block + blocks,
        pools=pools,
        alpha_out=claimed.alpha_out - trades.alpha_sold,
        # Outside the emit set the average stands still.
        moving_price=jnp.where(subnets.in_emit_set, averaged, state.moving_price),
        root_tao=root_tao,
        memory=mechanism.weight_rule.record(claimed.memory, summary),
    )
    return after, StepFlows(protocol, claims, trades, unstaking_limited), aux
