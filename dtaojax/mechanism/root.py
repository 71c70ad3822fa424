"""Root stake's part in the subnets."""

import jax.numpy as jnp

from dtaojax.state.shapes import PerSubnet, Scalar


def root_proportion(root_tao: Scalar, tao_weight: Scalar, alpha_issuance: PerSubnet) -> PerSubnet:
    """``w S / (w S + A)``, 0 where the denominator is 0 (§3.4, BS::root_proportion) [-].

    Args:
        root_tao: S, TAO staked to root [TAO].
        tao_weight: w [-].
        alpha_issuance: A [alpha].
    """
    root = tao_weight * root_tao
    total = root + alpha_issuance
    return jnp.where(total > 0.0, root / jnp.where(total > 0.0, total, 1.0), 0.0)
