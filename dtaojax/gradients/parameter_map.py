"""A world as a differentiable function of its config's parameters.

A config builds a world, but no derivative passes through a config. What a parameter does to the
world's arrays is therefore found out: worlds are built at both ends of its range, and where their
arrays differ, they differ by a slope. One rule serves every parameter that there is or will be,
fractions that the chain stores as 16-bit numbers among them, and it is checked in between.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dtaojax.gradients.errors import TuneError

Values = Float[Array, " parameters"]

_ROUNDING = 1e-9
"""Far above what building a world rounds, far below any bend that matters."""


class Range(NamedTuple):
    """A parameter and its bounds.

    Attributes:
        key: dotted key of the config.
        start: value in the config.
        low: lower bound.
        high: upper bound.
        integer: whether the config takes whole numbers only.
    """

    key: str
    start: float
    low: float
    high: float
    integer: bool


class Levers(eqx.Module):
    """A world that moves with its parameters.

    Attributes:
        base: the world at the start.
        slopes: for each parameter, what each array of the world gains for each unit; None where
            it gains nothing.
        start: values of the parameters at the start.
    """

    base: Any
    slopes: tuple[Any, ...]
    start: Values

    def __call__(self, values: Values) -> Any:
        """The world at ``values``; exactly ``base`` at the start."""
        world = self.base
        for place, slope in enumerate(self.slopes):
            moved = values[place] - self.start[place]
            world = jax.tree.map(
                lambda leaf, gain, by=moved: leaf if gain is None else leaf + by * gain,
                world,
                slope,
                is_leaf=lambda leaf: leaf is None,
            )
        return world


def find_levers(build: Callable[[dict[str, float]], Any], ranges: Sequence[Range]) -> Levers:
    """Finds what each parameter does to the world.

    Args:
        build: makes a world from values by key; keys that it is not given keep their start.
        ranges: the parameters.

    Raises:
        TuneError: a parameter is not continuous, does nothing, or bends between its bounds.
    """
    base = build({})
    slopes = tuple(_slope(build, base, each) for each in ranges)
    levers = Levers(base, slopes, jnp.asarray([each.start for each in ranges]))
    _check_together(build, levers, ranges)
    return levers


def _slope(build: Callable[[dict[str, float]], Any], base: Any, each: Range) -> Any:
    low, high = build({each.key: each.low}), build({each.key: each.high})
    if not same_program(base, low) or not same_program(base, high):
        raise TuneError(
            f"{each.key}: changes the program and not a number in it, so that nothing can be "
            "differentiated; list its values under [[choice]] instead"
        )

    def gain(at_low: Any, at_high: Any) -> Any:
        if not eqx.is_array(at_low) or np.array_equal(at_low, at_high):
            return None
        if not jnp.issubdtype(at_low.dtype, jnp.floating):
            raise TuneError(f"{each.key}: is no continuous parameter; list its values as a choice")
        return (at_high - at_low) / (each.high - each.low)

    slope = jax.tree.map(gain, low, high)
    if not jax.tree.leaves(slope):
        raise TuneError(f"{each.key}: nothing in the model depends on it; take it out")
    return slope


def same_program(one: Any, other: Any) -> bool:
    """Whether two worlds differ in the numbers of their arrays alone."""
    (arrays, rest), (arrays_too, rest_too) = (eqx.partition(w, eqx.is_array) for w in (one, other))
    shapes, shapes_too = (
        [(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(w)] for w in (arrays, arrays_too)
    )
    return bool(eqx.tree_equal(rest, rest_too)) and shapes == shapes_too


def _check_together(
    build: Callable[[dict[str, float]], Any], levers: Levers, ranges: Sequence[Range]
) -> None:
    """Compares with a world that is really built between the bounds, all parameters moved."""
    parts = np.linspace(0.3, 0.7, len(ranges))
    inside = {}
    for each, part in zip(ranges, parts, strict=True):
        value = each.low + part * (each.high - each.low)
        inside[each.key] = round(value) if each.integer else value
    built = build(inside)
    moved = levers(jnp.asarray([float(value) for value in inside.values()]))
    for want, found in zip(_arrays(built), _arrays(moved), strict=True):
        if not np.allclose(want, found, rtol=_ROUNDING, atol=0.0, equal_nan=True):
            keys = ", ".join(inside)
            raise TuneError(
                f"{keys}: the model does not change in proportion to them between their bounds; "
                "narrow the bounds, or list values under [[choice]]"
            )


def _arrays(world: Any) -> list[np.ndarray]:
    return [np.asarray(leaf) for leaf in jax.tree.leaves(eqx.filter(world, eqx.is_array))]
