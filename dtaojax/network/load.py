"""Loading a network by name or from a file, and finding the newest that a user has."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from dtaojax.network.assemble import assemble
from dtaojax.network.dated import completed, joined, plainly_named
from dtaojax.network.facts import known_facts, read_facts
from dtaojax.network.read import read_table
from dtaojax.network.table import NetworkError, NetworkTable

_DATA: Final = Path(__file__).parent / "data"


def embedded_networks() -> tuple[str, ...]:
    """Name of the networks that come with the package."""
    return tuple(sorted(path.stem for path in _DATA.glob("*.csv")))


def load_network(
    file: str | Path,
    *,
    assume: bool = False,
    columns_from: Sequence[Path] = (),
    **facts: int | float | None,
) -> NetworkTable:
    """Load the state of a network.

    Args:
        file: the name of an embedded network, or the path of a CSV or Parquet file. A text without
            folder and ending is a name.
        assume: whether what a dated snapshot does not tell may be assumed
            (`dtaojax.network.dated`); the network's notes say what was.
        columns_from: tables that tell what the file does not, by netuid.
        facts: override the companion facts, by their names there: ``block``, ``total_issuance``
            [TAO], ``root_tao`` [TAO], ``gate_bar``, ``last_lock_cost`` [TAO], ``last_lock_block``.
            None does not.

    Returns:
        The checked table; subnets sorted by netuid, root apart.

    Raises:
        NetworkError: the network is unknown, or its file or facts are missing or impossible.
    """
    path = find_network(file)
    raw = read_table(path)
    if not (assume or columns_from):
        return assemble(raw, read_facts(path, facts))
    found, _ = known_facts(path, facts)
    raw, notes = joined(plainly_named(raw), columns_from, found.get("block", 0))
    if assume:
        return completed(raw, {"name": path.stem, **found}, notes)
    read = read_facts(path, facts)
    return assemble(raw, replace(read, notes=(*read.notes, *notes)))


def find_network(file: str | Path) -> Path:
    """Return the file of a network: an embedded one by its name, any other by its path.

    Raises:
        NetworkError: no embedded network has this name.
    """
    path = Path(file)
    if isinstance(file, Path) or path.suffix or path.name != file:
        return path
    known = embedded_networks()
    if file not in known:
        match = difflib.get_close_matches(file, known, n=1)
        hint = f'did you mean "{match[0]}"?' if match else f"there is {', '.join(known)}."
        text = (
            f"no embedded network has this name; {hint} A file needs its ending, .csv or .parquet"
        )
        raise NetworkError(file, [text])
    return _DATA / f"{file}.csv"


_SNAPSHOT: Final = re.compile(r"_\d+\.(csv|parquet)")
"""How ``dtaojax snapshot`` ends the names of its files: with the block."""


@dataclass(frozen=True)
class NetworkAtHand:
    """A network file and what tells how old it is.

    Attributes:
        file: name as configs give it: an embedded name, or an absolute path.
        name: name of the network.
        block: height of its state [block].
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
