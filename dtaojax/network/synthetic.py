"""Networks drawn at random, the same for the same seed: like mainnet, or as at the launch."""

from __future__ import annotations

from typing import Final, TypedDict

import numpy as np

from dtaojax import chain
from dtaojax.network.table import BoolArray, FloatArray, IntArray, NetworkError, NetworkTable

ROOT_TAO: Final = 5_445_703.101
"""TAO staked to root in August 2026: no history of it is at hand [TAO]."""


class Columns(TypedDict):
    """Columns of a network that is drawn, as in `NetworkTable`; the rest is alike everywhere."""

    registered_at: IntArray
    first_emission_block: IntArray
    tao_in: FloatArray
    alpha_in: FloatArray
    alpha_out: FloatArray
    moving_price: FloatArray
    emission_enabled: BoolArray
    miner_burned: FloatArray


def require_netuids(kind: str, subnets: int) -> None:
    """Refuse a number of subnets for which there are no netuids.

    Raises:
        NetworkError: it is below 1 or above 65,535.
    """
    if not 1 <= subnets <= chain.U16_MAX:
        text = f"cannot have {subnets} subnets; write 1 to {chain.U16_MAX}"
        raise NetworkError(kind, [text])


def drawn_network(
    kind: str,
    seed: int,
    *,
    block: int,
    total_issuance: float,
    last_lock_cost: float,
    columns: Columns,
) -> NetworkTable:
    """Return a network of subnets with netuids from 1, of which nothing was observed.

    All owners take their cut, pools weigh both tokens alike, and participants hold all alpha
    outside the pools.

    Args:
        kind: what the network and its subnets are called.
        seed: by which it was drawn.
        block: block height.
        total_issuance: TAO issued at that block [TAO].
        last_lock_cost: what the last registration cost [TAO].
        columns: of the table, an entry a subnet.
    """
    registered_at = columns["registered_at"]
    netuid = np.arange(1, len(registered_at) + 1)
    return NetworkTable(
        name=f"{kind}, {len(netuid)} subnets, seed {seed}",
        block=block,
        total_issuance=total_issuance,
        root_tao=ROOT_TAO,
        gate_bar=0.0,
        last_lock_cost=last_lock_cost,
        last_lock_block=int(registered_at.max()),
        netuid=netuid,
        names=tuple(f"{kind} {each}" for each in netuid),
        owner_cut_enabled=np.ones(len(netuid), dtype=bool),
        w_tao=np.full(len(netuid), 0.5),
        protocol_alpha=np.zeros(len(netuid)),
        burned_alpha=np.zeros(len(netuid)),
        basket_alpha=np.zeros(len(netuid)),
        claimable_alpha=np.zeros(len(netuid)),
        user_flow_ema=None,
        protocol_flow_ema=None,
        unknown_parts=(),
        observed=None,
        other={},
        **columns,
    )


# The started subnets of mainnet at block 8,791,253: medians and standard deviations of logarithms.
_BLOCK: Final = 8_791_253
_ISSUANCE: Final = 11_206_919.340788886
_TAO_IN: Final = (7_450.0, 1.18)
_PRICE: Final = (0.0065, 0.83)
_DEPTH_AND_PRICE: Final = 0.66
"""Correlation of the two logarithms."""
_OUT_OVER_IN: Final = (1.72, 0.45)
_MOVING_OVER_SPOT: Final = 0.08
_ENABLED: Final = 0.67
_BURNERS: Final = 0.57
"""Part of the subnets whose owners withhold some of the miners' incentive."""
_OLDEST_BLOCKS: Final = 1_000 * chain.BLOCKS_PER_DAY
_LAST_LOCK: Final = 566.302938771
_NEWBORN_BLOCKS: Final = 360
"""Age of newborn subnets: a tempo, so that there is some alpha outside their pools to be held."""


