"""The page of a difference between two states of a network."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from dtaojax.report.charts.bars import BarRow, range_chart
from dtaojax.report.charts.svg import COLOURS, drawing_style, new_figure
from dtaojax.report.document import (
    Card,
    Document,
    Drawing,
    Entry,
    Number,
    Section,
    Table,
    drawing,
    render_document,
)
from dtaojax.report.notes import made_by
from dtaojax.report.numerals import MISSING, compact, days, percent, plain
from dtaojax.studies.snapshot.result import (
    ANEW,
    ANOTHER,
    GONE,
    NEW,
    QUANTITIES,
    Differences,
    signed_percent,
    signed_points,
    subnet_label,
)

_CHART_ROWS: Final = 15


def share_chart(found: Differences) -> Drawing:
    """Draw the emission shares that changed most, before and now."""
    rows = found.subnets.fillna({"emission_share_old": 0.0, "emission_share_new": 0.0})
    change = (rows["emission_share_new"] - rows["emission_share_old"]).abs()
    rows = rows.loc[change.sort_values(ascending=False, kind="stable").index[:_CHART_ROWS]]
    rows = rows.sort_values("emission_share_new", ascending=False, kind="stable")
    bars = [
        BarRow(
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
    """Draw price changes of subnets that stayed, against the depth of their pools."""
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


_TERMS: Final = (
    (
        "Moved",
        "The larger of the change of a subnet's emission share and the change of its pool's TAO as "
        "a part of all TAO in pools; where the subnet is new, gone or registered anew, the largest "
        "of these parts on either side.",
    ),
    ("Price", "Spot price of the pool, (w₁/w₂)·(y/x), in TAO per alpha."),
    ("Moving price", "The chain's price average, which decides emission and pruning."),
    (
        "Emission share",
        "What the rules named at the top pay the subnet in the block after the state, of all "
        "emission.",
    ),
    ("Herfindahl index", "Σ sᵢ² over the shares sᵢ; 1/n if n are equal, 1 if one has all."),
    ("Effective number", "1 / Herfindahl index: as many equal subnets would be as concentrated."),
    (
        "Gini coefficient",
        "Σᵢ (2i − n − 1) sᵢ / (n Σ s), shares in rising order; 0 if all are equal.",
    ),
    ("Nakamoto coefficient", "The fewest subnets that together hold more than half."),
    (
        "Registered anew",
        "The netuid is another subnet's now; its figures on both sides are those of two different "
        "subnets, so no change is given.",
    ),
)


def render_differences(found: Differences) -> str:
    """Return the page as text; the same differences give the same text."""
    with drawing_style():
        drawings = [share_chart(found), price_chart(found)]
    document = Document(
        eyebrow=f"dtaojax snapshot diff · {days(round(found.days, 1))} · rules {found.rules}",
        title=f"{found.old} → {found.new}",
        question="What changed in the network between two states?",
        cards=_cards(found),
        notes=[
            "Both sides are states as their files hold them, not estimates, so no figure here has "
            "an error. Emission shares are what the rules would pay in the next block."
        ],
        sections=[
            Section("subnets", "Subnets", drawings=drawings, tables=[_subnet_table(found)]),
            Section("network", "The whole network", tables=[_network_table(found)]),
            *_sources(found),
            Section("terms", "Terms", terms=_TERMS),
        ],
        made=made_by(found.provenance),
    )
    return render_document(document)


def _sources(found: Differences) -> list[Section]:
    if not found.notes:
        return []
    return [Section("sources", "Where they come from", paragraphs=found.notes)]


def _cards(found: Differences) -> list[Card]:
    figures = found.network.set_index("figure")
    top = found.subnets.head(4)
    moved = [f"{subnet_label(row)}: {_told(row)}." for _, row in top.iterrows()]
    before, after = figures.loc["effective number by emission", ["old", "new"]]
    herfindahl = figures.loc["Herfindahl index of emission", ["old", "new"]]
    pools = figures.loc["TAO in pools", ["old", "new"]]
    concentration = Card(
        "How concentrated is emission?",
        f"equal subnets would be as concentrated; {plain(before)} before",
        Number(plain(after)),
        [
            f"Herfindahl index {plain(herfindahl['old'])} → {plain(herfindahl['new'])}.",
            *(
                f"{label}: {percent(figures.loc[key, 'old'])} → {percent(figures.loc[key, 'new'])}."
                for label, key in (
                    ("Ten largest by emission", "ten largest by emission"),
                    ("Ten largest by TAO in pools", "ten largest by TAO in pools"),
                )
            ),
        ],
    )
    price = found.subnets["price_change"].dropna()
    prices = Card(
        "What did prices do?",
        "median change of the price of a subnet that stayed",
        Number(signed_percent(float(price.median())) if len(price) else MISSING),
        [
            f"{int((price > 0.0).sum())} rose, {int((price < 0.0).sum())} fell.",
            f"TAO in pools {plain(pools['old'])} → {plain(pools['new'])} TAO "
            f"({signed_percent(pools['new'] / pools['old'] - 1.0)}).",
        ],
    )
    words = {what: found.subnets.loc[found.subnets["what"] == what] for what in (NEW, ANEW, GONE)}
    count = sum(len(rows) for rows in words.values())
    replaced = Card(
        "Who came and went?",
        "netuids new, registered anew or gone",
        Number(str(count)),
        [
            f"{what}: {', '.join(subnet_label(row) for _, row in rows.head(8).iterrows())}"
            + (f" and {len(rows) - 8} more." if len(rows) > 8 else ".")
            for what, rows in words.items()
            if len(rows)
        ],
    )
    return [Card("What moved most?", "", None, moved), concentration, prices, replaced]


def _told(row: pd.Series) -> str:
    """Say a subnet's change in a few words."""
    if row["what"] in ANOTHER:
        return str(row["what"])
    told = (
        f"emission {percent(row['emission_share_old'])} → {percent(row['emission_share_new'])}, "
        f"price {signed_percent(row['price_change'])}, "
        f"pool {signed_percent(row['tao_in_change'])}"
    )
    return f"{told}, {row['what']}" if row["what"] else told


