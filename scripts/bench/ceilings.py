"""What a device can do at most, measured: bytes of memory and operations a second."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Final

import jax
import jax.numpy as jnp

_CALLS: Final = 10
"""Calls in a row that are timed together, so that starting one is hidden behind another."""

_CHAINS: Final = 8
"""Chains of an element that do not wait for each other."""

_LINKS: Final = 32
"""Multiply-adds in a chain. A core looks ahead over as many instructions as all chains have."""


def bandwidth(elements: int, repeats: int) -> float:
    """Bytes a second of ``a + s * b`` over long arrays: two are read and one is written.

    Args:
        elements: of an array; far more than caches hold.
        repeats: of which the median is taken.
    """
    b = jnp.ones(elements)

    # In place, or a CPU would spend the time on finding new memory.
    @partial(jax.jit, donate_argnums=0)
    def triad(a: jax.Array, b: jax.Array, s: float) -> jax.Array:
        return a + s * b

    seconds = _median_seconds(lambda a: triad(a, b, 0.5), jnp.ones(elements), repeats)
    return 3 * b.nbytes / seconds


def operations(elements: int, repeats: int) -> float:
    """Operations a second of chains of multiply-adds that stay in registers; each counts as two.

    Args:
        elements: each with chains of its own; enough to occupy the device.
        repeats: of which the median is taken.
    """

    @partial(jax.jit, donate_argnums=0)
    def chains(x: jax.Array, a: float, b: float) -> jax.Array:
        links = [x + chain for chain in range(_CHAINS)]
        for _ in range(_LINKS):
            links = [link * a + b for link in links]
        return sum(links[1:], links[0])

    seconds = _median_seconds(lambda x: chains(x, 0.5, 0.05), jnp.ones(elements), repeats)
    return 2 * _CHAINS * _LINKS * elements / seconds


def _median_seconds(
    call: Callable[[jax.Array], jax.Array], given: jax.Array, repeats: int
) -> float:
    """Seconds of one call, each of which takes what the one before gave."""
    given = call(given).block_until_ready()
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        for _ in range(_CALLS):
            given = call(given)
        given.block_until_ready()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds) / _CALLS
