"""The page of a back-test of prices: did the forecasts hold?"""

from __future__ import annotations

from typing import Any

from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.document import (
    Card,
    Drawing,
    Number,
    Section,
    drawing,
    number,
    render_document,
)
from dtaojax.report.document import Table as PageTable
from dtaojax.report.notes import notice_tables, notice_warnings
from dtaojax.report.numerals import amount, days, percent
from dtaojax.report.trust import trust_of
from dtaojax.studies.backtest.page import backtest_document, making_section
from dtaojax.studies.backtest.prices.page.tables import (
    TONES,
    class_table,
    coverage_chart,
    coverage_rows,
    exceedance_rows,
    pit_chart,
    score_rows,
    shortfall_rows,
)
from dtaojax.studies.backtest.prices.result import (
    HEADLINE_GROUP,
    HEADLINE_VAR,
    BacktestResults,
    HorizonVerdict,
)


def render_backtest(results: BacktestResults) -> str:
    """Return the page as text; the same results give the same text."""
    manifest = results.manifest
    history, origins = manifest["history"], manifest["origins"]
    document = backtest_document(
        manifest,
        eyebrow=f"dtaojax back-test · {amount(origins['number'])} days from {origins['first']} "
        f"to {origins['last']}" + (f" · {history['regime']}" if history["regime"] else ""),
        question=sentence(results),
        cards=cards(results),
        note=(
            "Each day, forecasts were made from what was known at its close and held against "
            "what came. ± is the standard error; it counts days that forecasts share, and "
            "subnets that move together, once (a bootstrap over blocks of days)."
        ),
        warnings=warnings(results),
        sections=[
            _coverage(results),
            _transform(results),
            _losses(results),
            _scores(results),
            _classes(results),
            _making(results),
        ],
        trust=[trust_of(manifest)],
    )
    return render_document(document)


def _coverage(results: BacktestResults) -> Section:
    with drawing_style():
        drawings = [
            drawing(
                f"coverage-{horizon}",
                f"Coverage of intervals {days(horizon)} ahead, less their level",
                "Mature subnets; bars are 95 % intervals. Above 0 forecasts are too wide, below "
                "too narrow.",
                coverage_chart(
                    results.pick("coverage", horizon=horizon, group=HEADLINE_GROUP),
                    results.forecasters,
                ),
            )
            for horizon in results.horizons
        ]
    return Section(
        "coverage",
        "Did the intervals hold what they promised?",
        "Coverage",
        drawings=drawings,
        tables=[coverage_rows(results)],
    )


def _transform(results: BacktestResults) -> Section:
    drawings: list[Drawing] = []
    with drawing_style():
        for horizon in results.horizons:
            for place, name in enumerate(results.forecasters):
                rows = results.pick("pit", horizon=horizon, forecaster=name, group=HEADLINE_GROUP)
                if rows.empty:
                    continue
                p_value = rows["p_value"].iloc[0]
                drawings.append(
                    drawing(
                        f"pit-{name}-{horizon}".replace("_", "-"),
                        f"{name.replace('_', ' ')}, {days(horizon)} ahead",
                        f"Largest distance from uniform {100 * rows['distance'].iloc[0]:.1f} "
                        f"points, p {p_value:.2g}.",
                        pit_chart(rows, TONES[place % len(TONES)]),
                    )
                )
    return Section(
        "transform",
        "Where did outcomes fall in their forecasts?",
        "Histograms",
        paragraphs=[
            "Under right forecasts every bar has height 1. A hump says that forecasts were too "
            "wide, piles at the ends that they were too narrow, a slope that they leaned to one "
            "side. The test's p-value respects blocks of days."
        ],
        drawings=drawings,
    )


def _losses(results: BacktestResults) -> Section:
    return Section(
        "losses",
        "Were losses as rare and as large as promised?",
        "VaR and ES",
        tables=[exceedance_rows(results), shortfall_rows(results)],
    )


def _scores(results: BacktestResults) -> Section:
    return Section(
        "scores",
        "Are the forecasts better than what anyone could make?",
        "CRPS",
        paragraphs=[
            "The CRPS measures how far a whole forecast distribution is from what came; it rewards "
            "forecasts that are both right and narrow. Random walk: normal, with the volatility "
            "of the last days. Historical: the subnet's own past days drawn anew."
        ],
        tables=[score_rows(results)],
    )


def _classes(results: BacktestResults) -> Section:
    tables: list[PageTable] = [
        class_table(results, kind, caption)
        for kind, caption in (
            ("maturity", "All, by maturity"),
            ("basket", "The equally weighted basket of mature subnets"),
            ("depth", "Mature subnets, by depth of the pool or price"),
            ("age", "By age"),
        )
    ]
    return Section("classes", "Where did they hold, and where not?", "By class", tables=tables)


