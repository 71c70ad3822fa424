"""What estimates say about a claim, and claims about a statement; nothing is judged by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from dtaojax.metrics.estimate import Estimate


class Verdict(StrEnum):
    """What the numbers say; the value is how the report words it."""

    SUPPORTED = "supported"
    REFUTED = "not supported"
    UNDECIDED = "undecided"
    DEPENDS = "depends"


def judge(estimate: Estimate, above: float | None, below: float | None) -> Verdict:
    """Whether the whole 95 % interval lies on one side of a threshold.

    Args:
        estimate: with its interval; an interval that is not known decides nothing.
        above: supported if it is larger than this; exactly one of the two is given.
        below: supported if it is smaller than this.
    """
    low, high = float(estimate.ci_low), float(estimate.ci_high)
    if above is not None:
        is_right, is_wrong = low > above, high <= above
    else:
        assert below is not None
        is_right, is_wrong = high < below, low >= below
    return Verdict.SUPPORTED if is_right else Verdict.REFUTED if is_wrong else Verdict.UNDECIDED


def of_case(claims: Iterable[Verdict]) -> Verdict:
    """A case supports a statement if all its claims hold, and refutes it if one does not."""
    found = set(claims)
    if Verdict.REFUTED in found:
        return Verdict.REFUTED
    return Verdict.UNDECIDED if Verdict.UNDECIDED in found else Verdict.SUPPORTED


def of_statement(cases: Sequence[Verdict]) -> Verdict:
    """The verdict of all cases where they agree.

    Where some support the statement and others refute it, it depends on what the cases vary; where
    nothing refutes it but not all support it, it is undecided, and likewise the other way round.
    """
    found = set(cases)
    if len(found) == 1:
        return cases[0]
    if {Verdict.SUPPORTED, Verdict.REFUTED} <= found:
        return Verdict.DEPENDS
    return Verdict.UNDECIDED
