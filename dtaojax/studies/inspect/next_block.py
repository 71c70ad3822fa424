"""The emission of the next block from a state, and what a TAO of buying gains of it."""

from __future__ import annotations

import dataclasses
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jax import lax

from dtaojax import chain
from dtaojax.assembly import Slots, build_network
from dtaojax.mechanism.coinbase import Coinbase, coinbase, emission_shares
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.emission import block_emission
from dtaojax.mechanism.liquidity.pools import spot_price, weight_ratio
from dtaojax.network import NetworkTable
from dtaojax.numerics.elementary import exp
from dtaojax.numerics.shapes import PerSubnet
from dtaojax.state.network import NetworkState, Subnets

_OBSERVED = {
    "observed_tao_in_emission": "tao_in_emission",
    "observed_alpha_in_emission": "alpha_in_emission",
    "observed_excess_tao": "excess_tao",
}


def next_block(mechanism: MechanismConfig, network: NetworkTable, seed: int = 0) -> dict[str, Any]:
    """Return the emission of the block after the network's, subnet by subnet.

    Args:
        mechanism: The rules.
        network: The state; a gate bar of 0 is taken from the state itself.
        seed: Seed of rules that draw random numbers; they are those of path 0.

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
    # A subnet without a share has no rank, though sorting gave it one.
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
    """Return the state that a run starts from, one row a subnet, as ``initial.parquet`` holds it.

    Args:
        mechanism: The rules.
        network: The state.
        alpha: The holder's positions by netuid [alpha].
        seed: Seed of rules that draw random numbers; they are those of path 0.
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


_BY_STATE = (
    "ema_price_burn", "powered_price_burn", "ema_price", "ema_price_conviction",
    "ema_price_rootprop_burn", "tao_reserve",
)  # fmt: skip
"""Weight rules that look at prices and pools alone, and not at flows or votes of the past."""
_AT_ONCE = 64
"""Subnets whose derivatives are taken together."""


def emission_per_tao(rules: MechanismConfig, network: NetworkTable) -> np.ndarray:
    """Return TAO emission that a subnet gains for one TAO of net buying [TAO per day and TAO].

    The derivative of the chain's own rule at the network's state, once the moving price has
    followed the price and the bar has followed the shares, if all others stay where they are. Fees
    are left out. NaN under rules that look at flows, votes or prices of the past, and for subnets
    without a pool.

    Args:
        rules: Rules of the emission.
        network: The state.
    """
    if rules.weight_rule.kind not in _BY_STATE:
        return np.full(network.n_subnets, np.nan)
    subnets, state = build_network(network, rules)
    mechanism = rules.build(slots=Slots(network, network.n_subnets))
    return np.asarray(_gains(mechanism, subnets, state))


@eqx.filter_jit
def _gains(mechanism: Mechanism, subnets: Subnets, state: NetworkState) -> PerSubnet:
    pools = state.pools
    slope = 1.0 + weight_ratio(pools.w_tao)

    def emission(push: PerSubnet) -> PerSubnet:
        """Return the TAO emission a day after buying changed ``log(tao_in)`` by ``push`` (§3.5)."""
        left = pools.alpha_in * exp((1.0 - slope) * push)
        bought = dataclasses.replace(
            pools,
            tao_in=pools.tao_in * exp(push),
            alpha_in=left,
        )
        followed = state.moving_price * exp(slope * push)
        after = dataclasses.replace(
            state,
            pools=bought,
            alpha_out=state.alpha_out + (pools.alpha_in - left),
            moving_price=followed,
            gate_bar=jnp.zeros_like(state.gate_bar),
        )
        shares, _ = emission_shares(mechanism, subnets, after, 1)
        minted = block_emission(state.total_issuance)
        divided = minted - mechanism.off_the_top(minted)
        return chain.BLOCKS_PER_DAY * divided * shares.final

    # Forward mode, a subnet at a time: of the whole Jacobian only the diagonal is wanted.
    still = jnp.zeros_like(pools.tao_in)

    def gain(slot: jax.Array) -> jax.Array:
        own = still.at[slot].set(1.0 / pools.tao_in[slot])  # noqa: PD008  an array of JAX
        return jax.jvp(emission, (still,), (own,))[1][slot]

    gains = lax.map(gain, jnp.arange(still.shape[0]), batch_size=_AT_ONCE)
    return jnp.where(pools.tao_in > 0.0, gains, jnp.nan)
