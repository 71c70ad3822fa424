"""Differences between two network files: their tables, and the folder that holds them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import jax.numpy as jnp
import numpy as np
import pandas as pd

from dtaojax import chain
from dtaojax.execution.runtime import made
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.network import NOT_STARTED, NetworkError, NetworkTable
from dtaojax.numerics import concentration
from dtaojax.studies.inspect.next_block import next_block
from dtaojax.studies.shared.study import PAGE, study_folder, write_files
from dtaojax.studies.snapshot.page import render_differences
from dtaojax.studies.snapshot.result import ANEW, GONE, NEW, QUANTITIES, Differences

FILES: Final = ("subnets.csv", "network.csv", PAGE)
"""Files that a comparison leaves; the page is written last."""


def compare_networks(
    old: NetworkTable, new: NetworkTable, mechanism: MechanismConfig
) -> Differences:
    """Hold a later state of a network against an earlier one.

    A subnet's ``moved`` is the larger of the change of its emission share and the change of its
    pool's TAO as a part of all TAO in pools; where the subnet is new, gone or registered anew, the
    largest of these parts on either side.

    Args:
        old: the earlier state.
        new: the later one.
        mechanism: whose next block gives the emission shares of both.

    Raises:
        NetworkError: the later state is of an earlier block.
    """
    if new.block < old.block:
        fix = f"is of block {new.block:,}, before that of {old.name}; give the older network first"
        raise NetworkError(new.name, [fix])
    sides = {"old": _side(old, mechanism), "new": _side(new, mechanism)}
    joined = pd.concat([side.add_suffix(f"_{name}") for name, side in sides.items()], axis=1)
    subnets = _subnets(joined)
    figures = {name: _figures(table, sides[name]) for name, table in (("old", old), ("new", new))}
    network = pd.DataFrame(
        {
            "figure": [figure for figure, _ in figures["old"]],
            "unit": [unit for _, unit in figures["old"]],
            "old": list(figures["old"].values()),
            "new": list(figures["new"].values()),
        }
    )
    days = (new.block - old.block) / chain.BLOCKS_PER_DAY
    rules = mechanism.preset or "custom"
    notes = tuple(f"{table.name}: {note}" for table in (old, new) for note in table.notes)
    return Differences(old.name, new.name, days, rules, subnets, network, notes, made())


def write_differences(found: Differences, folder: Path) -> Path:
    """Write both tables and, last, the page.

    Returns:
        The page's path.

    Raises:
        ResultsError: the folder cannot be written.
    """
    contents = (found.subnets, found.network, render_differences(found))
    with study_folder(folder, "snapshot diff", FILES) as new:
        write_files(new, dict(zip(FILES, contents, strict=True)))
    return folder / PAGE


def _side(table: NetworkTable, mechanism: MechanismConfig) -> pd.DataFrame:
    """Tabulate one state, a row a subnet, by netuid."""
    paid = pd.DataFrame(next_block(mechanism, table)["subnets"]).set_index("netuid")
    side = paid.loc[table.netuid, ["name", "price", "moving_price"]].copy()
    side["emission_share"] = paid["gated_share"]
    side["tao_in"] = table.tao_in
    side["pool_share"] = table.tao_in / table.tao_in.sum()
    side["registered_at"] = table.registered_at
    side["started"] = table.first_emission_block != NOT_STARTED
    side["enabled"] = table.emission_enabled
    return side


def _subnets(joined: pd.DataFrame) -> pd.DataFrame:
    """Return the table of changes, from both sides beside each other."""
    kept = (joined["registered_at_old"] == joined["registered_at_new"]).to_numpy()
    found = pd.DataFrame({"netuid": joined.index.to_numpy()})
    # The name of now, or of then where there is no now.
    found["name"] = joined["name_new"].where(joined["name_new"].notna(), joined["name_old"]).array
    parts = {}
    for share in ("emission_share", "pool_share"):
        before, after = (
            joined[f"{share}_{side}"].fillna(0.0).to_numpy(float) for side in ("old", "new")
        )
        parts[share] = np.where(kept, np.abs(after - before), np.maximum(after, before))
    found["moved"] = np.maximum(parts["emission_share"], parts["pool_share"])
    found["what"] = [_what(row) for row in joined.to_dict("records")]
    for quantity in QUANTITIES:
        before, after = (joined[f"{quantity}_{side}"].to_numpy(float) for side in ("old", "new"))
        found[f"{quantity}_old"], found[f"{quantity}_new"] = before, after
        if quantity == "emission_share":
            change = after - before
        else:
            change = after / np.where(before > 0.0, before, np.nan) - 1.0
        found[f"{quantity}_change"] = np.where(kept, change, np.nan)
    return found.sort_values(["moved", "netuid"], ascending=[False, True], ignore_index=True)


def _what(row: dict[Any, Any]) -> str:
    """Say in words what became of a subnet."""
    if pd.isna(row["registered_at_new"]):
        return GONE
    if pd.isna(row["registered_at_old"]):
        return NEW
    if row["registered_at_old"] != row["registered_at_new"]:
        return ANEW
    changes = []
    if row["started_new"] and not row["started_old"]:
        changes.append("started")
    if row["enabled_new"] != row["enabled_old"]:
        changes.append(f"emission switched {'on' if row['enabled_new'] else 'off'}")
    if row["name_new"] != row["name_old"]:
        changes.append("renamed")
    return ", ".join(changes)


def _figures(table: NetworkTable, side: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return figures of the whole network by name and unit."""
    price, started = side["price"].to_numpy(), table.started
    figures = {
        ("block", "-"): float(table.block),
        ("subnets", "-"): float(table.n_subnets),
        ("subnets started", "-"): float(started.sum()),
        ("subnets with emission switched on", "-"): float(table.emission_enabled.sum()),
        ("TAO issued", "TAO"): table.total_issuance,
        ("TAO on root", "TAO"): table.root_tao,
        ("TAO in pools", "TAO"): float(table.tao_in.sum()),
        ("sum of prices of started subnets", "TAO/alpha"): float(price[started].sum()),
        ("sum of moving prices", "TAO/alpha"): float(table.moving_price.sum()),
    }
    for of, column in (("emission", "emission_share"), ("TAO in pools", "pool_share")):
        shares = jnp.asarray(side[column].to_numpy())
        everybody = jnp.ones(len(side), dtype=bool)
        figures |= {
            (f"Herfindahl index of {of}", "-"): float(concentration.herfindahl(shares)),
            (f"effective number by {of}", "subnets"): float(concentration.effective_number(shares)),
            (f"Gini coefficient of {of}", "-"): float(concentration.gini(shares, everybody)),
            (f"Nakamoto coefficient of {of}", "subnets"): float(concentration.nakamoto(shares)),
            (f"ten largest by {of}", "-"): float(concentration.top_share(shares, 10)),
        }
    return figures
