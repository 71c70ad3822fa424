"""Figures and tables of the page of a back-test of whole runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dtaojax.report.charts.svg import COLOURS, new_figure
from dtaojax.report.document import Entry, Table, number
from dtaojax.studies.backtest.runs.result import RunBacktestResults


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


def network_table(results: RunBacktestResults, table: pd.DataFrame) -> Table:
    """Return the table of figures of the network, a row a figure and date."""
    rows = [
        [
            row["quantity"].replace("_", " "),
            *(number(float(row[key])) for key in ("day", "outcome", "median")),
            f"{row['low_0.95']:.4g} to {row['high_0.95']:.4g}",
            "yes" if row["inside_0.95"] else "no",
            number(float(row["pit"]), None, 100.0, " %"),
            *_scores(results, row, "crps"),
        ]
        for row in table.to_dict("records")
    ]
    heads = ["Figure", "day", "came", "median", "95 % of paths", "inside", "paths below"]
    scores = ["CRPS", f"CRPS {results.rival}", "CRPS unchanged"]
    return Table("Figures of the network", [*heads, *scores], rows, sortable=True)


def subnets_table(results: RunBacktestResults, table: pd.DataFrame) -> Table:
    """Return the table of figures of subnets, a row a figure and date."""
    levels = results.manifest["config"]["levels"]
    rows = [
        [
            row["quantity"].replace("_", " "),
            number(float(row["day"])),
            number(float(row["subnets"])),
            *(number(float(row[f"coverage_{level:g}"]), None, 100.0, " %") for level in levels),
            *_scores(results, row, "crps"),
        ]
        for row in table.to_dict("records")
    ]
    heads = ["Figure", "day", "subnets", *(f"in the {100 * level:g} %" for level in levels)]
    scores = ["CRPS", f"CRPS {results.rival}", "CRPS unchanged"]
    return Table(
        "Figures of all subnets of the start",
        [*heads, *scores],
        rows,
        sortable=True,
        note="Prices and TAO in pools are scored in units of their start. A subnet that is gone "
        "counts as 0, in the forecast as in what came. Among equal values the place of an "
        "outcome is drawn, so that a right forecast covers exactly what it promises.",
    )


def events_table(results: RunBacktestResults, table: pd.DataFrame) -> Table:
    """Return the table of events, a row an event and date."""
    rows = [
        [
            row["event"].replace("_", " "),
            number(float(row["day"])),
            number(float(row["happened"])),
            number(float(row["expected"])),
            *_scores(results, row, "brier"),
        ]
        for row in table.to_dict("records")
    ]
    heads = ["Event", "day", "subnets", "expected"]
    scores = ["Brier", f"Brier {results.rival}", "Brier unchanged"]
    return Table(
        "Below the bar, and gone",
        [*heads, *scores],
        rows,
        note="A Brier score is the mean squared distance of probabilities from what came.",
    )


def _scores(results: RunBacktestResults, row: dict[str, Any], score: str) -> list[Entry]:
    names = ("forecast", results.rival, "unchanged")
    return [number(float(row[f"{score}_{name}"])) for name in names]
