"""Fan charts: a continuous quantity over time, with its spread over paths."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from dtaojax.report.charts.svg import COLOURS
from dtaojax.report.charts.timeline import BANDS, MEDIAN, OUTER, draw_mean, label_ends, new_timeline
from dtaojax.results.estimates import Trajectory

_LOG_RATIO: Final = 12.0
"""A fan whose edges are this many times apart at its end is drawn on a logarithmic axis."""


def fan_chart(trajectory: Trajectory, colour: str, scale: float = 1.0, suffix: str = "") -> Figure:
    """Draws the bands over paths, the median, and the mean with its 95 % Monte Carlo interval.

    Args:
        trajectory: what to draw; levels that it lacks are left out.
        colour: a name in :data:`dtaojax.report.charts.svg.COLOURS`.
        scale: factor on all values, for example 100 for percent.
        suffix: written after the values, for example ``" %"``.
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
    """Scales the axis to ``shown`` (lines, days)."""
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
