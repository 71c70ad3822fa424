"""Figures of a back-test: histograms of the probability-integral transform, and coverage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dtaojax.report.charts.svg import COLOURS, new_figure

TONES = ("blue", "orange", "violet", "teal")


def pit_chart(rows: pd.DataFrame, colour: str) -> Figure:
    """Draws a histogram with its error bars; flat at 1 where forecasts are right.

    Args:
        rows: bins of one forecaster, horizon and group.
        colour: a name in :data:`dtaojax.report.charts.svg.COLOURS`.
    """
    figure = new_figure(430.0, 210.0)
    axes = figure.add_axes((0.11, 0.2, 0.86, 0.74))
    middle = 50.0 * (rows["low"] + rows["high"])
    axes.bar(middle, rows["density"], width=4.6, color=COLOURS[colour], alpha=0.7)
    axes.errorbar(
        middle,
        rows["density"],
        yerr=1.96 * rows["density_error"],
        fmt="none",
        color=COLOURS["ink"],
        elinewidth=0.8,
    )
    axes.axhline(1.0, color=COLOURS["muted"], linewidth=1.0, linestyle=(0, (4, 3)))
    axes.set_xlim(0.0, 100.0)
    axes.set_ylim(0.0, max(1.5, 1.1 * float((rows["density"] + rows["density_error"]).max())))
    axes.set_xlabel("where the outcome fell in its forecast [%]")
    axes.grid(visible=False, axis="x")
    return figure


def coverage_chart(rows: pd.DataFrame, forecasters: Sequence[str]) -> Figure:
    """Draws coverage less the level, in percentage points, by level and forecaster.

    Args:
        rows: of one horizon and group.
        forecasters: in the order of the legend.
    """
    figure = new_figure(430.0, 230.0)
    axes = figure.add_axes((0.13, 0.2, 0.84, 0.74))
    levels = sorted(rows["level"].unique())
    for place, name in enumerate(forecasters):
        mine = rows[rows["forecaster"] == name].sort_values("level")
        shift = 0.18 * (place - 0.5 * (len(forecasters) - 1))
        axes.errorbar(
            np.arange(len(mine)) + shift,
            100.0 * (mine["coverage"] - mine["level"]),
            yerr=196.0 * mine["coverage_error"],
            fmt="o",
            markersize=4.5,
            color=COLOURS[TONES[place % len(TONES)]],
            elinewidth=1.2,
            label=name.replace("_", " "),
        )
    axes.axhline(0.0, color=COLOURS["muted"], linewidth=1.0)
    axes.set_xticks(np.arange(len(levels)), [f"{100.0 * level:g} %" for level in levels])
    axes.set_xlabel("level of the interval")
    axes.set_ylabel("coverage − level [points]")
    axes.grid(visible=False, axis="x")
    axes.legend(frameon=False, fontsize=9.5, labelcolor=COLOURS["ink"])
    return figure
