"""An exact-integer reference of the chain, one block at a time, in plain Python.

Written from the mechanism specification alone and independent of the package under test: integers
of rao and 50-digit decimals, no arrays. `run_block` advances a `NetworkRef` in place; `PRESETS` has
every regime with its parameters.
"""

from .coinbase import BlockFlows, SubnetFlows, run_block, run_coinbase, run_trade
from .fixed import EXACT, FLOOR, block_emission
from .regimes import GATE_RANK_2026, PRESETS, Regime
from .state import NetworkRef, Parameters, RootValidator, SubnetRef, Trade

__all__ = [
    "EXACT",
    "FLOOR",
    "GATE_RANK_2026",
    "PRESETS",
    "BlockFlows",
    "NetworkRef",
    "Parameters",
    "Regime",
    "RootValidator",
    "SubnetFlows",
    "SubnetRef",
    "Trade",
    "block_emission",
    "run_block",
    "run_coinbase",
    "run_trade",
]
