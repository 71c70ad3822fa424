"""What a source knows of a network, before it is completed and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dtaojax.network.read import RawTable


@dataclass(frozen=True)
class Gathered:
    """Columns and facts of a source, in the names and units of a network file, unchecked.

    Attributes:
        raw: a row a subnet, root among them if the source knows it. A column that the source does
            not know is missing; an empty cell is what an empty cell of a file is.
        facts: those that the source knows, by name.
        notes: sentences on what a reader of the network should know of the source.
        is_whole: whether the source itself lists all subnets that there are, as a chain does.
    """

    raw: RawTable
    facts: dict[str, Any]
    notes: tuple[str, ...]
    is_whole: bool = False
