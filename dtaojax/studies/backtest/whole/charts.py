"""Figures of the page of a back-test of whole runs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dtaojax.report.charts.svg import COLOURS, new_figure


def band_chart(rows: pd.DataFrame) -> Figure:
    """Draw bands of the forecast on each date, and what came.

    A figure that is 0 at the start has no value there: nobody is paid before averages of flows,
    which the state does not hold, have filled.

    Args:
        rows: of one figure of the network, by date.
    """
    figure = new_figure(430.0, 230.0)
    axes = figure.add_axes((0.13, 0.2, 0.84, 0.74))
    days = rows["day"].to_numpy(float)
    width = 0.03 * max(days.max(), 1.0)
    for level, opacity in ((0.95, 0.18), (0.8, 0.28), (0.5, 0.45)):
        low, high = (rows[f"{end}_{level:g}"].to_numpy(float) for end in ("low", "high"))
        axes.bar(
            days, high - low, bottom=low, width=2.0 * width, color=COLOURS["blue"], alpha=opacity
        )
    axes.plot(days, rows["median"], "_", color=COLOURS["blue"], markersize=14.0)
    came = rows["outcome"].to_numpy(float)
    begun = float(rows["at_start"].iloc[0])
    start = [begun] if begun != 0.0 else []
    axes.plot(
        [*(0.0 for _ in start), *days], [*start, *came], "o-", color=COLOURS["orange"], lw=1.0
    )
    axes.set_xlim(-width, days.max() + 3.0 * width)
    ends = np.array([*rows["low_0.95"], *rows["high_0.95"], *came, *start])
    margin = 0.08 * (ends.max() - ends.min()) or 1.0
    axes.set_ylim(ends.min() - margin, ends.max() + margin)
    axes.set_xlabel("days after the start")
    return figure


def tenths_chart(rows: pd.DataFrame) -> Figure:
    """Draw how many outcomes fell into each tenth of their forecasts [%].

    Args:
        rows: of one figure of subnets, by start, date and tenth.
    """
    figure = new_figure(430.0, 190.0)
    axes = figure.add_axes((0.1, 0.24, 0.87, 0.7))
    parts = 100.0 * rows.groupby("tenth")["part"].mean()
    axes.bar(parts.index, parts, width=0.9, color=COLOURS["blue"], alpha=0.6)
    axes.axhline(10.0, color=COLOURS["orange"], lw=1.0)
    axes.set_xticks([0.5, 5.5, 10.5], ["lowest path", "median", "highest path"])
    axes.set_ylabel("% of outcomes")
    return figure
