"""The replay of July and August 2026: how far the mechanism reproduces the chain's pools.

The state at the start is put together from what is known: reserves and prices of the first record,
alpha from the snapshot of 2026-06-14 and the network of block 8,791,253 by linear growth, burns,
switches, start calls and root stake of that block. See docs/backtest.md for what each costs.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

from dtaojax.assembly import build_network
from dtaojax.chain import BASE_BLOCK_EMISSION
from dtaojax.history.cells import numbers
from dtaojax.history.check import Faults
from dtaojax.history.panel import FloatArray
from dtaojax.history.reserves import Reserves, read_reserves
from dtaojax.history.rows import read_rows
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.network import NOT_STARTED, NetworkTable, load_network
from dtaojax.studies.replay.mechanism import Given, Replayed, replay

END: Final = "finney_8791253"
STEP_BLOCKS: Final = 120
REPLACED: Final = (86, 103)
"""Netuids that were registered anew between the first and the last record."""
SWITCH_GROWTH: Final = 0.03
"""A subnet counts as switched off until its liquidity has grown by this part of all its growth."""


@dataclass(frozen=True)
class Regime:
    """Rules until a block.

    Attributes:
        rules: parts of the mechanism that differ from ``gate_rank_2026``.
        until: last block.
    """

    rules: dict[str, Any]
    until: int


REGIMES: Final = (
    Regime(
        {"gate": {"kind": "none"}, "weight_rule": {"kind": "ema_price_rootprop_burn"}}, 8_636_189
    ),
    Regime({"gate": {"kind": "none"}}, 8_713_792),
    Regime({"gate": {"kind": "hill_mass", "quantile": 0.61}}, 8_716_691),
    Regime({"gate": {"kind": "hill_mass", "quantile": 0.75}}, 8_765_682),
    Regime({}, 2**40),
)
"""R6 to 07-16, R6b to 07-27, R7 and, with the governance's quantile, to 08-03, then R8 (§1), by the
first blocks of each on chain; that of the quantile is the first of 07-28 (UTC)."""


@dataclass(frozen=True)
class ReplayResult:
    """A replay held against what was seen.

    Attributes:
        subnets: table by subnet: ``netuid``; ``replaced``; ``tao_in`` and ``tao_in_seen`` [TAO] and
            ``tao_in_error``, relative, at the last record; ``without_error``, what that would be
            if the protocol injected nothing; ``injected`` and ``injected_seen`` [TAO]; ``bought``
            [TAO]; ``moving_price_error`` and ``share`` against ``share_seen`` at block 8,791,253.
        records: table by record: ``block``, ``median_error`` and ``largest_error`` of ``tao_in``.
        notices: sentences on rows of the histories that were left out, and why.
    """

    subnets: pd.DataFrame
    records: pd.DataFrame
    notices: tuple[str, ...]

    def summary(self) -> dict[str, float]:
        """Return headline numbers over subnets that were not replaced."""
        kept = self.subnets[~self.subnets["replaced"]]
        error = kept["tao_in_error"].abs()
        paid = kept[kept["share_seen"] > 2e-5]
        return {
            "subnets": float(len(kept)),
            "tao_in_error_median": float(error.median()),
            "tao_in_error_95": float(error.quantile(0.95)),
            "tao_in_error_largest": float(error.max()),
            "within_half_percent": float((error < 0.005).mean()),
            "tao_in_error_total": float(kept["tao_in"].sum() / kept["tao_in_seen"].sum() - 1.0),
            "without_error_median": float(kept["without_error"].abs().median()),
            "injected": float(kept["injected"].sum()),
            "injected_seen": float(kept["injected_seen"].sum()),
            "bought": float(kept["bought"].sum()),
            "moving_price_error_median": float(kept["moving_price_error"].abs().median()),
            "moving_price_error_95": float(kept["moving_price_error"].abs().quantile(0.95)),
            "share_error_median": float((paid["share"] / paid["share_seen"] - 1).abs().median()),
            "share_misplaced": float((kept["share"] - kept["share_seen"]).abs().sum() / 2),
        }


def replay_pools(folder: Path, *, switches_from_reserves: bool) -> ReplayResult:
    """Replay source C, from its first record to its last.

    Args:
        folder: with ``prices_daily.csv``, ``pools_hourly_2026.csv.gz`` and
            ``snapshot_20260614.csv``.
        switches_from_reserves: take a subnet for switched off until its liquidity began to grow,
            where otherwise the switches of the end hold throughout.

    Raises:
        HistoryError: a file cannot be read.
    """
    seen = read_reserves(folder / "prices_daily.csv", folder / "pools_hourly_2026.csv.gz", "C")
    end = load_network(END)
    enabled_from = _switched_on(seen, end) if switches_from_reserves else np.zeros(end.n_subnets)
    begin = int(seen.block[0])
    start = network_at(begin, seen.tao_in[0], seen.price[0], seen.price[0], end, folder)
    return _compare(_run(start, end, seen, enabled_from), seen, end)


def replay_from_snapshot(folder: Path) -> ReplayResult:
    """Replay from the snapshot of 2026-06-14 to the last record of source C.

    Prices between the snapshot and the first record are not known; they are taken to move on a
    straight line in the logarithm.
    """
    seen = read_reserves(folder / "prices_daily.csv", folder / "pools_hourly_2026.csv.gz", "C")
    end = load_network(END)
    snapshot = read_snapshot(folder)
    begin = snapshot_block(snapshot, end)
    tao_in = snapshot["tao_in"].to_numpy(float)
    price = tao_in / snapshot["alpha_in"].to_numpy(float)
    with_start = dataclasses.replace(
        seen,
        block=np.append(begin, seen.block),
        price=np.vstack([price, seen.price]),
        tao_in=np.vstack([tao_in, seen.tao_in]),
        rounding=np.append(0.0, seen.rounding),
    )
    start = network_at(begin, tao_in, price, snapshot["moving_price"].to_numpy(float), end, folder)
    replaced = snapshot["registered_block"].to_numpy() != end.registered_at
    ran = _run(start, end, with_start, np.zeros(end.n_subnets))
    return _compare(ran, with_start, end, replaced)


def _switched_on(seen: Reserves, end: NetworkTable) -> FloatArray:
    """Return the block until which each subnet's liquidity had not grown, shape (subnets,)."""
    # Only what the protocol injects raises liquidity, and it injects only where it is switched on.
    growth = np.log(seen.liquidity() / seen.liquidity()[0])
    still = growth <= SWITCH_GROWTH * growth[-1]
    last = len(seen.block) - 1 - np.argmax(still[::-1], axis=0)
    return np.where(end.emission_enabled, seen.block[last], 0).astype(float)


