"""Sharing an amount out by weight, where each can take only so much."""

import jax.numpy as jnp

from dtaojax.ordered import ordered_cumsum, ordered_sum
from dtaojax.state.shapes import PerSubnet, Scalar


def shared_out(amount: Scalar, weights: PerSubnet, room: PerSubnet) -> PerSubnet:
    """Each gets ``min(room, level weight)``, at the level at which the amount is used up.

    What one cannot take goes to the others by weight, until all is given or all are full. The level
    is found at once: members are full in the order of room over weight.

    Args:
        amount: to share out, not negative.
        weights: not negative; a weight of 0 gets nothing.
        room: the most that each can take, not negative.
    """
    room = jnp.where(weights > 0.0, room, 0.0)
    full_at = jnp.where(weights > 0.0, room / jnp.where(weights > 0.0, weights, 1.0), 0.0)
    order = jnp.argsort(full_at)
    full_room = ordered_cumsum(room[order])
    open_weight = ordered_sum(weights) - ordered_cumsum(weights[order])
    # Given out when the k-th is just full; what the later ones get by then follows their weight.
    given = full_room + full_at[order] * jnp.maximum(open_weight, 0.0)
    full = jnp.sum(given <= amount)
    before = jnp.maximum(full - 1, 0)
    left = amount - jnp.where(full > 0, full_room[before], 0.0)
    weight = jnp.where(full > 0, open_weight[before], ordered_sum(weights))
    level = left / jnp.where(weight > 0.0, weight, 1.0)
    return jnp.where(full == room.shape[0], room, jnp.minimum(room, level * weights))
