"""Later states of the network that forecasts are scored against, and the starts of forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from dtaojax.network import NetworkTable, embedded_networks, load_network
from dtaojax.network.outcome import Weights, has_reserves, read_weights
from dtaojax.network.table import FLOW_AVERAGES, UNHELD_PARTS, IntArray, NetworkError
from dtaojax.studies.ledger.forecast import (
    LaterState,
    digest,
)
from dtaojax.studies.ledger.schema import LedgerEntry
from dtaojax.version import __version__

_DECISIVE: Final = (
    "block",
    "total_issuance",
    "root_tao",
    "gate_bar",
    "netuid",
    "registered_at",
    "first_emission_block",
    "tao_in",
    "alpha_in",
    "alpha_out",
    "moving_price",
    "emission_enabled",
    "miner_burned",
    "owner_cut_enabled",
    "w_tao",
    *UNHELD_PARTS,
    *FLOW_AVERAGES,
)
"""Fields of a network on which an outcome depends."""


@dataclass(frozen=True, eq=False)
class LaterNetwork:
    """A later state as it was read.

    Attributes:
        file: name of the file that it was read from.
        block: height of the state [block].
        netuid: ids of its subnets, rising, shape (subnets,).
        registered_at: block of registration, as far as it is known by the state's block; 0 before.
        whole: table of the whole state; None where only weights are known.
        weights: weights where nothing else is known; else None.
    """

    file: str
    block: int
    netuid: IntArray
    registered_at: IntArray
    whole: NetworkTable | None
    weights: Weights | None

    def gone(self, start: int) -> np.ndarray:
        """Return which subnets of a start at a block are no longer there (subnets,)."""
        return self.registered_at > start

    def described(self) -> LaterState:
        """Return the state as a ledger keeps it."""
        if self.whole is not None:
            found = {name: np.asarray(getattr(self.whole, name)) for name in _DECISIVE}
            # What a file does not say leaves no trace, so that a version which knows of a further
            # column takes the same file for the same state.
            text = digest([(name, each.tolist()) for name, each in found.items() if _says(each)])
        else:
            assert self.weights is not None
            weights = self.weights
            text = digest(
                [
                    column.tolist()
                    for column in (
                        self.netuid,
                        self.registered_at,
                        weights.moving_price,
                        weights.miner_burned,
                        weights.emission_enabled,
                    )
                ]
            )
        about = {"block": self.block, "whole": self.whole is not None, "digest": text}
        return LaterState(about | {"file": self.file, "dtaojax_version": __version__})


def _says(values: np.ndarray) -> bool:
    """Return whether a column is there, and not 0 throughout."""
    return values.dtype != object and bool(np.any(values))


def read_states(files: Sequence[str | Path]) -> list[LaterNetwork]:
    """Read states, the earliest first; a whole state stands for weights of its block.

    Raises:
        NetworkError: a file is wrong, or nothing tells what is gone at a block of weights.
    """
    whole = [
        (Path(file).name, load_network(file))
        for file in files
        if isinstance(file, str) or has_reserves(file)
    ]
    states = [
        LaterNetwork(name, table.block, table.netuid, table.registered_at, table, None)
        for name, table in whole
    ]
    known = {state.block for state in states}
    for file in files:
        if isinstance(file, str) or has_reserves(file):
            continue
        for weights in read_weights(file):
            if weights.block in known:
                continue
            later = [table for _, table in whole if table.block >= weights.block]
            if not later:
                text = (
                    f"block {weights.block:,}: says nothing of which subnets are gone; give a "
                    "whole state of this block or a later one beside it"
                )
                raise NetworkError(str(file), [text])
            told = min(later, key=lambda table: table.block)
            if not np.array_equal(told.netuid, weights.netuid):
                text = f"block {weights.block:,}: its netuids are not those of {told.name}"
                raise NetworkError(str(file), [text])
            registered = np.where(told.registered_at <= weights.block, told.registered_at, 0)
            states.append(
                LaterNetwork(file.name, weights.block, weights.netuid, registered, None, weights)
            )
    return sorted(states, key=lambda state: state.block)


class Starts:
    """Networks that forecasts start from, by their blocks."""

    def __init__(self, given: Sequence[NetworkTable]) -> None:
        embedded = [load_network(name) for name in embedded_networks()]
        self._known = {table.block: table for table in (*embedded, *given)}

    def of(self, kept: LedgerEntry) -> NetworkTable:
        """Return the network that a forecast starts from.

        Raises:
            NetworkError: it is none of those that are known.
        """
        block = kept.about["block"]
        if block not in self._known:
            text = (
                "weights alone are known, and the rest is as at the start, "
                f"{kept.about['network_name']} at block {block:,}; give it: --start FILE"
            )
            raise NetworkError("start", [text])
        return self._known[block]
