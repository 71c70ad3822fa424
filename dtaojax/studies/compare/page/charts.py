"""Figures of a comparison: a quantity in every run, and its difference from the baseline."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dtaojax.files.text import shorten
from dtaojax.report.charts.svg import COLOURS, new_figure, stand_in
from dtaojax.report.charts.timeline import MEDIAN, OUTER, mark_changes, spread
from dtaojax.report.display import display_of, factor_of, unit_of
from dtaojax.report.document import Drawing, drawing
from dtaojax.report.glossary import label_of
from dtaojax.report.notes import change_caption, change_days
from dtaojax.report.numerals import compact
from dtaojax.studies.compare.page.tables import difference_text, value_text
from dtaojax.studies.compare.result import ComparisonResult

TONES: Final = ("ink", "blue", "orange", "teal", "violet", "red")
"""Colours of the runs, the baseline first."""

_WIDTH: Final = 430.0
_HEIGHT: Final = 230.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 104.0, 10.0, 38.0
_LABEL_GAP: Final = 13.0
_LABEL_LENGTH: Final = 16


def pair_of_charts(comparison: ComparisonResult, quantity: str) -> list[Drawing]:
    """Draw a quantity over time in every run, and beside it the differences; nothing without it.

    Args:
        comparison: Comparison of the runs.
        quantity: Quantity of the network or the portfolio.
    """
    days = comparison.days(quantity)
    if not days:
        return []
    labels = comparison.labels
    unit = next(each.unit for each in [comparison.get(1, quantity, days[-1])] if each)
    where = f"{label_of(quantity)} [{unit_of(quantity, unit)}]"
    slug = quantity.replace("_", "-")

    def name(place: int) -> str:
        return shorten(labels[place], _LABEL_LENGTH)

    levels = "; ".join(
        f"{labels[run]} {value_text(comparison, run, quantity, days[-1])}"
        for run in range(len(labels))
    )
    changes = "; ".join(
        f"{labels[run]} {difference_text(quantity, each)}"
        for run in comparison.others
        if (each := comparison.get(run, quantity, days[-1]))
    )
    return [
        drawing(
            f"{slug}-levels",
            where,
            f"Day {days[-1]:g}, mean: {levels}. Lines are medians, bands hold 90 % of paths."
            + change_caption(_changes(comparison)),
            _levels(comparison, quantity),
            name=name,
        ),
        drawing(
            f"{slug}-differences",
            f"The same, less {labels[0]}",
            f"Day {days[-1]:g}: {changes}. Bars are 95 % intervals of the mean difference.",
            _differences(comparison, quantity, days),
            name=name,
        ),
    ]


def _changes(comparison: ComparisonResult) -> list[float]:
    """Return days on which the rules of some run change."""
    runs = (run.part("mechanism") for run in comparison.runs)
    return sorted({day for mechanism in runs for day in change_days(mechanism)})


def _levels(comparison: ComparisonResult, quantity: str) -> Figure:
    figure, axes = _frame(comparison.horizon, quantity)
    mark_changes(axes, _changes(comparison))
    factor, ends = factor_of(quantity), {}
    for run, evidence in enumerate(comparison.runs):
        table = evidence.network
        # Quantities of the network and of the portfolio have different names, so one look-up tells.
        if quantity not in table.quantities() and evidence.portfolio:
            table = evidence.portfolio
        trajectory = table.trajectory(quantity)
        if trajectory is None or not trajectory.has_band(*OUTER, MEDIAN):
            continue
        tone = COLOURS[TONES[run]]
        low, middle, high = (
            factor * trajectory.quantiles[level] for level in (OUTER[0], MEDIAN, OUTER[1])
        )
        axes.fill_between(trajectory.days, low, high, color=tone, alpha=0.13, linewidth=0.0)
        axes.plot(trajectory.days, middle, color=tone, linewidth=1.8)
        ends[run] = float(middle[-1])
    _label(axes, ends)
    return figure


def _differences(comparison: ComparisonResult, quantity: str, days: list[float]) -> Figure:
    figure, axes = _frame(comparison.horizon, quantity)
    factor, ends = factor_of(quantity), {}
    axes.axhline(0.0, color=COLOURS["muted"], linewidth=1.0)
    for run in comparison.others:
        found = [(day, comparison.get(run, quantity, day)) for day in days]
        points = np.array(
            [(day, each.difference, each.ci_low, each.ci_high) for day, each in found if each]
        )
        if not points.size:
            continue
        day, mean, low, high = points.T
        mean, low, high = factor * mean, factor * low, factor * high
        tone = COLOURS[TONES[run]]
        axes.errorbar(
            day,
            mean,
            yerr=(mean - low, high - mean),
            color=tone,
            linewidth=1.6,
            marker="o",
            markersize=2.6,
            elinewidth=1.0,
            capsize=1.8,
            clip_on=False,
        )
        ends[run] = float(mean[-1])
    _label(axes, ends)
    return figure


def _frame(horizon: float, quantity: str) -> tuple[Figure, Axes]:
    suffix = " %" if display_of(quantity) == "percent" else ""
    figure = new_figure(_WIDTH, _HEIGHT)
    left, bottom = _LEFT / _WIDTH, _BOTTOM / _HEIGHT
    axes = figure.add_axes(
        (left, bottom, 1.0 - left - _RIGHT / _WIDTH, 1.0 - bottom - _TOP / _HEIGHT)
    )
    axes.set_xlim(0.0, horizon or 1.0)
    axes.set_xlabel("days from now")
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 1.5, 3, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda day, _: compact(day)))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: compact(value) + suffix))
    axes.grid(visible=False, axis="x")
    return figure, axes


def _label(axes: Axes, ends: dict[int, float]) -> None:
    """Write at the right of each line which run it is, without overlap."""
    # Scales the axis now, which otherwise happens when it is drawn.
    axes.autoscale_view()
    axes.set_ylim(axes.get_ylim())
    ordered = sorted((end, run) for run, end in ends.items() if np.isfinite(end))
    heights = [float(axes.transData.transform((0.0, end))[1]) for end, _ in ordered]
    for (_, run), height in zip(ordered, spread(heights, _LABEL_GAP), strict=True):
        axes.annotate(
            stand_in(run),
            xy=(1.0, height / _HEIGHT),
            xycoords=("axes fraction", "figure fraction"),
            xytext=(6.0, 0.0),
            textcoords="offset points",
            va="center",
            color=COLOURS[TONES[run]],
            fontweight="bold",
            annotation_clip=False,
        )
