"""Which subnet makes room for the next one (§3.12)."""

import jax.numpy as jnp

from dtaojax.numerics.shapes import PerSubnet, PerSubnetBool, PerSubnetInt, ScalarInt


def prunable(registered_at: PerSubnetInt, block: ScalarInt, immunity_blocks: int) -> PerSubnetBool:
    """Subnets whose immunity period is over at ``block``."""
    return block >= registered_at + immunity_blocks


def prune_target(
    moving_price: PerSubnet, registered_at: PerSubnetInt, eligible: PerSubnetBool
) -> PerSubnetBool:
    """Marks the subnet that a registration would replace; none if none is eligible.

    The lowest moving price goes; of several the earliest registered, then the first in order.
    Source: §3.12, RT::get_network_to_prune.
    """
    lowest = jnp.min(jnp.where(eligible, moving_price, jnp.inf))
    cheapest = eligible & (moving_price == lowest)
    never = jnp.iinfo(registered_at.dtype).max
    earliest = jnp.min(jnp.where(cheapest, registered_at, never))
    oldest = cheapest & (registered_at == earliest)
    first = jnp.argmax(oldest)
    return oldest & (jnp.arange(oldest.shape[-1]) == first)
