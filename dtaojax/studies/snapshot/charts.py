"""Figures of a difference between two states of a network."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from dtaojax.report.charts.bars import Row, range_chart
from dtaojax.report.charts.svg import COLOURS, new_figure
from dtaojax.report.document import Drawing, drawing
from dtaojax.report.numerals import compact, plain
from dtaojax.studies.snapshot.result import Differences
from dtaojax.studies.snapshot.words import ANOTHER, signed_points, subnet_label

_CHART_ROWS: Final = 15


def share_chart(found: Differences) -> Drawing:
    """Emission shares that changed most, before and now."""
    rows = found.subnets.fillna({"emission_share_old": 0.0, "emission_share_new": 0.0})
    change = (rows["emission_share_new"] - rows["emission_share_old"]).abs()
    rows = rows.loc[change.sort_values(ascending=False, kind="stable").index[:_CHART_ROWS]]
    rows = rows.sort_values("emission_share_new", ascending=False, kind="stable")
    bars = [
        Row(
            netuid=int(row["netuid"]),
            start=100.0 * row["emission_share_old"],
            value=100.0 * row["emission_share_new"],
            low=100.0 * min(row["emission_share_old"], row["emission_share_new"]),
            high=100.0 * max(row["emission_share_old"], row["emission_share_new"]),
            text=str(row["what"])
            if row["what"] in ANOTHER
            else signed_points(row["emission_share_change"]),
        )
        for _, row in rows.iterrows()
    ]
    names = {int(row["netuid"]): subnet_label(row) for _, row in rows.iterrows()}
    described = "; ".join(
        f"{names[bar.netuid]} from {plain(bar.start)} % to {plain(bar.value)} %" for bar in bars
    )
    return drawing(
        "shares",
        "Emission shares that changed most (%)",
        "Open dot: before; full dot: now; at the right, the change in percentage points.",
        range_chart(bars, "blue", "share of emission (%)"),
        f"Share of emission of each subnet: {described}.",
        name=names.__getitem__,
    )


def price_chart(found: Differences) -> Drawing:
    """Price changes of subnets that stayed, against the depth of their pools."""
    kept = found.subnets.dropna(subset=["price_change"])
    kept = kept[(kept["price_change"] > -1.0) & (kept["tao_in_new"] > 0.0)]
    factor, depth = 1.0 + kept["price_change"], kept["tao_in_new"]
    figure: Figure = new_figure(430.0, 322.0)
    axes = figure.add_axes((0.13, 0.13, 0.83, 0.84))
    rose = factor >= 1.0
    for where, colour in ((rose, "teal"), (~rose, "orange")):
        axes.scatter(depth[where], factor[where], s=16.0, color=COLOURS[colour], alpha=0.75)
    axes.axhline(1.0, color=COLOURS["muted"], linewidth=0.8)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("TAO in the pool now (TAO)")
    axes.set_ylabel("price now / price before")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: compact(value)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_formatter(FuncFormatter(lambda value, _: compact(value)))
    axes.tick_params(axis="y", which="minor", labelsize=9.0)
    quartiles = [plain(value) for value in np.quantile(factor, (0.25, 0.5, 0.75))]
    return drawing(
        "prices",
        "Price change against pool depth",
        "A dot a subnet that stayed; above the line, the price rose.",
        figure,
        f"Price now over price before: quartiles {', '.join(quartiles)} over {len(kept)} subnets.",
    )
