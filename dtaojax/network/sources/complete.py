"""Figures that a source does not know, filled in from an earlier network or by assumptions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dtaojax.chain import MAX_SUPPLY, REGISTRATION_RATE_LIMIT_LAUNCH
from dtaojax.network.assemble import assemble
from dtaojax.network.check import read_netuids
from dtaojax.network.facts import REQUIRED as REQUIRED_FACTS
from dtaojax.network.facts import checked_facts
from dtaojax.network.plausible import APART, prices_apart
from dtaojax.network.read import RawTable
from dtaojax.network.table import NOT_STARTED, NetworkError, NetworkTable, ranges


@dataclass(frozen=True)
class Gathered:
    """Columns and facts of a source, in the names and units of a network file, unchecked.

    Attributes:
        raw: a row a subnet, root among them if the source knows it. A column that the source does
            not know is missing; an empty cell is what an empty cell of a file is.
        facts: those that the source knows, by name.
        notes: sentences on what a reader of the network should know of the source.
        is_whole: true where the source itself lists all subnets that there are, as a chain does.
    """

    raw: RawTable
    facts: dict[str, Any]
    notes: tuple[str, ...]
    is_whole: bool = False


Row = dict[str, Any]


@dataclass(frozen=True)
class Fallback:
    """Stand-in for a column that a source does not know.

    Attributes:
        cell: function of what is known of the subnet by then, and of the earlier network.
        words: description of the same for notes.
        harmless: true where a network file without the column means the same, so that nobody
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
    "burned_alpha": Fallback(lambda row, base: 0.0, "0, all alpha is somebody's", harmless=True),
    "basket_alpha": Fallback(lambda row, base: 0.0, "0, root's baskets are empty", harmless=True),
}
"""In the order in which they are filled in."""

_FEW_GONE: Final = 2
"""Subnets that can be gone from one state to the next without anybody asking: the chain gives a
netuid that it takes away to the next subnet at once."""
_GAPS: Final = 0.1
"""Part of all netuids up to the highest that may be missing where no earlier network tells."""
_SEED_ALPHA: Final = 500_000.0
"""More alpha than any pool was seeded with in 2026, by what a registration cost and the median
price: 118,000 [alpha]."""
_BLOCK_ALPHA: Final = 3.0
"""More than a subnet issues in a block: one to its participants and at most as much to its pool,
and what the chain seeds [alpha per block]."""
_SAME_ALPHA: Final = 0.9
"""A subnet that issued less than this part of what its netuid had issued is another one."""


@dataclass(frozen=True)
class Supplement:
    """Additions of a user to a source.

    Attributes:
        base: an earlier network, whose figures stand in for those that the source does not know,
            for the subnets that it has too.
        assume: true where the rest may be assumed (:data:`FALLBACKS`).
        total_issuance: TAO issued [TAO].
        root_tao: TAO staked to root [TAO].
    """

    base: NetworkTable | None = None
    assume: bool = False
    total_issuance: float | None = None
    root_tao: float | None = None


