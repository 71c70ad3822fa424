"""Tables whose keys are netuids, as in ``alpha = { 4 = 1000.0 }``, and lists of netuids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from dtaojax import chain
from dtaojax.schema.errors import Problem
from dtaojax.schema.strict import Fraction, rao_hint, refuse


def read_netuids(value: Any, example: str, root: str) -> Any:
    """Turn the keys of a table, which are strings in TOML, into netuids in rising order.

    Args:
        value: Value in the config; anything but a table is handed back as it is.
        example: Example of a row, for the message about a key that is no netuid.
        root: Advice on netuid 0.

    Raises:
        PydanticCustomError: A key is no netuid, is root's, or stands twice.
    """
    if not isinstance(value, Mapping):
        return value
    problems, rows = [], {}
    for key, cell in value.items():
        text = str(key)
        is_short_number = text.isascii() and text.isdecimal() and len(text) <= 5
        if not is_short_number or int(text) > chain.U16_MAX:
            problems.append(Problem(text, f"is no netuid (0 to {chain.U16_MAX}); {example}"))
        elif int(text) == 0:
            problems.append(Problem(text, root))
        elif int(text) in rows:
            problems.append(Problem(text, f"netuid {int(text)} is given twice; keep one"))
        else:
            rows[int(text)] = cell
    refuse(problems)
    return dict(sorted(rows.items()))


def _figures(value: Any) -> Any:
    return read_netuids(
        value,
        "a row is written as netuid = figure, for example 4 = 0.5",
        "root is no subnet with a pool; take it out",
    )


def _each_once(value: tuple[int, ...]) -> tuple[int, ...]:
    twice = sorted(netuid for netuid, times in Counter(value).items() if times > 1)
    refuse([Problem("", f"holds netuid {netuid} twice; keep one") for netuid in twice])
    return tuple(sorted(value))


ByNetuid = Annotated[dict[int, float], BeforeValidator(_figures)]
"""A figure for each of some subnets."""

FractionByNetuid = Annotated[dict[int, Fraction], BeforeValidator(_figures)]
"""A part of 1 for each of some subnets."""

WholeByNetuid = Annotated[dict[int, int], BeforeValidator(_figures)]
"""A whole number for each of some subnets."""

Netuids = Annotated[
    tuple[Annotated[int, Field(ge=1, le=chain.U16_MAX)], ...],
    Field(strict=False, min_length=1, max_length=chain.U16_MAX),
    AfterValidator(_each_once),
]
"""Some subnets, root not among them."""


def _position_netuids(value: Any) -> Any:
    """Turn keys, which are strings in TOML, into netuids, and refuse what is none."""
    return read_netuids(
        value,
        "a position is written as netuid = alpha, for example 4 = 5000.0",
        "root has no alpha; write portfolio.root_tao",
    )


def _position_amounts(value: dict[int, float]) -> dict[int, float]:
    problems = []
    for netuid, amount in value.items():
        if amount < 0.0:
            problems.append(Problem(str(netuid), f"is {amount!r}; must be at least 0"))
        elif amount > chain.MAX_SUPPLY:
            problems.append(Problem(str(netuid), rao_hint(amount)))
    refuse(problems)
    return value


Positions: TypeAlias = Annotated[
    dict[int, float], BeforeValidator(_position_netuids), AfterValidator(_position_amounts)
]
"""netuid -> alpha, rising netuids."""
