"""A network from outside, as a file that configs can name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from dtaojax.network import NetworkTable
from dtaojax.network.sources import Gathered, Supplement, complete
from dtaojax.network.sources.chain import read_chain
from dtaojax.network.sources.taostats import read_taostats
from dtaojax.network.write import write_network
from dtaojax.studies.shared.outputs import refuse_overwriting


@dataclass(frozen=True)
class Taken:
    """Files that a snapshot left, and the network in them.

    Attributes:
        path: path of the network file.
        facts: path of the TOML file beside it.
        table: the network; its notes say what was done to complete it.
    """

    path: Path
    facts: Path
    table: NetworkTable


def from_chain(network: str, block: int | None, out: Path | None) -> Taken:
    """Read a chain's state and write it.

    Args:
        network: the SDK's name or an address.
        block: which; the head where it is None.
        out: the file; ``<network>_<block>.csv`` where it is None.

    Raises:
        NetworkError: the chain cannot be read, or the file not written.
    """
    return _write(read_chain(network, block), Supplement(), out)


def from_taostats(source: Path, supplement: Supplement, out: Path | None) -> Taken:
    """Convert an answer of the Taostats API.

    Args:
        source: the JSON file.
        supplement: for what the API does not say.
        out: the file; ``taostats_<block>.csv`` where it is None.

    Raises:
        NetworkError: the file is no such answer, something is missing, or the file cannot be
            written.
    """
    return _write(read_taostats(source), supplement, out)


def _write(gathered: Gathered, supplement: Supplement, out: Path | None) -> Taken:
    table = complete(gathered, supplement)
    slug = re.sub(r"\W+", "_", table.name.rpartition(" ")[0]).strip("_").lower()
    path = out or Path(f"{slug}_{table.block}.csv")
    refuse_overwriting([path, path.with_suffix(".toml")])
    return Taken(path, write_network(table, path), table)
