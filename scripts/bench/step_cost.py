"""What one step of one subnet costs, as it is compiled for the device and as it must be."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from dtaojax.world.world import World

_COUNTS: Final = {
    "operations": "flops",
    "transcendentals": "transcendentals",
    "bytes": "bytes accessed",
}
"""Ours by XLA's names."""


class StepCost(NamedTuple):
    """Of one subnet on one path in one step; None where XLA does not tell for this device.

    XLA counts over the compiled program of a single step, since it counts the body of a loop once,
    however often the loop runs. So the searches and registrations inside a step are counted as one
    round each, and the true figures are somewhat larger.

    Attributes:
        operations: additions, multiplications, divisions, comparisons and the like, of floats and
            of integers (random numbers), each as one; those that several fused loops repeat count
            as often.
        transcendentals: logarithms, exponentials and the like that are not among these.
        bytes: that fused loops read and write, as if nothing stayed in a cache.
        floor_bytes: what a path carries, read once and written once; no step moves less unless it
            keeps the state on the chip.
    """

    operations: float | None
    transcendentals: float | None
    bytes: float | None
    floor_bytes: float

    @property
    def passes(self) -> float | None:
        """How many times as much memory the step moves as it must."""
        return None if self.bytes is None else self.bytes / self.floor_bytes


def step_cost(world: World, block: int) -> StepCost:
    """Compiles a step of a block of paths for this device, and counts; nothing is run."""
    arrays, rest = eqx.partition(world, eqx.is_array)

    def advance(arrays: World, carry: Any, number: jax.Array) -> Any:
        return jax.vmap(eqx.combine(arrays, rest).advance, (0, None))(carry, number)

    carry = jax.eval_shape(jax.vmap(world.begin), jax.ShapeDtypeStruct((block,), jnp.uint32))
    number = jax.ShapeDtypeStruct((), jnp.int32)
    told = jax.jit(advance).lower(arrays, carry, number).compile().cost_analysis() or {}
    work = block * world.start.moving_price.size
    counted = {
        name: told[key] / work if told.get(key, -1.0) >= 0.0 else None
        for name, key in _COUNTS.items()
    }
    carried = sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves(carry))
    return StepCost(**counted, floor_bytes=2 * carried / work)
