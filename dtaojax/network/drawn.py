"""What networks have in common that are drawn at random rather than read."""

from __future__ import annotations

from typing import Final, TypedDict

import numpy as np

from dtaojax import chain
from dtaojax.network.errors import NetworkError
from dtaojax.network.table import BoolArray, FloatArray, IntArray, NetworkTable

ROOT_TAO: Final = 5_445_703.101
"""TAO staked to root in August 2026: no history of it is at hand [TAO]."""


class Columns(TypedDict):
    """What differs from subnet to subnet of a network that is drawn, as in `NetworkTable`."""

    registered_at: IntArray
    first_emission_block: IntArray
    tao_in: FloatArray
    alpha_in: FloatArray
    alpha_out: FloatArray
    moving_price: FloatArray
    emission_enabled: BoolArray
    miner_burned: FloatArray


def require_netuids(kind: str, subnets: int) -> None:
    """Refuses a number of subnets for which there are no netuids.

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
    """A network of subnets with netuids from 1, of which nothing was observed.

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