def _subnet_table(found: Differences) -> Table:
    rows: list[list[Entry]] = []
    for _, row in found.subnets.iterrows():
        cells: list[Entry] = [subnet_label(row), Number(percent(row["moved"]), value=row["moved"])]
        for quantity in QUANTITIES:
            show = percent if quantity == "emission_share" else plain
            now, change = row[f"{quantity}_new"], row[f"{quantity}_change"]
            told = signed_points if quantity == "emission_share" else signed_percent
            cells += [Number(show(now), value=now), Number(told(change), value=change)]
        rows.append([*cells, row["what"]])
    return Table(
        "All subnets, the largest change first",
        [
            "Subnet",
            "Moved",
            *("Price now (TAO/alpha)", "change"),
            *("Moving price now (TAO/alpha)", "change"),
            *("TAO in pool now", "change"),
            *("Emission share now", "change (points)"),
            "What",
        ],
        rows,
        note="Figures before are in subnets.csv.",
        sortable=True,
        slug="all-subnets",
    )


def _network_table(found: Differences) -> Table:
    rows = [
        (
            row["figure"],
            Number(plain(row["old"], 4), value=row["old"]),
            Number(plain(row["new"], 4), value=row["new"]),
            Number(_moved(row), value=row["new"] - row["old"]),
            row["unit"],
        )
        for _, row in found.network.iterrows()
    ]
    return Table("Figures of both states", ("Figure", "Before", "Now", "Difference", "Unit"), rows)


def _moved(row: pd.Series) -> str:
    difference = row["new"] - row["old"]
    return ("+" if difference > 0.0 else "") + plain(difference, 4)