def _run(
    start: NetworkTable, end: NetworkTable, seen: Reserves, enabled_from: FloatArray
) -> tuple[np.ndarray, Replayed]:
    """Replay all regimes in turn; return the blocks after each step and what was seen."""
    state, blocks, parts = None, [], []
    last = int(seen.block[-1])
    # What rules remember (averages, ranks) begins anew with each regime; the state goes on.
    for regime in REGIMES:
        at = start.block if state is None else int(state.block)
        steps = (min(regime.until, last) - at) // STEP_BLOCKS
        if steps <= 0:
            continue
        rules = MechanismConfig.model_validate({"preset": "gate_rank_2026", **regime.rules})
        mechanism = rules.build()
        subnets, fresh = build_network(start, rules)
        state = fresh if state is None else state
        remembered = mechanism.weight_rule.begin(jnp.uint32(0), subnets, state)
        state = dataclasses.replace(state, memory=remembered)
        grid = at + STEP_BLOCKS * np.arange(1, steps + 1)
        given = Given(
            price=jnp.asarray(seen.prices_at(grid)),
            enabled=jnp.asarray(end.emission_enabled & (grid[:, None] > enabled_from)),
        )
        state, found = replay(mechanism, subnets, state, given, STEP_BLOCKS)
        blocks.append(grid)
        parts.append(jax.device_get(found))
    return np.concatenate(blocks), jax.tree.map(lambda *leaves: np.concatenate(leaves), *parts)


def _compare(
    ran: tuple[np.ndarray, Replayed],
    seen: Reserves,
    end: NetworkTable,
    replaced: np.ndarray | None = None,
) -> ReplayResult:
    """Hold liquidity against the records: at equal prices its error is that of ``tao_in``."""
    blocks, found = ran
    assert end.observed is not None
    out = np.isin(end.netuid, REPLACED)
    if replaced is not None:
        out |= replaced
    liquidity = np.sqrt(found.tao_in * found.alpha_in)
    # Records lie between steps; liquidity hardly moves in half a step.
    nearest = np.abs(blocks[:, None] - seen.block).argmin(axis=0)
    error = liquidity[nearest] / seen.liquidity() - 1.0
    kept = np.abs(error[:, ~out])
    at_end = int(np.abs(blocks - end.block).argmin())
    observed = end.observed["observed_tao_in_emission"] + end.observed["observed_excess_tao"]
    steps = np.diff(seen.liquidity(), axis=0)
    middle = np.sqrt(np.sqrt(seen.price[:-1] * seen.price[1:]))
    subnets = pd.DataFrame(
        {
            "netuid": end.netuid,
            "replaced": out,
            "tao_in": seen.tao_in[-1] * (1.0 + error[-1]),
            "tao_in_seen": seen.tao_in[-1],
            "tao_in_error": error[-1],
            "without_error": seen.liquidity()[0] / seen.liquidity()[-1] - 1.0,
            "injected": found.injected.sum(axis=0),
            "injected_seen": np.nansum(steps * middle, axis=0),
            "bought": found.bought.sum(axis=0),
            "moving_price_error": found.moving_price[at_end]
            / np.where(end.moving_price > 0.0, end.moving_price, np.nan)
            - 1.0,
            "share": found.emission_share[at_end],
            "share_seen": observed / observed.sum(),
        }
    )
    records = pd.DataFrame(
        {
            "block": seen.block,
            "median_error": np.nanmedian(kept, axis=1),
            "largest_error": np.nanmax(kept, axis=1),
        }
    )
    return ReplayResult(subnets, records, seen.notices)


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
    """Return the snapshot's block: a disabled subnet mints one alpha a block, less recycling."""
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
    """Return the network of an earlier block, from that of the end and the snapshot of 06-14.

    Args:
        block: height of the state, after the snapshot.
        tao_in: reserves at that block [TAO].
        price: prices at that block [TAO/alpha].
        moving_price: price averages at that block [TAO/alpha].
        end: network of a later block.
        folder: folder that holds the snapshot.
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
