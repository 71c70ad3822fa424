"""The Python interface: what the commands do, with results as pandas tables."""

from dtaojax.api.attacking import Stress, stress
from dtaojax.api.comparing import Comparison, compare
from dtaojax.api.keeping import Ledger
from dtaojax.api.moving import Sensitivity, sensitivity
from dtaojax.api.running import Run, load_run, simulate
from dtaojax.api.searching import Search, tune
from dtaojax.network import load_network

__all__ = [
    "Comparison",
    "Ledger",
    "Run",
    "Search",
    "Sensitivity",
    "Stress",
    "compare",
    "load_network",
    "load_run",
    "sensitivity",
    "simulate",
    "stress",
    "tune",
]
