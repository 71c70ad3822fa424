"""The network at the start of a replay, put together from what is known before and after."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from dtaojax.chain import BASE_BLOCK_EMISSION
from dtaojax.history.cells import numbers
from dtaojax.history.check import Faults
from dtaojax.history.panel import FloatArray
from dtaojax.history.rows import read_rows
from dtaojax.network import NOT_STARTED, NetworkTable

_COLUMNS: Final = (
    "netuid", "registered_block", "tao_in", "alpha_in", "alpha_out", "moving_price"
)  # fmt: skip


def read_snapshot(folder: Path) -> pd.DataFrame:
    """Return the state of all subnets on 2026-06-14, by netuid.

    Raises:
        HistoryError: the file cannot be read, lacks a column, or holds what is no number.
    """
    rows = read_rows(folder / "snapshot_20260614.csv", _COLUMNS)
    rows.require(_COLUMNS)
    faults = Faults(rows)
    read = {name: numbers(rows.columns[name]) for name in _COLUMNS}
    for name, column in read.items():
        faults.add(f"{name} is no number", column.wrong, rows.columns[name])
    for name in ("netuid", "registered_block"):
        column = read[name]
        faults.add(f"{name} is empty", column.empty)
        faults.add(f"{name} is no whole number", column.value % 1.0 > 0.0, rows.columns[name])
    faults.refuse()
    table = pd.DataFrame({name: column.value for name, column in read.items()})
    whole = {"netuid": np.int64, "registered_block": np.int64}
    return table.astype(whole).sort_values("netuid")


def snapshot_block(snapshot: pd.DataFrame, end: NetworkTable) -> int:
    """Block of the snapshot: a disabled subnet mints one alpha a block, less what is recycled."""
    minted = end.alpha_in + end.alpha_out - (snapshot["alpha_in"] + snapshot["alpha_out"])
    same = snapshot["registered_block"].to_numpy() == end.registered_at
    return end.block - round(float(minted[same & ~end.emission_enabled].max()))


def network_at(
    block: int,
    tao_in: FloatArray,
    price: FloatArray,
    moving_price: FloatArray,
    end: NetworkTable,
    folder: Path,
) -> NetworkTable:
    """The network of an earlier block, from that of the end and the snapshot of 06-14.

    Args:
        block: when; after the snapshot.
        tao_in: reserves then [TAO].
        price: then [TAO/alpha].
        moving_price: price averages then [TAO/alpha].
        end: the network of a later block.
        folder: with the snapshot.
    """
    snapshot = read_snapshot(folder)
    issued = end.alpha_in + end.alpha_out
    before = (snapshot["alpha_in"] + snapshot["alpha_out"]).to_numpy(float)
    same = snapshot["registered_block"].to_numpy() == end.registered_at
    left = (end.block - block) / (end.block - snapshot_block(snapshot, end))
    # A subnet that is younger than the snapshot has minted about one alpha a block.
    grown = np.where(same, left * (issued - before), end.block - block)
    alpha_in = tao_in / price
    return dataclasses.replace(
        end,
        block=block,
        # Who starts later is left out: it has no price average to go on with.
        first_emission_block=np.where(
            end.first_emission_block > block, NOT_STARTED, end.first_emission_block
        ),
        tao_in=tao_in,
        alpha_in=alpha_in,
        alpha_out=np.maximum(issued - grown - alpha_in, 1.0),
        moving_price=moving_price,
        gate_bar=0.0,
        total_issuance=end.total_issuance - 0.5 * BASE_BLOCK_EMISSION * (end.block - block),
    )
