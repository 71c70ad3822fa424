"""Weights by moving price and by how much of a subnet's alpha its holders keep (proposed)."""

import jax.numpy as jnp

from dtaojax.mechanism.shares import normalise
from dtaojax.mechanism.weight_rule.memoryless import Memoryless
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, Scalar
from dtaojax.state.network import NetworkState, Subnets


def conviction(state: NetworkState) -> PerSubnet:
    """Part of a subnet's alpha that people hold outside the pool; 0 where there is no alpha [-].

    Neither the protocol's alpha nor root's baskets nor burned alpha count. A stand-in for alpha
    that is locked, which the model does not know.
    """
    held = state.participants_alpha
    issued = state.alpha_issuance
    some = issued > 0.0
    return jnp.where(some, jnp.maximum(held, 0.0) / jnp.where(some, issued, 1.0), 0.0)


class EmaPriceConviction(Memoryless):
    """``s ~ m (1 - min(burn, 1)) (1 + boost C)`` over the emit set, with C of :func:`conviction`.

    The formula is ours. PR #3011 (§8.5 [P]) multiplies a share by ``1 + boost C`` only where the
    gate compares it with its bar, and takes C of alpha locked on chain. Falls back to ``s ~ m`` if
    every weight is 0.

    Attributes:
        boost: what full conviction adds to a weight, as a multiple of it [-].
    """

    @property
    def charges_burn(self) -> bool:
        """Weights are in proportion to what miners are paid."""
        return True

    boost: Scalar

    def __call__(self, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Pre-gate shares [-]; all 0 if no subnet has a moving price."""
        moving = jnp.where(subnets.in_emit_set, state.moving_price, 0.0)
        paid = 1.0 - jnp.minimum(subnets.miner_burned, 1.0)
        weights = moving * paid * (1.0 + self.boost * conviction(state))
        return jnp.where(ordered_sum(weights) > 0.0, normalise(weights), normalise(moving))
