"""What a parameter does to a world near a point, in proportion or not.

:mod:`~dtaojax.gradients.parameter_map` asks for proportion over a whole range, since a search
moves through it. A derivative needs the slope at one point alone, so that any number of the config
has one.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from dtaojax.gradients.parameter_map import Levers, Range, same_program

Build = Callable[[Mapping[str, float]], Any]
"""Makes a world from values by key; keys that it is not given keep their start."""

_STEP = 1e-4
"""Half the distance of two worlds that a slope is taken from, as a part of the range."""


class Effect(Enum):
    """What moving a parameter over its range does to the world.

    ``NOTHING``: the model does not depend on it. ``SMOOTH``: only real numbers move. ``JUMPS``:
    whole numbers or decisions move too, which no derivative along a path sees. ``PROGRAM``:
    something of another kind is simulated, which has no derivative at all.
    """

    NOTHING = "nothing"
    SMOOTH = "smooth"
    JUMPS = "jumps"
    PROGRAM = "program"


def effect_of(low: Any, high: Any) -> Effect:
    """What lies between the worlds at both ends of a range."""
    if not same_program(low, high):
        return Effect.PROGRAM
    pairs = zip(*(jax.tree.leaves(eqx.filter(w, eqx.is_array)) for w in (low, high)), strict=True)
    moved = [one.dtype for one, other in pairs if not np.array_equal(one, other, equal_nan=True)]
    if not moved:
        return Effect.NOTHING
    real = all(jnp.issubdtype(dtype, jnp.floating) for dtype in moved)
    return Effect.SMOOTH if real else Effect.JUMPS


def tangents(build: Build, ranges: Sequence[Range], values: Float[np.ndarray, " n"]) -> Levers:
    """The world near ``values`` as far as real numbers in it move.

    Slopes are taken from worlds that are really built close by on both sides, on one where the
    range ends.

    Args:
        build: makes a world from values by key.
        ranges: the parameters; none may change the program.
        values: of the parameters, within their ranges.
    """
    here = {each.key: float(value) for each, value in zip(ranges, values, strict=True)}
    base = build(here)
    slopes = []
    for each, value in zip(ranges, values, strict=True):
        step = _STEP * (each.high - each.low)
        if each.integer:
            value, step = round(value), max(1, round(step))
        low, high = max(each.low, value - step), min(each.high, value + step)
        ends = [build({**here, each.key: float(end)}) for end in (low, high)]
        slopes.append(jax.tree.map(lambda a, b, gap=high - low: _slope(a, b, gap), *ends))
    return Levers(base, tuple(slopes), jnp.asarray(values))


def _slope(low: Any, high: Any, gap: float) -> Any:
    if not eqx.is_inexact_array(low) or np.array_equal(low, high, equal_nan=True):
        return None
    return (high - low) / gap
