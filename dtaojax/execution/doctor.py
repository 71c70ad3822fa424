"""Whether this machine can run dtaojax."""

from __future__ import annotations

import os
from typing import NamedTuple

import jax
import jax.numpy as jnp

from dtaojax.engine.run import available_cores
from dtaojax.execution import runtime
from dtaojax.version import __version__


class Finding(NamedTuple):
    """One thing about the machine.

    Attributes:
        topic: Topic that was looked at.
        text: Words on what was found, with the fix where it is not well.
        well: Whether it is as it should be.
    """

    topic: str
    text: str
    well: bool = True


def findings() -> list[Finding]:
    """Look at versions, devices, precision and the compilation cache."""
    found = [Finding("dtaojax", __version__)]
    found += [Finding(name, version) for name, version in runtime.versions().items()]
    found.append(Finding("cores", str(available_cores())))
    found += _devices()
    found.append(_cache())
    return found


def _devices() -> list[Finding]:
    """Report the devices and what they compute, or why there are none."""
    try:
        runtime.configure("float64")
    except runtime.PlatformError as error:
        return [Finding("devices", str(error), well=False)]
    devices = [Finding("device", f"{d.platform}: {d.device_kind}") for d in jax.devices()]
    return [*devices, _precision()]


def _precision() -> Finding:
    """Report whether a pool of 100,000 TAO notices the smallest emission there is, one rao."""
    pool = jnp.asarray(100_000.0)
    grown = float((pool + 1e-9) - pool)
    well = abs(grown - 1e-9) < 2e-11
    text = "float64, a rao in a pool of 100,000 TAO is kept"
    return Finding("precision", text if well else "no float64 on this device; use the CPU", well)


def _cache() -> Finding:
    folder = runtime.cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        text = f"{folder} cannot be made ({error.strerror}); set DTAOJAX_CACHE to a folder"
        return Finding("compilation cache", text, well=False)
    well = os.access(folder, os.W_OK)
    text = str(folder) if well else f"{folder} is not writable; set DTAOJAX_CACHE to a folder"
    return Finding("compilation cache", text, well)
