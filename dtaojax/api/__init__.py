"""The Python interface: what the commands do, with results as pandas tables."""

from dtaojax.api.compare import Comparison, compare
from dtaojax.api.ledger import Ledger
from dtaojax.api.run import Run, load_run, simulate
from dtaojax.api.sensitivity import Sensitivity, sensitivity
from dtaojax.api.stress import Stress, stress
from dtaojax.api.tune import Search, tune
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
