"""Writing a network as the CSV file and its companion facts that `load_network` reads back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from dtaojax.files.spreadsheet import csv_text
from dtaojax.network.plausible import prices_apart
from dtaojax.network.table import (
    CLAIMABLE,
    FLOW_AVERAGES,
    NOT_STARTED,
    UNHELD_PARTS,
    NetworkError,
    NetworkTable,
)
from dtaojax.storage import ResultsError, files_replaced

_SWITCHES: Final = ("emission_enabled", "owner_cut_enabled")
_COLUMNS: Final = (
    "registered_at",
    "first_emission_block",
    "tao_in",
    "alpha_in",
    "alpha_out",
    "moving_price",
    "emission_enabled",
    "owner_cut_enabled",
    "miner_burned",
    "w_tao",
)


def write_network(table: NetworkTable, path: Path) -> Path:
    """Write a network file and the TOML file beside it; both or neither is replaced.

    Every number is written so that reading it gives the same bits.

    Args:
        table: the network.
        path: of the CSV file.

    Returns:
        The path of the TOML file.

    Raises:
        NetworkError: the path is no CSV file's, or cannot be written.
    """
    if path.suffix.lower() != ".csv":
        raise NetworkError(str(path), ["a network is written as CSV; let the name end in .csv"])
    companion = path.with_suffix(".toml")
    try:
        with files_replaced(path, companion) as new:
            for file, text in zip(new, (network_csv(table), facts_toml(table)), strict=True):
                file.write_text(text, encoding="utf-8", newline="")
    except ResultsError as error:
        raise NetworkError(str(path), [str(error).removeprefix(f"{path}: ")]) from None
    return companion


def network_csv(table: NetworkTable) -> str:
    """Return the text of the CSV file, root in the first row."""
    columns: dict[str, list[Any]] = {"netuid": table.netuid.tolist(), "name": list(table.names)}
    parts = [part for part in UNHELD_PARTS if part not in table.unknown_parts]
    claims = [CLAIMABLE] if table.claimable_alpha.any() else []
    flows = [column for column in FLOW_AVERAGES if getattr(table, column) is not None]
    for column in (*_COLUMNS, *parts, *claims, *flows):
        columns[column] = getattr(table, column).tolist()
    columns["first_emission_block"] = [
        "" if block == NOT_STARTED else block for block in columns["first_emission_block"]
    ]
    for column in _SWITCHES:
        columns[column] = [int(on) for on in columns[column]]
    for column, values in {**table.other, **(table.observed or {})}.items():
        columns[column] = ["" if value != value else value for value in values.tolist()]
    root = {"netuid": 0, "name": "root", "tao_in": table.root_tao}
    first = [root.get(column, "") for column in columns]
    return csv_text(list(columns), [first, *zip(*columns.values(), strict=True)])


def facts_toml(table: NetworkTable) -> str:
    """Return the text of the companion file."""
    facts = {
        "name": table.name,
        "block": table.block,
        "total_issuance": table.total_issuance,
        "gate_bar": table.gate_bar or None,
        "last_lock_cost": table.last_lock_cost,
        "last_lock_block": table.last_lock_block,
    }
    lines = [f"{key} = {_toml(value)}" for key, value in facts.items() if value is not None]
    # Who made the table knew them to be true; a reader would take them for a slip.
    apart = table.netuid[prices_apart(table)].tolist()
    if apart:
        lines.append(f"prices_apart = {apart}")
    if table.notes:
        lines += ["notes = [", *(f"    {_toml(note)}," for note in table.notes), "]"]
    return "\n".join(lines) + "\n"


def _toml(value: str | int | float) -> str:
    """Write a value in TOML; a JSON string is one but for DEL, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
