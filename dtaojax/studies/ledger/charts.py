"""Figures of the page of a ledger: coverage by horizon, and places of outcomes."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dtaojax.report.charts.svg import COLOURS, new_figure
from dtaojax.report.document import (
    Drawing,
    drawing,
)

LEVELS: Final = {0.5: "teal", 0.8: "violet", 0.95: "blue"}
_DAYS: Final = (0.0, 1.0, 3.0, 7.0, 14.0, 30.0, 60.0, 90.0)


def horizon_words(end: float) -> str:
    """Return a group of horizons in words: ``7 to 14``, ``up to 1``, ``beyond 90``."""
    if math.isinf(end):
        return f"beyond {_DAYS[-1]:g}"
    start = _DAYS[_DAYS.index(end) - 1]
    return f"{start:g} to {end:g}" if start else f"up to {end:g}"


def reliability_drawing(name: str, title: str, rows: pd.DataFrame) -> Drawing:
    counted = rows[rows["counted"]]
    cases = int(rows["cases"].sum())
    late = int(rows.loc[~rows["counted"], "cases"].sum())
    caption = f"{cases:,} outcomes"
    if late:
        caption += " (hollow: added after the outcome)" if late < cases else (
            ", all added after the outcome (hollow)"
        )  # fmt: skip
    told = [
        f"{horizon_words(row['horizon'])} days: "
        + ", ".join(f"{100 * row[f'coverage_{level:g}']:.0f} % in {100 * level:g} %"
                    for level in LEVELS)
        for row in (counted if len(counted) else rows).to_dict("records")
    ]  # fmt: skip
    return drawing(
        f"reliability-{name}".replace("_", "-"),
        title,
        f"{caption}.",
        _reliability_chart(rows),
        f"{caption}. {'; '.join(told)}.",
    )


def _reliability_chart(rows: pd.DataFrame) -> Figure:
    """Draw which part of outcomes lay in each interval, by horizon."""
    figure = new_figure(430.0, 250.0)
    axes = figure.add_axes((0.12, 0.19, 0.74, 0.76))
    ends = sorted(rows["horizon"].unique())
    for place, (level, colour) in enumerate(LEVELS.items()):
        axes.axhline(100 * level, color=COLOURS[colour], lw=1.0, ls=(0, (4, 3)))
        axes.annotate(
            f"{100 * level:g} %",
            (1.02, 100 * level),
            xycoords=("axes fraction", "data"),
            color=COLOURS[colour],
            va="center",
            fontsize=10.0,
        )
        for counted in (True, False):
            own = rows[rows["counted"] == counted]
            blocked = own[f"blocked_{level:g}"].to_numpy(float)
            error = np.where(np.isnan(blocked), own[f"binomial_{level:g}"], blocked)
            across = [ends.index(end) for end in own["horizon"]]
            shift = 0.12 * (place - 1) + (0.0 if counted else 0.04)
            axes.errorbar(
                np.array(across, float) + shift,
                100 * own[f"coverage_{level:g}"],
                yerr=196.0 * error,
                fmt="o",
                markersize=6.0,
                color=COLOURS[colour],
                markerfacecolor=COLOURS[colour] if counted else COLOURS["paper"],
                elinewidth=1.1,
            )
    axes.set_xticks(range(len(ends)), [horizon_words(end) for end in ends])
    axes.set_xlim(-0.5, len(ends) - 0.5)
    axes.set_ylim(0.0, 103.0)
    axes.set_xlabel("days ahead")
    axes.set_ylabel("outcomes inside [%]")
    axes.grid(visible=False, axis="x")
    return figure


def places_drawing(name: str, title: str, rows: pd.DataFrame) -> Drawing:
    figure = new_figure(430.0, 200.0)
    axes = figure.add_axes((0.11, 0.22, 0.86, 0.72))
    density = rows["density"].to_numpy(float)
    width = 100.0 / len(rows)
    middle = width * (np.arange(len(rows)) + 0.5)
    axes.bar(middle, density, width=0.92 * width, color=COLOURS["blue"], alpha=0.7)
    axes.axhline(1.0, color=COLOURS["muted"], lw=1.0, ls=(0, (4, 3)))
    axes.set_xlim(0.0, 100.0)
    axes.set_ylim(0.0, max(1.5, 1.1 * float(density.max())))
    axes.set_xlabel("where the outcome fell in its forecast [%]")
    axes.grid(visible=False, axis="x")
    is_counted = bool(rows["counted"].iloc[0])
    caption = f"{int(rows['cases'].iloc[0]):,} outcomes"
    caption += "." if is_counted else ", all added after the outcome."
    told = ", ".join(f"{value:.2f}" for value in density)
    return drawing(
        f"places-{name}".replace("_", "-"), title, caption, figure, f"{caption} Densities: {told}."
    )