def synthetic_network(subnets: int, seed: int, newborn: int = 0) -> NetworkTable:
    """Draw a network of ``subnets`` subnets with depths and prices spread as mainnet's are.

    Depth and price are lognormal and correlated, ages uniform over 1,000 days. So that a larger
    network holds no more TAO than there is, depths are scaled down where the pools together would
    hold more than half of what is not on root.

    Args:
        subnets: how many, netuids from 1.
        seed: the same seed gives the same network.
        newborn: how many of them, the last ones, were registered a tempo ago. Their pools hold
            what the last lock cost at the median price, as the chain seeds them (§3.11), and a
            tempo's alpha is outside; their price average is 0.

    Returns:
        The table; facts that are not per subnet are mainnet's.

    Raises:
        NetworkError: there is no such number of netuids, or all subnets were newborn.
    """
    if not 0 <= newborn < subnets:
        text = f"cannot have {newborn} newborn subnets of {subnets}; at least one must be older"
        raise NetworkError("synthetic", [text])
    require_netuids("synthetic", subnets)
    random = np.random.default_rng(seed)
    depth, other, spread, averaging = random.standard_normal((4, subnets))
    log_price = _DEPTH_AND_PRICE * depth + np.sqrt(1.0 - _DEPTH_AND_PRICE**2) * other
    tao_in = _TAO_IN[0] * np.exp(_TAO_IN[1] * depth)
    tao_in *= min(1.0, 0.5 * (_ISSUANCE - ROOT_TAO) / tao_in.sum())
    price = _PRICE[0] * np.exp(_PRICE[1] * log_price)
    alpha_in = np.minimum(tao_in / price, 0.25 * chain.MAX_SUPPLY)
    out_over_in = np.minimum(_OUT_OVER_IN[0] * np.exp(_OUT_OVER_IN[1] * spread), 2.9)
    age = random.integers(0, _OLDEST_BLOCKS, subnets)
    registered_at = _BLOCK - age
    moving_price = tao_in / alpha_in * np.exp(_MOVING_OVER_SPOT * averaging)
    alpha_out = out_over_in * alpha_in
    if newborn:
        young = slice(subnets - newborn, None)
        median = np.median((tao_in / alpha_in)[:-newborn])
        tao_in[young], alpha_in[young] = _LAST_LOCK, _LAST_LOCK / median
        alpha_out[young], moving_price[young] = _NEWBORN_BLOCKS, 0.0
        registered_at[young] = _BLOCK - _NEWBORN_BLOCKS
    burns = random.random(subnets) < _BURNERS
    columns: Columns = {
        "registered_at": registered_at,
        "first_emission_block": registered_at + 1,
        "tao_in": tao_in,
        "alpha_in": alpha_in,
        "alpha_out": alpha_out,
        "moving_price": moving_price,
        "emission_enabled": random.random(subnets) < _ENABLED,
        "miner_burned": np.where(burns, random.random(subnets), 0.0),
    }
    return drawn_network(
        "synthetic",
        seed,
        block=_BLOCK,
        total_issuance=_ISSUANCE,
        last_lock_cost=_LAST_LOCK,
        columns=columns,
    )


_LAUNCH_BLOCK: Final = 4_920_351
_LAUNCH_ISSUANCE: Final = 8_316_376.0
"""10.5 million at the halving, in block 7,103,975, less a TAO a block since the launch (§3.1)."""
_SHARE_SPREAD: Final = 1.06
"""Standard deviation of the log closes of the 64 subnets that traded on 2025-02-14."""


def launch_network(
    subnets: int,
    seed: int,
    pool_tao: float = chain.MIN_LOCK,
    pool_alpha: float = chain.MIN_LOCK,
    held_alpha: float = 0.0,
) -> NetworkTable:
    """Draw a network in the block in which dTAO came into force (§3.11, §3.3).

    Every pool holds the least lock, 1 TAO, and as much alpha, and no alpha is outside. The price
    average of a subnet is its share of emission under the regime before, as the chain set it;
    shares are lognormal and add up to 1.

    Args:
        subnets: how many, netuids from 1; 64 traded on the first day.
        seed: the same seed gives the same network.
        pool_tao: in each pool, for a launch that seeds more [TAO].
        pool_alpha: in each pool [alpha].
        held_alpha: outside each pool [alpha].

    Returns:
        The table.

    Raises:
        NetworkError: there is no such number of netuids.
    """
    require_netuids("launch", subnets)
    votes = np.exp(_SHARE_SPREAD * np.random.default_rng(seed).standard_normal(subnets))
    columns: Columns = {
        "registered_at": np.full(subnets, _LAUNCH_BLOCK),
        "first_emission_block": np.full(subnets, _LAUNCH_BLOCK),
        "tao_in": np.full(subnets, pool_tao),
        "alpha_in": np.full(subnets, pool_alpha),
        "alpha_out": np.full(subnets, held_alpha),
        "moving_price": votes / votes.sum(),
        "emission_enabled": np.ones(subnets, dtype=bool),
        "miner_burned": np.zeros(subnets),
    }
    return drawn_network(
        "launch",
        seed,
        block=_LAUNCH_BLOCK,
        total_issuance=_LAUNCH_ISSUANCE,
        last_lock_cost=chain.MIN_LOCK,
        columns=columns,
    )
