"""From a config and a network file to the objects that run. The model itself reads neither."""

from dtaojax.assembly.followers import build_portfolio
from dtaojax.assembly.network import build_network
from dtaojax.assembly.world import build_bins, build_world
from dtaojax.demand.registry import build_demand
from dtaojax.network.table import Slots

__all__ = [
    "Slots",
    "build_bins",
    "build_demand",
    "build_network",
    "build_portfolio",
    "build_world",
]
