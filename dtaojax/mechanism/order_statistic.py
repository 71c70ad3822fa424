"""Order statistics of a short vector, without sorting it."""

from collections.abc import Callable

import jax.numpy as jnp
from jax import lax

from dtaojax.ordered import ordered_sum
from dtaojax.state.shapes import PerSubnet, PerSubnetBool, Scalar, ScalarBool, ScalarInt

_FLOAT32_BITS = 31
_ROUNDING = 1e-12
"""Far above what adding up shares in float64 rounds, far below any share that matters."""


def nth_largest(values: PerSubnet, rank: int | ScalarInt) -> Scalar:
    """The ``rank``-th largest of non-negative values; equal to sorting them, several times faster.

    The derivative is that of the value selected; where several are equal they share it.

    Args:
        values: non-negative and finite.
        rank: 1 for the largest; at most the number of values.
    """
    return _largest_with(values, lambda above: jnp.sum(above, dtype=jnp.int32) >= rank)


def mass_quantile(values: PerSubnet, mass: Scalar) -> Scalar:
    """The value at which the running sum of the values, largest first, reaches ``mass``.

    A sum that differs from ``mass`` by rounding alone reaches it. If the whole sum is less, the
    smallest positive value; 0 if none is positive.

    Args:
        values: non-negative and finite.
        mass: what to reach, in the unit of the values.
    """
    fixed = lax.stop_gradient(values)
    target = jnp.minimum(lax.stop_gradient(mass) * (1.0 - _ROUNDING), ordered_sum(fixed))

    def enough(above: PerSubnetBool) -> ScalarBool:
        return jnp.any(above) & (ordered_sum(jnp.where(above, fixed, 0.0)) >= target)

    return _largest_with(values, enough)


def _largest_with(values: PerSubnet, enough: Callable[[PerSubnetBool], ScalarBool]) -> Scalar:
    """The largest value for which ``enough`` holds of the values that are not below it.

    Rounding to float32 keeps the order, and the bit patterns of non-negative floats order as they
    do. So the pattern is found bit by bit, each with one evaluation of ``enough``, and then the
    value among the few that round to it.

    Args:
        values: non-negative and finite.
        enough: of a mask of values; holds of all of them, and of more whenever it holds of fewer.
    """
    fixed = lax.stop_gradient(values)
    patterns = lax.bitcast_convert_type(fixed.astype(jnp.float32), jnp.int32)

    def next_bit(step: ScalarInt, found: ScalarInt) -> ScalarInt:
        candidate = found | (jnp.int32(1 << (_FLOAT32_BITS - 1)) >> step.astype(jnp.int32))
        return jnp.where(enough(patterns >= candidate), candidate, found)

    found = lax.fori_loop(0, _FLOAT32_BITS, next_bit, jnp.int32(0))
    start = jnp.max(jnp.where(patterns == found, fixed, 0.0))

    def too_high(bound: Scalar) -> ScalarBool:
        return ~enough(fixed >= bound)

    def next_lower(bound: Scalar) -> Scalar:
        return jnp.max(jnp.where(fixed < bound, fixed, 0.0))

    selected = fixed == lax.while_loop(too_high, next_lower, start)
    return ordered_sum(jnp.where(selected, values, 0.0)) / jnp.sum(selected)
