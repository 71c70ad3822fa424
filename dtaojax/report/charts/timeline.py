"""What charts over time have in common: the frame, the mean with its error, labels at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dtaojax.report.charts.svg import COLOURS, new_figure
from dtaojax.report.numerals import compact
from dtaojax.results.estimates import Trajectory

OUTER: Final = (0.05, 0.95)
INNER: Final = (0.25, 0.75)
MEDIAN: Final = 0.5
BANDS: Final = ((OUTER, 0.18), (INNER, 0.34))
"""Levels of a band and the opacity in which it is drawn."""

_WIDTH: Final = 340.0
_HEIGHT: Final = 210.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 48.0, 54.0, 10.0, 36.0
_LABEL_GAP: Final = 12.5


def new_timeline(last_day: float, suffix: str = "", above: float = 0.0) -> tuple[Figure, Axes]:
    """An empty figure whose axis of days ends at ``last_day`` [days].

    Args:
        last_day: end of the axis.
        suffix: written after the values of the other axis.
        above: height to leave for a legend [points].
    """
    height = _HEIGHT + above
    figure = new_figure(_WIDTH, height)
    left, bottom = _LEFT / _WIDTH, _BOTTOM / height
    axes = figure.add_axes(
        (left, bottom, 1.0 - left - _RIGHT / _WIDTH, 1.0 - bottom - (_TOP + above) / height)
    )
    axes.set_xlim(0.0, last_day or 1.0)
    axes.set_xlabel("days from now")
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 1.5, 3, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda day, _: compact(day)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: compact(value) + suffix))
    axes.grid(visible=False, axis="x")
    return figure, axes


def mark_changes(axes: Axes, days: Sequence[float]) -> None:
    """Draws a dashed line at each day on which the rules change."""
    for day in days:
        axes.axvline(day, color=COLOURS["muted"], linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)


def draw_mean(axes: Axes, trajectory: Trajectory, scale: float = 1.0) -> None:
    """A dot a day for the mean, with its 95 % Monte Carlo interval; values times ``scale``."""
    mean = scale * trajectory.mean
    axes.errorbar(
        trajectory.days,
        mean,
        yerr=(mean - scale * trajectory.mean_low, scale * trajectory.mean_high - mean),
        fmt="o",
        markersize=2.4,
        color=COLOURS["ink"],
        elinewidth=0.9,
        capsize=1.6,
        clip_on=False,
        zorder=3,
    )


def label_ends(axes: Axes, ends: dict[float, float], suffix: str = "") -> None:
    """Writes the last values at the right, by quantile level, without overlap.

    Values that are not finite, and ends of the band that equal the median, are left out. The
    scale of ``axes`` must be final.
    """
    shown = {
        level: end
        for level, end in sorted(ends.items())
        if np.isfinite(end) and (level == MEDIAN or end != ends.get(MEDIAN))
    }
    heights = [float(axes.transData.transform((0.0, end))[1]) for end in shown.values()]
    for (level, end), height in zip(shown.items(), spread(heights, _LABEL_GAP), strict=True):
        is_median = level == MEDIAN
        axes.annotate(
            compact(end, 3) + suffix,
            xy=(1.0, height / _HEIGHT),
            xycoords=("axes fraction", "figure fraction"),
            xytext=(6.0, 0.0),
            textcoords="offset points",
            va="center",
            color=COLOURS["ink" if is_median else "muted"],
            fontweight="bold" if is_median else "normal",
            annotation_clip=False,
        )


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Moves increasing positions apart, as little as need be, until ``gap`` lies between them."""
    placed = list(positions)
    for _ in placed:
        for place in range(1, len(placed)):
            overlap = gap - (placed[place] - placed[place - 1])
            if overlap > 0.0:
                placed[place - 1] -= overlap / 2.0
                placed[place] += overlap / 2.0
    return placed
