"""The page of a back-test of whole runs: did the forecasts hold, start by start?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.config_text import config_text
from dtaojax.report.document import (
    Card,
    Document,
    Entry,
    Section,
    Table,
    drawing,
    number,
    render_document,
    write_page,
)
from dtaojax.report.notes import made_by
from dtaojax.report.trust import Trust, trust_of_each
from dtaojax.studies.backtest.whole.charts import band_chart, tenths_chart
from dtaojax.studies.backtest.whole.result import (
    HEADLINE,
    HEADLINE_LEVEL,
    RunBacktestResults,
    Verdict,
)

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
_OF_SUBNETS: Final = {
    "price": "Prices of subnets",
    "moving_price": "Moving prices of subnets",
    "tao_in": "TAO in the pools of subnets",
    "emission_share": "Emission shares of subnets",
}


def write_run_backtest_page(results: RunBacktestResults, folder: Path) -> Path:
    """Write ``report.html`` into ``folder``, all of it or nothing.

    Raises:
        ResultsError: the folder cannot be written.
    """
    return write_page(render_run_backtest(results), folder / FILE_NAME)


def render_run_backtest(results: RunBacktestResults) -> str:
    """Return the page as text; the same results give the same text."""
    manifest, starts = results.manifest, results.starts
    several = len(starts) > 1
    document = Document(
        eyebrow=_eyebrow(starts),
        title=manifest["title"],
        question=sentence(results),
        cards=_cards(results),
        notes=[
            f"{'From each start one' if several else 'One'} forecast was made, and held against "
            "states of the network that came later. Dates share the same past and paths, and "
            "subnets move together, so that a handful of dates is little evidence: coverage has no "
            "standard error here."
        ],
        warnings=_warnings(results),
        sections=[
            *([_overview(results)] if several else []),
            *(_of_start(results, place) for place in range(len(starts))),
            _tenths(results),
            _making(results),
        ],
        made=f"{made_by(manifest)} What held in the past may fail in the next regime.",
        trust=_badges(starts),
    )
    return render_document(document)


def _badges(starts: list[dict[str, Any]]) -> list[Trust]:
    """What other back-tests say of the runs; of runs of which they know nothing, the page tells."""
    if len(starts) == 1:
        return trust_of_each([starts[0]["name"]], starts)
    tested = [start for start in starts if start["trust"]["back_tested"]]
    names = [start["name"] for start in tested]
    badges = trust_of_each(names, tested) if tested else []
    return [badge if badge.runs else replace(badge, runs=", ".join(names)) for badge in badges]


def _eyebrow(starts: list[dict[str, Any]]) -> str:
    if len(starts) > 1:
        return f"dtaojax back-test of whole runs · {len(starts)} starts"
    (only,) = starts
    outcomes = only["outcomes"]
    return (
        f"dtaojax back-test of a whole run · {len(outcomes)} states up to "
        f"{outcomes[-1]['day']:.0f} days after block {only['block']:,}"
    )


def sentence(results: RunBacktestResults) -> str:
    """Return whether the headline numbers held, and against what."""
    found = {(verdict.of, verdict.quantity): verdict for verdict in results.verdicts()}
    parts = []
    told = found.get(("network", HEADLINE))
    if told is not None:
        verb = "better" if told.crps < told.rival else "no better"
        parts.append(
            f"The effective number of subnets by emission lay in its 95 % band on {told.hits} of "
            f"{told.cases} dates, and the forecast was {verb} than the {results.rival} one (CRPS "
            f"{told.crps:.2f} against {told.rival:.2f} subnets)."
        )
    prices, pools = found.get(("subnets", "price")), found.get(("subnets", "tao_in"))
    if prices is not None and pools is not None:
        parts.append(
            f"95 % intervals held {100.0 * prices.coverage:.0f} % of subnets' prices and "
            f"{100.0 * pools.coverage:.0f} % of the TAO in their pools."
        )
    return " ".join(parts)


def _cards(results: RunBacktestResults) -> list[Card]:
    found = {(verdict.of, verdict.quantity): verdict for verdict in results.verdicts()}
    return [
        _card(found["subnets", name], title, results.rival)
        for name, title in _OF_SUBNETS.items()
        if ("subnets", name) in found
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
    found = []
    for start in results.starts:
        found += [
            f"{part['lost']:,} paths of the {name} run from {start['name']} were lost to numbers "
            "that are not finite, and are in no figure."
            for name, part in start["run"].items()
            if part["lost"]
        ]
        found += [f"From {start['name']}: {text}." for text in start["looks_ahead"]]
    return found


def _overview(results: RunBacktestResults) -> Section:
    """All starts in one table."""
    levels = results.manifest["config"]["levels"]
    rows: list[list[Entry]] = []
    for start in results.starts:
        tables = results.of(start["name"])
        subnets, network = tables["subnets"], tables["network"]
        prices = subnets[subnets["quantity"] == "price"]
        covered: list[Entry] = [
            number(float(prices[f"coverage_{level:g}"].mean()), None, 100.0, " %")
            if len(prices)
            else "not known"
            for level in levels
        ]
        found = {verdict.quantity: verdict for verdict in results.verdicts(start["name"])}
        rows.append(
            [
                start["name"],
                number(float(start["outcomes"][-1]["day"])),
                *covered,
                *(_covered(found.get(name)) for name in ("tao_in", "emission_share")),
                *(_inside(network, name) for name in ("sum_price", HEADLINE)),
            ]
        )
    columns = [
        "start",
        "days, up to",
        *(f"prices in the {100 * level:g} %" for level in levels),
        "TAO in pools in the 95 %",
        "emission shares in the 95 %",
        "sum of prices inside",
        "effective number inside",
    ]
    table = Table(
        "Each start, means over its dates",
        columns,
        rows,
        note="The sum of prices and the effective number of subnets by emission count as inside on "
        "a date on which they lay in their central 95 % band. What no outcome tells is not known.",
    )
    return Section("starts", "Did each forecast hold?", "Starts", tables=[table])


def _covered(verdict: Verdict | None) -> Entry:
    return "not known" if verdict is None else number(verdict.coverage, None, 100.0, " %")


def _inside(network, quantity: str) -> str:
    rows = network[network["quantity"] == quantity] if len(network) else network
    if not len(rows):
        return "not known"
    return f"{int(rows[f'inside_{HEADLINE_LEVEL:g}'].sum())} of {len(rows)}"


def _of_start(results: RunBacktestResults, place: int) -> Section:
    """Everything of one start."""
    start = results.starts[place]
    network = results.of(start["name"])["network"]
    with drawing_style():
        drawings = [
            drawing(
                f"start-{place}-{name}".replace("_", "-"),
                title,
                _caption(network[network["quantity"] == name]),
                band_chart(network[network["quantity"] == name]),
            )
            for name, title in _SHOWN.items()
            if len(network) and (network["quantity"] == name).any()
        ]
    tables = results.of(start["name"])
    return Section(
        f"start-{place}",
        f"From {start['name']}: did it hold?",
        start["name"],
        paragraphs=_conditions(start),
        drawings=drawings,
        tables=[
            _subnets_table(results, tables["subnets"]),
            _network_table(results, network),
            _events_table(results, tables["events"]),
        ],
        printed=[("What the start state holds and what was assumed", "\n".join(start["assumed"]))]
        if start["assumed"]
        else [],
    )


def _caption(rows) -> str:
    """What a figure's bands and dots are."""
    text = "Bands hold 50, 80 and 95 % of paths; the dot is what came."
    if float(rows["at_start"].iloc[0]) == 0.0:
        text += (
            " At the start nobody was paid: averages of flows, which the state lacks, begin at 0."
        )
    return text


