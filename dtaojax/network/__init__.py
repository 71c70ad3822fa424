"""Networks: the state that a run starts from, read from a file and checked. No JAX here."""

from dtaojax.network.load import (
    NetworkAtHand,
    embedded_networks,
    load_network,
    network_at_hand,
    newest_network,
)
from dtaojax.network.synthetic import launch_network, synthetic_network
from dtaojax.network.table import (
    FLOW_AVERAGES,
    NOT_STARTED,
    UNHELD_PARTS,
    NetworkError,
    NetworkTable,
)

__all__ = [
    "FLOW_AVERAGES",
    "NOT_STARTED",
    "UNHELD_PARTS",
    "NetworkAtHand",
    "NetworkError",
    "NetworkTable",
    "embedded_networks",
    "launch_network",
    "load_network",
    "network_at_hand",
    "newest_network",
    "synthetic_network",
]
