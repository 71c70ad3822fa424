"""Sums in a fixed order, so that a result is the same bit for bit however it is computed.

Floating-point addition is not associative, and a compiler picks the order of a reduction by the
shape of the whole array, the number of paths in a block included. Sums that feed back into a path
are therefore written as a tree of elementwise additions, which leaves no choice.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float, Num

from dtaojax.numerics.elementary import quotient


def ordered_sum(values: Num[Array, " terms *rest"]) -> Num[Array, " *rest"]:
    """Return the sum over the first axis: the upper half is added to the lower, and so on."""
    length = values.shape[0]
    # Padded with zeros to a power of two, so that every level halves without a remainder.
    width = 1 << (length - 1).bit_length()
    values = jnp.pad(values, [(0, width - length)] + [(0, 0)] * (values.ndim - 1))
    while width > 1:
        width //= 2
        values = values[:width] + values[width:]
    return values[0]


def ordered_cumsum(values: Float[Array, " terms"]) -> Float[Array, " terms"]:
    """Return the running sums of a vector, by doubling distances."""
    length = values.shape[0]
    distance = 1
    while distance < length:
        shifted = jnp.pad(values[:-distance], (distance, 0))
        values = values + shifted
        distance *= 2
    return values


def normalise(weights: Float[Array, " terms"]) -> Float[Array, " terms"]:
    """Return weights over their sum; all 0 if the sum is 0."""
    total = ordered_sum(weights)
    return quotient(weights, total)
