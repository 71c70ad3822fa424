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
        cell: from what is known of the subnet by then, and the earlier network.
        words: the same in words.
        harmless: whether it is what a network file without the column means too, so that nobody
            has to ask for it.
    """

    cell: Callable[[Row, NetworkTable | None], Any]
    words: str
    harmless: bool = False


FALLBACKS: Final = {
    "registered_at": Fallback(
        lambda row, base: 0 if base is None else base.block,
        "the earliest block that it can be: 0, or that of the earlier network",
    ),
    "first_emission_block": Fallback(
        lambda row, base: row["registered_at"], "the block of registration, so that it has started"
    ),
    "moving_price": Fallback(
        lambda row, base: min(row["tao_in"] / row["alpha_in"], 1.0) if row["alpha_in"] else 0.0,
        "the spot price, as after days without trade",
    ),
    "emission_enabled": Fallback(lambda row, base: 1, "switched on"),
    "miner_burned": Fallback(lambda row, base: 0.0, "0, nothing withheld", harmless=True),
    "owner_cut_enabled": Fallback(lambda row, base: 1, "taken by the owner", harmless=True),
    "protocol_alpha": Fallback(lambda row, base: 0.0, "0, none kept by the chain", harmless=True),
}
"""In the order in which they are filled in."""

_SAME_ALPHA: Final = 0.9
"""A subnet that issued less than this part of what its netuid had issued is another one."""


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
    if "registered_at" not in columns:
        _note_replaced(rows, supplement.base, notes)
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
            row[column] = fallback.cell(row, base)
            assumed += 1
    parts = []
    if base is not None and taken:
        parts.append(f"that of {base.name} for {taken} subnets")
    if assumed:
        parts.append(f"assumed for {assumed} ({fallback.words})")
    notes.append(f"{column} is not in the source: {', '.join(parts)}.")
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
    if _replaced(base, place, row):
        return None
    return getattr(base, column)[place].item()


def _replaced(base: NetworkTable, place: int, row: Row) -> bool:
    """Whether a netuid is another subnet's than in an earlier network.

    Where its registration is not known it is another's if it holds clearly less alpha: a subnet
    mints about one a block, and a newcomer begins with a small part of what others have.
    """
    if "registered_at" in row:
        return bool(row["registered_at"] != base.registered_at[place])
    issued = base.alpha_in[place] + base.alpha_out[place]
    return bool(row["alpha_in"] + row["alpha_out"] < _SAME_ALPHA * issued)


def _note_replaced(rows: list[Row], base: NetworkTable | None, notes: list[str]) -> None:
    """Says which netuids are taken for other subnets than in the earlier network."""
    if base is None:
        return
    found = [
        str(row["netuid"])
        for row in rows
        if row["netuid"] in base.netuid and _replaced(base, base.row_of(row["netuid"]), row)
    ]
    if found:
        notes.append(
            f"Registered anew since {base.name}, by their alpha: netuid {', '.join(found)}; "
            "nothing is taken from there for them."
        )


def _facts(
    gathered: Gathered, supplement: Supplement, notes: list[str], problems: list[str]
) -> dict[str, Any]:
    facts, base = dict(gathered.facts), supplement.base
    if supplement.total_issuance is not None:
        facts["total_issuance"] = supplement.total_issuance
        notes.append("total_issuance is given by hand.")
    if base is not None and base.block > facts["block"]:
        problems.append(
            f"is of block {facts['block']:,}, before that of {base.name}; complete it from an "
            "earlier network"
        )
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
