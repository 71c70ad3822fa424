"""Networks: the state that a run starts from, read from a file and checked. No JAX here."""

from dtaojax.network.at_hand import NetworkAtHand, network_at_hand, newest_network
from dtaojax.network.errors import NetworkError
from dtaojax.network.launch import launch_network
from dtaojax.network.load import embedded_networks, load_network
from dtaojax.network.synthetic import synthetic_network
from dtaojax.network.table import FLOW_AVERAGES, NOT_STARTED, UNHELD_PARTS, NetworkTable

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
