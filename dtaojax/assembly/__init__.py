"""From a config and a network file to the objects that run. The model itself reads neither."""

from dtaojax.assembly.registration import build_registration
from dtaojax.assembly.world import build_bins, build_network, build_portfolio, build_world
from dtaojax.demand.build import build_demand
from dtaojax.mechanism.build import build_mechanism
from dtaojax.network.slots import Slots

__all__ = [
    "Slots",
    "build_bins",
    "build_demand",
    "build_mechanism",
    "build_network",
    "build_portfolio",
    "build_registration",
    "build_world",
]
