"""What the devices of a process ask of a run: paths at a time, and threads that share them out."""

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import jax
from jax.extend.backend import backends, clear_backends

_CPU_BLOCK: Final = 32
"""Paths whose state stays in a core's cache."""

_LARGEST_BLOCK: Final = 8192
"""Most paths in a block of an accelerator, unless more are asked for."""

_FILLING: Final = 8192 * 128
"""Numbers in an array that occupies an accelerator: a million, four waves of an H100's threads."""


_PLATFORMS: Final = "jax_platforms"
_PLATFORM_NAME: Final = "jax_platform_name"


class MissingPlatformError(Exception):
    """JAX is told to use a platform that is not there; the message names the fix."""


def require_devices() -> None:
    """Find devices for JAX to run on.

    Raises:
        MissingPlatformError: there are none of the platforms that JAX is told to use
            (``JAX_PLATFORMS``), or it knows no such platform.
    """
    try:
        jax.devices()
    except (RuntimeError, AssertionError) as error:
        named = os.environ.get(_PLATFORM_NAME.upper())
        options = {_PLATFORMS: getattr(jax.config, _PLATFORMS), _PLATFORM_NAME: named}
        asked = {option: value for option, value in options.items() if value}
        if not asked:
            raise
        there = ", ".join(_platforms_without(asked))
        said = " ".join(map(_as_asked, asked, asked.values()))
        verb = "are" if "," in there else "is"
        raise MissingPlatformError(f"{said}, but only {there} {verb} there; unset it") from error


def _platforms_without(asked: dict[str, str]) -> list[str]:
    """List the platforms that JAX finds where it is asked for none, by the names that it takes."""
    try:
        for option in asked:
            jax.config.update(option, None)
        clear_backends()
        return sorted(backends())
    finally:
        for option, value in asked.items():
            jax.config.update(option, value)
        clear_backends()


def _as_asked(option: str, value: str) -> str:
    """Write an option as its user wrote it: in the environment, or in Python."""
    variable = option.upper()
    return f"{variable}={value}" if os.environ.get(variable) == value else f"{option} = {value!r}"


def default_block_paths(platform: str, members: int, paths: int) -> int:
    """Return the paths in a block where a run does not say how many; a power of two.

    An accelerator gets as many as occupy it, of fewer members more, and no more than the run has:
    what a block computes beyond them is thrown away.

    Args:
        platform: Platform of the devices, as JAX calls it (``cpu``, ``gpu``, ``tpu``).
        members: Number of members of the model, over which its arrays extend.
        paths: Number of paths that each device computes.
    """
    if platform == "cpu":
        return _CPU_BLOCK
    enough = min(max(_FILLING // members, 1), max(paths, _CPU_BLOCK), _LARGEST_BLOCK)
    return 1 << (enough - 1).bit_length()


def device_threads(workers: int) -> ThreadPoolExecutor:
    """Return threads that compute chunks, each on one device, taken in turn.

    So the paths of a run are divided among the accelerators of a machine. As a path is a function
    of its number, no number depends on how many there are.

    Args:
        workers: Number of threads; with fewer than devices, the last devices stay idle.
    """
    devices = itertools.cycle(jax.local_devices())

    def take_device() -> None:
        # JAX keeps the default device by thread: it holds for as long as this thread lives.
        jax.default_device(next(devices)).__enter__()

    return ThreadPoolExecutor(workers, initializer=take_device)
