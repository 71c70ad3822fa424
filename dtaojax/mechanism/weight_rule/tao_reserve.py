"""Weights by the TAO in the pools (the testnet of December 2024)."""

import jax.numpy as jnp

from dtaojax.mechanism.shares import normalise
from dtaojax.mechanism.weight_rule.memoryless import Memoryless
from dtaojax.numerics.shapes import PerSubnet
from dtaojax.state.network import NetworkState, Subnets


class TaoReserve(Memoryless):
    """``s ~ y`` over the emit set (§8.2)."""

    def __call__(self, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Shares [-]; all 0 if every pool is empty of TAO."""
        return normalise(jnp.where(subnets.in_emit_set, state.pools.tao_in, 0.0))
