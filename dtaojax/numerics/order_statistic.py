"""Order statistics of a short vector, without sorting it."""

from collections.abc import Callable

import jax.numpy as jnp
from jax import lax
from jax.custom_batching import custom_vmap
from jax.typing import ArrayLike
from jaxtyping import Array, Bool, Int

from dtaojax.numerics.ordered import ordered_sum
from dtaojax.numerics.shapes import (
    PerSubnet,
    PerSubnetBool,
    PerSubnetInt,
    Scalar,
    ScalarBool,
    ScalarInt,
)

IntArray = Int[Array, "..."]
BoolArray = Bool[Array, "..."]

_FLOAT32_BITS = 31
_ROUNDING = 1e-12
"""Far above what adding up shares in float64 rounds, far below any share that matters."""


def nth_largest(values: PerSubnet, rank: int | ScalarInt) -> Scalar:
    """Return the ``rank``-th largest of non-negative values, several times faster than by sorting.

    The derivative is that of the value selected; where several are equal they share it.

    Args:
        values: non-negative and finite.
        rank: 1 for the largest; at most the number of values.
    """
    fixed = lax.stop_gradient(values)
    found = _pattern_of_rank(_patterns(fixed), jnp.asarray(rank, jnp.int32))
    return _selected(values, found, lambda above: jnp.sum(above, dtype=jnp.int32) >= rank)


def mass_quantile(values: PerSubnet, mass: Scalar) -> Scalar:
    """Return the value at which the running sum of the values, largest first, reaches ``mass``.

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
    """Return the largest value for which ``enough`` holds of the values that are not below it.

    Args:
        values: non-negative and finite.
        enough: of a mask of values; holds of all of them, and of more whenever it holds of fewer.
    """
    patterns = _patterns(lax.stop_gradient(values))
    found = _largest_pattern(lambda candidate: enough(patterns >= candidate), jnp.int32(0))
    return _selected(values, found, enough)


def _patterns(values: PerSubnet) -> PerSubnetInt:
    """Return the bits of the values rounded to float32.

    Rounding keeps the order, and the bit patterns of non-negative floats order as they do.
    """
    return lax.bitcast_convert_type(values.astype(jnp.float32), jnp.int32)


def _largest_pattern(holds: Callable[[IntArray], BoolArray], zero: IntArray) -> IntArray:
    """Return the largest pattern of which ``holds`` is true, bit by bit."""

    def next_bit(step: ScalarInt, found: IntArray) -> IntArray:
        candidate = found | (jnp.int32(1 << (_FLOAT32_BITS - 1)) >> step.astype(jnp.int32))
        return jnp.where(holds(candidate), candidate, found)

    return lax.fori_loop(0, _FLOAT32_BITS, next_bit, zero)


@custom_vmap
def _pattern_of_rank(patterns: PerSubnetInt, rank: ScalarInt) -> ScalarInt:
    """Return the largest pattern that at least ``rank`` of them reach."""
    return _pattern_of_rank_in_columns(patterns[:, None], rank[None])[0]


@_pattern_of_rank.def_vmap
def _pattern_of_rank_on_paths(
    paths: int, batched: list[bool], patterns: IntArray, rank: ArrayLike
) -> tuple[IntArray, bool]:
    """Find it with the paths last, so that a sum over subnets adds whole vectors of paths."""
    columns = patterns.T if batched[0] else patterns[:, None]
    return _pattern_of_rank_in_columns(columns, jnp.broadcast_to(rank, (paths,))), True


def _pattern_of_rank_in_columns(
    patterns: Int[Array, "subnets paths"], rank: Int[Array, " paths"]
) -> Int[Array, " paths"]:
    def holds(candidate: IntArray) -> BoolArray:
        return ordered_sum((patterns >= candidate[None]).astype(jnp.int32)) >= rank

    return _largest_pattern(holds, jnp.zeros_like(rank))


def _selected(
    values: PerSubnet, found: ScalarInt, enough: Callable[[PerSubnetBool], ScalarBool]
) -> Scalar:
    """Return the value sought among the few that round to a pattern."""
    fixed = lax.stop_gradient(values)
    start = jnp.max(jnp.where(_patterns(fixed) == found, fixed, 0.0))

    def too_high(bound: Scalar) -> ScalarBool:
        # Nothing is below 0, and values that are no numbers would never be enough.
        return (bound > 0.0) & ~enough(fixed >= bound)

    def next_lower(bound: Scalar) -> Scalar:
        return jnp.max(jnp.where(fixed < bound, fixed, 0.0))

    bound = lax.while_loop(too_high, next_lower, start)
    selected = fixed == bound
    # Nothing but the derivative: equal values share it, and their mean would round.
    varying = ordered_sum(jnp.where(selected, values - fixed, 0.0)) / jnp.sum(selected)
    return bound + varying
