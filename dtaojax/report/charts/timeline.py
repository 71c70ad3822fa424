"""Charts over time: the frame that they share, fans of a continuous quantity, cells of a count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

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
    """Make an empty figure whose axis of days ends at ``last_day`` [days].

    Args:
        last_day: End of the axis.
        suffix: Text after the values of the other axis.
        above: Height to leave for a legend [points].
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
    """Draw a dashed line at each day on which the rules change."""
    for day in days:
        axes.axvline(day, color=COLOURS["muted"], linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)


def draw_mean(axes: Axes, trajectory: Trajectory, scale: float = 1.0) -> None:
    """Draw a dot a day for the mean with its 95 % Monte Carlo interval; values times ``scale``."""
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
    """Write the last values at the right, by quantile level, without overlap.

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
    """Move increasing positions apart, as little as need be, until ``gap`` lies between them."""
    placed = list(positions)
    for _ in placed:
        for place in range(1, len(placed)):
            overlap = gap - (placed[place] - placed[place - 1])
            if overlap > 0.0:
                placed[place - 1] -= overlap / 2.0
                placed[place] += overlap / 2.0
    return placed


_LOG_RATIO: Final = 12.0
"""A fan whose edges are this many times apart at its end is drawn on a logarithmic axis."""


def fan_chart(trajectory: Trajectory, colour: str, scale: float = 1.0, suffix: str = "") -> Figure:
    """Draw the bands over paths, the median, and the mean with its 95 % Monte Carlo interval.

    Args:
        trajectory: Trajectory to draw; levels that it lacks are left out.
        colour: A name in :data:`dtaojax.report.charts.svg.COLOURS`.
        scale: Factor on all values, for example 100 for percent.
        suffix: Text after the values, for example ``" %"``.
    """
    figure, axes = new_timeline(float(trajectory.days[-1]), suffix)
    days, tone = trajectory.days, COLOURS[colour]
    quantiles = {level: scale * values for level, values in trajectory.quantiles.items()}
    for (low, high), opacity in BANDS:
        if trajectory.has_band(low, high):
            axes.fill_between(
                days, quantiles[low], quantiles[high], color=tone, alpha=opacity, linewidth=0.0
            )
    if MEDIAN in quantiles:
        axes.plot(days, quantiles[MEDIAN], color=tone, linewidth=1.8)
    draw_mean(axes, trajectory, scale)
    band = [quantiles[level] for level in OUTER if level in quantiles]
    _scale_values(axes, np.array([scale * trajectory.mean, *band]))
    ends = {level: quantiles[level][-1] for level in (*OUTER, MEDIAN) if level in quantiles}
    label_ends(axes, ends, suffix)
    return figure


def _scale_values(axes: Axes, shown: np.ndarray) -> None:
    """Scale the axis to ``shown`` (lines, days)."""
    finite = shown[np.isfinite(shown)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low > 0.0 and np.nanmax(shown[:, -1]) > _LOG_RATIO * np.nanmin(shown[:, -1]):
        written = axes.yaxis.get_major_formatter()
        axes.set_yscale("log")
        # Changing the scale has put another in its place.
        axes.yaxis.set_major_formatter(written)
        axes.set_ylim(low / 1.2, high * 1.2)
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=9))
        axes.yaxis.set_minor_locator(NullLocator())
        return
    margin = 0.07 * (high - low) or 0.05 * abs(high) or 1.0
    axes.set_ylim(low - margin, high + margin)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))


_LEAST_ROWS: Final = 4.0
"""Counts that the axis spans at least, so that a step of one does not look like a landslide."""


def count_chart(trajectory: Trajectory, colour: str) -> Figure:
    """Draw, around each report day, a cell for each count in the bands over paths.

    A sloping band would show values that no path takes. A cell is one count high and reaches half
    the way to the days beside it; the median is a line through its cells. Band ends between two
    counts are moved outwards to the next.

    Args:
        trajectory: Trajectory of a whole number; levels that it lacks are left out.
        colour: A name in :data:`dtaojax.report.charts.svg.COLOURS`.
    """
    days, tone = trajectory.days, COLOURS[colour]
    figure, axes = new_timeline(float(days[-1]))
    # Cells meet half the way between days.
    edges = np.concatenate([days[:1], 0.5 * (days[:-1] + days[1:]), days[-1:]])
    shown = [trajectory.mean]
    for (low, high), opacity in BANDS:
        if trajectory.has_band(low, high):
            bottom = np.floor(trajectory.quantiles[low]) - 0.5
            top = np.ceil(trajectory.quantiles[high]) + 0.5
            axes.stairs(top, edges, baseline=bottom, fill=True, color=tone, alpha=opacity)
            shown += [bottom, top]
    if MEDIAN in trajectory.quantiles:
        axes.stairs(trajectory.quantiles[MEDIAN], edges, baseline=None, color=tone, linewidth=1.8)
    draw_mean(axes, trajectory)
    values = np.concatenate(shown)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    margin = max(0.5 * (_LEAST_ROWS - (high - low)), 0.05 * (high - low))
    axes.set_ylim(low - margin, high + margin)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    rounded = {OUTER[0]: np.floor, MEDIAN: np.asarray, OUTER[1]: np.ceil}
    label_ends(
        axes,
        {
            level: float(rounding(trajectory.quantiles[level][-1]))
            for level, rounding in rounded.items()
            if level in trajectory.quantiles
        },
    )
    return figure
