"""Dated snapshots: states that tell reserves and prices but not all that a run starts from.

What such a file lacks is joined from further files or, where it was allowed, assumed; the network's
notes say what, and with them every report.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from dtaojax import chain
from dtaojax.network.check import (
    FLOWS,
    OTHER,
    RULES,
    plain_number,
    read_column,
    read_netuids,
)
from dtaojax.network.read import RawTable, read_table
from dtaojax.network.sources import Gathered, Supplement, complete
from dtaojax.network.synthetic import ROOT_TAO
from dtaojax.network.table import NetworkError, NetworkTable, ranges

FIRST_HALVING_BLOCK: Final = 7_103_975
"""Block at which half of all TAO was issued, 2025-12-15 (§1 H1)."""


def scheduled_issuance(block: int) -> float:
    """Return the TAO in existence at a block if none had been recycled since the first halving.

    From the issuance of ``M (1 - 2**-n)`` to that of ``M (1 - 2**-(n + 1))`` a block emits
    ``2**-n`` TAO (§3.1): each time ``M / 2`` blocks. What is recycled makes the chain's own number
    smaller, by 1.2 % at block 8,791,253.

    Args:
        block: height, of the time since dTAO.

    Returns:
        [TAO].
    """
    period = chain.MAX_SUPPLY / (2.0 * chain.BASE_BLOCK_EMISSION)
    halvings = 1.0 + (block - FIRST_HALVING_BLOCK) / period
    done = math.floor(halvings)
    return chain.MAX_SUPPLY * (1.0 - 2.0**-done * (1.0 - 0.5 * (halvings - done)))


ALIASES: Final = {
    "registered_block": "registered_at",
    "start_block": "first_emission_block",
    "miner_burned_fraction": "miner_burned",
    "burn": "miner_burned",
    "enabled": "emission_enabled",
    "tao_flow_ema_tao_per_block": "user_flow_ema",
}
"""Names by which other programs' tables call a column."""

_KNOWN: Final = tuple(rule.column for rule in (*RULES, *FLOWS, *OTHER))
_FLOW_COLUMNS: Final = tuple(rule.column for rule in FLOWS)


def is_empty(cell: Any) -> bool:
    """Tell whether a cell holds nothing."""
    return cell is None or cell != cell or (isinstance(cell, str) and not cell.strip())


def plainly_named(raw: RawTable) -> RawTable:
    """Return a table under the names of a network file, without columns that hold nothing."""
    columns = {}
    for name, cells in raw.columns.items():
        known = ALIASES.get(name, name)
        if not all(map(is_empty, cells)) and (known == name or known not in raw.columns):
            columns[known] = cells
    return replace(raw, columns=columns)


def joined(raw: RawTable, files: Sequence[Path], block: int) -> tuple[RawTable, list[str]]:
    """Fill empty cells of a network from further tables, the first that knows a cell.

    A row of a table is that of a subnet if its netuid is, and if it tells no other registration
    than the network. Where a netuid stands several times, the last registration up to the block is
    meant.

    Args:
        raw: the network, its columns :func:`plainly_named`.
        files: tables with ``netuid`` and columns of a network file, or their :data:`ALIASES`.
        block: of the network.

    Returns:
        The network, and a sentence a file on what was taken from it.

    Raises:
        NetworkError: a table cannot be read, has no ``netuid``, or tells nothing that is known.
    """
    columns = {name: list(cells) for name, cells in raw.columns.items()}
    netuids = read_netuids(raw)
    notes = []
    for file in files:
        rows = _rows_by_netuid(file, block)
        taken: dict[str, int] = {}
        for place, netuid in enumerate(netuids):
            row = rows.get(netuid, {})
            if _is_another(row, columns, place):
                continue
            for name, cell in row.items():
                cells = columns.setdefault(name, [None] * len(netuids))
                if is_empty(cells[place]) and not is_empty(cell):
                    cells[place] = cell
                    taken[name] = taken.get(name, 0) + 1
        told = ", ".join(f"{name} of {count} subnets" for name, count in taken.items())
        notes.append(f"From {file.name}: {told or 'nothing that was not known'}.")
    return replace(raw, columns=columns), notes


def _rows_by_netuid(file: Path, block: int) -> dict[int, dict[str, Any]]:
    """Return the rows of a table that tell of the block's subnets, with what of them is known."""
    table = plainly_named(read_table(file))
    if "netuid" not in table.columns:
        raise NetworkError(str(file), ["there is no column 'netuid' to join it by; add it"])
    names = [name for name in _KNOWN if name in table.columns]
    if not names:
        text = f"has no column that a network file knows, such as {', '.join(_KNOWN[:4])}"
        raise NetworkError(str(file), [text])
    found: dict[int, dict[str, Any]] = {}
    for place, cell in enumerate(table.columns["netuid"]):
        netuid = plain_number(cell)
        if netuid is None or not netuid.is_integer():
            text = f"{table.places[place]}: netuid is {cell!r}, no whole number"
            raise NetworkError(str(file), [text])
        row = {name: table.columns[name][place] for name in names}
        registered = _block_of(row.get("registered_at"))
        if registered is not None and registered > block:
            continue
        before = found.get(int(netuid))
        if before is not None:
            earlier = _block_of(before.get("registered_at"))
            if registered is None or earlier is None:
                text = (
                    f"{table.places[place]}: netuid {int(netuid)} stands twice; keep one, or tell "
                    "registered_at of each"
                )
                raise NetworkError(str(file), [text])
            if registered < earlier:
                continue
        found[int(netuid)] = row
    return found


