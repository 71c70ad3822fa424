"""What the chain would emit in the next block from a state."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import numpy as np
import pandas as pd

from dtaojax.assembly import Slots, build_network
from dtaojax.mechanism.coinbase import Coinbase, coinbase
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.network import NetworkTable
from dtaojax.numerics.shapes import PerSubnet
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.studies.inspect.buying import emission_per_tao

_OBSERVED = {
    "observed_tao_in_emission": "tao_in_emission",
    "observed_alpha_in_emission": "alpha_in_emission",
    "observed_excess_tao": "excess_tao",
}


def next_block(mechanism: MechanismConfig, network: NetworkTable, seed: int = 0) -> dict[str, Any]:
    """The emission of the block after the network's, subnet by subnet.

    Args:
        mechanism: the rules.
        network: the state; a gate bar of 0 is taken from the state itself.
        seed: of rules that draw random numbers; they are those of path 0.

    Returns:
        ``block`` (of the emission), ``block_emission`` [TAO], ``gate_bar`` and ``subnets``: a list
        of records, the largest emission first. Amounts are TAO and alpha per block. ``rank`` counts
        positive pre-gate shares from 1 and is None without one; ``gated_share`` is the share after
        the gate and the mask of disabled subnets.
    """
    subnets, state = build_network(network, mechanism, seed=seed)
    rules = mechanism.build(seed, Slots(network, network.n_subnets))
    paid, price = _coinbase_and_price(rules, subnets, state)
    pre_gate = np.asarray(paid.shares.pre_gate)
    rank = np.empty(len(pre_gate), dtype=object)
    rank[np.argsort(-pre_gate, kind="stable")] = np.arange(1, len(pre_gate) + 1)
    rank[~(pre_gate > 0.0)] = None
    columns = {
        "netuid": network.netuid,
        "name": np.array(network.names, dtype=object),
        "price": price,
        "moving_price": state.moving_price,
        "pre_gate_share": pre_gate,
        "rank": rank,
        "gated_share": paid.shares.final,
        "tao_emission": paid.block_emission * paid.shares.final,
        "tao_in_emission": paid.terms.tao_in,
        "alpha_in_emission": paid.terms.alpha_in,
        "excess_tao": paid.terms.excess_tao,
        "root_proportion": paid.root_proportion,
        "alpha_emission": paid.alpha_emission,
    }
    for column, quantity in _OBSERVED.items():
        if network.observed is not None and column in network.observed:
            columns[column] = network.observed[column]
            columns[f"error_{quantity}"] = np.asarray(columns[quantity]) - columns[column]
    rows = zip(*(np.asarray(values).tolist() for values in columns.values()), strict=True)
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    records.sort(key=lambda record: (-record["tao_emission"], -record["pre_gate_share"]))
    return {
        "block": network.block + 1,
        "block_emission": float(paid.block_emission),
        "gate_bar": float(paid.shares.bar),
        "subnets": records,
    }


@eqx.filter_jit
def _coinbase_and_price(
    mechanism: Mechanism, subnets: Subnets, state: NetworkState
) -> tuple[Coinbase, PerSubnet]:
    return coinbase(mechanism, subnets, state, 1)[1], spot_price(state.pools)


def initial_table(
    mechanism: MechanismConfig, network: NetworkTable, alpha: dict[int, float], seed: int
) -> pd.DataFrame:
    """The state that a run starts from, one row a subnet, as ``initial.parquet`` holds it.

    Args:
        mechanism: the rules.
        network: the state.
        alpha: the holder's positions by netuid [alpha].
        seed: of rules that draw random numbers; they are those of path 0.
    """
    subnets, state = build_network(network, mechanism, seed=seed)
    emission = pd.DataFrame(next_block(mechanism, network, seed)["subnets"]).set_index("netuid")
    emission = emission.loc[network.netuid].reset_index()
    columns = ["name", "price", "moving_price", "pre_gate_share", "rank", "gated_share"]
    return pd.DataFrame(
        {
            "netuid": network.netuid,
            **{column: emission[column].to_numpy() for column in columns},
            "tao_emission": emission["tao_emission"].to_numpy(),
            "emission_per_tao": emission_per_tao(mechanism, network),
            "tao_in": np.asarray(state.pools.tao_in),
            "alpha_in": np.asarray(state.pools.alpha_in),
            "alpha_out": np.asarray(state.alpha_out),
            "emission_enabled": np.asarray(subnets.emission_enabled),
            "in_emit_set": np.asarray(subnets.in_emit_set),
            "immune_until_block": network.registered_at + mechanism.registration.immunity_blocks,
            "miner_burned": network.miner_burned,
            "position_alpha": [alpha.get(int(netuid), 0.0) for netuid in network.netuid],
        }
    ).astype({"rank": "Int64"})
