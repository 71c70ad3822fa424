"""A model of random paths, and blocks of its paths from their start to the horizon.

The engine knows nothing of TAO: all that it asks of a model is :class:`Model`.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Protocol, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float, Int, UInt32


class Observation(NamedTuple):
    """What is recorded of one path at one moment.

    Attributes:
        gauges: Figures of each member, whose distribution over paths is estimated.
        events: Truths about each member, whose probability is estimated.
        scalars: Figures of the path, each of which is kept.
    """

    gauges: Float[Array, "gauges members"]
    events: Bool[Array, "events members"]
    scalars: Float[Array, " scalars"]


class Model(Protocol):
    """A random system that can be run along independent paths.

    A model is a pytree. Its path is a pure function of the path's number, which is what makes
    results independent of how paths are divided.
    """

    def begin(self, path: Int[Array, ""]) -> Any:
        """Return what a path carries at its start."""
        ...

    def advance(self, carry: Any, number: Int[Array, ""]) -> Any:
        """Return what it carries after step ``number``, counted from 0."""
        ...

    def observe(self, carry: Any, number: Int[Array, ""]) -> Observation:
        """Return what is recorded of it after ``number`` steps."""
        ...

    def finite(self, carry: Any) -> Bool[Array, ""]:
        """Say whether all its numbers are finite."""
        ...

    def tally(self, carry: Any) -> tuple[Int[Array, ""], ...]:
        """Return counts that add up over paths."""
        ...


KEPT = -1
"""Value of ``PathRecord.lost_at`` for a path that stayed finite."""


class PathRecord(NamedTuple):
    """What is left of a block of paths.

    Attributes:
        seen: Observations with leading axes (paths, moments), the start first.
        lost_at: Index of the first moment at which a number was not finite, or ``KEPT``.
        tallies: Counts of the model.
    """

    seen: Observation
    lost_at: Int[Array, " paths"]
    tallies: tuple[Int[Array, " paths"], ...]


def rollout(
    model: Model, paths: UInt32[Array, " paths"], report_steps: Int[Array, " reports"]
) -> PathRecord:
    """Run paths and observe them at the start and after each of ``report_steps`` steps.

    Paths are mapped inside the loops: a map around them would have JAX trace a step again and again
    to find out what in it differs from path to path.

    Args:
        model: Model that is run.
        paths: Numbers of the paths.
        report_steps: Numbers of steps, rising; the last is the horizon.
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
    """Lose the paths with a gauge that is not finite, which must not pass for a figure of 0."""
    known = jnp.all(jnp.isfinite(record.seen.gauges), axis=(2, 3))
    unknown_at = jnp.where(jnp.all(known, axis=1), KEPT, jnp.argmin(known, axis=1))
    first = jnp.minimum(record.lost_at, unknown_at)
    # ``KEPT`` is the smaller one of both where only one of them lost the path.
    lost_at = jnp.where(first == KEPT, jnp.maximum(record.lost_at, unknown_at), first)
    return record._replace(lost_at=lost_at.astype(jnp.int32))


Tree = TypeVar("Tree")


class _OnEach(eqx.Module):
    function: Callable[[Array], Any]

    def __call__(self, paths: UInt32[Array, " paths"]) -> Any:
        return jax.vmap(self.function)(paths)


_block = eqx.filter_jit(lambda function, paths: function(paths))


def sample(function: Callable[[Array], Tree], paths: int, block_paths: int, workers: int) -> Tree:
    """Return the values of a function of one path on many.

    Args:
        function: Function of a path's number.
        paths: Number of paths, as for :func:`sample_blocks`, like the rest.
        block_paths: Number of paths that are computed in one program.
        workers: Number of blocks that are computed at the same time.
    """
    return sample_blocks(_OnEach(function), paths, block_paths, workers)


def sample_blocks(
    function: Callable[[Array], Tree], paths: int, block_paths: int, workers: int
) -> Tree:
    """Return the values of ``function`` on the paths 0 to ``paths - 1``.

    Blocks are equal, so that one program serves them all; what the last one computes too much is
    cut off.

    Args:
        function: of the numbers of a block's paths, to arrays with a leading axis of paths; a
            pytree, whose arrays may change without a new compilation.
        paths: Number of paths.
        block_paths: Number of paths that are computed in one program.
        workers: Number of blocks that are computed at the same time.

    Returns:
        NumPy arrays with a leading axis of paths.
    """
    starts = range(0, paths, block_paths)

    def compute(start: int) -> Any:
        numbers = jnp.arange(start, start + block_paths, dtype=jnp.uint32)
        return jax.device_get(_block(function, numbers))

    with ThreadPoolExecutor(max(1, min(workers, len(starts)))) as pool:
        blocks = list(pool.map(compute, starts))
    return jax.tree.map(lambda *parts: np.concatenate(parts)[:paths], *blocks)
