"""Loading a network by name or from a file into a checked `NetworkTable`."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from dtaojax.network.assemble import assemble
from dtaojax.network.dated import completed, joined, plainly_named
from dtaojax.network.errors import NetworkError
from dtaojax.network.facts import known_facts, read_facts
from dtaojax.network.read import read_table
from dtaojax.network.table import NetworkTable

_DATA: Final = Path(__file__).parent / "data"


def embedded_networks() -> tuple[str, ...]:
    """Names of the networks that come with the package."""
    return tuple(sorted(path.stem for path in _DATA.glob("*.csv")))


def load_network(
    file: str | Path,
    *,
    assume: bool = False,
    columns_from: Sequence[Path] = (),
    **facts: int | float | None,
) -> NetworkTable:
    """Loads the state of a network.

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
