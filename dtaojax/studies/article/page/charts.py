"""The figure of an experiment: lines over days, dots with intervals, or histograms."""

from __future__ import annotations

import textwrap
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from dtaojax.files.text import one_line
from dtaojax.report.charts.svg import COLOURS, new_figure
from dtaojax.report.numerals import compact
from dtaojax.studies.article.result import PLAIN_UNITS, FigureResult, Series

TONES: Final = ("blue", "orange", "teal", "violet", "red", "green")
_WIDTH: Final = 460.0
_LINE: Final = 15.0
_LABEL: Final = 90
"""Most characters of a label."""


def draw(figure: FigureResult) -> Figure:
    """Draw a figure of any kind; values in percent where it says so."""
    return _dots(figure) if figure.kind == "by_arm" else _plane(figure)


def _plane(figure: FigureResult) -> Figure:
    """Draw values against days, a parameter, or each other, one colour an arm."""
    height = 240.0 + _LINE * len(figure.series)
    drawing = new_figure(_WIDTH, height)
    top = (_LINE * len(figure.series) + 12.0) / height
    axes = drawing.add_axes((0.1, 44.0 / height, 0.88, 1.0 - top - 44.0 / height))
    for place, series in enumerate(figure.series):
        tone = COLOURS[TONES[place % len(TONES)]]
        label = one_line(series.label, _LABEL)
        if figure.kind == "distribution":
            _histogram(axes, series, figure, tone, label)
        elif figure.kind == "over_days":
            _band(axes, series, figure, tone, label)
        else:
            _points(axes, series, figure, tone, label)
    if figure.kind == "distribution":
        axes.set_xlabel(_named("value", figure))
        axes.set_ylabel("part of the paths [%]")
        _scale(axes.xaxis, figure)
        axes.set_ylim(bottom=0.0)
    else:
        axes.set_xlabel(figure.axis)
        axes.set_ylabel(_named("", figure))
        if figure.scale == "log":
            axes.set_yscale("log")
        _scale(axes.yaxis, figure)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=1, frameon=False, borderaxespad=0.2
    )
    return drawing


def _named(what: str, figure: FigureResult) -> str:
    unit = "%" if figure.percent else "" if figure.unit in PLAIN_UNITS else figure.unit
    return f"{what} [{unit}]".strip() if unit else what


def _factor(figure: FigureResult) -> float:
    return 100.0 if figure.percent else 1.0


def _band(axes: Axes, series: Series, figure: FigureResult, tone: str, label: str) -> None:
    low, middle, high = (
        _factor(figure) * np.array(values) for values in (series.low, series.value, series.high)
    )
    axes.fill_between(series.at, low, high, color=tone, alpha=0.16, linewidth=0.0)
    axes.plot(series.at, middle, color=tone, linewidth=1.8, label=label)
    axes.set_xlim(0.0, max(series.at))


def _points(axes: Axes, series: Series, figure: FigureResult, tone: str, label: str) -> None:
    axes.errorbar(
        series.at,
        _factor(figure) * np.array(series.value),
        yerr=_whiskers(series, figure),
        fmt="o-",
        markersize=4.0,
        linewidth=1.2,
        elinewidth=0.9,
        capsize=2.0,
        color=tone,
        label=label,
    )


def _histogram(axes: Axes, series: Series, figure: FigureResult, tone: str, label: str) -> None:
    edges, parts = _factor(figure) * np.array(series.at), 100.0 * np.array(series.value)
    axes.stairs(parts, edges, color=tone, fill=True, alpha=0.2)
    axes.stairs(parts, edges, color=tone, linewidth=1.4, label=label)


def _dots(figure: FigureResult) -> Figure:
    """Draw a row an arm (and case) with its 95 % interval."""
    row, bottom, top = 32.0, 42.0, 8.0
    height = bottom + top + row * len(figure.series)
    drawing = new_figure(_WIDTH, height)
    axes = drawing.add_axes((0.47, bottom / height, 0.49, 1.0 - (bottom + top) / height))
    for place, series in enumerate(figure.series):
        axes.errorbar(
            _factor(figure) * series.value[0],
            place,
            xerr=_whiskers(series, figure),
            fmt="o",
            markersize=5.0,
            elinewidth=1.1,
            capsize=3.0,
            color=COLOURS["blue"],
        )
    labels = [one_line(series.label, _LABEL) for series in figure.series]
    axes.set_yticks(range(len(labels)), [_folded(label) for label in labels])
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.tick_params(axis="y", labelcolor=COLOURS["ink"])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(_named("", figure))
    if figure.scale == "log":
        axes.set_xscale("log")
    _scale(axes.xaxis, figure)
    return drawing


def _folded(label: str) -> str:
    """Fold a label into at most two lines, cut where it is too long for the margin."""
    return "\n".join(textwrap.wrap(label, 34, max_lines=2, placeholder="…"))


def _whiskers(series: Series, figure: FigureResult) -> np.ndarray:
    value, low, high = map(np.array, (series.value, series.low, series.high))
    return _factor(figure) * np.maximum(np.nan_to_num([value - low, high - value]), 0.0)


def _scale(axis: Axis, figure: FigureResult) -> None:
    if figure.scale == "log":
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=9))
        axis.set_minor_locator(NullLocator())
    else:
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: compact(value)))
