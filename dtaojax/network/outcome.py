"""Later states of a network, against which a run is judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from dtaojax.network.errors import NetworkError
from dtaojax.network.load import load_network
from dtaojax.network.table import BoolArray, NetworkTable

WEIGHT_COLUMNS: Final = ("block", "netuid", "moving_price", "miner_burned", "emission_enabled")
"""What a file must hold of a block if it is no network file."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """The network at a later block.

    Attributes:
        state: as far as it is known; the rest is as at the start of the run.
        has_pools: whether reserves are known, and with them prices and TAO in pools.
        gone: which subnets of the start are no longer there (subnets,).
    """

    state: NetworkTable
    has_pools: bool
    gone: BoolArray


def read_outcomes(files: Sequence[Path], start: NetworkTable) -> list[Outcome]:
    """Read states later than a start, the earliest first.

    A file without reserves does not say when its subnets were registered. A subnet is gone there if
    a whole state of the list has another in its place that was registered by then. Where a whole
    state is of the same block, it stands for both.

    Raises:
        NetworkError: a file cannot be read, lacks a column, has other netuids than the start, or
            holds no block after it.
    """
    whole: list[NetworkTable] = []
    parts: list[NetworkTable] = []
    for file in files:
        if "tao_in" in _columns(file):
            whole.append(_fits(load_network(file), file, start))
        else:
            parts += _weights_only(file, start)
    found = []
    for state in whole:
        found.append(Outcome(state, True, state.registered_at > start.block))
    known = {state.block for state in whole}
    for state in parts:
        if state.block in known:
            continue
        gone = np.zeros(start.n_subnets, dtype=bool)
        for other in whole:
            gone |= (other.registered_at > start.block) & (other.registered_at <= state.block)
        found.append(Outcome(state, False, gone))
    return sorted(found, key=lambda outcome: outcome.state.block)


def _columns(file: Path) -> list[str]:
    if file.suffix != ".csv":
        return ["tao_in"]
    try:
        return list(pd.read_csv(file, nrows=0).columns)
    except (OSError, ValueError) as error:
        raise NetworkError(str(file), [f"cannot be read ({error})"]) from error


def _fits(state: NetworkTable, file: Path, start: NetworkTable) -> NetworkTable:
    if state.block <= start.block:
        text = f"is of block {state.block:,}, not after the start at block {start.block:,}"
        raise NetworkError(str(file), [text])
    if not np.array_equal(state.netuid, start.netuid):
        missing = sorted(set(start.netuid.tolist()) ^ set(state.netuid.tolist()))
        text = f"has other netuids than {start.name}: {', '.join(map(str, missing[:10]))}"
        raise NetworkError(str(file), [text])
    return state


def _weights_only(file: Path, start: NetworkTable) -> list[NetworkTable]:
    table = pd.read_csv(file)
    lacking = [name for name in WEIGHT_COLUMNS if name not in table.columns]
    if lacking:
        text = (
            f"has no column {', '.join(lacking)}; give a network file, or a CSV with "
            f"{', '.join(WEIGHT_COLUMNS)}"
        )
        raise NetworkError(str(file), [text])
    for name in WEIGHT_COLUMNS:
        column = pd.to_numeric(table[name], errors="coerce")
        bad = np.flatnonzero(~np.isfinite(column) | (column < 0.0))
        if bad.size:
            text = f"line {bad[0] + 2}: {name} is {table[name].iloc[bad[0]]!r}, no number from 0 on"
            raise NetworkError(str(file), [text])
        table[name] = column
    later = table[table["block"] > start.block]
    if later.empty:
        text = f"holds no block after the start at block {start.block:,}"
        raise NetworkError(str(file), [text])
    states = []
    for block, rows in later.groupby("block"):
        known = rows[rows["netuid"] != 0].sort_values("netuid")
        if known["netuid"].tolist() != start.netuid.tolist():
            text = f"block {int(block)}: its netuids are not those of {start.name}"
            raise NetworkError(str(file), [text])
        states.append(
            dataclasses.replace(
                start,
                name=f"{file.name}, block {int(block)}",
                block=int(block),
                gate_bar=0.0,
                moving_price=known["moving_price"].to_numpy(float),
                miner_burned=known["miner_burned"].to_numpy(float),
                emission_enabled=known["emission_enabled"].to_numpy() > 0,
            )
        )
    return states
