"""Later states of a network, against which a run is judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from dtaojax.network.check import REQUIRED
from dtaojax.network.dated import ALIASES, is_empty, plainly_named
from dtaojax.network.load import load_network
from dtaojax.network.read import read_table
from dtaojax.network.table import BoolArray, FloatArray, IntArray, NetworkError, NetworkTable

WEIGHT_COLUMNS: Final = ("block", "netuid", "moving_price", "miner_burned", "emission_enabled")
"""What a file must hold of a block if it has no reserves."""
_RESERVES: Final = ("tao_in", "alpha_in")
_DECISIONS: Final = ("miner_burned", "emission_enabled")
_SHARE: Final = "emission_share"
"""A dated snapshot's own column of what part of the emission each subnet got."""


@dataclass(frozen=True, eq=False)
class NetworkOutcome:
    """The network at a later block.

    Attributes:
        state: network as far as it is known; the rest is as at the start of the run, or assumed.
        has_pools: true where reserves are known, and with them prices and TAO in pools.
        gone: true for subnets of the start that are no longer there, shape (subnets,).
        has_averages: true where moving prices are known.
        has_decisions: true where burn and switches are known, so that the rules tell who is paid.
        shares: parts of the emission as the file tells them, shape (subnets,); else None.
    """

    state: NetworkTable
    has_pools: bool
    gone: BoolArray
    has_averages: bool = True
    has_decisions: bool = True
    shares: FloatArray | None = None

    @property
    def has_weights(self) -> bool:
        """True where the rules tell from the state who is paid."""
        return self.has_averages and self.has_decisions

    @property
    def knows(self) -> tuple[str, ...]:
        """Name of the figures of subnets that are known."""
        known = {
            "price": self.has_pools,
            "moving_price": self.has_averages,
            "tao_in": self.has_pools,
            "emission_share": self.has_weights or self.shares is not None,
        }
        return tuple(name for name, is_known in known.items() if is_known)


@dataclass(frozen=True, eq=False)
class Weights:
    """State of a block as a file without reserves tells it.

    Attributes:
        name: name of the file, with the block.
        block: height of the block.
        netuid: ids of the subnets, rising, shape (subnets,).
        moving_price: price EMA, shape (subnets,) [TAO per alpha].
        miner_burned: withheld share of the miners' incentive, shape (subnets,) [-].
        emission_enabled: true for subnets that may receive TAO, shape (subnets,).
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


def read_outcomes(
    files: Sequence[tuple[Path | str, int | None]], start: NetworkTable
) -> list[NetworkOutcome]:
    """Read states later than a start, the earliest first.

    A file without reserves does not say when its subnets were registered. A subnet is gone there if
    another state of the list has another in its place that was registered by then. Where a state
    with reserves is of the same block, it stands for both.

    Args:
        files: each with the height of its block, where a dated snapshot's is known from outside.
        start: the state from which is forecast.

    Raises:
        NetworkError: a file cannot be read, lacks a column, has other netuids than the start, or
            holds no block after it.
    """
    found: list[NetworkOutcome] = []
    parts: list[Weights] = []
    for file, block in files:
        columns = _columns(file)
        if set(REQUIRED) <= columns:
            found.append(_later(load_network(file, block=block), file, start))
        elif "tao_in" in columns:
            found.append(_dated(Path(file), block, columns, start))
        else:
            later = [part for part in read_weights(Path(file)) if part.block > start.block]
            if not later:
                text = f"holds no block after the start at block {start.block:,}"
                raise NetworkError(str(file), [text])
            parts += later
    with_pools = list(found)
    known = {outcome.state.block for outcome in with_pools}
    for part in parts:
        if part.block in known:
            continue
        gone = np.zeros(start.n_subnets, dtype=bool)
        for other in with_pools:
            gone |= other.gone & (other.state.registered_at <= part.block)
        found.append(NetworkOutcome(part.on(start), False, gone))
    return sorted(found, key=lambda outcome: outcome.state.block)


def has_reserves(file: Path) -> bool:
    """Return whether a file is of a whole state, and not of weights at some blocks only.

    Raises:
        NetworkError: it cannot be read.
    """
    if file.suffix != ".csv":
        return True
    try:
        return "tao_in" in pd.read_csv(file, nrows=0).columns
    except (OSError, ValueError) as error:
        raise NetworkError(str(file), [f"cannot be read ({error})"]) from error


def _columns(file: Path | str) -> set[str]:
    """Return the columns that hold something, under their names in a network file."""
    if isinstance(file, str) or file.suffix != ".csv":
        return set(REQUIRED)
    try:
        table = pd.read_csv(file)
    except (OSError, ValueError) as error:
        raise NetworkError(str(file), [f"cannot be read ({error})"]) from error
    return {ALIASES.get(str(name), str(name)) for name in table if table[name].notna().any()}


def _dated(file: Path, block: int | None, columns: set[str], start: NetworkTable) -> NetworkOutcome:
    """Read what a dated snapshot tells; the rest is assumed, and never scored."""
    lacking = [name for name in _RESERVES if name not in columns]
    if lacking:
        text = f"has no column {', '.join(lacking)}, without which there is no price"
        raise NetworkError(str(file), [text])
    outcome = _later(load_network(file, assume=True, block=block), file, start)
    if "registered_at" not in columns:
        outcome = dataclasses.replace(outcome, gone=np.zeros(start.n_subnets, dtype=bool))
    shares = None
    if _SHARE in columns:
        raw = plainly_named(read_table(file))
        rows = sorted(
            (int(netuid), 0.0 if is_empty(share) else float(share))
            for netuid, share in zip(raw.columns["netuid"], raw.columns[_SHARE], strict=True)
            if int(netuid)
        )
        paid = np.array([share for _, share in rows])
        if not np.isfinite(paid).all() or paid.min() < 0.0 or paid.sum() <= 0.0:
            raise NetworkError(str(file), [f"{_SHARE} must be shares from 0, not all of them 0"])
        shares = paid / paid.sum()
    return dataclasses.replace(
        outcome,
        has_averages="moving_price" in columns,
        has_decisions=set(_DECISIONS) <= columns,
        shares=shares,
    )


def _later(state: NetworkTable, file: Path | str, start: NetworkTable) -> NetworkOutcome:
    """Return a state with reserves as the outcome of a start before it."""
    if state.block <= start.block:
        text = f"is of block {state.block:,}, not after the start at block {start.block:,}"
        raise NetworkError(str(file), [text])
    if not np.array_equal(state.netuid, start.netuid):
        missing = sorted(set(start.netuid.tolist()) ^ set(state.netuid.tolist()))
        text = f"has other netuids than {start.name}: {', '.join(map(str, missing[:10]))}"
        raise NetworkError(str(file), [text])
    return NetworkOutcome(state, True, state.registered_at != start.registered_at)


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
