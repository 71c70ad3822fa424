"""The page of a comparison: what differs on the same random paths, by how much, how surely."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from dtaojax.files.text import shorten
from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.display import unit_of
from dtaojax.report.document import Card, Document, Section, number, render_document, write_page
from dtaojax.report.glossary import QUANTITIES, STATISTICS, label_of
from dtaojax.report.notes import made_by, rules_note
from dtaojax.report.numerals import days, plain
from dtaojax.report.trust import trust_of_each
from dtaojax.studies.compare.page.charts import pair_of_charts
from dtaojax.studies.compare.page.parts import parts_section
from dtaojax.studies.compare.page.tables import (
    VERDICTS,
    all_numbers,
    difference_interval,
    difference_number,
    difference_text,
    headline_tables,
    settings_table,
    subnet_table,
    value_number,
)
from dtaojax.studies.compare.result import ROUNDING, ComparisonResult, Difference

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


def write_compare_page(comparison: ComparisonResult, folder: Path) -> Path:
    """Write ``report.html`` into ``folder``, all of it or nothing.

    Raises:
        ResultsError: The folder cannot be written.
    """
    return write_page(render_comparison(comparison), folder / FILE_NAME)


def render_comparison(comparison: ComparisonResult) -> str:
    """Return the page as text; the same comparison gives the same text."""
    manifest = comparison.manifest
    pairing_key = manifest["footing"]
    with drawing_style():
        charts = list(_charts(comparison))
        parts = parts_section(comparison)
    document = Document(
        eyebrow=(
            f"dtaojax comparison · {manifest['paths']:,} paths of {days(comparison.horizon)} · "
            f"seed {pairing_key['seed']}"
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


def _charts(comparison: ComparisonResult) -> Iterator[Section]:
    for slug, (heading, quantities) in _CHARTS.items():
        drawings = [each for name in quantities for each in pair_of_charts(comparison, name)]
        if drawings:
            yield Section(slug, f"{heading}, day by day", heading, drawings=drawings)


def _gain(comparison: ComparisonResult) -> str:
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
    # Errors that are the rounding of a sum would make the gain of pairing look endless.
    least = ROUNDING * table[["value", "baseline_value"]].abs().max(axis=1)
    table = table[table["standard_error"] > least]
    if table.empty:
        return ""
    alone = table["value_error"] ** 2 + table["baseline_error"] ** 2
    # The median over figures: a few that the change leaves alone would carry a mean.
    worth = float(np.median(alone / table["standard_error"] ** 2))
    if worth <= 1.0:
        return ""
    return (
        f" Independent runs would need {plain(worth, 2)} times the paths for the same precision, "
        "in the median over the network's means."
    )


def _runs(comparison: ComparisonResult) -> Section:
    facts = [
        (
            run["label"],
            f"{run['title']} · {run['preset']} · {run['network']} · config "
            f"{run['config_file'] or 'in memory'}, hash {run['config_hash'][:16]} · "
            f"{run['lost']} paths lost",
        )
        for run in comparison.manifest["runs"]
    ]
    pairing_key = comparison.manifest["footing"]
    common = [
        ("Seed", str(pairing_key["seed"])),
        ("Paths in all runs", number(comparison.manifest["paths"])),
        ("Step", f"{pairing_key['step_blocks']} blocks"),
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


def _own_assumptions(comparison: ComparisonResult) -> Iterator[tuple[str, str]]:
    """Yield what some runs assume and others do not."""
    everybody = [
        [(item["topic"], item["text"]) for item in run.manifest.get("assumptions") or ()]
        for run in comparison.runs
    ]
    # Assumptions of all runs are in their own reports; here only what differs matters.
    shared = set.intersection(*map(set, everybody))
    for label, assumed in zip(comparison.labels, everybody, strict=True):
        yield from (
            (f"{label}: {topic}", text) for topic, text in assumed if (topic, text) not in shared
        )


def _glossary(comparison: ComparisonResult) -> Section:
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


_MOVERS: Final = 3
"""Subnets named on either side."""
_NAME_LENGTH: Final = 22


def sentence(comparison: ComparisonResult) -> str:
    """Return the question that the page answers."""
    first, *others = comparison.labels
    return (
        f"What is different after {days(comparison.horizon)} under {_listed(others)} instead of "
        f"{first}, if people trade alike? Path by path, all runs draw the same random numbers."
    )


def cards(comparison: ComparisonResult) -> list[Card]:
    """Return the cards that most people ask for and for which the runs have numbers."""
    found = [
        _mean_card(comparison, "Is emission spread wider?", "emission_effective_number"),
        _mean_card(comparison, "Is there more TAO in the pools?", "total_tao_in"),
        _loss_card(comparison),
        _movers_card(comparison),
    ]
    return [card for card in found if card is not None]


def _mean_card(comparison: ComparisonResult, question: str, quantity: str) -> Card | None:
    return _card(comparison, question, label_of(quantity), quantity, comparison.horizon)


def _loss_card(comparison: ComparisonResult) -> Card | None:
    quantity = "loss_realizable"
    later = comparison.days(quantity)
    if not later:
        return _mean_card(comparison, "Are prices higher?", "sum_price")
    what = "Mean loss in the worst 5 % of paths, each position sold through its pool"
    question = "Does a holder risk more?"
    return _card(comparison, question, what, quantity, later[-1], "es", 0.95)


def _card(
    comparison: ComparisonResult,
    question: str,
    what: str,
    quantity: str,
    day: float,
    statistic: str = "mean",
    level: float | None = None,
) -> Card | None:
    found = [
        (comparison.labels[run], each)
        for run in comparison.others
        if (each := comparison.get(run, quantity, day, statistic, level))
    ]
    if not found:
        return None
    baseline = found[0][1]
    unit = _unit(quantity, baseline)
    start = value_number(quantity, baseline.baseline_value, baseline.baseline_error, baseline.unit)
    lead = f"{what} after {days(day)}, against {start.text}{unit} under {comparison.labels[0]}"
    if len(found) == 1:
        label, each = found[0]
        points = [f"{label}: {VERDICTS[each.verdict]}, 95 % {difference_interval(quantity, each)}"]
        return Card(
            question, f"{unit.strip()} {lead}".strip(), difference_number(quantity, each), points
        )
    points = [f"{label}: {difference_text(quantity, each)}" for label, each in found]
    return Card(question, f"{lead}:", None, points)


def _unit(quantity: str, found: Difference) -> str:
    unit = unit_of(quantity, found.unit)
    return f" {unit}" if unit in ("%", "TAO", "USD") else ""


def _movers_card(comparison: ComparisonResult) -> Card | None:
    points = list(_movers(comparison))
    if not points:
        return None
    return Card(
        "Which subnets gain, which lose?",
        f"Change of the mean share of TAO emission after {days(comparison.horizon)}, in "
        "percentage points:",
        None,
        points,
    )


def _movers(comparison: ComparisonResult) -> Iterator[str]:
    """Name, for every run, the subnets whose emission share differs most beyond its error."""
    for run in comparison.others:
        moved = []
        for netuid in comparison.runs[0].initial:
            each = comparison.get(run, "emission_share", comparison.horizon, netuid=netuid)
            # Beyond its error only: the largest of many chance differences would look like news.
            if each is not None and each.verdict in ("higher", "lower"):
                moved.append((each.difference, netuid, each))
        if not moved:
            yield f"{comparison.labels[run]}: none, as far as the paths show."
            continue
        moved.sort(reverse=True)
        gains = [item for item in moved[:_MOVERS] if item[0] > 0.0]
        losses = [item for item in reversed(moved[-_MOVERS:]) if item[0] < 0.0]
        named = ", ".join(_mover(comparison, netuid, each) for _, netuid, each in gains + losses)
        yield f"{comparison.labels[run]}: {named}."


def _mover(comparison: ComparisonResult, netuid: int, found: Difference) -> str:
    name = shorten(comparison.runs[0].label(netuid), _NAME_LENGTH)
    return f"{name} {difference_number('emission_share', found).text}"


def _listed(labels: list[str]) -> str:
    *first, last = labels
    return f"{', '.join(first)} or {last}" if first else last
