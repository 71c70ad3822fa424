"""The page of a back-test: did the forecasts hold?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.config_text import config_text
from dtaojax.report.document import (
    Document,
    Drawing,
    Section,
    drawing,
    number,
    render_document,
    write_page,
)
from dtaojax.report.document import Table as PageTable
from dtaojax.report.notes import made_by, notice_tables
from dtaojax.report.numerals import amount, days
from dtaojax.report.trust import trust_of
from dtaojax.studies.backtest.page.answer import cards, sentence, warnings
from dtaojax.studies.backtest.page.charts import TONES, coverage_chart, pit_chart
from dtaojax.studies.backtest.page.tables import (
    class_table,
    coverage_rows,
    exceedance_rows,
    score_rows,
    shortfall_rows,
)
from dtaojax.studies.backtest.result import HEADLINE_GROUP, BacktestResults

FILE_NAME = "report.html"


def write_backtest_page(results: BacktestResults, folder: Path) -> Path:
    """Writes ``report.html`` into ``folder``, all of it or nothing.

    Raises:
        ResultsError: the folder cannot be written.
    """
    return write_page(render_backtest(results), folder / FILE_NAME)


def render_backtest(results: BacktestResults) -> str:
    """The page as text; the same results give the same text."""
    manifest = results.manifest
    history, origins = manifest["history"], manifest["origins"]
    document = Document(
        eyebrow=f"dtaojax back-test · {amount(origins['number'])} days from {origins['first']} "
        f"to {origins['last']}" + (f" · {history['regime']}" if history["regime"] else ""),
        title=manifest["title"],
        question=sentence(results),
        cards=cards(results),
        notes=[
            "Each day, forecasts were made from what was known at its close and held against "
            "what came. ± is the standard error; it counts days that forecasts share, and "
            "subnets that move together, once (a bootstrap over blocks of days)."
        ],
        warnings=warnings(results),
        sections=[
            _coverage(results),
            _transform(results),
            _losses(results),
            _scores(results),
            _classes(results),
            _making(results),
        ],
        made=f"{made_by(manifest)} What held in the past may fail in the next regime.",
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
        *((f"{name} version", version) for name, version in manifest["versions"].items()),
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
    return Section(
        "making",
        "How was it made?",
        "How it was made",
        tables=[count_table, *notice_tables(results.notices)],
        facts=facts,
        terms=_TERMS,
        printed=[("The config", config_text(config))],
    )


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
