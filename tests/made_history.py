"""Histories of prices and pools in the form of docs/backtest.md, made up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from made_panel import simulated

from dtaojax.network import NetworkTable, load_network

DAYS, SERIES = 62, 12
FIRST_DAY = np.datetime64("2025-06-30")
"""From which the pages ask for it, so that the fit of all of it is the same program."""
STEP = 120
"""Blocks between two records of the pools."""


def write_histories(folder: Path) -> None:
    """Writes what ``dtaojax calibrate``, ``backtest`` and ``replay`` read.

    ``prices.csv`` and, as source A, ``prices_daily.csv`` hold a made-up history; source C of the
    latter holds the pools of the embedded network a little earlier, ``pools_hourly_2026.csv.gz``
    later, and ``snapshot_20260614.csv`` before both. No pool moves between those records.
    """
    folder.mkdir(parents=True, exist_ok=True)
    end = load_network("finney_8791253")
    _walks().to_csv(folder / "prices.csv", index=False)
    pd.concat([_walks(), _pools(end, end.block - 2 * STEP).rename(columns=_AS_DAILY)]).to_csv(
        folder / "prices_daily.csv", index=False
    )
    hours = pd.concat([_pools(end, end.block + late) for late in (-STEP, 0)])
    hours.drop(columns=["date", "source"]).to_csv(folder / "pools_hourly_2026.csv.gz", index=False)
    _snapshot(end, end.block - 3 * STEP).to_csv(folder / "snapshot_20260614.csv", index=False)


_AS_DAILY = {"price": "close", "block": "last_block"}


def _walks() -> pd.DataFrame:
    panel = simulated(11, DAYS, SERIES)
    return pd.DataFrame(
        {
            "date": np.repeat((FIRST_DAY + np.arange(DAYS)).astype(str), SERIES),
            "netuid": np.tile(panel.netuid, DAYS),
            "close": panel.close.ravel(),
            "tao_in": panel.tao_in.ravel(),
            "days_since_start": panel.age.ravel(),
            "last_block": -1,
            "source": "A",
        }
    )


def _pools(end: NetworkTable, block: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": "2026-08-06",
            "netuid": end.netuid,
            "price": end.tao_in / end.alpha_in,
            "tao_in": end.tao_in,
            "block": block,
            "source": "C",
        }
    )


def _snapshot(end: NetworkTable, block: int) -> pd.DataFrame:
    """An alpha a block less than at the end."""
    return pd.DataFrame(
        {
            "netuid": end.netuid,
            "registered_block": end.registered_at,
            "tao_in": end.tao_in,
            "alpha_in": end.alpha_in,
            "alpha_out": end.alpha_out - (end.block - block),
            "moving_price": end.moving_price,
        }
    )
