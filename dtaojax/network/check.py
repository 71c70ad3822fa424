"""Raw cells turned into checked arrays; errors name the row, the netuid and the column."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from dtaojax import chain
from dtaojax.files.errors import first_few
from dtaojax.files.spreadsheet import cell_text
from dtaojax.files.text import cut, spelled
from dtaojax.network.read import RawTable
from dtaojax.network.table import (
    CLAIMABLE,
    FLOW_AVERAGES,
    NOT_STARTED,
    UNHELD_PARTS,
    FloatArray,
    NetworkError,
)

_NUMBER: Final = re.compile(
    r"[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|infinity|nan)", re.A | re.I
)
"""Infinities and not-a-number are numbers, to be told as such."""
_RAO: Final = "this looks like rao: divide by 1e9"
_LONGEST_NAME: Final = 40
_MANY: Final = 100
"""Columns that a message lists."""
_BLOCK_HEIGHT_LIMIT: Final = 2.0**53
_PRICE_LIMIT: Final = 1_000.0
"""No alpha is worth this many TAO; but the smallest price that the swap allows is 1000 rao."""
_FLOW_LIMIT: Final = 1_000.0
"""No average of a month of flows is this many TAO a block: 7.2 million a day."""


@dataclass(frozen=True)
class Rule:
    """Limits of a numeric column.

    Attributes:
        column: name of the column.
        low: smallest value.
        high: largest value.
        above: message for a larger value.
        whole: true where values must be whole numbers.
        empty: value that an empty cell stands for; None where it is refused.
        missing: value of every row where there is no such column; None where it is required.
    """

    column: str
    low: float = 0.0
    high: float = math.inf
    above: str = ""
    whole: bool = False
    empty: float | None = None
    missing: float | None = None


_SUPPLY: Final = f"above the supply cap of {chain.MAX_SUPPLY:,.0f}; {_RAO}"
_EMISSION: Final = f"above one token a block; {_RAO}"

RULES: Final = (
    Rule(
        "registered_at",
        high=_BLOCK_HEIGHT_LIMIT,
        above="too large; write a block height",
        whole=True,
    ),
    Rule(
        "first_emission_block",
        high=_BLOCK_HEIGHT_LIMIT,
        above="too large; write a block height",
        whole=True,
        empty=NOT_STARTED,
    ),
    Rule("tao_in", high=chain.MAX_SUPPLY, above=_SUPPLY),
    Rule("alpha_in", high=chain.MAX_SUPPLY, above=_SUPPLY),
    Rule("alpha_out", high=chain.MAX_SUPPLY, above=_SUPPLY),
    Rule("moving_price", high=_PRICE_LIMIT, above=f"no price in TAO; {_RAO}", empty=math.nan),
    Rule("emission_enabled", high=1.0, above="must be 1 or 0", whole=True),
    Rule(
        "owner_cut_enabled",
        high=1.0,
        above="must be 1 or 0",
        whole=True,
        empty=1.0,
        missing=1.0,
    ),
    Rule("miner_burned", high=1.0, above="must be a fraction, at most 1", empty=0.0, missing=0.0),
    Rule(
        "w_tao",
        low=chain.MIN_POOL_WEIGHT,
        high=1.0 - chain.MIN_POOL_WEIGHT,
        above=f"must be at most {1.0 - chain.MIN_POOL_WEIGHT}",
        empty=0.5,
        missing=0.5,
    ),
    *(
        Rule(part, high=chain.MAX_SUPPLY, above=_SUPPLY, empty=0.0, missing=0.0)
        for part in (*UNHELD_PARTS, CLAIMABLE)
    ),
)
FLOWS: Final = tuple(
    Rule(
        column,
        low=-_FLOW_LIMIT,
        high=_FLOW_LIMIT,
        above=f"more TAO a block than ever flowed; {_RAO}",
        empty=0.0,
    )
    for column in FLOW_AVERAGES
)
"""A missing average is 0 on chain (§3.6 E-flow)."""
OBSERVED: Final = tuple(
    Rule(f"observed_{quantity}", high=1.0, above=_EMISSION)
    for quantity in ("tao_in_emission", "alpha_in_emission", "excess_tao")
)
OTHER: Final = tuple(
    Rule(column, empty=math.nan) for column in ("tempo", "subnet_volume", "validators", "miners")
)
REQUIRED: Final = (
    "netuid",
    "name",
    *(rule.column for rule in RULES if rule.missing is None),
)


def require_columns(raw: RawTable) -> None:
    """Refuse a file that lacks a required column.

    Raises:
        NetworkError: names each missing column, the nearest present one, and all that are there.
    """
    present = list(raw.columns)
    spare = [name for name in present if name not in REQUIRED][:_MANY]
    listed = ", ".join(name[:_LONGEST_NAME] for name in present[:_MANY]) + (
        " ..." if len(present) > _MANY else ""
    )
    problems = []
    for column in REQUIRED:
        if column not in raw.columns:
            match = difflib.get_close_matches(column, spare, n=1)
            hint = f"is it {match[0]!r}? rename that" if match else "add it"
            problems.append(f"there is no column {column!r}; {hint} (there are {listed})")
    if problems:
        raise NetworkError(raw.source, problems)


def read_netuids(raw: RawTable) -> list[int]:
    """Read the column ``netuid``.

    Raises:
        NetworkError: a netuid is missing, no whole number from 0 to 65535, or stands twice.
    """
    rule = Rule("netuid", high=chain.U16_MAX, above=f"must be at most {chain.U16_MAX}", whole=True)
    netuids: list[int] = []
    first_seen: dict[int, str] = {}
    problems: list[str] = []
    for place, cell in zip(raw.places, raw.columns["netuid"], strict=True):
        value = _number(cell, rule)
        if isinstance(value, str):
            problems.append(f"{place}: netuid {value}")
            continue
        netuid = int(value)
        if netuid in first_seen:
            problems.append(
                f"{place}: netuid {netuid} stands already in {first_seen[netuid]}; keep one"
            )
        first_seen.setdefault(netuid, place)
        netuids.append(netuid)
    if problems:
        raise NetworkError(raw.source, first_few(problems, len(problems)))
    return netuids


def read_column(
    raw: RawTable, rule: Rule, rows: Sequence[int], netuids: Sequence[int], problems: list[str]
) -> FloatArray:
    """Read a numeric column.

    Args:
        raw: the file.
        rule: what the column may hold.
        rows: rows to read, in this order.
        netuids: netuid of every row of the file.
        problems: what is wrong is added here, at most one a column.

    Returns:
        One value a row of ``rows``; NaN where the cell is wrong.
    """
    if rule.column not in raw.columns:
        return np.full(len(rows), rule.missing, dtype=np.float64)
    cells = raw.columns[rule.column]
    values = [_number(cells[row], rule) for row in rows]
    faults = [
        (row, value) for row, value in zip(rows, values, strict=True) if isinstance(value, str)
    ]
    if faults:
        row, fault = faults[0]
        more = f" (and {len(faults) - 1} more such rows)" if len(faults) > 1 else ""
        problems.append(f"{raw.places[row]} (netuid {netuids[row]}): {rule.column} {fault}{more}")
    return np.array([math.nan if isinstance(value, str) else value for value in values])


def read_names(raw: RawTable, rows: Iterable[int]) -> tuple[str, ...]:
    """Read the names verbatim; an empty cell is an empty name.

    The apostrophe with which `dtaojax.network.write` keeps a spreadsheet from running a name is
    taken off.
    """
    cells = raw.columns["name"]
    return tuple(cell_text(str("" if cells[row] is None else cells[row])) for row in rows)


def _number(cell: Any, rule: Rule) -> float | str:
    """Return the value of a cell, or what is wrong with it."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return "is empty; write a number" if rule.empty is None else rule.empty
    is_switch = rule.column in ("emission_enabled", "owner_cut_enabled")
    if isinstance(cell, str) and is_switch:
        cell = {"true": "1", "false": "0"}.get(cell.strip().lower(), cell)
    if isinstance(cell, bool) and is_switch:
        cell = int(cell)
    value = plain_number(cell)
    if value is None:
        return f"is {_shown(cell)}; must be a number, without separators or units"
    if math.isnan(value) and rule.empty is not None and not isinstance(cell, str):
        return rule.empty
    if not math.isfinite(value):
        return f"is {_shown(cell)}; must be a finite number"
    if value < rule.low:
        return f"is {_shown(cell)}; must be at least {rule.low:g}"
    if value > rule.high:
        return f"is {_shown(cell)}, {rule.above}"
    if rule.whole and not value.is_integer():
        return f"is {_shown(cell)}; must be a whole number"
    return value


def plain_number(cell: Any) -> float | None:
    """Read a number as data files write it.

    Args:
        cell: a number, or a text of ASCII digits with a point, a sign and an exponent at most.

    Returns:
        The number, which may be infinite; None for anything else: a truth value, ``1_000``,
        ``0x10``, digits of other scripts, a whole number that is too large for a float, and a text
        that is no zero but rounds to it.
    """
    if isinstance(cell, bool | bytes | bytearray):
        return None
    if isinstance(cell, str) and not _NUMBER.fullmatch(cell.strip()):
        return None
    try:
        value = float(cell)
    except (TypeError, ValueError, OverflowError):
        return None
    vanished = value == 0.0 and isinstance(cell, str) and re.search("[1-9]", _digits(cell))
    return None if vanished else value


def _digits(cell: str) -> str:
    return re.split("[eE]", cell)[0]


def _shown(cell: Any) -> str:
    if not isinstance(cell, str):
        return spelled(cell, 40)
    text = cell.strip()
    return cut(text if text.isprintable() else ascii(text), 40)
