"""The N-th largest of a short vector, without sorting it."""

import jax.numpy as jnp
from jax import lax

from dtaojax.ordered import ordered_sum
from dtaojax.state.shapes import PerSubnet, Scalar, ScalarBool

_FLOAT32_BITS = 31


def nth_largest(values: PerSubnet, rank: int) -> Scalar:
    """The ``rank``-th largest of non-negative values; equal to sorting them, several times faster.

    Rounding to float32 keeps the order, and the bit patterns of non-negative floats order as they
    do. So the ``rank``-th largest pattern is found bit by bit, each with one count, and then the
    value among the few that round to it. The derivative is that of the value selected; where
    several are equal they share it.

    Args:
        values: non-negative and finite.
        rank: 1 for the largest; at most the number of values.
    """
    fixed = lax.stop_gradient(values)
    patterns = lax.bitcast_convert_type(fixed.astype(jnp.float32), jnp.int32)
    found = jnp.int32(0)
    for bit in reversed(range(_FLOAT32_BITS)):
        candidate = found | jnp.int32(1 << bit)
        enough = jnp.sum(patterns >= candidate, dtype=jnp.int32) >= rank
        found = jnp.where(enough, candidate, found)
    start = jnp.max(jnp.where(patterns == found, fixed, 0.0))

    def too_high(bound: Scalar) -> ScalarBool:
        return jnp.sum(fixed >= bound, dtype=jnp.int32) < rank

    def next_lower(bound: Scalar) -> Scalar:
        return jnp.max(jnp.where(fixed < bound, fixed, 0.0))

    selected = fixed == lax.while_loop(too_high, next_lower, start)
    return ordered_sum(jnp.where(selected, values, 0.0)) / jnp.sum(selected)
