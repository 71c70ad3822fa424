"""What becomes of a subnet: above the bar, below it, or gone; one of them on each path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dtaojax.results.estimates import Estimate
from dtaojax.results.read import Evidence

GONE: Final = "deregistered"
"""The event that a subnet of the start is gone; runs without registrations have none."""


@dataclass(frozen=True)
class Fates:
    """The events that say how a subnet stands, and the words for them.

    Attributes:
        stands: it is above the bar, or paid where there is no gate.
        falls: it is there and does not stand.
        always: it stands and has stood all the time.
        ever: it fell at some time.
        heads: of ``stands`` and ``falls``, to stand above a column.
        ends: of ``stands`` and ``falls``: how a path ends.
        question: of an owner.
        starved: what is said of subnets that might receive emission and fall.
        who: what a designer asks.
    """

    stands: str
    falls: str
    always: str
    ever: str
    heads: tuple[str, str]
    ends: tuple[str, str]
    question: str
    starved: str
    who: str

    @property
    def at_the_end(self) -> tuple[str, str, str]:
        """The three that add up to one, the best first."""
        return self.stands, self.falls, GONE


BY_BAR: Final = Fates(
    stands="above_bar",
    falls="below_bar",
    always="always_above_bar",
    ever="ever_below_bar",
    heads=("Above the bar", "Below the bar"),
    ends=("at or above the gate’s bar", "below the gate’s bar"),
    question="Does it stay above the bar?",
    starved="below the bar",
    who="falls below the bar",
)
BY_PAY: Final = Fates(
    stands="paid",
    falls="unpaid",
    always="always_paid",
    ever="ever_unpaid",
    heads=("Paid", "Unpaid"),
    ends=("paid TAO emission", "unpaid"),
    question="Does it stay paid?",
    starved="without any",
    who="loses its emission",
)
"""Without a gate there is no bar; what an owner then asks is whether emission comes."""


def fates_of(evidence: Evidence) -> Fates:
    """Return the events that the run recorded: by the bar, or by pay under rules without a gate."""
    return BY_PAY if BY_PAY.falls in evidence.subnets.quantities() else BY_BAR


def not_standing(stands: Estimate) -> Estimate:
    """Return the probability that a subnet fell or is gone, from that of its standing."""
    return stands._replace(
        value=1.0 - stands.value, ci_low=1.0 - stands.ci_high, ci_high=1.0 - stands.ci_low
    )


def severity(falls: Estimate | None, gone: Estimate | None) -> float | None:
    """Return how bad a fate is, to sort by: 0 stands, 1 falls, 2 is gone, in the mean over paths.

    What is dying comes before what is below the bar for sure. None where nothing is known.
    """
    if falls is None and gone is None:
        return None
    return (falls.value if falls else 0.0) + 2.0 * (gone.value if gone else 0.0)
