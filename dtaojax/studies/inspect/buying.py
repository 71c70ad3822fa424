"""What a TAO of buying gains a subnet in emission."""

from __future__ import annotations

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from dtaojax import chain
from dtaojax.assembly import Slots, build_network
from dtaojax.mechanism.coinbase import emission_shares
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.emission import block_emission
from dtaojax.mechanism.liquidity.pools import weight_ratio
from dtaojax.network import NetworkTable
from dtaojax.numerics.elementary import exp
from dtaojax.numerics.shapes import PerSubnet
from dtaojax.state.network import NetworkState, Subnets

_BY_STATE = (
    "ema_price_burn", "powered_price_burn", "ema_price", "ema_price_conviction",
    "ema_price_rootprop_burn", "tao_reserve",
)  # fmt: skip
"""Weight rules that look at prices and pools alone, and not at flows or votes of the past."""
_AT_ONCE = 64
"""Subnets whose derivatives are taken together."""


def emission_per_tao(rules: MechanismConfig, network: NetworkTable) -> np.ndarray:
    """TAO emission that a subnet gains for one TAO of net buying [TAO per day and TAO].

    The derivative of the chain's own rule at the network's state, once the moving price has
    followed the price and the bar has followed the shares, if all others stay where they are. Fees
    are left out. NaN under rules that look at flows, votes or prices of the past, and for subnets
    without a pool.

    Args:
        rules: of the emission.
        network: the state.
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
        """TAO emission a day after buying that changes ``log(tao_in)`` by ``push`` (§3.5)."""
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

    still = jnp.zeros_like(pools.tao_in)

    def gain(slot: jax.Array) -> jax.Array:
        own = still.at[slot].set(1.0 / pools.tao_in[slot])
        return jax.jvp(emission, (still,), (own,))[1][slot]

    gains = lax.map(gain, jnp.arange(still.shape[0]), batch_size=_AT_ONCE)
    return jnp.where(pools.tao_in > 0.0, gains, jnp.nan)
