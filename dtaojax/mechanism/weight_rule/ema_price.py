"""Weights by moving price (R1 to R3)."""

import jax.numpy as jnp

from dtaojax.mechanism.shares import normalise
from dtaojax.mechanism.weight_rule.memoryless import Memoryless
from dtaojax.numerics.shapes import PerSubnet
from dtaojax.state.network import NetworkState, Subnets


class EmaPrice(Memoryless):
    """``s ~ m`` over the emit set (§3.6 E-price, SE::get_shares_price_ema)."""

    def __call__(self, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Shares [-]; all 0 if no subnet has a moving price."""
        return normalise(jnp.where(subnets.in_emit_set, state.moving_price, 0.0))
