"""Pieces of sentences about the network, with their numbers as ``<data>`` elements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from dtaojax.report import display
from dtaojax.report.charts.timeline import OUTER
from dtaojax.report.numerals import probability
from dtaojax.results.estimates import Estimate
from dtaojax.results.read import Evidence

_NAME_LENGTH: Final = 22


def number(quantity: str, estimate: Estimate) -> Markup:
    """The estimate with its standard error; the element carries the value of the tables."""
    text, error = display.written(quantity, estimate)
    shown = Markup('<data value="{}">{}</data>').format(repr(float(estimate.value)), text)
    return shown + (
        Markup('&nbsp;<span class="se">±&nbsp;{}</span>').format(error) if error else ""
    )


def with_interval(quantity: str, estimate: Estimate, unit: str = "") -> Markup:
    """ "A ± SE (95 % interval: B to C)"; percent and ``unit`` stand before the bracket."""
    percent = " %" if display.display_of(quantity) == "percent" else ""
    return Markup("<b>{}{}</b>{} (95 % interval: {}{})").format(
        number(quantity, estimate),
        percent,
        f" {unit}" if unit else "",
        display.interval(quantity, estimate),
        percent,
    )


def today(evidence: Evidence, quantity: str) -> Markup:
    """ ", today A", empty where the run left no record of the start."""
    now = evidence.network.get(quantity, 0.0)
    then = evidence.network.get(quantity, evidence.horizon)
    if now is None or then is None:
        return Markup("")
    return Markup(", today <b>{}</b>").format(display.start(quantity, now, then))


def band(evidence: Evidence, quantity: str) -> str:
    """ "90 % of paths: A to B", empty where the run left no quantiles."""
    found = evidence.network.quantiles(quantity, evidence.horizon, OUTER)
    ends = display.quantiles(quantity, found)
    return "90 % of paths: " + " to ".join(ends.values()) if len(ends) == len(OUTER) else ""


def changes(evidence: Evidence, *wanted: tuple[str, str]) -> list[Markup]:
    """ "Lead: A today, B ± SE then (90 % of paths: C to D)." of each lead and quantity found."""
    points = []
    for lead, quantity in wanted:
        then = evidence.network.get(quantity, evidence.horizon)
        if then is None:
            continue
        unit = " %" if display.display_of(quantity) == "percent" else ""
        now = evidence.network.get(quantity, 0.0)
        begin = f"{display.start(quantity, now, then)}{unit} today, " if now else ""
        ends = band(evidence, quantity)
        points.append(
            Markup("<b>{}:</b> {}{}{} then{}.").format(
                lead, begin, number(quantity, then), unit, f" ({ends}{unit})" if ends else ""
            )
        )
    return points


def names(evidence: Evidence, found: Mapping[int, Estimate]) -> Markup:
    """ "SN16 · TC (41 %), SN70 · NexisGen (16 %)"; empty where ``found`` is."""
    return Markup(", ").join(
        Markup("<bdi>{}</bdi> ({}&nbsp;%)").format(
            evidence.label(netuid, _NAME_LENGTH), probability(*estimate[:4])[0]
        )
        for netuid, estimate in found.items()
    )
