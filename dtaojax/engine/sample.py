"""A function of paths on all of them, in blocks, on all cores."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, UInt32

Tree = TypeVar("Tree")


class _OnEach(eqx.Module):
    function: Callable[[Array], Any]

    def __call__(self, paths: UInt32[Array, " paths"]) -> Any:
        return jax.vmap(self.function)(paths)


_block = eqx.filter_jit(lambda function, paths: function(paths))


def sample(function: Callable[[Array], Tree], paths: int, block_paths: int, workers: int) -> Tree:
    """Values of a function of one path on many.

    Args:
        function: of a path's number.
        paths: as for :func:`sample_blocks`, like the rest.
        block_paths: paths that are computed in one program.
        workers: blocks that are computed at the same time.
    """
    return sample_blocks(_OnEach(function), paths, block_paths, workers)


def sample_blocks(
    function: Callable[[Array], Tree], paths: int, block_paths: int, workers: int
) -> Tree:
    """Values of ``function`` on the paths 0 to ``paths - 1``.

    Blocks are equal, so that one program serves them all; what the last one computes too much is
    cut off.

    Args:
        function: of the numbers of a block's paths, to arrays with a leading axis of paths; a
            pytree, whose arrays may change without a new compilation.
        paths: number of paths.
        block_paths: paths that are computed in one program.
        workers: blocks that are computed at the same time.

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
