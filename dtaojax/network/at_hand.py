"""Which network is the newest that a user has: their own snapshots, and those of the package."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dtaojax.network.facts import read_facts
from dtaojax.network.load import embedded_networks, find_network

_SNAPSHOT: Final = re.compile(r"_\d+\.(csv|parquet)")
"""How ``dtaojax snapshot`` ends the names of its files: with the block."""


@dataclass(frozen=True)
class NetworkAtHand:
    """A network file and what tells how old it is.

    Attributes:
        file: as a config names it: an embedded name, or an absolute path.
        name: what the network is called.
        block: height of its state.
    """

    file: str
    name: str
    block: int


def network_at_hand(file: str) -> NetworkAtHand:
    """Return a network that is named, with its facts.

    Raises:
        NetworkError: it is unknown, or its facts are missing or impossible.
    """
    path = find_network(file)
    facts = read_facts(path, {})
    is_embedded = file in embedded_networks()
    return NetworkAtHand(file if is_embedded else str(path.absolute()), facts.name, facts.block)


def newest_network(folder: Path) -> NetworkAtHand:
    """Return the network of the highest block among a folder's snapshots and the embedded ones.

    A snapshot is a file that ``dtaojax snapshot`` named, for example ``finney_9005759.csv``, with
    its facts beside it; other tables in the folder are none.

    Raises:
        NetworkError: the facts of a snapshot are missing or impossible.
    """
    files = sorted(path for path in folder.iterdir() if _is_snapshot(path))
    found = [network_at_hand(name) for name in embedded_networks()]
    found += [network_at_hand(str(path.absolute())) for path in files]
    return max(found, key=lambda network: network.block)


def _is_snapshot(path: Path) -> bool:
    ends = _SNAPSHOT.search(path.name)
    return ends is not None and ends.end() == len(path.name) and path.with_suffix(".toml").is_file()
