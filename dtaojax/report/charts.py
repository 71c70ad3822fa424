"""Charts for the page: a drawing together with its title, its caption and its text alternative."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup
from matplotlib.figure import Figure

from dtaojax.report.contract import Evidence
from dtaojax.report.estimates import EstimateTable, Trajectory
from dtaojax.report.fan import INNER, MEDIAN, OUTER, fan_chart
from dtaojax.report.numerals import percent, plain
from dtaojax.report.svg import render

_LABEL_LENGTH: Final = 22
"""Longest name of a subnet beside a bar."""


@dataclass(frozen=True)
class Chart:
    """A figure of the page.

    Attributes:
        slug: its identifier on the page.
        title: what it shows, with the unit.
        caption: the numbers to take away.
        svg: the drawing.
    """

    slug: str
    title: str
    caption: str
    svg: Markup


@dataclass(frozen=True)
class Group:
    """Charts that stand together.

    Attributes:
        heading: above the charts.
        lead: a sentence on what to look for.
        charts: in reading order.
        legend: which legend stands above them: ``fan`` or none.
        wide: whether the charts need much room.
    """

    heading: str
    lead: str
    charts: Sequence[Chart]
    legend: str = ""
    wide: bool = False


def chart(
    evidence: Evidence, slug: str, title: str, caption: str, figure: Figure, description: str = ""
) -> Chart:
    """Renders ``figure``; ``description`` is the text alternative, the caption if it is empty."""

    def name(netuid: int) -> str:
        return evidence.label(netuid, _LABEL_LENGTH)

    return Chart(slug, title, caption, render(figure, slug, title, description or caption, name))


def fan(
    evidence: Evidence,
    table: EstimateTable,
    quantity: str,
    title: str,
    colour: str,
    netuid: int | None = None,
) -> Chart | None:
    """A fan chart of ``quantity``, or None where the run left no mean of it.

    Shares named ``*_share`` and the drawdown are shown in percent. The unit stands in the title,
    but for a subnet, where it stands above the group.
    """
    trajectory = table.trajectory(quantity, netuid)
    if trajectory is None:
        return None
    as_percent = quantity.endswith("_share") or quantity == "max_drawdown"
    figure = fan_chart(trajectory, colour, *((100.0, " %") if as_percent else (1.0, "")))
    is_bare = as_percent or netuid is not None or trajectory.unit in ("ratio", "subnets")
    unit = "" if is_bare else f" [{trajectory.unit}]"
    slug = quantity.replace("_", "-") + ("" if netuid is None else f"-{netuid}")
    caption, description = _fan_words(trajectory, as_percent)
    return chart(evidence, slug, title + unit, caption, figure, description)


def _fan_words(trajectory: Trajectory, as_percent: bool) -> tuple[str, str]:
    show = percent if as_percent else plain
    quantiles = {level: float(values[-1]) for level, values in trajectory.quantiles.items()}
    caption = f"Day {trajectory.days[-1]:g}: mean {show(float(trajectory.mean[-1]))}"
    if trajectory.days[0] == 0.0:
        caption = f"Now {show(float(trajectory.mean[0]))}. {caption}"
    if all(level in quantiles for level in OUTER):
        caption += f"; 90 % of paths {show(quantiles[OUTER[0]])} to {show(quantiles[OUTER[1]])}"
    description = (
        f"{caption}. 95 % Monte Carlo interval of the mean: "
        f"{show(float(trajectory.mean_low[-1]), 4)} to {show(float(trajectory.mean_high[-1]), 4)}."
    )
    if MEDIAN in quantiles:
        description += f" Median {show(quantiles[MEDIAN])}."
    if all(level in quantiles for level in INNER):
        description += (
            f" Half of the paths: {show(quantiles[INNER[0]])} to {show(quantiles[INNER[1]])}."
        )
    return caption + ".", description