def _block_of(cell: Any) -> float | None:
    return None if is_empty(cell) else plain_number(cell)


def _is_another(row: dict[str, Any], columns: dict[str, list[Any]], place: int) -> bool:
    """Return whether a row tells of another subnet that had the netuid before."""
    if "registered_at" not in columns:
        return False
    registered = _block_of(columns["registered_at"][place])
    told, started = (_block_of(row.get(key)) for key in ("registered_at", "first_emission_block"))
    if registered is None:
        return False
    return (told is not None and told != registered) or (
        started is not None and started < registered
    )


def completed(raw: RawTable, facts: dict[str, Any], notes: Sequence[str]) -> NetworkTable:
    """Make a network of a dated snapshot, assuming what it does not tell.

    Args:
        raw: the snapshot, its columns :func:`plainly_named`.
        facts: those that are known, ``block`` among them; ``root_tao`` and ``total_issuance`` may
            be missing.
        notes: sentences on where the columns come from.

    Returns:
        The network; its notes say what was assumed.

    Raises:
        NetworkError: the block is not known, or a cell or the state as a whole is impossible.
    """
    facts = dict(facts)
    if "block" not in facts:
        text = "block is not known; write it into the facts, or set network.block in the config"
        raise NetworkError(raw.source, [text])
    told = [*facts.pop("notes", ()), *notes]
    columns = dict(raw.columns)
    for name in _FLOW_COLUMNS:
        cells = columns.get(name, ())
        known = sum(not is_empty(cell) for cell in cells)
        if 0 < known < len(cells):
            told.append(f"{name} is known of {known} subnets only, and left out.")
            del columns[name]
    if "total_issuance" not in facts:
        facts["total_issuance"] = scheduled_issuance(facts["block"])
        told.append(
            f"total_issuance is assumed: {facts['total_issuance']:,.0f} TAO, by the schedule of "
            "emission, which does not know what was recycled."
        )
    if 0 not in read_netuids(raw) and "root_tao" not in facts:
        facts["root_tao"] = ROOT_TAO
        told.append(f"TAO staked to root is assumed: {ROOT_TAO:,.0f}, as in August 2026.")
    told.append("The weight of root's TAO is that of the rules (root.tao_weight).")
    _read_reserves(raw, columns)
    _complete_starts(raw, columns, facts["block"], told)
    gathered = Gathered(replace(raw, columns=columns), facts, tuple(told), is_whole=True)
    return complete(gathered, Supplement(assume=True))


def _read_reserves(raw: RawTable, columns: dict[str, list[Any]]) -> None:
    """Put numbers in the place of the cells of reserves, from which a price can be assumed.

    Raises:
        NetworkError: reserves are missing, or no numbers.
    """
    netuids, problems = read_netuids(raw), list[str]()
    rows = [place for place, netuid in enumerate(netuids) if netuid]
    for rule in RULES:
        if rule.column not in ("tao_in", "alpha_in"):
            continue
        if rule.column not in columns:
            text = f"there is no column {rule.column!r}, without which there is no price; add it"
            raise NetworkError(raw.source, [text])
        cells = list(columns[rule.column])
        values = read_column(raw, rule, rows, netuids, problems)
        for place, value in zip(rows, values.tolist(), strict=True):
            cells[place] = value
        columns[rule.column] = cells
    if problems:
        raise NetworkError(raw.source, problems)


def _complete_starts(
    raw: RawTable, columns: dict[str, list[Any]], block: int, notes: list[str]
) -> None:
    """Say of every subnet when it was started; one that has no price average was not.

    Where it is not known, it is taken to be when it was registered, so that the subnet is old.
    """
    if "registered_at" not in columns:
        return
    registered, moving = columns["registered_at"], columns.get("moving_price")
    known = columns.get("first_emission_block", [None] * len(registered))
    netuids = read_netuids(raw)
    starts, told, waiting = [], 0, []
    for place, cell in enumerate(known):
        start = _block_of(cell)
        if moving is not None and is_empty(moving[place]) and netuids[place]:
            waiting.append(netuids[place])
            starts.append(None)
        elif start is not None and start <= block + 1:
            told += 1
            starts.append(cell)
        else:
            starts.append(registered[place])
    columns["first_emission_block"] = starts
    if waiting:
        notes.append(
            f"Not started, since without a moving price: netuid {ranges(sorted(waiting))}."
        )
    assumed = len(known) - told - len(waiting)
    if assumed:
        notes.append(
            f"first_emission_block of {assumed} subnets is assumed: the block of registration, so "
            "that their price averages are as old as they."
        )
