"""Values together with their derivatives along a few directions, through a program piece by piece.

:func:`jax.jvp` along one direction after another computes the values anew for each; along all of
them side by side the compiler does much the same. A piece that is linearised where it stands is
computed once, and all directions go through its slope.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

_TOGETHER = 6
"""Directions beside one run of a program; each adds to the time that it takes to compile."""


class Dual(NamedTuple):
    """A value and its derivatives.

    Attributes:
        value: a pytree.
        tangents: one for each direction, shaped as the value's real leaves, None for the others.
    """

    value: Any
    tangents: tuple[Any, ...]


def pushed(function: Callable[..., Any]) -> Callable[..., Dual]:
    """Return the same function of duals: forward derivatives along every direction at once.

    Args:
        function: function of pytrees, with a pytree of arrays as its value; differentiated by the
            real leaves.
    """

    def push(*at: Dual) -> Dual:
        moving, still = eqx.partition(tuple(each.value for each in at), eqx.is_inexact_array)

        def real(moving: Any) -> tuple[Any, Any]:
            return eqx.partition(function(*eqx.combine(moving, still)), eqx.is_inexact_array)

        value, slope, rest = jax.linearize(real, moving, has_aux=True)
        directions = zip(*(each.tangents for each in at), strict=True)
        return Dual(eqx.combine(value, rest), tuple(slope(each) for each in directions))

    return push


def value_and_jacobian(
    function: Callable[[Dual], Dual], values: Float[Array, " parameters"]
) -> tuple[Array, Float[Array, "... parameters"]]:
    """Return an array function's value and its derivative by each parameter.

    Args:
        function: function of duals, whose value is an array.
        values: values of the parameters; at least one.
    """
    count = len(values)
    runs = -(-count // _TOGETHER)
    size = -(-count // runs)

    def along(directions: Float[Array, "directions parameters"]) -> tuple[Array, Array]:
        found = function(Dual(values, tuple(directions)))
        return found.value, jnp.stack(found.tangents)

    # Rows beyond the parameters are zero: directions that fill the last run.
    directions = jnp.eye(runs * size, count).reshape(runs, size, count)
    found, columns = lax.map(along, directions)
    columns = columns.reshape(runs * size, *found.shape[1:])[:count]
    return found[0], jnp.moveaxis(columns, 0, -1)
