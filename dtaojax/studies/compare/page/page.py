"""The page of a comparison: what is different, on the same random paths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.document import Document, Section, number, render_document, write_page
from dtaojax.report.glossary import QUANTITIES, STATISTICS
from dtaojax.report.notes import made_by, rules_note
from dtaojax.report.numerals import days, plain
from dtaojax.report.trust import trust_of_each
from dtaojax.studies.compare.page.answer import cards, sentence
from dtaojax.studies.compare.page.charts import pair_of_charts
from dtaojax.studies.compare.page.parts import parts_section
from dtaojax.studies.compare.page.tables import (
    all_numbers,
    headline_tables,
    settings_table,
    subnet_table,
)
from dtaojax.studies.compare.result import ROUNDING, Comparison

FILE_NAME: Final = "report.html"

_CHARTS: Final = {
    "concentration": (
        "Emission",
        ("emission_effective_number", "emission_top10_share", "starved_subnets"),
    ),
    "pools": ("Prices and pools", ("total_tao_in", "sum_price", "chain_buy_share")),
    "portfolio": ("Portfolio", ("value_realizable", "loss_realizable", "max_drawdown")),
}
_METHODS: Final = (
    (
        "Same random numbers",
        "Every random number is a function of seed, stream, path, time and subnet alone. With the "
        "same seed, number of paths, horizon and step, path i of all runs meets the same luck, and "
        "what differs between two runs on it is due to the configs.",
    ),
    (
        "Mean",
        "The difference d of path i in both runs is one observation: mean of d ± sd(d) / √n.",
    ),
    (
        "Quantile and VaR",
        "√(s₁² + s₂² − 2ρ s₁ s₂), s the errors of the two quantiles from order statistics and ρ "
        "the correlation over paths of lying below them (Babu and Rao 1988).",
    ),
    (
        "Expected shortfall",
        "sd of the difference of the two influence functions (L − VaR)⁺ / (1 − c), path by path, "
        "over √n; the interval is Student's with as many degrees as paths in the tail. With tails "
        "as heavy as these it covers somewhat less than 95 %.",
    ),
    (
        "Single subnets",
        "Runs keep their means over batches of paths, so that the difference d of a batch is one "
        "observation. Of runs that kept no batches, the error given is the sum of both errors, "
        "which the true error cannot exceed.",
    ),
    (
        "Many numbers",
        "Of twenty numbers that do not differ, one on average lies outside its 95 % interval. Do "
        "not read much into a single small difference that just clears 0.",
    ),
)


def write_compare_page(comparison: Comparison, folder: Path) -> Path:
    """Writes ``report.html`` into ``folder``, all of it or nothing.

    Raises:
        ResultsError: the folder cannot be written.
    """
    return write_page(render_comparison(comparison), folder / FILE_NAME)


def render_comparison(comparison: Comparison) -> str:
    """The page as text; the same comparison gives the same text."""
    manifest = comparison.manifest
    footing = manifest["footing"]
    with drawing_style():
        charts = list(_charts(comparison))
        parts = parts_section(comparison)
    document = Document(
        eyebrow=(
            f"dtaojax comparison · {manifest['paths']:,} paths of {days(comparison.horizon)} · "
            f"seed {footing['seed']}"
        ),
        title=" against ".join([", ".join(comparison.labels[1:]), comparison.labels[0]]),
        question=sentence(comparison),
        cards=cards(comparison),
        notes=[
            "± is the Monte Carlo standard error, and an interval the 95 % interval, of the "
            "difference path by path. They say how much more paths would change a number, not "
            "whether the model is right." + _gain(comparison),
            *rules_note(*manifest["runs"]),
        ],
        warnings=manifest["warnings"],
        sections=[
            Section(
                "differences",
                f"What is different after {days(comparison.horizon)}",
                "Differences",
                tables=headline_tables(comparison),
            ),
            *([parts] if parts else ()),
            *charts,
            _runs(comparison),
            Section("subnets", "Subnet by subnet", "Subnets", tables=[subnet_table(comparison)]),
            Section("numbers", "Every number", tables=[all_numbers(comparison)]),
            Section("methods", "How it is computed", "Methods", terms=_METHODS),
            _glossary(comparison),
        ],
        made=made_by(manifest),
        trust=trust_of_each(comparison.labels, [run.manifest for run in comparison.runs]),
    )
    return render_document(document)


def _charts(comparison: Comparison) -> Iterator[Section]:
    for slug, (heading, quantities) in _CHARTS.items():
        drawings = [each for name in quantities for each in pair_of_charts(comparison, name)]
        if drawings:
            yield Section(slug, f"{heading}, day by day", heading, drawings=drawings)


def _gain(comparison: Comparison) -> str:
    """Say how many independent paths the pairing is worth, by the means of the network's figures.

    A mean whose errors are not known in both runs tells nothing of it, and neither does one that
    differs by the same amount on every path, whose error is 0 or the rounding of a sum.
    """
    table = comparison.differences
    table = table[
        (table["scope"] == "network")
        & (table["statistic"] == "mean")
        & (table["day"] == comparison.horizon)
    ].dropna(subset=["value_error", "baseline_error"])
    least = ROUNDING * table[["value", "baseline_value"]].abs().max(axis=1)
    table = table[table["standard_error"] > least]
    if table.empty:
        return ""
    alone = table["value_error"] ** 2 + table["baseline_error"] ** 2
    worth = float(np.median(alone / table["standard_error"] ** 2))
    if worth <= 1.0:
        return ""
    return (
        f" Independent runs would need {plain(worth, 2)} times the paths for the same precision, "
        "in the median over the network's means."
    )


def _runs(comparison: Comparison) -> Section:
    facts = [
        (
            run["label"],
            f"{run['title']} · {run['preset']} · {run['network']} · config "
            f"{run['config_file'] or 'in memory'}, hash {run['config_hash'][:16]} · "
            f"{run['lost']} paths lost",
        )
        for run in comparison.manifest["runs"]
    ]
    footing = comparison.manifest["footing"]
    common = [
        ("Seed", str(footing["seed"])),
        ("Paths in all runs", number(comparison.manifest["paths"])),
        ("Step", f"{footing['step_blocks']} blocks"),
    ]
    rules = dict.fromkeys((run["preset"], run["summary"]) for run in comparison.manifest["runs"])
    return Section(
        "runs",
        "The runs",
        "Runs",
        tables=[settings_table(comparison)] if comparison.manifest["settings"] else (),
        facts=[*facts, *common],
        terms=[*rules, *_own_assumptions(comparison)],
    )


def _own_assumptions(comparison: Comparison) -> Iterator[tuple[str, str]]:
    """What some runs assume and others do not."""
    everybody = [
        [(item["topic"], item["text"]) for item in run.manifest.get("assumptions") or ()]
        for run in comparison.runs
    ]
    shared = set.intersection(*map(set, everybody))
    for label, assumed in zip(comparison.labels, everybody, strict=True):
        yield from (
            (f"{label}: {topic}", text) for topic, text in assumed if (topic, text) not in shared
        )


def _glossary(comparison: Comparison) -> Section:
    present = set(comparison.differences["quantity"])
    terms = [
        (term.label, f"{term.formula}. {term.reading}")
        for name, term in QUANTITIES.items()
        if name in present
    ]
    terms += [
        (STATISTICS[name].label, f"{STATISTICS[name].formula}. {STATISTICS[name].reading}")
        for name in ("var", "es", "standard_error")
    ]
    return Section("glossary", "Glossary", terms=terms)
