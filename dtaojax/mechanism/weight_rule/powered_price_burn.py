"""Weights by a power of the moving price: what a flatter or a steeper rule would do."""

import jax.numpy as jnp

from dtaojax.mechanism.shares import normalise
from dtaojax.mechanism.weight_rule.memoryless import Memoryless
from dtaojax.numerics.elementary import exp, log
from dtaojax.numerics.shapes import PerSubnet, Scalar
from dtaojax.state.network import NetworkState, Subnets


class PoweredPriceBurn(Memoryless):
    """``s ~ (m (1 - min(burn, 1)))**q`` over the emit set; q = 1 is the rule of R8 (§3.6 E-burn).

    No chain has run it. Below 1 it pays small subnets more, and whoever splits a subnet in two.

    Attributes:
        exponent: q [-].
    """

    @property
    def charges_burn(self) -> bool:
        """Weights are in proportion to what miners are paid."""
        return True

    exponent: Scalar

    def __call__(self, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Pre-gate shares [-]; all 0 if no subnet has a weight."""
        burned = state.moving_price * (1.0 - jnp.minimum(subnets.miner_burned, 1.0))
        member = subnets.in_emit_set & (burned > 0.0)
        safe = jnp.where(member, burned, 1.0)
        return normalise(jnp.where(member, exp(self.exponent * log(safe)), 0.0))
