"""The page of a back-test of whole runs: did the forecasts hold, start by start?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.document import (
    Card,
    Entry,
    Section,
    Table,
    drawing,
    number,
    render_document,
)
from dtaojax.report.trust import Trust, trust_of_each
from dtaojax.studies.backtest.page import backtest_document, making_section
from dtaojax.studies.backtest.runs.page.tables import (
    band_chart,
    events_table,
    network_table,
    subnets_table,
    tenths_chart,
)
from dtaojax.studies.backtest.runs.result import (
    HEADLINE,
    HEADLINE_LEVEL,
    FigureVerdict,
    RunBacktestResults,
)

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


def render_run_backtest(results: RunBacktestResults) -> str:
    """Return the page as text; the same results give the same text."""
    manifest, starts = results.manifest, results.starts
    several = len(starts) > 1
    document = backtest_document(
        manifest,
        eyebrow=_eyebrow(starts),
        question=sentence(results),
        cards=_cards(results),
        note=(
            f"{'From each start one' if several else 'One'} forecast was made, and held against "
            "states of the network that came later. Dates share the same past and paths, and "
            "subnets move together, so that a handful of dates is little evidence: coverage has no "
            "standard error here."
        ),
        warnings=_warnings(results),
        sections=[
            *([_overview(results)] if several else []),
            *(_of_start(results, place) for place in range(len(starts))),
            _tenths(results),
            _making(results),
        ],
        trust=_badges(starts),
    )
    return render_document(document)


def _badges(starts: list[dict[str, Any]]) -> list[Trust]:
    """Return what other back-tests say of the runs; of other runs the page itself tells."""
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


def _card(verdict: FigureVerdict, title: str, rival: str) -> Card:
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
    """Return the section with all starts in one table."""
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


def _covered(verdict: FigureVerdict | None) -> Entry:
    return "not known" if verdict is None else number(verdict.coverage, None, 100.0, " %")


def _inside(network, quantity: str) -> str:
    rows = network[network["quantity"] == quantity] if len(network) else network
    if not len(rows):
        return "not known"
    return f"{int(rows[f'inside_{HEADLINE_LEVEL:g}'].sum())} of {len(rows)}"


def _of_start(results: RunBacktestResults, place: int) -> Section:
    """Return the section of one start."""
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
            subnets_table(results, tables["subnets"]),
            network_table(results, network),
            events_table(results, tables["events"]),
        ],
        printed=[("What the start state holds and what was assumed", "\n".join(start["assumed"]))]
        if start["assumed"]
        else [],
    )


def _caption(rows) -> str:
    """Describe the bands and dots of a figure."""
    text = "Bands hold 50, 80 and 95 % of paths; the dot is what came."
    if float(rows["at_start"].iloc[0]) == 0.0:
        text += (
            " At the start nobody was paid: averages of flows, which the state lacks, begin at 0."
        )
    return text


def _conditions(start: dict[str, Any]) -> list[str]:
    """List what the run knew: rules, what it was told of later days, what no outcome tells."""
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
        unknown = [title for name, title in _OF_SUBNETS.items() if name not in outcome["knows"]]
        if unknown:
            found.append(
                f"Day {outcome['day']:.1f} ({outcome['name']}) does not tell "
                f"{', '.join(each[0].lower() + each[1:] for each in unknown)}: not scored."
            )
    return found


def _tenths(results: RunBacktestResults) -> Section:
    """Return the section on where outcomes fell in their forecasts, over all starts and dates."""
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
    return making_section(results.manifest, facts)


def _known(names: list[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)