def complete(gathered: Gathered, supplement: Supplement) -> NetworkTable:
    """Make a network of what a source knows and what a user adds.

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
    if not gathered.is_whole:
        _look_for_missing(columns["netuid"], supplement, notes, problems)
    if "root_tao" not in gathered.facts:
        _add_root(columns, places, supplement, notes, problems)
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    if "registered_at" not in columns:
        _look_at_replaced(rows, gathered.facts["block"], supplement.base, notes, problems)
    # In their order: a later fallback reads cells that an earlier one has filled in.
    for column, fallback in FALLBACKS.items():
        if column not in columns and not _left_out(column, supplement.base):
            _fill(column, fallback, rows, supplement, notes, problems)
            columns[column] = [row[column] for row in rows]
    facts = _facts(gathered, supplement, notes, problems)
    if problems:
        raise NetworkError(raw.source, problems)
    checked = checked_facts(raw.source, {**facts, "notes": notes}, {})
    table = assemble(RawTable(raw.source, columns, places), checked)
    apart = table.netuid[prices_apart(table)].tolist()
    if not apart:
        return table
    note = (
        f"The spot price of netuid {ranges(apart)} is more than {APART:g} times its moving price, "
        "or less than that part of it, as the source has it."
    )
    return dataclasses.replace(table, notes=(*table.notes, note))


def _look_for_missing(
    netuids: Sequence[int], supplement: Supplement, notes: list[str], problems: list[str]
) -> None:
    """Say which subnets a source lacks, and refuse it where they are many."""
    base, there = supplement.base, set(netuids)
    if base is None:
        gone = sorted(set(range(1, max(netuids) + 1)) - there)
        if gone:
            notes.append(f"Not in the source: netuid {ranges(gone)}.")
        if len(gone) > _GAPS * max(netuids) and not supplement.assume:
            problems.append(
                f"netuid {ranges(gone)} are not in the source, {len(gone)} of {max(netuids)} up to "
                "the highest; fetch all pages of the answer, or let them be gone with --assume"
            )
        return
    gone = [netuid for netuid in base.netuid.tolist() if netuid not in there]
    if gone:
        notes.append(f"Not in the source, but in {base.name}: netuid {ranges(gone)}.")
    if len(gone) > _FEW_GONE and not supplement.assume:
        problems.append(
            f"{len(gone)} of the {base.n_subnets} subnets of {base.name} are not in the source: "
            f"netuid {ranges(gone)}; fetch all pages of the answer, or let them be gone with "
            "--assume"
        )


def _left_out(column: str, base: NetworkTable | None) -> bool:
    """Return whether a network goes without a column: a part of ``alpha_out`` nobody knows."""
    return column in ("burned_alpha", "basket_alpha") and (
        base is None or column in base.unknown_parts
    )


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
    """Fill a column in, subnet by subnet, and say from where."""
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
    """Return a subnet's figure in an earlier network; None if it is not there or outdated."""
    if base is None or row["netuid"] not in base.netuid:
        return None
    place = base.row_of(row["netuid"])
    if _replaced(base, place, row):
        return None
    known = getattr(base, column)[place].item()
    is_outdated = column == "moving_price" and known > 0.0 and _is_apart(row, known)
    return None if is_outdated else known


def _is_apart(row: Row, average: float) -> bool:
    """Return whether an earlier price average says nothing of a subnet's price of today."""
    if max(row["tao_in"], row["alpha_in"]) > MAX_SUPPLY:
        return False  # Refused when the network is put together, as what it is.
    spot = row["tao_in"] / row["alpha_in"] if row["alpha_in"] else 0.0
    return not average / APART <= spot <= APART * average


def _replaced(base: NetworkTable, place: int, row: Row) -> bool:
    """Return whether a netuid is another subnet's than in an earlier network.

    Where its registration is not known it is another's if it holds clearly less alpha: a subnet
    mints about one a block, and a newcomer begins with a small part of what others have.
    """
    if "registered_at" in row:
        return bool(row["registered_at"] != base.registered_at[place])
    issued = base.alpha_in[place] + base.alpha_out[place]
    return bool(row["alpha_in"] + row["alpha_out"] < _SAME_ALPHA * issued)


def _look_at_replaced(
    rows: list[Row], block: int, base: NetworkTable | None, notes: list[str], problems: list[str]
) -> None:
    """Say which netuids are taken for other subnets, and refuse it where that cannot be."""
    if base is None:
        return
    found = [
        row
        for row in rows
        if row["netuid"] in base.netuid and _replaced(base, base.row_of(row["netuid"]), row)
    ]
    if not found:
        return
    netuids = ranges(sorted(row["netuid"] for row in found))
    notes.append(
        f"Registered anew since {base.name}, by their alpha: netuid {netuids}; "
        "nothing is taken from there for them."
    )
    since = max(block - base.block, 0)
    most = 1 + since // REGISTRATION_RATE_LIMIT_LAUNCH
    grown = _SEED_ALPHA + _BLOCK_ALPHA * since
    too_much = [row["netuid"] for row in found if row["alpha_in"] + row["alpha_out"] > grown]
    if len(found) > most or too_much:
        problems.append(
            f"netuid {ranges(sorted(too_much)) if too_much else netuids} hold less alpha than in "
            f"{base.name}, and cannot all have been registered anew in the {since:,} blocks since; "
            "correct alpha_in_pool or alpha_staked, which are in rao"
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
