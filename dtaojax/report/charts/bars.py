"""Horizontal charts with one row a subnet: bars with error, and ranges of before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dtaojax.report.charts.svg import COLOURS, new_figure, stand_in
from dtaojax.report.numerals import compact

_WIDTH: Final = 430.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 168.0, 48.0, 6.0, 36.0
_ROW: Final = 18.0


@dataclass(frozen=True)
class BarRow:
    """One row of a chart.

    Attributes:
        netuid: Netuid of the subnet.
        value: Length of the bar, or place of the full dot.
        low: Lower end of the whisker or range.
        high: Upper end of the whisker or range.
        text: Value as it is written at the end of the row.
        start: Place of the open dot of a range chart.
    """

    netuid: int
    value: float
    low: float
    high: float
    text: str
    start: float = 0.0


def bar_chart(rows: Sequence[BarRow], colour: str, label: str, suffix: str = "") -> Figure:
    """Draw a bar a row with a whisker for its 95 % Monte Carlo interval, the first row on top.

    Args:
        rows: One row or more.
        colour: A name in :data:`dtaojax.report.charts.svg.COLOURS`; negative bars are green.
        label: Label of the axis, with its unit.
        suffix: Text after the numbers of the axis, for example ``" %"``.
    """
    figure, axes = _frame(rows, label, suffix)
    places = range(len(rows))
    values = [row.value for row in rows]
    tones = [COLOURS[colour if value >= 0.0 else "green"] for value in values]
    axes.barh(places, values, height=0.66, color=tones, alpha=0.75)
    whiskers = (
        [row.value - row.low for row in rows],
        [row.high - row.value for row in rows],
    )
    axes.errorbar(
        values, places, xerr=whiskers, fmt="none", color=COLOURS["ink"], elinewidth=0.9, capsize=2.0
    )
    axes.axvline(0.0, color=COLOURS["muted"], linewidth=0.8)
    least, most = min(0.0, *(row.low for row in rows)), max(0.0, *(row.high for row in rows))
    axes.set_xlim(1.04 * least, 1.04 * most or 1.0)
    for place, row in enumerate(rows):
        _value_label(axes, place, max(row.high, 0.0), row.text)
    return figure


def range_chart(rows: Sequence[BarRow], colour: str, label: str, suffix: str = "") -> Figure:
    """Draw, a row, an open dot at the start, a line over the range and a full dot at the value.

    Args: as for :func:`bar_chart`.
    """
    figure, axes = _frame(rows, label, suffix)
    places = range(len(rows))
    axes.hlines(
        places,
        [row.low for row in rows],
        [row.high for row in rows],
        color=COLOURS[colour],
        alpha=0.35,
        linewidth=5.0,
    )
    axes.scatter([row.value for row in rows], places, s=22.0, color=COLOURS[colour], zorder=3)
    axes.scatter(
        [row.start for row in rows],
        places,
        s=26.0,
        facecolor=COLOURS["paper"],
        edgecolor=COLOURS["ink"],
        linewidth=1.1,
        zorder=4,
    )
    ends = [max(row.high, row.value, row.start) for row in rows]
    axes.set_xlim(0.0, 1.04 * max(ends) or 1.0)
    for place, (row, end) in enumerate(zip(rows, ends, strict=True)):
        _value_label(axes, place, end, row.text)
    return figure


def _frame(rows: Sequence[BarRow], label: str, suffix: str) -> tuple[Figure, Axes]:
    height = _TOP + _ROW * len(rows) + _BOTTOM
    figure = new_figure(_WIDTH, height)
    left, bottom = _LEFT / _WIDTH, _BOTTOM / height
    axes = figure.add_axes(
        (left, bottom, 1.0 - left - _RIGHT / _WIDTH, 1.0 - bottom - _TOP / height)
    )
    # The first row on top.
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [stand_in(row.netuid) for row in rows])
    axes.tick_params(axis="y", labelcolor=COLOURS["ink"])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(label)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: compact(value) + suffix))
    return figure, axes


def _value_label(axes: Axes, place: int, end: float, text: str) -> None:
    axes.annotate(
        text,
        xy=(end, place),
        xytext=(5.0, 0.0),
        textcoords="offset points",
        va="center",
        color=COLOURS["muted"],
        annotation_clip=False,
    )
