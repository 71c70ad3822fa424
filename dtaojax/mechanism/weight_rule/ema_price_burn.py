"""Weights by moving price, less what miners are not paid (R6b to R8)."""

import jax.numpy as jnp

from dtaojax.mechanism.shares import normalise
from dtaojax.mechanism.weight_rule.memoryless import Memoryless
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet
from dtaojax.state.network import NetworkState, Subnets


class EmaPriceBurn(Memoryless):
    """``s ~ m (1 - min(burn, 1))`` over the emit set (§3.6 E-burn, SE::get_shares).

    Falls back to ``s ~ m`` if every weight is 0.
    """

    @property
    def charges_burn(self) -> bool:
        """Weights are in proportion to what miners are paid."""
        return True

    def __call__(self, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Pre-gate shares [-]; all 0 if no subnet has a moving price."""
        moving = jnp.where(subnets.in_emit_set, state.moving_price, 0.0)
        burned = moving * (1.0 - jnp.minimum(subnets.miner_burned, 1.0))
        return jnp.where(ordered_sum(burned) > 0.0, normalise(burned), normalise(moving))
