"""Weights by moving price, root proportion and what miners are paid (R6)."""

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.root import root_proportion
from dtaojax.mechanism.shares import normalise
from dtaojax.ordered import ordered_sum
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.state.shapes import PerSubnet, Scalar


def rootprop_burn_shares(
    moving_price: PerSubnet, root_proportion: PerSubnet, miner_burned: PerSubnet
) -> PerSubnet:
    """``s ~ m rho (1 - min(burn, 1))``, or ``s ~ m`` if every weight is 0 (§3.6 E-R6) [-].

    Args:
        moving_price: m of the emit set, 0 outside [TAO/alpha].
        root_proportion: rho at the end of the previous block, RootProp [-].
        miner_burned: MinerBurned [-].
    """
    weights = moving_price * root_proportion * (1.0 - jnp.minimum(miner_burned, 1.0))
    return jnp.where(ordered_sum(weights) > 0.0, normalise(weights), normalise(moving_price))


class EmaPriceRootpropBurn(eqx.Module):
    """:func:`rootprop_burn_shares` over the emit set, with RootProp of the state as it stands.

    Trades leave rho alone, so the state before a block has the RootProp of the block before.

    Attributes:
        tao_weight: of root stake against alpha [-].
    """

    tao_weight: Scalar

    def __call__(self, state: NetworkState, subnets: Subnets) -> PerSubnet:
        """Shares [-]; all 0 if no subnet has a moving price."""
        moving = jnp.where(subnets.in_emit_set, state.moving_price, 0.0)
        rho = root_proportion(state.root_tao, self.tao_weight, state.alpha_issuance)
        return rootprop_burn_shares(moving, rho, subnets.miner_burned)
