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
from dtaojax.network.table import BoolArray, FloatArray, IntArray, NetworkTable

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


@dataclass(frozen=True, eq=False)
class Weights:
    """What a file without reserves says of a block.

    Attributes:
        name: of the file, with the block.
        block: block height.
        netuid: of the subnets, rising (subnets,).
        moving_price: the price EMA [TAO per alpha].
        miner_burned: withheld share of the miners' incentive.
        emission_enabled: whether a subnet may receive TAO.
    """

    name: str
    block: int
    netuid: IntArray
    moving_price: FloatArray
    miner_burned: FloatArray
    emission_enabled: BoolArray

    def on(self, start: NetworkTable) -> NetworkTable:
        """Return the start of a run with what is known of the block in its place.

        Raises:
            NetworkError: the netuids are others.
        """
        if not np.array_equal(self.netuid, start.netuid):
            text = f"its netuids are not those of {start.name}"
            raise NetworkError(self.name, [text])
        return dataclasses.replace(
            start,
            name=self.name,
            block=self.block,
            gate_bar=0.0,
            moving_price=self.moving_price,
            miner_burned=self.miner_burned,
            emission_enabled=self.emission_enabled,
        )


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
    parts: list[Weights] = []
    for file in files:
        if has_reserves(file):
            whole.append(_fits(load_network(file), file, start))
        else:
            later = [part for part in read_weights(file) if part.block > start.block]
            if not later:
                text = f"holds no block after the start at block {start.block:,}"
                raise NetworkError(str(file), [text])
            parts += later
    found = []
    for state in whole:
        found.append(Outcome(state, True, state.registered_at > start.block))
    known = {state.block for state in whole}
    for part in parts:
        if part.block in known:
            continue
        gone = np.zeros(start.n_subnets, dtype=bool)
        for other in whole:
            gone |= (other.registered_at > start.block) & (other.registered_at <= part.block)
        found.append(Outcome(part.on(start), False, gone))
    return sorted(found, key=lambda outcome: outcome.state.block)


def has_reserves(file: Path) -> bool:
    """Whether a file is of a whole state, and not of weights at some blocks only.

    Raises:
        NetworkError: it cannot be read.
    """
    if file.suffix != ".csv":
        return True
    try:
        return "tao_in" in pd.read_csv(file, nrows=0).columns
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


def read_weights(file: Path) -> list[Weights]:
    """Read a file without reserves, block by block, the earliest first; root is left out.

    Raises:
        NetworkError: it lacks a column, or a cell of it is no number from 0 on.
    """
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
    states = []
    for block, rows in table.groupby("block"):
        known = rows[rows["netuid"] != 0].sort_values("netuid")
        states.append(
            Weights(
                name=f"{file.name}, block {int(block)}",
                block=int(block),
                netuid=known["netuid"].to_numpy(np.int64),
                moving_price=known["moving_price"].to_numpy(float),
                miner_burned=known["miner_burned"].to_numpy(float),
                emission_enabled=known["emission_enabled"].to_numpy() > 0,
            )
        )
    return states
