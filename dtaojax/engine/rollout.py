"""A block of paths from their start to the horizon."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Int, UInt32

from dtaojax.engine.model import Model, Observation

KEPT = -1
"""Value of ``PathRecord.lost_at`` for a path that stayed finite."""


class PathRecord(NamedTuple):
    """What is left of a block of paths.

    Attributes:
        seen: observations with leading axes (paths, moments), the start first.
        lost_at: index of the first moment at which a number was not finite, or ``KEPT``.
        tallies: the model's counts.
    """

    seen: Observation
    lost_at: Int[Array, " paths"]
    tallies: tuple[Int[Array, " paths"], ...]


def rollout(
    model: Model, paths: UInt32[Array, " paths"], report_steps: Int[Array, " reports"]
) -> PathRecord:
    """Runs paths and observes them at the start and after each of ``report_steps`` steps.

    Paths are mapped inside the loops: a map around them would have JAX trace a step again and again
    to find out what in it differs from path to path.

    Args:
        model: what is run.
        paths: their numbers.
        report_steps: numbers of steps, rising; the last is the horizon.
    """
    advance = jax.vmap(model.advance, in_axes=(0, None))
    observe = jax.vmap(model.observe, in_axes=(0, None))

    def segment(carry, bounds):
        first, stop = bounds
        carry = lax.fori_loop(first, stop, lambda number, inner: advance(inner, number), carry)
        return carry, (observe(carry, stop), jax.vmap(model.finite)(carry))

    # The first segment has no steps: the start is observed by the same code as all else.
    stops = jnp.concatenate([jnp.zeros_like(report_steps[:1]), report_steps])
    starts = jnp.concatenate([stops[:1], stops[:-1]])
    carry, by_moment = lax.scan(segment, jax.vmap(model.begin)(paths), (starts, stops))
    seen, finite = jax.tree.map(lambda each: jnp.swapaxes(each, 0, 1), by_moment)
    first_lost = jnp.argmin(finite, axis=1)
    lost_at = jnp.where(jnp.all(finite, axis=1), KEPT, first_lost).astype(jnp.int32)
    return PathRecord(seen, lost_at, jax.vmap(model.tally)(carry))


def without_unknown(record: PathRecord) -> PathRecord:
    """Loses the paths with a gauge that is not finite, which must not pass for a figure of 0."""
    known = jnp.all(jnp.isfinite(record.seen.gauges), axis=(2, 3))
    unknown_at = jnp.where(jnp.all(known, axis=1), KEPT, jnp.argmin(known, axis=1))
    first = jnp.minimum(record.lost_at, unknown_at)
    # ``KEPT`` is the smaller one of both where only one of them lost the path.
    lost_at = jnp.where(first == KEPT, jnp.maximum(record.lost_at, unknown_at), first)
    return record._replace(lost_at=lost_at.astype(jnp.int32))
