"""What an application decides about JAX: precision, size of blocks and the compilation cache."""

from __future__ import annotations

import hashlib
import os
import platform
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import jax

from dtaojax.config.run import WATCH_EVERY, RunConfig
from dtaojax.engine.devices import MissingPlatformError, default_block_paths, require_devices
from dtaojax.engine.run import available_cores
from dtaojax.results.contract import ResultsError
from dtaojax.version import __version__

_VECTOR_WIDTH = "--xla_cpu_prefer_vector_width"
_REPORTED = ("jax", "jaxlib", "numpy", "equinox", "scipy", "pandas", "pyarrow", "matplotlib")


class PlatformError(ResultsError):
    """JAX finds no device to compute on; the message names the fix."""


def cache_folder() -> Path:
    """Return where compiled programs are kept (``DTAOJAX_CACHE``, or the user's cache)."""
    if named := os.environ.get("DTAOJAX_CACHE"):
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "dtaojax" / "xla"


def configure(precision: str) -> None:
    """Set the precision and the width of vectors, and keep compiled programs for the next run.

    Args:
        precision: ``float64`` or ``float32``.

    Raises:
        PlatformError: JAX is told to use devices that are not there.
    """
    flags = os.environ.get("XLA_FLAGS", "")
    if _VECTOR_WIDTH not in flags:
        # Read when the first device is used. On processors with AVX-512 the compiler stays at half
        # the width by default, which costs a quarter of the speed here; others ignore it.
        os.environ["XLA_FLAGS"] = f"{flags} {_VECTOR_WIDTH}=512".strip()
    jax.config.update("jax_enable_x64", precision == "float64")
    jax.config.update("jax_compilation_cache_dir", str(cache_folder()))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.3)
    try:
        require_devices()
    except MissingPlatformError as error:
        raise PlatformError(str(error)) from error


def block_paths(run: RunConfig, subnets: int, workers: int) -> int:
    """Return the paths in a block: as the config asks, or what suits the device.

    Args:
        run: Settings of the run; its precision, where one is asked for, is looked at after whole
            blocks.
        subnets: Number of subnets of the network.
        workers: Number of workers that share the paths.
    """
    if run.block_paths is not None:
        return run.block_paths
    fitting = default_block_paths(jax.default_backend(), subnets, -(-run.paths // workers))
    return fitting if run.precision_target is None else min(fitting, WATCH_EVERY)


def device_name() -> str:
    """Name the device that programs run on."""
    device = jax.devices()[0]
    cores = f", {available_cores()} cores" if device.platform == "cpu" else ""
    kind = platform.machine() if device.platform == "cpu" else device.device_kind
    return f"{device.platform} ({kind}{cores})"


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that make the numbers."""
    found = {name: metadata.version(name) for name in _REPORTED}
    return {"python": platform.python_version(), **found}


def made() -> dict[str, Any]:
    """Return by which versions, on what and when something was made; for a page and its files."""
    return {
        "dtaojax_version": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "device": device_name(),
        "versions": versions(),
    }


def fingerprint() -> dict[str, str]:
    """Return everything besides its inputs that a number may depend on, down to the last bit."""
    device = jax.devices()[0]
    code = hashlib.sha256()
    package = Path(__file__).parents[1]
    for file in sorted(package.rglob("*.py")):
        code.update(f"{file.relative_to(package)}\0".encode())
        code.update(file.read_bytes())
    return {
        "dtaojax": __version__,
        "code": code.hexdigest(),
        "device": f"{device.platform} {platform.machine()} {device.device_kind}",
        **{name: metadata.version(name) for name in ("jax", "jaxlib", "numpy")},
    }
