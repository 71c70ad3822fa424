"""A world as a differentiable function of its config's parameters, and the box that they move in.

A config builds a world, but no derivative passes through a config. What a parameter does to the
world's arrays is therefore found out: worlds are built at both ends of its range, and where their
arrays differ, they differ by a slope. One rule serves every parameter that there is or will be,
fractions that the chain stores as 16-bit numbers among them, and it is checked in between.

:func:`find_parameter_map` asks for proportion over the whole range, since a search moves through
it. :func:`tangent_map` takes slopes at one point alone, so that any number of the config has one.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dtaojax.gradients.errors import TuneError

Unit = Float[np.ndarray, " parameters"]
"""Coordinates of a search: each parameter from 0 at its lower bound to 1 at its upper."""

Values = Float[Array, " parameters"]

Build = Callable[[Mapping[str, float]], Any]
"""Makes a world from values by key; keys that it is not given keep their start."""

_ROUNDING = 1e-9
"""Far above what building a world rounds, far below any bend that matters."""

_STEP = 1e-4
"""Half the distance of two worlds that a tangent is taken from, as a part of the range."""


class Range(NamedTuple):
    """A parameter and its bounds.

    Attributes:
        key: dotted key of the config.
        start: value in the config, in the parameter's unit.
        low: lower bound, in the parameter's unit.
        high: upper bound, in the parameter's unit.
        integer: True if the config takes whole numbers only.
    """

    key: str
    start: float
    low: float
    high: float
    integer: bool


class Box(NamedTuple):
    """The bounds of all parameters, and the scales on which distances between them are measured.

    Attributes:
        low: lower bounds in the parameters' units, shape (parameters,).
        high: upper bounds in the parameters' units, shape (parameters,).
        logarithmic: a mask of the parameters that are measured in the logarithm.
    """

    low: np.ndarray
    high: np.ndarray
    logarithmic: np.ndarray

    def values(self, unit: Unit) -> np.ndarray:
        """Return the parameters at a point of the unit box, in their own units."""
        linear = self.low + unit * (self.high - self.low)
        ratio = self._ratio()
        return np.where(self.logarithmic, self.low * ratio**unit, linear)

    def unit(self, values: np.ndarray) -> Unit:
        """Return the point of the unit box at which the parameters have these values."""
        linear = (values - self.low) / (self.high - self.low)
        safe = np.where(self.logarithmic, values / np.where(self.logarithmic, self.low, 1.0), 1.0)
        return np.where(self.logarithmic, np.log(safe) / np.log(self._ratio()), linear)

    def slope(self, unit: Unit) -> np.ndarray:
        """Return the derivative of each value with respect to its unit coordinate."""
        return np.where(
            self.logarithmic, self.values(unit) * np.log(self._ratio()), self.high - self.low
        )

    def _ratio(self) -> np.ndarray:
        # np.where evaluates both branches: on a linear scale the bounds may be 0 or negative, and
        # a ratio of 2 keeps the branch that is thrown away free of warnings and NaN.
        low = np.where(self.logarithmic, self.low, 1.0)
        return np.where(self.logarithmic, self.high / low, 2.0)


class ParameterMap(eqx.Module):
    """A world that moves with its parameters.

    Attributes:
        base: world at the start.
        slopes: for each parameter, the gain of each array of the world for each unit of it; None
            where an array gains nothing.
        start: values of the parameters at the start, in their own units.
    """

    base: Any
    slopes: tuple[Any, ...]
    start: Values

    def __call__(self, values: Values) -> Any:
        """Return the world at ``values``; exactly ``base`` at the start."""
        world = self.base
        for place, slope in enumerate(self.slopes):
            # Moved from the start, not from zero: at the start every gain is multiplied by an
            # exact 0, and the world is the built one to the last bit.
            moved = values[place] - self.start[place]
            world = jax.tree.map(
                lambda leaf, gain, by=moved: leaf if gain is None else leaf + by * gain,
                world,
                slope,
                is_leaf=lambda leaf: leaf is None,
            )
        return world


class Effect(Enum):
    """The effect on the world of moving a parameter over its range.

    ``NOTHING``: the model does not depend on it. ``SMOOTH``: only real numbers move. ``JUMPS``:
    whole numbers or decisions move too, which no derivative along a path sees. ``PROGRAM``:
    something of another kind is simulated, which has no derivative at all.
    """

    NOTHING = "nothing"
    SMOOTH = "smooth"
    JUMPS = "jumps"
    PROGRAM = "program"


def same_program(one: Any, other: Any) -> bool:
    """Return whether two worlds differ in the numbers of their arrays alone."""
    (arrays, rest), (arrays_too, rest_too) = (eqx.partition(w, eqx.is_array) for w in (one, other))
    shapes, shapes_too = (
        [(leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(w)] for w in (arrays, arrays_too)
    )
    return bool(eqx.tree_equal(rest, rest_too)) and shapes == shapes_too


def effect_of(low: Any, high: Any) -> Effect:
    """Classify the difference between the worlds at both ends of a range."""
    if not same_program(low, high):
        return Effect.PROGRAM
    pairs = zip(*(jax.tree.leaves(eqx.filter(w, eqx.is_array)) for w in (low, high)), strict=True)
    moved = [one.dtype for one, other in pairs if not np.array_equal(one, other, equal_nan=True)]
    if not moved:
        return Effect.NOTHING
    real = all(jnp.issubdtype(dtype, jnp.floating) for dtype in moved)
    return Effect.SMOOTH if real else Effect.JUMPS


def find_parameter_map(build: Build, ranges: Sequence[Range]) -> ParameterMap:
    """Find the slope of the world's arrays by each parameter, constant over its range.

    Args:
        build: Makes a world from values by key.
        ranges: parameters with their bounds.

    Raises:
        TuneError: a parameter is not continuous, does nothing, or bends between its bounds.
    """
    base = build({})
    slopes = tuple(_slope_over_range(build, base, each) for each in ranges)
    parameter_map = ParameterMap(base, slopes, jnp.asarray([each.start for each in ranges]))
    _check_together(build, parameter_map, ranges)
    return parameter_map


def tangent_map(
    build: Build, ranges: Sequence[Range], values: Float[np.ndarray, " parameters"]
) -> ParameterMap:
    """Return the world near ``values`` as far as real numbers in it move.

    Slopes are taken from worlds that are really built close by on both sides, on one where the
    range ends.

    Args:
        build: Makes a world from values by key.
        ranges: parameters with their bounds; none may change the program.
        values: point, within the ranges.
    """
    here = {each.key: float(value) for each, value in zip(ranges, values, strict=True)}
    base = build(here)
    slopes = []
    for each, value in zip(ranges, values, strict=True):
        step = _STEP * (each.high - each.low)
        if each.integer:
            # The config takes no fractions, so the nearest worlds are whole units away.
            value, step = round(value), max(1, round(step))
        low, high = max(each.low, value - step), min(each.high, value + step)
        ends = [build({**here, each.key: float(end)}) for end in (low, high)]
        slopes.append(jax.tree.map(lambda a, b, gap=high - low: _secant(a, b, gap), *ends))
    return ParameterMap(base, tuple(slopes), jnp.asarray(values))


def _slope_over_range(build: Build, base: Any, each: Range) -> Any:
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


def _secant(low: Any, high: Any, gap: float) -> Any:
    if not eqx.is_inexact_array(low) or np.array_equal(low, high, equal_nan=True):
        return None
    return (high - low) / gap


def _check_together(build: Build, parameter_map: ParameterMap, ranges: Sequence[Range]) -> None:
    """Compare with a world that is really built between the bounds, all parameters moved."""
    # Each parameter is moved by another part of its range: at the same part, errors of two
    # parameters in one array could cancel.
    parts = np.linspace(0.3, 0.7, len(ranges))
    inside = {}
    for each, part in zip(ranges, parts, strict=True):
        value = each.low + part * (each.high - each.low)
        inside[each.key] = round(value) if each.integer else value
    built = build(inside)
    moved = parameter_map(jnp.asarray([float(value) for value in inside.values()]))
    for want, found in zip(_arrays(built), _arrays(moved), strict=True):
        if not np.allclose(want, found, rtol=_ROUNDING, atol=0.0, equal_nan=True):
            keys = ", ".join(inside)
            raise TuneError(
                f"{keys}: the model does not change in proportion to them between their bounds; "
                "narrow the bounds, or list values under [[choice]]"
            )


def _arrays(world: Any) -> list[np.ndarray]:
    return [np.asarray(leaf) for leaf in jax.tree.leaves(eqx.filter(world, eqx.is_array))]
