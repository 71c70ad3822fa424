"""Charts for the page: a drawing together with its title, its caption and its text alternative."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.figure import Figure

from dtaojax.report.charts.svg import render
from dtaojax.report.charts.timeline import (
    INNER,
    MEDIAN,
    OUTER,
    count_chart,
    fan_chart,
    mark_changes,
)
from dtaojax.report.display import display_of, factor_of, interval, quantiles, start, written
from dtaojax.report.document import Drawing
from dtaojax.report.notes import change_caption, change_days
from dtaojax.results.estimates import EstimateTable
from dtaojax.results.read import Evidence

_BARE_UNITS: Final = ("ratio", "subnets")
"""Units that a title need not name."""
_LABEL_LENGTH: Final = 22
"""Longest name of a subnet beside a bar."""


@dataclass(frozen=True)
class Group:
    """Charts that stand together.

    Attributes:
        heading: Heading above the charts.
        lead: Sentence on what to look for.
        charts: Charts in reading order.
        legend: Kind of legend above the charts: ``fan`` or none.
        wide: True if the charts need much room.
    """

    heading: str
    lead: str
    charts: Sequence[Drawing]
    legend: str = ""
    wide: bool = False


def chart(
    evidence: Evidence, slug: str, title: str, caption: str, figure: Figure, description: str = ""
) -> Drawing:
    """Render ``figure``; ``description`` is the text alternative, the caption if it is empty."""

    def name(netuid: int) -> str:
        return evidence.label(netuid, _LABEL_LENGTH)

    return Drawing(slug, title, caption, render(figure, slug, title, description or caption, name))


def fan(
    evidence: Evidence,
    table: EstimateTable,
    quantity: str,
    title: str,
    colour: str,
    netuid: int | None = None,
) -> Drawing | None:
    """Draw a fan chart of ``quantity``; None where the run left no mean of it.

    The glossary says whether it is shown as a count or in percent. The unit stands in the title,
    but for a subnet, where it stands above the group.
    """
    trajectory = table.trajectory(quantity, netuid)
    if trajectory is None:
        return None
    shown_as = display_of(quantity)
    if shown_as == "count":
        figure = count_chart(trajectory, colour)
    else:
        suffix = " %" if shown_as == "percent" else ""
        figure = fan_chart(trajectory, colour, factor_of(quantity), suffix)
    changed = change_days(evidence.part("mechanism"))
    mark_changes(figure.axes[0], changed)
    is_bare = shown_as != "number" or netuid is not None or trajectory.unit in _BARE_UNITS
    unit = "" if is_bare else f" [{trajectory.unit}]"
    slug = quantity.replace("_", "-") + ("" if netuid is None else f"-{netuid}")
    caption, description = _words(table, quantity, netuid, float(trajectory.days[-1]))
    told = change_caption(changed)
    return chart(evidence, slug, title + unit, caption + told, figure, description + told)


def _words(table: EstimateTable, quantity: str, netuid: int | None, day: float) -> tuple[str, str]:
    """Write the caption, and a longer description for those who cannot see the chart."""
    suffix = " %" if display_of(quantity) == "percent" else ""
    mean = table.get(quantity, day, netuid=netuid)
    now = table.get(quantity, 0.0, netuid=netuid)
    at = quantiles(quantity, table.quantiles(quantity, day, (*OUTER, *INNER, MEDIAN), netuid))

    def ends(band: tuple[float, float]) -> str:
        return f"{at[band[0]]} to {at[band[1]]}{suffix}"

    caption = description = ""
    if mean:
        value, error = written(quantity, mean)
        caption = f"Day {day:g}: mean {value}{' ± ' + error if error else ''}{suffix}"
        if now:
            caption = f"Now {start(quantity, now, mean)}{suffix}. {caption}"
    if at.keys() >= set(OUTER):
        caption += f"; 90 % of paths {ends(OUTER)}"
    if mean:
        description = f" 95 % Monte Carlo interval of the mean: {interval(quantity, mean)}{suffix}."
    if MEDIAN in at:
        description += f" Median {at[MEDIAN]}{suffix}."
    if at.keys() >= set(INNER):
        description += f" Half of the paths: {ends(INNER)}."
    return f"{caption}.", f"{caption}.{description}"
