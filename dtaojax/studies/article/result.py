"""Results of experiments as plain data for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

PLAIN_UNITS: Final = ("ratio", "times", "as recorded")
"""Units that a number is shown without."""


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval.

    Attributes:
        value: the estimate.
        standard_error: standard error of the estimate.
        low: lower end of the interval.
        high: upper end.
    """

    value: float
    standard_error: float
    low: float
    high: float


@dataclass(frozen=True)
class ClaimResult:
    """A criterion and what became of it in every case.

    Attributes:
        text: the claim in words.
        measure: name of the figure.
        unit: unit of the number.
        of: arms and statistic of the number, in words.
        criterion: the threshold in words; empty for a number that is shown and not judged.
        percent: True if it is shown in percent.
        found: the number, by case.
        verdicts: verdicts by case; empty for a number that is not judged.
    """

    text: str
    measure: str
    unit: str
    of: str
    criterion: str
    percent: bool
    found: Sequence[Interval]
    verdicts: Sequence[str]


@dataclass(frozen=True)
class Series:
    """A line, a row of dots or a histogram of a figure.

    Attributes:
        label: label of the arm, or arm and case.
        at: places on the axis: days, values of a parameter, or edges of bins.
        value: values at these places; parts of the paths of a histogram.
        low: lower ends; empty for a histogram.
        high: upper ends.
    """

    label: str
    at: Sequence[float]
    value: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True)
class FigureResult:
    """A figure before it is drawn.

    Attributes:
        kind: ``over_days``, ``by_arm``, ``by_parameter`` or ``distribution``.
        title: title with the unit.
        caption: sentence to take away.
        axis: label of the axis that the values are drawn against.
        unit: unit of the values.
        scale: ``linear`` or ``log``.
        percent: True if values are shown in percent.
        series: series that are drawn.
    """

    kind: str
    title: str
    caption: str
    axis: str
    unit: str
    scale: str
    percent: bool
    series: Sequence[Series]


@dataclass(frozen=True)
class ExperimentResult:
    """A statement, its verdict and all that it rests on.

    Attributes:
        id: id of the statement.
        title: title in a few words.
        statement: statement in our words.
        simulated: simulation in words.
        hangs_on: the assumption that the verdict hangs on.
        depends_on: assumption that the cases vary, in words.
        verdict: ``supported``, ``not supported``, ``undecided`` or ``depends``.
        cases: name and verdict of each.
        claims: the criteria.
        figure: the figure.
        terms: measures that were used, and what they are.
        facts: label and text of each fact about how it was run.
        seconds: time that it took [s].
        paths: number of paths that every number rests on.
        lost: paths that were left out because a number was not finite in one of the runs.
        config: text of the experiment's file.
    """

    id: str
    title: str
    statement: str
    simulated: str
    hangs_on: str
    depends_on: str
    verdict: str
    cases: Sequence[tuple[str, str]]
    claims: Sequence[ClaimResult]
    figure: FigureResult
    terms: Sequence[tuple[str, str]]
    facts: Sequence[tuple[str, str]]
    seconds: float
    paths: int
    lost: int
    config: str


@dataclass(frozen=True)
class ArticleResults:
    """All experiments of a report.

    Attributes:
        experiments: results in the order of the statements.
        manifest: account of how the report was made; JSON types only.
    """

    experiments: Sequence[ExperimentResult]
    manifest: dict[str, Any]
