"""Sharing an amount out by weight, where each can take only so much."""

import jax.numpy as jnp

from dtaojax.numerics.elementary import quotient
from dtaojax.numerics.ordered import ordered_cumsum
from dtaojax.numerics.shapes import PerSubnet, Scalar


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
    full_at = quotient(room, weights)
    order = jnp.argsort(full_at)
    nothing = jnp.zeros(1)
    # Room of the first k, and weight of the others: added up from the end, since what is left of a
    # sum when nearly all of it is taken away has lost its digits.
    full_room = jnp.concatenate([nothing, ordered_cumsum(room[order])])
    open_weight = jnp.concatenate([ordered_cumsum(weights[order][::-1])[::-1], nothing])
    # Given out when the k-th is just full; what the later ones get by then follows their weight.
    given = full_room[1:] + full_at[order] * open_weight[1:]
    full = jnp.sum(given <= amount)
    weight = open_weight[full]
    level = (amount - full_room[full]) / jnp.where(weight > 0.0, weight, 1.0)
    return jnp.where(full == room.shape[0], room, jnp.minimum(room, level * weights))
