"""Staking TAO to root and taking it back."""

import jax.numpy as jnp

from dtaojax.numerics.shapes import Scalar, ScalarBool


def move_root_stake(root_tao: Scalar, wish: Scalar | float) -> tuple[Scalar, ScalarBool]:
    """Root stake after users staked to it or unstaked: TAO moves one for one, without a pool.

    Nobody unstakes TAO that is not staked: a larger wish is cut and reported.

    Args:
        root_tao: staked to root before [TAO].
        wish: that users want to add; negative to take out [TAO].

    Returns:
        The stake after, and whether the wish was cut.

    Source: §3.2, the stable mechanism of netuid 0, whose price is 1.
    """
    wanted = root_tao + wish
    return jnp.maximum(wanted, 0.0), wanted < 0.0
