"""The page of the article's experiments: each statement, its verdict, and what it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from dtaojax.report.charts.svg import drawing_style
from dtaojax.report.document import (
    Card,
    Document,
    Drawing,
    Entry,
    Number,
    Section,
    Table,
    drawing,
    number,
    render_document,
)
from dtaojax.report.notes import made_by
from dtaojax.report.numerals import plain
from dtaojax.report.trust import trust_of
from dtaojax.studies.article.page.charts import draw
from dtaojax.studies.article.result import (
    PLAIN_UNITS,
    ArticleResults,
    ExperimentResult,
    FigureResult,
    Interval,
)

_ROUNDING: Final = 1e-12
"""Below this, a pure number is the rounding of a sum."""

_ORDER: Final = ("supported", "not supported", "depends", "undecided")
_METHODS: Final = (
    (
        "Verdicts are computed",
        "A criterion is a number and a threshold, both written in the experiment's file before it "
        "is run. It is supported if the whole 95 % interval lies on the right side of the "
        "threshold, not supported if it lies on the wrong side, undecided if it holds it.",
    ),
    (
        "From criteria to a statement",
        "A case supports a statement if all its criteria hold, and refutes it if one fails. The "
        "verdict is that of all cases where they agree; it depends on what the cases vary where "
        "some support the statement and others refute it.",
    ),
    (
        "Same random numbers",
        "All arms and cases of an experiment draw the same random numbers path by path, the regime "
        "before dTAO too. A difference is estimated from the paths' own differences.",
    ),
    (
        "What an interval is",
        "The Monte Carlo error of 95 %: how much more paths would change the number, not whether "
        "the model is right. Of twenty criteria that just hold, one on average is decided by luck.",
    ),
    (
        "Bands in figures over days",
        "The line is the median over paths, the band holds the middle 90 % of them.",
    ),
)


def render_article(results: ArticleResults) -> str:
    """Return the page as text; the same results give the same text."""
    with drawing_style():
        sections = [_section(each) for each in results.experiments]
    manifest = results.manifest
    document = Document(
        eyebrow=f"dtaojax article · {_statements(results)} put to the test",
        title="Does dynamic TAO do what was said of it?",
        question=_sentence(results),
        cards=list(_cards(results)),
        notes=[
            "Statements of the autumn of 2024, before the launch, in our words. What was said is "
            "held against simulations under stated rules and demand, not against history.",
            "A statement depends if its cases disagree, for which one case is enough, even one "
            "that no history backs. How many depend says how many have such a case, not how true "
            "they are.",
        ],
        sections=[
            Section("verdicts", "All verdicts", "Verdicts", tables=[_overview(results)]),
            *sections,
            Section("methods", "How verdicts come about", "Methods", terms=_METHODS),
            Section(
                "making",
                "How it was made",
                "Making",
                facts=[
                    ("Computed on", str(manifest["device"])),
                    ("Took", f"{manifest['seconds']:,.0f} s"),
                    *((f"{name} version", text) for name, text in manifest["versions"].items()),
                ],
            ),
        ],
        made=made_by(manifest),
        trust=[trust_of(manifest)],
        remarks=manifest.get("remarks", ()),
    )
    return render_document(document)


def _statements(results: ArticleResults) -> str:
    count = len(results.experiments)
    return "1 statement" if count == 1 else f"{count} statements"


def _sentence(results: ArticleResults) -> str:
    alone = [each for each in results.experiments if len(each.cases) == 1]
    counts = Counter(each.verdict for each in alone)
    told = [f"{counts[verdict]} {verdict}" for verdict in _ORDER if counts[verdict]]
    several = len(results.experiments) - len(alone)
    disagree = sum(each.verdict == "depends" for each in results.experiments)
    parts = []
    if alone:
        parts.append(f"{len(alone)} tried in one case ({', '.join(told)})")
    if several:
        parts.append(f"{several} in several cases, which disagree for {disagree}")
    return f"{_statements(results).capitalize()} about dynamic TAO: {'; '.join(parts)}."


def _cards(results: ArticleResults) -> Iterator[Card]:
    """Yield one card a kind of verdict, with the statements that got it."""
    heads = {
        "supported": "Supported in every case tried",
        "not supported": "Not supported in any case tried",
        "depends": "Cases disagree",
        "undecided": "What stays open",
    }
    for verdict in _ORDER:
        found = [each for each in results.experiments if each.verdict == verdict]
        if found:
            yield Card(
                heads[verdict],
                "statement" if len(found) == 1 else "statements",
                Number(str(len(found))),
                list(map(_point, found)),
            )


def _point(result: ExperimentResult) -> str:
    """Write a statement on a card; where it depends, with the verdict of its first case."""
    if result.verdict != "depends":
        return f"{result.id} {result.title}"
    (name, verdict), *_ = result.cases
    return f"{result.id} {result.title}: {verdict} {name}"


def _overview(results: ArticleResults) -> Table:
    return Table(
        "Statements, what was found, and what that hangs on",
        ["", "Statement", "Verdict", "It hangs on"],
        [[each.id, each.statement, _in_full(each), each.hangs_on] for each in results.experiments],
    )


def _verdict(result: ExperimentResult) -> str:
    if result.verdict != "depends":
        return result.verdict
    return f"depends on {result.depends_on}"


def _in_full(result: ExperimentResult) -> str:
    """Write the verdict as a sentence, and with several cases the verdict of each of them."""
    told = f"{_verdict(result)}."
    told = told[0].upper() + told[1:]
    if len(result.cases) == 1:
        return told
    by_verdict: dict[str, list[str]] = {}
    for name, verdict in result.cases:
        by_verdict.setdefault(verdict, []).append(name)
    parts = [f"{verdict} {', '.join(names)}" for verdict, names in by_verdict.items()]
    return f"{told} By case: {'; '.join(parts)}."


def _section(result: ExperimentResult) -> Section:
    slug = result.id.lower()
    lost = f"; {result.lost} more were left out, as a number was not finite" if result.lost else ""
    return Section(
        slug,
        f"{result.id} {result.title}: {result.verdict}",
        result.id,
        paragraphs=[
            f"Verdict: {_in_full(result)}",
            f"The statement: {result.statement}",
            f"What was simulated: {result.simulated}",
            f"The verdict hangs on: {result.hangs_on}",
        ],
        drawings=[_drawing(slug, result.figure)],
        tables=[_claims(result)],
        facts=[
            ("Paths", f"{result.paths:,}{lost}"),
            *result.facts,
        ],
        terms=result.terms,
        printed=[("The experiment's file", result.config)],
    )


def _claims(result: ExperimentResult) -> Table:
    several = len(result.cases) > 1
    rows: list[list[Entry]] = []
    for claim in result.claims:
        verdicts = claim.verdicts or ["shown only"] * len(result.cases)
        for (case, _), found, verdict in zip(result.cases, claim.found, verdicts, strict=True):
            factor, suffix = (100.0, " %") if claim.percent else (1.0, "")
            value, low, high = (
                number(_settled(each), _error(found), factor, suffix)
                for each in (found.value, found.low, found.high)
            )
            plainly = claim.percent or claim.unit in PLAIN_UNITS
            unit = "" if plainly else f" [{claim.unit}]"
            rows.append(
                [
                    claim.text,
                    *([case] if several else []),
                    value,
                    f"{low.text} to {high.text}",
                    claim.criterion or "none",
                    verdict,
                    f"{claim.measure}{unit}: {claim.of}",
                ]
            )
    heads = ["Claim", *(["Case"] if several else []), "Estimate", "95 % interval", "Holds if"]
    return Table("Criteria", [*heads, "Verdict", "What the number is"], rows)


def _settled(value: float) -> float:
    """Return a number, 0 where it is 0 but for rounding."""
    return 0.0 if abs(value) < _ROUNDING else value


def _error(found: Interval) -> float:
    """Return the standard error; none where the number is the same on every path."""
    is_rounding = found.standard_error < _ROUNDING * max(1.0, abs(found.value))
    return 0.0 if is_rounding else found.standard_error


def _drawing(slug: str, figure: FigureResult) -> Drawing:
    numbers = "; ".join(
        f"{series.label}: {plain(series.value[0])} to {plain(series.value[-1])}"
        for series in figure.series
    )
    return drawing(
        f"{slug}-figure",
        figure.title,
        figure.caption,
        draw(figure),
        f"{figure.caption} First and last values shown: {numbers}.",
    )
