"""Filling in what a source does not know: from an earlier network, or by stated assumptions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from dtaojax.network.assemble import assemble
from dtaojax.network.check import read_netuids
from dtaojax.network.errors import NetworkError
from dtaojax.network.facts import REQUIRED as REQUIRED_FACTS
from dtaojax.network.facts import checked_facts
from dtaojax.network.read import RawTable
from dtaojax.network.sources.gathered import Gathered
from dtaojax.network.table import NOT_STARTED, NetworkTable

Row = dict[str, Any]


@dataclass(frozen=True)
class Fallback:
    """What stands for a column that a source does not know.

    Attributes:
        cell: from what is known of the subnet by then.
        words: the same in words.
        harmless: whether it is what a network file without the column means too, so that nobody
            has to ask for it.
    """

    cell: Callable[[Row], Any]
    words: str
    harmless: bool = False


FALLBACKS: Final = {
    "registered_at": Fallback(
        lambda row: 0, "block 0, so that it is not immune from pruning any more"
    ),
    "first_emission_block": Fallback(
        lambda row: row["registered_at"], "the block of registration, so that it has started"
    ),
    "moving_price": Fallback(
        lambda row: min(row["tao_in"] / row["alpha_in"], 1.0) if row["alpha_in"] else 0.0,
        "the spot price, as after days without trade",
    ),
    "emission_enabled": Fallback(lambda row: 1, "switched on"),
    "miner_burned": Fallback(lambda row: 0.0, "0, nothing withheld from miners", harmless=True),
    "owner_cut_enabled": Fallback(lambda row: 1, "taken by the owner", harmless=True),
    "protocol_alpha": Fallback(lambda row: 0.0, "0, none kept by the chain", harmless=True),
}
"""In the order in which they are filled in."""


@dataclass(frozen=True)
class Supplement:
    """What a user adds to a source.

    Attributes:
        base: an earlier network, whose figures stand in for those that the source does not know,
            for the subnets that it has too.
        assume: whether the rest may be assumed (:data:`FALLBACKS`).
        total_issuance: TAO issued [TAO].
        root_tao: TAO staked to root [TAO].
    """

    base: NetworkTable | None = None
    assume: bool = False
    total_issuance: float | None = None
    root_tao: float | None = None


def complete(gathered: Gathered, supplement: Supplement) -> NetworkTable:
    """Makes a network of what a source knows and what a user adds.

    Returns:
        The network, checked; its notes tell of the source, and of every column and fact that was
        not in it.

    Raises:
        NetworkError: something is missing that nobody allowed to assume, or is impossible.
    """
    raw = gathered.raw
    notes, problems = list(gathered.notes), list[str]()
    columns = {name: list(cells) for name, cells in raw.columns.items()}
    columns["netuid"] = read_netuids(raw)
    places = list(raw.places)
    _add_root(columns, places, supplement, notes, problems)
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    for column, fallback in FALLBACKS.items():
        if column not in columns:
            _fill(column, fallback, rows, supplement, notes, problems)
            columns[column] = [row[column] for row in rows]
    facts = _facts(gathered, supplement, notes, problems)
    if problems:
        raise NetworkError(raw.source, problems)
    checked = checked_facts(raw.source, {**facts, "notes": notes}, {})
    return assemble(RawTable(raw.source, columns, places), checked)


def _add_root(
    columns: dict[str, list[Any]],
    places: list[str],
    supplement: Supplement,
    notes: list[str],
    problems: list[str],
) -> None:
    if supplement.root_tao is not None and 0 in columns["netuid"]:
        problems.append("--root-tao is given, but root is among the subnets; leave it out")
    if 0 in columns["netuid"]:
        return
    root_tao, origin = supplement.root_tao, "given"
    if root_tao is None and supplement.base is not None:
        root_tao, origin = supplement.base.root_tao, f"from {supplement.base.name}"
    if root_tao is None:
        problems.append("root, netuid 0, is not among the subnets; give its stake with --root-tao")
        return
    notes.append(f"TAO staked to root: {origin}.")
    root = {"netuid": 0, "name": "root", "tao_in": root_tao, "alpha_in": 0.0, "alpha_out": 0.0}
    for column, cells in columns.items():
        cells.append(root.get(column))
    places.append("root")


def _fill(
    column: str,
    fallback: Fallback,
    rows: list[Row],
    supplement: Supplement,
    notes: list[str],
    problems: list[str],
) -> None:
    """Fills a column in, subnet by subnet, and says from where."""
    base = supplement.base
    taken = assumed = 0
    for row in rows:
        if row["netuid"] == 0:
            row[column] = None
        elif (known := _of(base, row, column)) is not None:
            row[column] = None if known == NOT_STARTED else known
            taken += 1
        else:
            row[column] = fallback.cell(row)
            assumed += 1
    parts = []
    if base is not None and taken:
        parts.append(f"of {taken} subnets from {base.name}")
        if column == "registered_at":
            parts[-1] += " (whether they were registered anew since then is not known)"
    if assumed:
        parts.append(f"of {assumed} assumed: {fallback.words}")
    notes.append(f"{column} is not in the source; {', '.join(parts)}.")
    if assumed and not (supplement.assume or fallback.harmless):
        problems.append(
            f"{column} of {assumed} subnets is not known; take it from an earlier network with "
            f"--complete-from, or let it be assumed with --assume ({fallback.words})"
        )


def _of(base: NetworkTable | None, row: Row, column: str) -> Any:
    """A subnet's figure in an earlier network; None if it is not there or is another subnet."""
    if base is None or row["netuid"] not in base.netuid:
        return None
    place = base.row_of(row["netuid"])
    registered_at = row.get("registered_at")
    if registered_at is not None and registered_at != base.registered_at[place]:
        return None
    return getattr(base, column)[place].item()


def _facts(
    gathered: Gathered, supplement: Supplement, notes: list[str], problems: list[str]
) -> dict[str, Any]:
    facts, base = dict(gathered.facts), supplement.base
    if supplement.total_issuance is not None:
        facts["total_issuance"] = supplement.total_issuance
        notes.append("total_issuance is given by hand.")
    if base is not None and "total_issuance" not in facts:
        facts["total_issuance"] = base.total_issuance
        notes.append(f"total_issuance is that of {base.name}.")
    if base is not None and base.last_lock_cost is not None and "last_lock_cost" not in facts:
        # The cost falls from the block at which it was paid, so both belong together.
        facts["last_lock_cost"] = base.last_lock_cost
        facts["last_lock_block"] = base.last_lock_block
        notes.append(f"The last registration's cost and block are those of {base.name}.")
    if "gate_bar" not in facts:
        notes.append("gate_bar is not known; it will be taken from the state's own shares.")
    if "last_lock_cost" not in facts:
        notes.append("last_lock_cost is not known; runs with registrations need it in the facts.")
    for fact in REQUIRED_FACTS:
        if fact not in facts:
            problems.append(f"{fact} is not known; give --{fact.replace('_', '-')}")
    return facts
