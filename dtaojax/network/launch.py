"""A network as it was when dTAO began: pools of one TAO, nothing held outside them."""

from __future__ import annotations

from typing import Final

import numpy as np

from dtaojax import chain
from dtaojax.network.drawn import Columns, drawn_network, require_netuids
from dtaojax.network.table import NetworkTable

_BLOCK: Final = 4_920_351
_ISSUANCE: Final = 8_316_376.0
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
    """A network in the block in which dTAO came into force (§3.11, §3.3).

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
        "registered_at": np.full(subnets, _BLOCK),
        "first_emission_block": np.full(subnets, _BLOCK),
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
        block=_BLOCK,
        total_issuance=_ISSUANCE,
        last_lock_cost=chain.MIN_LOCK,
        columns=columns,
    )