def _conditions(start: dict[str, Any]) -> list[str]:
    """What the run knew: rules, what it was told of later days, and what no outcome tells."""
    first, *others = start["rules"]
    found = [f"The run began under the rules of {first['preset']}."]
    if others:
        found.append(
            "It was told which rules would come, and when, so that scores are of what people did "
            "under them."
        )
        found += [each["text"] for each in others]
    found += [f"It was told: {text}" for text in start["given"]]
    for outcome in start["outcomes"]:
        absent = [title for name, title in _OF_SUBNETS.items() if name not in outcome["knows"]]
        if absent:
            found.append(
                f"Day {outcome['day']:.1f} ({outcome['name']}) does not tell "
                f"{', '.join(each[0].lower() + each[1:] for each in absent)}: not scored."
            )
    return found


def _network_table(results: RunBacktestResults, table) -> Table:
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


def _subnets_table(results: RunBacktestResults, table) -> Table:
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


def _events_table(results: RunBacktestResults, table) -> Table:
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


def _tenths(results: RunBacktestResults) -> Section:
    """Where outcomes fell in their forecasts, over all starts and dates."""
    table = results.tables["pit"]
    with drawing_style():
        drawings = [
            drawing(
                f"tenths-{name}".replace("_", "-"),
                title,
                "Part of all outcomes in each tenth of their forecasts; the line is a right one.",
                tenths_chart(table[table["quantity"] == name]),
            )
            for name, title in _OF_SUBNETS.items()
            if len(table) and (table["quantity"] == name).any()
        ]
    text = (
        "A right forecast finds a tenth of the outcomes in each tenth of its paths (the "
        "probability-integral transform). More at the left: outcomes were lower than forecast; at "
        "both ends: the forecast was too narrow; in the middle: too wide."
    )
    return Section(
        "tenths",
        "Where in the forecasts did outcomes fall?",
        "Where they fell",
        paragraphs=[text],
        drawings=drawings,
    )


def _making(results: RunBacktestResults) -> Section:
    manifest = results.manifest
    facts: list[tuple[str, Entry]] = []
    for start in results.starts:
        name = f"{start['name']}: "
        facts.append((f"{name}start", f"{start['network']}, block {start['block']:,}"))
        facts += [
            (
                f"{name}the {run} run",
                f"behaviour {part['behaviour']}, {part['paths']:,} paths, config "
                f"{part['config_hash'][:12]}, seed {start['seed']}",
            )
            for run, part in start["run"].items()
        ]
        facts += [
            (f"{name}day {each['day']:.1f}", f"{each['name']} ({_known(each['knows'])})")
            for each in start["outcomes"]
        ]
    facts += [(f"{name} version", version) for name, version in manifest["versions"].items()]
    return Section(
        "making",
        "How was it made?",
        "How it was made",
        facts=facts,
        printed=[("The config", config_text(manifest["config"]))],
    )


def _known(names: list[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)
