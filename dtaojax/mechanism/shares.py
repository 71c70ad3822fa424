"""Helpers that every weight rule shares: normalising and masking (§3.6)."""

import jax.numpy as jnp

from dtaojax.numerics.elementary import quotient
from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool


def normalise(weights: PerSubnet) -> PerSubnet:
    """Weights over their sum; all 0 if the sum is 0."""
    total = ordered_sum(weights)
    return quotient(weights, total)


def mask_disabled(shares: PerSubnet, emission_enabled: PerSubnetBool) -> PerSubnet:
    """Shares with disabled subnets at 0 and the others divided by what is left.

    Where none is disabled the shares stay as they are.

    Source: §3.6 M, SE::get_subnet_block_emissions.
    """
    masked = normalise(jnp.where(emission_enabled, shares, 0.0))
    return jnp.where(jnp.all(emission_enabled), shares, masked)
