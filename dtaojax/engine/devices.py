"""Threads that share out the devices of a process."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import jax


def device_threads(workers: int) -> ThreadPoolExecutor:
    """Threads that compute chunks, each on one device, taken in turn.

    So the paths of a run are divided among the accelerators of a machine. As a path is a function
    of its number, no number depends on how many there are.

    Args:
        workers: threads; with fewer than devices, the last devices stay idle.
    """
    devices = itertools.cycle(jax.local_devices())

    def take_device() -> None:
        # JAX keeps the default device by thread: it holds for as long as this thread lives.
        jax.default_device(next(devices)).__enter__()

    return ThreadPoolExecutor(workers, initializer=take_device)
