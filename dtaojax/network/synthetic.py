"""Networks of any size that look like mainnet: drawn at random, the same for the same seed."""

from __future__ import annotations

from typing import Final

import numpy as np

from dtaojax import chain
from dtaojax.network.drawn import ROOT_TAO, Columns, drawn_network, require_netuids
from dtaojax.network.errors import NetworkError
from dtaojax.network.table import NetworkTable

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
    """A network of ``subnets`` subnets whose depths and prices are spread as mainnet's are.

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
    dear = _DEPTH_AND_PRICE * depth + np.sqrt(1.0 - _DEPTH_AND_PRICE**2) * other
    tao_in = _TAO_IN[0] * np.exp(_TAO_IN[1] * depth)
    tao_in *= min(1.0, 0.5 * (_ISSUANCE - ROOT_TAO) / tao_in.sum())
    price = _PRICE[0] * np.exp(_PRICE[1] * dear)
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
