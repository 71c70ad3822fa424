"""The owner's cut of minted alpha (§3.8 step 2)."""

import jax.numpy as jnp

from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, Scalar


def owner_cut(alpha: PerSubnet, fraction: Scalar, enabled: PerSubnetBool) -> PerSubnet:
    """``c_o alpha``; 0 where the owner has switched it off (possible since R5).

    Args:
        alpha: minted for participants [alpha per block].
        fraction: c_o, SubnetOwnerCut/65535 [-].
        enabled: the owner's switch.
    """
    return jnp.where(enabled, fraction * alpha, 0.0)
