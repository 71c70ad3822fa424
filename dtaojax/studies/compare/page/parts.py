"""What of a difference the rules make, and what owners and root by their answer to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from dtaojax.files.text import shorten
from dtaojax.report.charts.tornado import Bar, TornadoRow, tornado
from dtaojax.report.display import tail_words, unit_of
from dtaojax.report.document import Drawing, Number, Section, Table, drawing
from dtaojax.report.glossary import label_of, title_of
from dtaojax.report.numerals import days, plain
from dtaojax.studies.compare.page.tables import (
    difference_interval,
    difference_number,
    difference_text,
)
from dtaojax.studies.compare.result import ROUNDING, ComparisonResult, Difference

_NETWORK: Final = (
    "emission_effective_number",
    "emission_hhi",
    "emission_top10_share",
    "starved_subnets",
    "deregistrations",
    "total_tao_in",
    "sum_price",
)
"""Means of the network that are taken apart on the page; all numbers are in the file."""
_FIRST: Final = "emission_effective_number"
_NAMES: Final = ("by the rules", "by the answer")
_LABEL_LENGTH: Final = 40


class _Figure(NamedTuple):
    """A number and where it is found."""

    quantity: str
    day: float
    statistic: str = "mean"
    level: float | None = None

    @property
    def title(self) -> str:
        if self.level is None:
            return title_of(self.quantity)
        return f"{label_of(self.quantity)}, {tail_words(self.statistic, self.level)}"


class _Apart(NamedTuple):
    """A difference and its two parts."""

    figure: _Figure
    whole: Difference
    rules: Difference
    answer: Difference

    @property
    def scale(self) -> float:
        """The larger of both runs' values, without sign."""
        return max(abs(self.whole.value), abs(self.whole.baseline_value))

    @classmethod
    def of(cls, figure: _Figure, *parts: Difference) -> _Apart:
        """Take differences for 0 that are no more than roundings of the values."""
        whole = parts[0]
        # Parts that cancel leave the rounding of the sums, which is no effect of rules or people.
        least = ROUNDING * max(abs(whole.value), abs(whole.baseline_value))
        return cls(figure, *(_without_dust(part, least) for part in parts))


def parts_section(comparison: ComparisonResult) -> Section | None:
    """Return the section of the page; None where parts were not asked for."""
    if comparison.parts is None:
        return None
    found = {run: list(_apart(comparison, run)) for run in comparison.others}
    told = {run: rows for run, rows in found.items() if rows}
    return Section(
        "parts",
        "The rules, or the answer to them?",
        "Rules and answer",
        paragraphs=[
            *(_sentence(comparison, run, found[run]) for run in comparison.others),
            *([_HOW.format(baseline=comparison.labels[0])] if told else ()),
        ],
        drawings=[_drawing(comparison, run, rows) for run, rows in told.items()],
        tables=[_table(comparison, run, rows) for run, rows in told.items()],
    )


_HOW: Final = (
    "By the rules: what differs if owners and root do, path by path and day by day, what they do "
    "under {baseline}. By the answer: what differs further as they decide under the run’s own "
    "rules. On every path the two add up to the difference, and so do their means; quantiles and "
    "tails add up as well, since both are taken from the same three runs. ± and intervals are "
    "those of paired paths."
)


def _apart(comparison: ComparisonResult, run: int) -> Iterator[_Apart]:
    """Take the page's figures apart, as far as they are known."""
    wanted = [_Figure(quantity, comparison.horizon) for quantity in _NETWORK]
    if later := comparison.days("loss_realizable"):
        wanted += [
            _Figure("loss_realizable", later[-1]),
            _Figure("loss_realizable", later[-1], "es", 0.95),
        ]
    for figure in wanted:
        whole = comparison.get(run, *figure)
        rules, answer = (comparison.part(part, run, *figure) for part in ("rules", "answer"))
        if whole and rules and answer:
            yield _Apart.of(figure, whole, rules, answer)


def _without_dust(part: Difference, least: float) -> Difference:
    if all(abs(end) <= least for end in (part.difference, part.ci_low, part.ci_high)):
        return part._replace(difference=0.0, standard_error=0.0, ci_low=0.0, ci_high=0.0)
    return part


def _sentence(comparison: ComparisonResult, run: int, rows: list[_Apart]) -> str:
    label = comparison.labels[run]
    if reason := comparison.why_whole(run):
        return f"{label}: not taken apart. {reason}"
    first = next((row for row in rows if row.figure.quantity == _FIRST), None)
    if first is None:
        return f"{label}: the runs have none of these figures in common."
    whole, rules, answer = (difference_text(_FIRST, each) for each in first[1:])
    return (
        f"{label}: the mean effective number of subnets by emission after "
        f"{days(first.figure.day)} differs by {whole} from {comparison.labels[0]}. The rules alone "
        f"make {rules} of it, the answer of owners and root to them {answer}."
    )


def _drawing(comparison: ComparisonResult, run: int, rows: list[_Apart]) -> Drawing:
    """Draw both parts of each figure as bars, in percent of the larger one of both values."""
    baseline = shorten(comparison.labels[0], _LABEL_LENGTH)
    shown = [
        TornadoRow(row.figure.title, *(_bar(part, row.scale) for part in (row.rules, row.answer)))
        for row in rows
        if row.scale > 0.0
    ]
    return drawing(
        f"parts-{run}",
        f"{shorten(comparison.labels[run], _LABEL_LENGTH)} against {baseline}",
        "Differences in percent of the larger one of both runs’ values; whiskers are 95 % Monte "
        "Carlo intervals.",
        tornado(shown, "% of the larger value", _NAMES),
        "; ".join(
            f"{row.label}: rules {plain(row.first.value)} %, answer {plain(row.second.value)} %"
            for row in shown
        ),
    )


def _bar(part: Difference, scale: float) -> Bar:
    percent = 100.0 / scale
    return Bar(percent * part.difference, percent * part.ci_low, percent * part.ci_high)


def _table(comparison: ComparisonResult, run: int, rows: list[_Apart]) -> Table:
    return Table(
        f"{comparison.labels[run]} less {comparison.labels[0]}, taken apart",
        ["figure", "difference", "by the rules", "95 % interval", "by the answer", "95 % interval"],
        [list(_row(row)) for row in rows],
        "All other numbers, days, positions and subnets are in parts.csv.",
    )


def _row(row: _Apart) -> Iterator[Number | str]:
    quantity = row.figure.quantity
    unit = unit_of(quantity, row.whole.unit)
    title = f"{row.figure.title}, day {row.figure.day:g}"
    yield title if unit in ("index", "subnets") else f"{title} [{unit}]"
    yield difference_number(quantity, row.whole)
    for part in (row.rules, row.answer):
        yield difference_number(quantity, part)
        yield Number(difference_interval(quantity, part), value=part.ci_low)
