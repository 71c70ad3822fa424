"""Amounts of alpha by netuid, as a TOML table."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator

from dtaojax import chain
from dtaojax.schema.errors import Problem
from dtaojax.schema.netuids import read_netuids
from dtaojax.schema.strict import rao_hint, refuse


def _netuids(value: Any) -> Any:
    """TOML keys are strings: turns them into netuids, and refuses what is none."""
    return read_netuids(
        value,
        "a position is written as netuid = alpha, for example 4 = 5000.0",
        "root has no alpha; write portfolio.root_tao",
    )


def _amounts(value: dict[int, float]) -> dict[int, float]:
    problems = []
    for netuid, amount in value.items():
        if amount < 0.0:
            problems.append(Problem(str(netuid), f"is {amount!r}; must be at least 0"))
        elif amount > chain.MAX_SUPPLY:
            problems.append(Problem(str(netuid), rao_hint(amount)))
    refuse(problems)
    return value


Positions: TypeAlias = Annotated[
    dict[int, float], BeforeValidator(_netuids), AfterValidator(_amounts)
]
"""netuid -> alpha, rising netuids."""
