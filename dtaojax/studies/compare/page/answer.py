"""The first screen of a comparison: what differs, by how much, and how surely."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dtaojax.files.text import shorten
from dtaojax.report.display import unit_of
from dtaojax.report.document import Card
from dtaojax.report.glossary import label_of
from dtaojax.report.numerals import days
from dtaojax.studies.compare.page.words import (
    VERDICTS,
    difference_interval,
    difference_number,
    difference_text,
    value_number,
)
from dtaojax.studies.compare.result import Comparison, Difference

_MOVERS: Final = 3
"""Subnets named on either side."""
_NAME_LENGTH: Final = 22


def sentence(comparison: Comparison) -> str:
    """The question that the page answers."""
    first, *others = comparison.labels
    return (
        f"What is different after {days(comparison.horizon)} under {_listed(others)} instead of "
        f"{first}, if people trade alike? Path by path, all runs draw the same random numbers."
    )


def cards(comparison: Comparison) -> list[Card]:
    """The questions that most people ask, as far as the runs answer them."""
    found = [
        _mean_card(comparison, "Is emission spread wider?", "emission_effective_number"),
        _mean_card(comparison, "Is there more TAO in the pools?", "total_tao_in"),
        _loss_card(comparison),
        _movers_card(comparison),
    ]
    return [card for card in found if card is not None]


def _mean_card(comparison: Comparison, question: str, quantity: str) -> Card | None:
    return _card(comparison, question, label_of(quantity), quantity, comparison.horizon)


def _loss_card(comparison: Comparison) -> Card | None:
    quantity = "loss_realizable"
    later = comparison.days(quantity)
    if not later:
        return _mean_card(comparison, "Are prices higher?", "sum_price")
    what = "Mean loss in the worst 5 % of paths, each position sold through its pool"
    question = "Does a holder risk more?"
    return _card(comparison, question, what, quantity, later[-1], "es", 0.95)


def _card(
    comparison: Comparison,
    question: str,
    what: str,
    quantity: str,
    day: float,
    statistic: str = "mean",
    level: float | None = None,
) -> Card | None:
    found = [
        (comparison.labels[run], each)
        for run in comparison.others
        if (each := comparison.get(run, quantity, day, statistic, level))
    ]
    if not found:
        return None
    baseline = found[0][1]
    unit = _unit(quantity, baseline)
    start = value_number(quantity, baseline.baseline_value, baseline.baseline_error, baseline.unit)
    lead = f"{what} after {days(day)}, against {start.text}{unit} under {comparison.labels[0]}"
    if len(found) == 1:
        label, each = found[0]
        points = [f"{label}: {VERDICTS[each.verdict]}, 95 % {difference_interval(quantity, each)}"]
        return Card(
            question, f"{unit.strip()} {lead}".strip(), difference_number(quantity, each), points
        )
    points = [f"{label}: {difference_text(quantity, each)}" for label, each in found]
    return Card(question, f"{lead}:", None, points)


def _unit(quantity: str, found: Difference) -> str:
    unit = unit_of(quantity, found.unit)
    return f" {unit}" if unit in ("%", "TAO", "USD") else ""


def _movers_card(comparison: Comparison) -> Card | None:
    points = list(_movers(comparison))
    if not points:
        return None
    return Card(
        "Which subnets gain, which lose?",
        f"Change of the mean share of TAO emission after {days(comparison.horizon)}, in "
        "percentage points:",
        None,
        points,
    )


def _movers(comparison: Comparison) -> Iterator[str]:
    """Of every run, the subnets whose emission share differs most beyond its error."""
    for run in comparison.others:
        moved = []
        for netuid in comparison.runs[0].initial:
            each = comparison.get(run, "emission_share", comparison.horizon, netuid=netuid)
            if each is not None and each.verdict in ("higher", "lower"):
                moved.append((each.difference, netuid, each))
        if not moved:
            yield f"{comparison.labels[run]}: none, as far as the paths show."
            continue
        moved.sort(reverse=True)
        gains = [item for item in moved[:_MOVERS] if item[0] > 0.0]
        losses = [item for item in reversed(moved[-_MOVERS:]) if item[0] < 0.0]
        named = ", ".join(_mover(comparison, netuid, each) for _, netuid, each in gains + losses)
        yield f"{comparison.labels[run]}: {named}."


def _mover(comparison: Comparison, netuid: int, found: Difference) -> str:
    name = shorten(comparison.runs[0].label(netuid), _NAME_LENGTH)
    return f"{name} {difference_number('emission_share', found).text}"


def _listed(labels: list[str]) -> str:
    *first, last = labels
    return f"{', '.join(first)} or {last}" if first else last
