"""Tables and figures of the page of a back-test of prices."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dtaojax.report.charts.svg import COLOURS, new_figure
from dtaojax.report.document import Entry, Table, number
from dtaojax.studies.backtest.prices.result import (
    HEADLINE_GROUP,
    HEADLINE_LEVEL,
    HEADLINE_VAR,
    BacktestResults,
)


def _name(forecaster: str) -> str:
    return forecaster.replace("_", " ")


def _p(value: float) -> str:
    if math.isnan(value):
        return "n/a"
    return "<0.0001" if value < 1e-4 else f"{value:.2g}" if value < 0.1 else f"{value:.2f}"


def coverage_rows(results: BacktestResults) -> Table:
    """Return the table of coverage of every level, a row a horizon and forecaster."""
    levels = sorted(results.tables["coverage"]["level"].unique())
    rows: list[list[Entry]] = []
    for horizon in results.horizons:
        for name in results.forecasters:
            found = results.pick(
                "coverage", horizon=horizon, forecaster=name, group=HEADLINE_GROUP
            ).set_index("level")
            if found.empty:
                continue
            cells = [
                number(found["coverage"][level], found["coverage_error"][level], 100.0, " %")
                for level in levels
            ]
            forecasts = number(float(found["forecasts"].iloc[0]))
            rows.append([_name(name), number(float(horizon)), *cells, forecasts])
    heads = [f"{100 * level:g} % interval" for level in levels]
    return Table(
        "Share of outcomes of mature subnets inside the central interval, with its standard error",
        ["Forecaster", "days ahead", *heads, "forecasts"],
        rows,
    )


def exceedance_rows(results: BacktestResults) -> Table:
    """Return exceedances of the VaR with their tests, a row a level, horizon and forecaster."""
    rows: list[list[Entry]] = []
    found = results.pick("exceedances", group=HEADLINE_GROUP)
    for _, row in found.sort_values(["level", "horizon"], kind="stable").iterrows():
        rows.append(
            [
                f"VaR {100 * row['level']:g} %, {_name(row['forecaster'])}",
                number(float(row["horizon"])),
                number(row["rate"], row["rate_error"], 100.0, " %"),
                _p(row["p_value_blocks"]),
                f"{row['tested_exceeded']:,} of {row['tested']:,}",
                row["zone"],
                _p(row["kupiec_p_value"]),
                _p(row["independence_p_value"]),
                _p(row["conditional_p_value"]),
                f"{row['series_green']} / {row['series_yellow']} / {row['series_red']}",
            ]
        )
    return Table(
        "Losses of mature subnets above the VaR",
        [
            "VaR",
            "days ahead",
            "share above",
            "p over blocks",
            "above, not overlapping",
            "light",
            "p, Kupiec",
            "p, independence",
            "p, both",
            "subnets green / yellow / red",
        ],
        rows,
        note="The light and the p-values of Kupiec and Christoffersen take exceedances of "
        "different subnets for independent; the p-value over blocks of days does not. Subnets with "
        "at least 60 forecasts that do not overlap get a light of their own.",
    )


def shortfall_rows(results: BacktestResults) -> Table:
    """Return tests of expected shortfall, a row a level, horizon and forecaster."""
    rows: list[list[Entry]] = []
    found = results.pick("shortfall", group=HEADLINE_GROUP)
    for _, row in found.sort_values(["level", "horizon"], kind="stable").iterrows():
        rows.append(
            [
                f"ES {100 * row['level']:g} %, {_name(row['forecaster'])}",
                number(float(row["horizon"])),
                number(row["z1"]),
                number(row["z2"], row["z2_error"]),
                _p(row["z1_p_value"]),
                _p(row["z2_p_value"]),
            ]
        )
    return Table(
        "Expected shortfall of mature subnets (Acerbi and Szekely)",
        ["ES", "days ahead", "Z1", "Z2", "p of Z1, simulated", "p of Z2, simulated"],
        rows,
        note="0 where forecasts are right, negative where losses were worse than forecast. The "
        "p-values are one-sided and take outcomes for independent.",
    )


def score_rows(results: BacktestResults) -> Table:
    """Return CRPS, width, and the paired comparison with the first forecaster."""
    first = results.forecasters[0]
    rows: list[list[Entry]] = []
    for horizon in results.horizons:
        for name in results.forecasters:
            where = {"horizon": horizon, "group": HEADLINE_GROUP}
            found = results.pick("crps", forecaster=name, **where)
            if found.empty:
                continue
            score = found.iloc[0]
            compared: list[Entry] = ["", "", ""]
            if name != first:
                pair = results.pick("skill", against=name, **where).iloc[0]
                low, high = 100 * pair["skill_low"], 100 * pair["skill_high"]
                compared = [
                    number(pair["skill"], pair["skill_error"], 100.0, " %"),
                    f"{low:.1f} to {high:.1f} %",
                    _p(pair["p_value"]),
                ]
            rows.append(
                [
                    _name(name),
                    number(float(horizon)),
                    number(score["crps"], score["crps_error"]),
                    number(score["width_95"], score["width_95_error"]),
                    *compared,
                ]
            )
    return Table(
        "CRPS of mature subnets, in log return; smaller is better",
        [
            "Forecaster",
            "days ahead",
            "CRPS",
            "mean width of the 95 % interval",
            f"saved by {_name(first)}",
            "95 % interval",
            "p",
        ],
        rows,
    )


def class_table(results: BacktestResults, kind: str, caption: str) -> Table:
    """Return coverage, exceedances, score and skill of the first forecaster by class."""
    first = results.forecasters[0]
    rivals = results.forecasters[1:]
    rows: list[list[Entry]] = []
    cover = results.pick("coverage", kind=kind, forecaster=first)
    nearest = (cover["level"] - HEADLINE_LEVEL).abs()
    cover = cover[nearest == nearest.min()]
    for _, row in cover.iterrows():
        where = {"horizon": row["horizon"], "kind": kind, "group": row["group"]}
        tails = results.pick("exceedances", forecaster=first, **where)
        tail = tails.iloc[(tails["level"] - HEADLINE_VAR).abs().argmin()]
        skills: list[Entry] = []
        for rival in rivals:
            pair = results.pick("skill", against=rival, **where).iloc[0]
            skills.append(number(pair["skill"], pair["skill_error"], 100.0, " %"))
        rows.append(
            [
                row["group"],
                number(float(row["horizon"])),
                number(float(row["forecasts"])),
                number(row["coverage"], row["coverage_error"], 100.0, " %"),
                number(tail["rate"], tail["rate_error"], 100.0, " %"),
                tail["zone"],
                *skills,
            ]
        )
    return Table(
        f"{caption}: {_name(first)}",
        [
            "Class",
            "days ahead",
            "forecasts",
            "in the 95 % interval",
            "above VaR 99 %",
            "light",
            *(f"CRPS saved against {_name(rival)}" for rival in rivals),
        ],
        rows,
    )


TONES = ("blue", "orange", "violet", "teal")


def pit_chart(rows: pd.DataFrame, colour: str) -> Figure:
    """Draw a histogram with its error bars; flat at 1 where forecasts are right.

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
    """Draw coverage less the level, in percentage points, by level and forecaster.

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
