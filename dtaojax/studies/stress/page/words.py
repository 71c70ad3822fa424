"""How an attack calls what it found, and finds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from dtaojax.report.document import Number, number

Record: TypeAlias = Mapping[str, Any]
"""What was found, or a part of it, as in ``stress.json``."""

PERCENT: Final = 100.0
FOUND: Final = "found"
"""The strategy of the plan that the search found."""

_TARGETS: Final = {
    "own_share": ("emission share of {it}", "%", PERCENT),
    "gain": ("wealth of the attacker", "TAO", 1.0),
    "rival_below_bar": ("days of {it} below the bar", "%", PERCENT),
    "rival_pruned": ("days of {it} next to be pruned", "%", PERCENT),
}
"""What is aimed at, its unit and the factor to it, by the config's word."""


def subnet_name(found: Record, netuid: int) -> str:
    """A subnet's name and number."""
    return f"{found['names'][str(netuid)]} (SN{netuid})"


def target_of(found: Record) -> tuple[str, str, float]:
    """What is aimed at in words, its unit, and the factor to the unit."""
    words, unit, factor = _TARGETS[found["config"]["attack"]["target"]]
    return words.format(it=subnet_name(found, found["aimed_at"])), unit, factor


def change_of_target(found: Record) -> tuple[str, str, float]:
    """As :func:`target_of`, for a change: parts in per cent change by points."""
    words, unit, factor = target_of(found)
    return words, "points" if unit == "%" else unit, factor


def aims_at_gain(found: Record) -> bool:
    """Whether wealth itself is the target."""
    return found["config"]["attack"]["target"] == "gain"


def outcomes_of(found: Record, rules: str, strategy: str) -> list[Record]:
    """Outcomes under some rules with a strategy, by rising budget."""
    return [
        each
        for each in found["outcomes"]
        if each["rules"] == rules and each["strategy"] == strategy
    ]


def figure_of(record: Record, name: str, factor: float = 1.0, suffix: str = "") -> Number:
    """A figure of an outcome with its standard error."""
    return number(record[f"{name}_value"], record[f"{name}_standard_error"], factor, suffix)
