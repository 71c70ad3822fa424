"""Fan charts: one quantity over time, with the spread over paths and the error of the mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from dtaojax.report.estimates import Trajectory
from dtaojax.report.numerals import compact
from dtaojax.report.svg import COLOURS, new_figure

OUTER: Final = (0.05, 0.95)
INNER: Final = (0.25, 0.75)
MEDIAN: Final = 0.5

_WIDTH: Final = 340.0
_HEIGHT: Final = 210.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 48.0, 54.0, 10.0, 36.0
_LABEL_GAP: Final = 12.5
_LOG_RATIO: Final = 12.0
"""A fan whose edges are this many times apart is drawn on a logarithmic axis."""


def fan_chart(trajectory: Trajectory, colour: str, scale: float = 1.0, suffix: str = "") -> Figure:
    """Draws the bands over paths, the median, and the mean with its 95 % Monte Carlo interval.

    Args:
        trajectory: what to draw; levels that it lacks are left out.
        colour: a name in :data:`dtaojax.report.svg.COLOURS`.
        scale: factor on all values, for example 100 for percent.
        suffix: written after the values, for example ``" %"``.
    """
    figure = new_figure(_WIDTH, _HEIGHT)
    left, bottom = _LEFT / _WIDTH, _BOTTOM / _HEIGHT
    axes = figure.add_axes(
        (left, bottom, 1.0 - left - _RIGHT / _WIDTH, 1.0 - bottom - _TOP / _HEIGHT)
    )
    days = trajectory.days
    tone = COLOURS[colour]
    quantiles = {level: scale * values for level, values in trajectory.quantiles.items()}
    for (low, high), opacity in ((OUTER, 0.18), (INNER, 0.34)):
        if low in quantiles and high in quantiles:
            axes.fill_between(
                days, quantiles[low], quantiles[high], color=tone, alpha=opacity, linewidth=0.0
            )
    if MEDIAN in quantiles:
        axes.plot(days, quantiles[MEDIAN], color=tone, linewidth=1.8)
    mean, mean_low, mean_high = (
        scale * values for values in (trajectory.mean, trajectory.mean_low, trajectory.mean_high)
    )
    axes.errorbar(
        days,
        mean,
        yerr=(mean - mean_low, mean_high - mean),
        fmt="o",
        markersize=2.4,
        color=COLOURS["ink"],
        elinewidth=0.9,
        capsize=1.6,
    )
    band = [quantiles[level] for level in OUTER if level in quantiles]
    _scale_axes(axes, days, np.concatenate([mean, *band]), suffix)
    if band and np.array_equal(band, np.round(band), equal_nan=True):
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    ends = {
        level: float(quantiles[level][-1])
        for level in (OUTER[0], MEDIAN, OUTER[1])
        if level in quantiles and np.isfinite(quantiles[level][-1])
    }
    distinct = {
        level: end for level, end in ends.items() if level == MEDIAN or end != ends.get(MEDIAN)
    }
    _label_ends(axes, distinct, suffix)
    return figure


def _scale_axes(axes: Axes, days: np.ndarray, shown: np.ndarray, suffix: str) -> None:
    axes.set_xlim(0.0, float(days[-1]) or 1.0)
    axes.set_xlabel("days from now")
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 1.5, 3, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda day, _: compact(day)))
    axes.grid(visible=False, axis="x")
    finite = shown[np.isfinite(shown)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low > 0.0 and high > _LOG_RATIO * low:
        axes.set_yscale("log")
        axes.set_ylim(low / 1.2, high * 1.2)
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=9))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        margin = 0.07 * (high - low) or 0.05 * abs(high) or 1.0
        axes.set_ylim(low - margin, high + margin)
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: compact(value) + suffix))


def _label_ends(axes: Axes, ends: dict[float, float], suffix: str) -> None:
    """Writes the last values of the band and of the median at the right, without overlap."""
    heights = [float(axes.transData.transform((0.0, end))[1]) for end in ends.values()]
    for (level, end), height in zip(ends.items(), spread(heights, _LABEL_GAP), strict=True):
        is_median = level == MEDIAN
        axes.annotate(
            compact(end, 3) + suffix,
            xy=(1.0, height / _HEIGHT),
            xycoords=("axes fraction", "figure fraction"),
            xytext=(5.0, 0.0),
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
