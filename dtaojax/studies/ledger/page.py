"""The page of a ledger: how forecasts did that were written down before their outcome."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import pandas as pd

from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.document import (
    Document,
    Entry,
    Number,
    Section,
    Table,
    number,
    render_document,
)
from dtaojax.report.notes import made_by
from dtaojax.studies.ledger.charts import LEVELS, horizon_words, places_drawing, reliability_drawing
from dtaojax.studies.ledger.result import LedgerResults

_FIGURES: Final = {
    "price": "Prices of subnets",
    "moving_price": "Moving prices of subnets",
    "tao_in": "TAO in subnets' pools",
    "emission_share": "Emission shares of subnets",
    "network": "Figures of the network",
}
"""What is drawn, and its titles."""
_PENDING: Final = "Nothing has been scored yet: no state has come that a forecast was held against."


def render_ledger(results: LedgerResults) -> str:
    """Return the page as text; the same results give the same text."""
    manifest = results.manifest
    record = manifest["record"]
    told = record["sentence"]
    document = Document(
        eyebrow=f"dtaojax ledger of forecasts · {record['ledger']}",
        title=manifest["title"],
        question=f"{told[:1].upper()}{told[1:]}.",
        cards=[],
        notes=_notes(results),
        warnings=_warnings(results),
        sections=[
            _reliability(results),
            _events(results),
            _places(results),
            _network(results),
            _entries(results),
        ],
        made=f"{made_by(manifest)} What held in the past may fail in the next regime.",
    )
    return render_document(document)


def _notes(results: LedgerResults) -> list[str]:
    if results.tables["coverage"].empty:
        return []
    return [
        "A forecast counts if it lay in the ledger before the block that it is held against. One "
        "that was added later could have been made to fit: it is shown hollow, and apart in the "
        "tables."
    ]


def _warnings(results: LedgerResults) -> list[str]:
    record = results.manifest["record"]
    found = []
    if record["in_hindsight"]["forecasts"] and not record["counted"]["forecasts"]:
        found.append(
            "No forecast was in the ledger before its outcome. All that is shown was added in "
            "hindsight, and is no track record."
        )
    states = results.tables["states"]
    if len(states):
        doubled = states[states.duplicated("block", keep=False) & states["whole"]]
        blocks = [f"{block:,}" for block, rows in doubled.groupby("block") if len(rows) > 1]
        if blocks:
            found.append(
                f"The state of block {', '.join(blocks)} was corrected after forecasts had been "
                "scored against it. The later version counts; the list of states has both."
            )
    lacking = results.tables["coverage"]
    if len(lacking) and (lacking["cases_0.8"] < lacking["cases"]).any():
        found.append(
            "Some runs were made by a version that kept no 10 % and 90 % quantiles; they are not "
            "in the coverage of 80 % intervals."
        )
    return found


def _reliability(results: LedgerResults) -> Section:
    coverage = results.tables["coverage"]
    if coverage.empty:
        return Section(
            "reliability", "Were intervals as wide as they should be?", "Intervals",
            paragraphs=[_PENDING],
        )  # fmt: skip
    coverage = coverage[coverage["quantity"].isin(list(_FIGURES))]
    with drawing_style():
        drawings = [
            reliability_drawing(name, title, coverage[coverage["quantity"] == name])
            for name, title in _FIGURES.items()
            if (coverage["quantity"] == name).any()
        ]
    heads = ["Figure", "days ahead", "forecasts", "dates", "cases", "in 50 %", "in 80 %", "in 95 %",
             "± independent", "± over dates", "CRPS", "CRPS unchanged"]  # fmt: skip
    tables = [
        Table(caption, heads, rows, sortable=True, note=note)
        for caption, counted, note in (
            ("Added before the outcome", True, _TABLE_NOTE),
            ("Added after the outcome (not counted)", False, ""),
        )
        if (rows := list(_coverage_rows(coverage, counted)))
    ]
    return Section(
        "reliability",
        "Were intervals as wide as they should be?",
        "Intervals",
        paragraphs=[
            "Of right forecasts, half of the outcomes lie in the 50 % interval, and 95 % in the "
            "95 % interval (dashed). More is too wide, less too narrow. A bar is a 95 % interval "
            "of the share, over blocks of days from five dates on, and before that as if all "
            "cases were independent, which makes it too short."
        ],
        drawings=drawings,
        tables=tables,
    )


_TABLE_NOTE: Final = (
    "± independent is the standard error of the 95 % column if the cases were independent; subnets "
    "of one date move together, so that it is too small. ± over dates resamples blocks of days as "
    "long as the horizon, and needs five dates. CRPS of prices and TAO in pools is in units of "
    "their start; unchanged is the forecast that nothing changes."
)


def _share(value: float) -> Entry:
    return "-" if math.isnan(value) else Number(f"{100.0 * value:.1f} %", value=value)


def _coverage_rows(coverage: pd.DataFrame, counted: bool) -> Iterable[list[Entry]]:
    for row in coverage[coverage["counted"] == counted].to_dict("records"):
        yield [
            _FIGURES[row["quantity"]],
            _horizon(row["horizon"]),
            *(number(float(row[key])) for key in ("forecasts", "dates", "cases")),
            *(_share(row[f"coverage_{level:g}"]) for level in LEVELS),
            _share(row["binomial_0.95"]),
            _share(row["blocked_0.95"]),
            *(
                "-" if math.isnan(row[key]) else number(float(row[key]))
                for key in ("crps", "crps_unchanged")
            ),
        ]


def _horizon(end: float) -> str:
    return horizon_words(float(end))


def _events(results: LedgerResults) -> Section:
    heads = ["Event", "days ahead", "dates", "cases", "came", "expected", "Brier",
             "± over dates", "Brier unchanged"]  # fmt: skip
    tables = []
    briers = results.tables["briers"]
    for caption, counted in (
        ("Added before the outcome", True),
        ("Added after the outcome (not counted)", False),
    ):
        rows = [
            [
                str(row["event"]).replace("_", " "),
                _horizon(row["horizon"]),
                *(number(float(row[key])) for key in ("dates", "cases", "happened", "expected")),
                number(float(row["brier"])),
                "-" if math.isnan(row["blocked"]) else number(float(row["blocked"])),
                number(float(row["brier_unchanged"])),
            ]
            for row in briers.to_dict("records")
            if row["counted"] == counted
        ]
        if rows:
            tables.append(Table(caption, heads, rows))
    paragraphs = [
        "Of each subnet of the start: is it below the emission bar, and is it gone (deregistered)? "
        "A Brier score is the mean squared distance of probabilities from what came; unchanged is "
        "the forecast that nothing changes."
    ]
    return Section(
        "events",
        "Were probabilities right?",
        "Probabilities",
        paragraphs=paragraphs if tables else [_PENDING],
        tables=tables,
    )


def _network(results: LedgerResults) -> Section:
    cases = results.tables["cases"]
    network = cases[cases["of"] == "network"] if len(cases) else cases
    rows = [
        [
            str(row["quantity"]).replace("_", " "),
            number(float(row["forecast"])),
            number(float(row["day"])),
            *(number(float(row[key])) for key in ("start", "outcome", "median")),
            f"{row['low']:.4g} to {row['high']:.4g}",
            "yes" if row["low"] <= row["outcome"] <= row["high"] else "no",
            number(float(row["crps"])),
            number(float(row["crps_unchanged"])),
            "yes" if row["counted"] else "no",
        ]
        for row in network.to_dict("records")
    ]
    heads = ["Figure", "forecast", "day", "start", "came", "median", "95 % interval", "inside",
             "CRPS", "CRPS unchanged", "counts"]  # fmt: skip
    return Section(
        "network",
        "Did the figures of the network hold?",
        "Network",
        paragraphs=[] if rows else [_PENDING],
        tables=[Table("Every figure on every date", heads, rows, sortable=True)] if rows else [],
    )


def _places(results: LedgerResults) -> Section:
    places = results.tables["places"]
    if places.empty:
        return Section("places", "Where did outcomes fall?", "Places", paragraphs=[_PENDING])
    with drawing_style():
        drawings = []
        for name, title in _FIGURES.items():
            own = places[places["quantity"] == name]
            # What counts is drawn; what does not, only where nothing else is there.
            counted = own[own["counted"]] if own["counted"].any() else own
            if len(counted):
                drawings.append(places_drawing(name, title, counted))
    return Section(
        "places",
        "Where did outcomes fall in their forecasts?",
        "Places",
        paragraphs=[
            "The probability that a forecast gave to a smaller value than came (the "
            "probability-integral transform). Right forecasts make it flat at 1: a hump in the "
            "middle is too wide, ends that stand up too narrow, a slope is a lean to one side."
        ],
        drawings=drawings,
    )


def _entries(results: LedgerResults) -> Section:
    record = results.manifest["record"]
    forecasts = [
        [
            number(float(row["forecast"])),
            row["title"],
            _moment(row["added"]),
            _moment(row["start"]),
            f"{row['rules']}; {row['demand']}; {row['behaviour']}",
            *(
                number(float(row[key]))
                for key in ("paths", "horizon_days", "counted", "in_hindsight", "waiting")
            ),
            row["name"][:12],
        ]
        for row in results.tables["forecasts"].to_dict("records")
    ]
    states = [
        [
            number(float(row["state"])),
            row["file"],
            number(float(row["block"])),
            _moment(row["date"]),
            _moment(row["added"]),
            "whole" if row["whole"] else "prices' averages, burn and switches",
            "yes" if row["in_force"] else "no: another of this block stands for it",
            row["name"][:12],
        ]
        for row in results.tables["states"].to_dict("records")
    ]
    tables = [
        Table(
            "Forecasts, as they were added",
            ["Number", "run", "added [UTC]", "start [UTC]", "rules; demand; behaviour", "paths",
             "horizon [days]", "states that count", "in hindsight", "report days not met",
             "name"],
            forecasts,
        ),
        Table(
            "States that came",
            ["Number", "file", "block", "date [UTC]", "added [UTC]", "what is known", "in force",
             "name"],
            states,
        ),
    ]  # fmt: skip
    return Section(
        "entries",
        "What is in the ledger?",
        "Entries",
        tables=[table for table in tables if table.rows],
        facts=[("Digest of all that was ever added", record["head"] or "nothing was added")],
    )


def _moment(text: str) -> str:
    """Return a time without its seconds and offset, which is that of UTC."""
    return text[:16].replace("T", " ")
