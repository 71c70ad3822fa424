"""dtaojax: Monte Carlo risk analysis of Bittensor's dynamic TAO (dTAO), in JAX.

In Python and in notebooks (docs/python.md)::

    import dtaojax

    run = dtaojax.simulate("configs/mainnet.toml", {"run.paths": 256})
    run.summary                        # headline numbers with their errors, a pandas table
    run.report                         # the page, as on the command line

The functions are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dtaojax.version import __version__

if TYPE_CHECKING:
    from dtaojax.api import (
        Comparison,
        Ledger,
        Run,
        Search,
        Sensitivity,
        Stress,
        compare,
        load_network,
        load_run,
        sensitivity,
        simulate,
        stress,
        tune,
    )

__all__ = [
    "Comparison",
    "Ledger",
    "Run",
    "Search",
    "Sensitivity",
    "Stress",
    "__version__",
    "compare",
    "load_network",
    "load_run",
    "sensitivity",
    "simulate",
    "stress",
    "tune",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from dtaojax import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
