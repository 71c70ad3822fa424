"""From a config and a network file to the objects that run. The model itself reads neither."""

from dtaojax.build.demand import build_demand
from dtaojax.build.mechanism import build_mechanism
from dtaojax.build.registration import build_registration
from dtaojax.build.slots import Slots
from dtaojax.build.world import (
    build_bins,
    build_network,
    build_portfolio,
    build_world,
)

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
