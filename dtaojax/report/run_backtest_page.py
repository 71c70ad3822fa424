"""The page of a back-test of a whole run: did the forecast hold, figure by figure?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from dtaojax.report.config_text import config_text
from dtaojax.report.document import (
    Card,
    Document,
    Section,
    Table,
    drawing,
    number,
    render_document,
)
from dtaojax.report.made import made_by
from dtaojax.report.run_backtest_results import (
    HEADLINE,
    HEADLINE_LEVEL,
    RunBacktestResults,
    Verdict,
)
from dtaojax.report.shell import write_page
from dtaojax.report.svg import COLOURS, drawing_style, new_figure
from dtaojax.report.trust import trust_of

FILE_NAME: Final = "report.html"
_SHOWN: Final = {
    HEADLINE: "Effective number of subnets by emission",
    "emission_top10_share": "Share of emission of the ten largest subnets",
    "starved_subnets": "Subnets switched on, but below the bar",
    "sum_price": "Sum of prices [TAO/alpha]",
    "total_tao_in": "TAO in pools",
    "tao_in_effective_number": "Effective number of subnets by TAO in pools",
}
"""Figures of the network that are drawn, and their titles."""


def write_run_backtest_page(results: RunBacktestResults, folder: Path) -> Path:
    """Write ``report.html`` into ``folder``, all of it or nothing.

    Raises:
        ResultsError: the folder cannot be written.
    """
    return write_page(render_run_backtest(results), folder / FILE_NAME)


def render_run_backtest(results: RunBacktestResults) -> str:
    """Return the page as text; the same results give the same text."""
    manifest = results.manifest
    outcomes, start = manifest["outcomes"], manifest["start"]
    document = Document(
        eyebrow=f"dtaojax back-test of a whole run · {len(outcomes)} states up to "
        f"{outcomes[-1]['day']:.0f} days after block {start['block']:,}",
        title=manifest["title"],
        question=sentence(results),
        cards=_cards(results),
        notes=[
            "One forecast was made, at the start, and held against states of the network that came "
            "later. Dates share the same past and paths, and subnets move together, so that a "
            "handful of dates is little evidence: coverage has no standard error here."
        ],
        warnings=_warnings(results),
        sections=[
            _network(results),
            _subnets(results),
            _events(results),
            _making(results),
        ],
        made=f"{made_by(manifest)} What held in the past may fail in the next regime.",
        trust=[trust_of(manifest)],
    )
    return render_document(document)


def sentence(results: RunBacktestResults) -> str:
    """Return whether the headline number held, and against what."""
    rows = results.tables["network"]
    rows = rows[rows["quantity"] == HEADLINE]
    inside = int(rows[f"inside_{HEADLINE_LEVEL:g}"].sum())
    ours, rival = rows["crps_forecast"].mean(), rows[f"crps_{results.rival}"].mean()
    verb = "better" if ours < rival else "no better"
    return (
        f"The effective number of subnets by emission lay in its 95 % band on {inside} of "
        f"{len(rows)} dates, and the forecast was {verb} than the {results.rival} one (CRPS "
        f"{ours:.2f} against {rival:.2f} subnets)."
    )


def _cards(results: RunBacktestResults) -> list[Card]:
    by_name = {(verdict.of, verdict.quantity): verdict for verdict in results.verdicts()}
    shown = (
        ("subnets", "emission_share", "Emission shares of subnets"),
        ("subnets", "moving_price", "Moving prices of subnets"),
        ("subnets", "price", "Prices of subnets"),
    )
    return [
        _card(by_name[of, name], title, results.rival)
        for of, name, title in shown
        if (of, name) in by_name
    ]


def _card(verdict: Verdict, title: str, rival: str) -> Card:
    change = 100.0 * (verdict.ratio - 1.0)
    word = "lower" if change < 0.0 else "higher"
    return Card(
        title,
        f"of {verdict.cases:,} outcomes lay in the 95 % interval",
        number(verdict.coverage, None, 100.0, " %"),
        [f"CRPS {abs(change):.0f} % {word} than that of the {rival} run."],
    )


def _warnings(results: RunBacktestResults) -> list[str]:
    lost = {name: part["lost"] for name, part in results.manifest["run"].items() if part["lost"]}
    return [
        f"{count:,} paths of the {name} run were lost to numbers that are not finite, and are in "
        "no figure."
        for name, count in lost.items()
    ]


def _network(results: RunBacktestResults) -> Section:
    table = results.tables["network"]
    with drawing_style():
        drawings = [
            drawing(
                f"network-{name}".replace("_", "-"),
                title,
                "Bands hold 50, 80 and 95 % of paths; the dot is what came.",
                _band_chart(table[table["quantity"] == name]),
            )
            for name, title in _SHOWN.items()
            if (table["quantity"] == name).any()
        ]
    rows = [
        [
            row["quantity"].replace("_", " "),
            *(number(float(row[key])) for key in ("day", "outcome", "median")),
            f"{row['low_0.95']:.4g} to {row['high_0.95']:.4g}",
            "yes" if row["inside_0.95"] else "no",
            *(
                number(float(row[f"crps_{key}"]))
                for key in ("forecast", results.rival, "unchanged")
            ),
        ]
        for row in table.to_dict("records")
    ]
    heads = ["Figure", "day", "came", "median", "95 % of paths", "inside"]
    scores = ["CRPS", f"CRPS {results.rival}", "CRPS unchanged"]
    return Section(
        "network",
        "Did the figures of the network hold?",
        "Network",
        drawings=drawings,
        tables=[Table("Every figure on every date", [*heads, *scores], rows, sortable=True)],
    )


def _band_chart(rows: pd.DataFrame) -> Figure:
    """Draw bands of the forecast on each date, and what came."""
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
    axes.plot([0.0, *days], [rows["start"].iloc[0], *came], "o-", color=COLOURS["orange"], lw=1.0)
    axes.set_xlim(-width, days.max() + 3.0 * width)
    ends = np.array([*rows["low_0.95"], *rows["high_0.95"], *came, rows["start"].iloc[0]])
    margin = 0.08 * (ends.max() - ends.min()) or 1.0
    axes.set_ylim(ends.min() - margin, ends.max() + margin)
    axes.set_xlabel("days after the start")
    return figure


def _subnets(results: RunBacktestResults) -> Section:
    levels = results.manifest["config"]["levels"]
    rows = [
        [
            row["quantity"].replace("_", " "),
            number(float(row["day"])),
            number(float(row["subnets"])),
            *(number(float(row[f"coverage_{level:g}"]), None, 100.0, " %") for level in levels),
            *(
                number(float(row[f"crps_{key}"]))
                for key in ("forecast", results.rival, "unchanged")
            ),
        ]
        for row in results.tables["subnets"].to_dict("records")
    ]
    heads = ["Figure", "day", "subnets", *(f"in the {100 * level:g} %" for level in levels)]
    scores = ["CRPS", f"CRPS {results.rival}", "CRPS unchanged"]
    table = Table(
        "All subnets of the start",
        [*heads, *scores],
        rows,
        sortable=True,
        note="Prices and TAO in pools are scored in units of their start. A subnet that is gone "
        "counts as 0, in the forecast as in what came. Among equal values the place of an "
        "outcome is drawn, so that a right forecast covers exactly what it promises.",
    )
    return Section("subnets", "Did the figures of subnets hold?", "Subnets", tables=[table])


def _events(results: RunBacktestResults) -> Section:
    rows = [
        [
            row["event"].replace("_", " "),
            number(float(row["day"])),
            number(float(row["happened"])),
            number(float(row["expected"])),
            *(
                number(float(row[f"brier_{key}"]))
                for key in ("forecast", results.rival, "unchanged")
            ),
        ]
        for row in results.tables["events"].to_dict("records")
    ]
    heads = ["Event", "day", "subnets", "expected"]
    scores = ["Brier", f"Brier {results.rival}", "Brier unchanged"]
    return Section(
        "events",
        "Were probabilities right?",
        "Events",
        tables=[Table("Below the bar, and gone", [*heads, *scores], rows)],
        paragraphs=["A Brier score is the mean squared distance of probabilities from what came."],
    )


def _making(results: RunBacktestResults) -> Section:
    manifest = results.manifest
    facts = [
        ("Start", f"{manifest['start']['name']}, block {manifest['start']['block']:,}"),
        *(
            (
                f"The {name} run",
                f"behaviour {part['behaviour']}, {part['paths']:,} paths, config "
                f"{part['config_hash'][:12]}",
            )
            for name, part in manifest["run"].items()
        ),
        *(
            (f"Day {outcome['day']:.1f}", outcome["name"] + _extent(outcome["whole"]))
            for outcome in manifest["outcomes"]
        ),
        ("Seed", str(manifest["seed"])),
        *((f"{name} version", version) for name, version in manifest["versions"].items()),
    ]
    return Section(
        "making",
        "How was it made?",
        "How it was made",
        facts=facts,
        printed=[("The config", config_text(manifest["config"]))],
    )


def _extent(whole: bool) -> str:
    return "" if whole else " (moving prices, burn and switches only)"
