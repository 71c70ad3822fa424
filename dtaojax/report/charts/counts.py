"""Charts of a whole number over time: the counts that the paths take, as rows of cells."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from dtaojax.report.charts.svg import COLOURS
from dtaojax.report.charts.timeline import BANDS, MEDIAN, OUTER, draw_mean, label_ends, new_timeline
from dtaojax.results.estimates import Trajectory

_LEAST_ROWS: Final = 4.0
"""Counts that the axis spans at least, so that a step of one does not look like a landslide."""


def count_chart(trajectory: Trajectory, colour: str) -> Figure:
    """Draws, around each report day, a cell for each count in the bands over paths.

    A sloping band would show values that no path takes. A cell is one count high and reaches half
    the way to the days beside it; the median is a line through its cells. Band ends between two
    counts are moved outwards to the next.

    Args:
        trajectory: of a whole number; levels that it lacks are left out.
        colour: a name in :data:`dtaojax.report.charts.svg.COLOURS`.
    """
    days, tone = trajectory.days, COLOURS[colour]
    figure, axes = new_timeline(float(days[-1]))
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
