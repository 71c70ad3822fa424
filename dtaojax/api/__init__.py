"""The Python interface: what the commands do, with results as pandas tables."""

from dtaojax.api.comparing import Comparison, compare
from dtaojax.api.running import Run, load_run, simulate
from dtaojax.api.searching import Search, tune
from dtaojax.network import load_network

__all__ = [
    "Comparison",
    "Run",
    "Search",
    "compare",
    "load_network",
    "load_run",
    "simulate",
    "tune",
]