def _making(results: BacktestResults) -> Section:
    manifest = results.manifest
    history, config = manifest["history"], manifest["config"]
    facts: list[tuple[str, Any]] = [
        ("History", f"{history['file']}, {history['first']} to {history['last']}"),
        ("Prices in it", f"{amount(history['prices'])} of {amount(history['series'])} series"),
        ("SHA-256 of the file", history["sha256"][:16] + "…"),
        ("Fits", str(manifest["fits"])),
        ("Paths a forecast", str(amount(config["forecast"]["paths"]))),
        ("Seed", str(config["forecast"]["seed"])),
    ]
    counts = results.tables["counts"]
    names = ("asked", "no_forecast", "no_day", "doubted", "ended", "judged")
    count_table = PageTable(
        "What became of every quoted subnet on every origin",
        [
            "Days ahead",
            "quoted",
            "no forecast",
            "no price that day",
            "doubted",
            "series ended",
            "judged",
        ],
        [
            [str(row["horizon"]), *(number(float(row[name])) for name in names)]
            for row in counts.to_dict("records")
        ],
        note="No forecast: too few past returns for one of the forecasters; all are compared on "
        "the same forecasts. No price that day: the history has a gap or ends. Doubted: the quote "
        "of the first or the last day is none, as later ones show.",
    )
    tables = [count_table, *notice_tables(results.notices)]
    return making_section(manifest, facts, tables, _TERMS)


_TERMS = [
    (
        "Only what was known",
        "A forecast of a day sees the history up to that day's close. Parameters are learnt anew "
        "every refit_days; in between, the volatility follows the history.",
    ),
    ("Mature", "At least 30 days after the start. Younger subnets are reported apart."),
    (
        "Traffic light",
        "Basel's: yellow from where a right model would show fewer exceedances with 95 % "
        "probability, red with 99.99 %, for the number of forecasts at hand. It takes exceedances "
        "for independent, so it is strict where many subnets fall on one day.",
    ),
    (
        "Kupiec, Christoffersen",
        "Likelihood-ratio tests of the rate of exceedances, of their independence from one day to "
        "the next within a subnet, and of both. They too take subnets for independent; the p-value "
        "over blocks of days does not.",
    ),
    (
        "Z1, Z2",
        "Acerbi and Szekely's tests of expected shortfall: 0 where forecasts are right, negative "
        "where losses were worse. Z1 looks at their size, Z2 at size and number.",
    ),
    (
        "Horizons of several days",
        "Coverage, rates and scores use forecasts from every day, which overlap; the tests that "
        "take forecasts for independent use every seventh or thirtieth origin only.",
    ),
]


def sentence(results: BacktestResults) -> str:
    """Say in a sentence or two whether the forecasts held."""
    verdicts = results.verdicts()
    held = [verdict for verdict in verdicts if verdict.held]
    parts = [f"held {_ahead(held)}"] if held else []
    parts += [
        f"did not hold {_ahead([verdict])} ({_fault(verdict)})"
        for verdict in verdicts
        if not verdict.held
    ]
    if not parts:
        return "No mature subnet was judged."
    name = results.forecasters[0].replace("_", " ")
    return f"For mature subnets, {name} forecasts {'; '.join(parts)}."


def _ahead(verdicts: list[HorizonVerdict]) -> str:
    *first, last = [days(verdict.horizon) for verdict in verdicts]
    return f"{', '.join(first)} and {last} ahead" if first else f"{last} ahead"


def _fault(verdict: HorizonVerdict) -> str:
    faults = []
    if not verdict.covers:
        faults.append(f"95 % intervals held {percent(verdict.coverage)} of outcomes")
    if verdict.zone != "green":
        faults.append(f"the VaR 99 % has a {verdict.zone} light")
    if verdict.worse_than:
        names = " and ".join(name.replace("_", " ") for name in verdict.worse_than)
        faults.append(f"{names} scored no worse")
    return ", ".join(faults)


def cards(results: BacktestResults) -> list[Card]:
    """Return a card for each horizon: coverage, exceedances, and scores against the others."""
    first = results.forecasters[0]
    cards = []
    for verdict in results.verdicts():
        where = {"forecaster": first, "horizon": verdict.horizon, "group": HEADLINE_GROUP}
        exceeded = results.pick("exceedances", **where)
        tail = exceeded.iloc[(exceeded["level"] - HEADLINE_VAR).abs().argmin()]
        rate = number(tail["rate"], tail["rate_error"], 100.0, " %")
        points = [
            f"Losses above the VaR {100 * tail['level']:g} %: {_with_error(rate)} of "
            f"{amount(int(tail['forecasts']))} forecasts, where {100 * (1 - tail['level']):g} % "
            f"were promised; traffic light {tail['zone']}."
        ]
        if len(results.forecasters) > 1:
            for _, row in results.pick("skill", **where).iterrows():
                skill = number(row["skill"], row["skill_error"], 100.0, " %")
                word = "lower" if row["skill"] > 0.0 else "higher"
                points.append(
                    f"CRPS {_with_error(skill).lstrip('−')} {word} than that of "
                    f"{row['against'].replace('_', ' ')}."
                )
        cards.append(
            Card(
                f"{days(verdict.horizon).capitalize()} ahead, mature subnets",
                "of outcomes lay in the 95 % interval"
                + ("" if verdict.covers else ", outside 93 % to 97 %"),
                number(verdict.coverage, verdict.coverage_error, 100.0, " %"),
                points,
            )
        )
    return cards


def _with_error(found: Number) -> str:
    """Write a number and its error in running text; the number alone where no error is known."""
    return f"{found.text} ± {found.error}" if found.error else found.text


def warnings(results: BacktestResults) -> list[str]:
    """List what a reader must know before using a number."""
    found = []
    for row in results.tables["counts"].to_dict("records"):
        if row["ended"]:
            found.append(
                f"{amount(row['ended'])} forecasts {days(row['horizon'])} ahead have no outcome, "
                "because the subnet was replaced or dissolved first. What its holders got is not "
                "in a price history, so these are in no figure, and losses are understated."
            )
    return found + notice_warnings(results.notices)
