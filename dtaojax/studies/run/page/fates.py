"""What becomes of subnets: above the bar, below it or gone, and who is likeliest to move."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dtaojax.results.estimates import StoredEstimate
from dtaojax.results.read import Evidence, Subnet

GONE: Final = "deregistered"
"""The event that a subnet of the start is gone; runs without registrations have none."""


@dataclass(frozen=True)
class Fates:
    """The events that say how a subnet stands, and the words for them.

    Attributes:
        stands: Event that a subnet is above the bar, or paid where there is no gate.
        falls: Event that a subnet exists and does not stand.
        always: Event that a subnet stands and has stood all the time.
        ever: Event that a subnet fell at some time.
        heads: Words for ``stands`` and ``falls`` above a column.
        ends: Words for ``stands`` and ``falls`` as the end of a path.
        question: Question of a subnet's owner.
        starved: Words for subnets that might receive emission and fall.
        who: Words for the question of a designer.
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
        """The three events whose probabilities add up to one, the best first."""
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


def not_standing(stands: StoredEstimate) -> StoredEstimate:
    """Return the probability that a subnet fell or is gone, from that of its standing."""
    return stands._replace(
        value=1.0 - stands.value, ci_low=1.0 - stands.ci_high, ci_high=1.0 - stands.ci_low
    )


def severity(falls: StoredEstimate | None, gone: StoredEstimate | None) -> float | None:
    """Return how bad a fate is, to sort by: 0 stands, 1 falls, 2 is gone, in the mean over paths.

    What is dying comes before what is below the bar for sure. None where nothing is known.
    """
    if falls is None and gone is None:
        return None
    return (falls.value if falls else 0.0) + 2.0 * (gone.value if gone else 0.0)


def can_earn(subnet: Subnet) -> bool:
    """Return whether the subnet may receive TAO emission: started, and with emission enabled."""
    return subnet.emission_enabled and subnet.in_emit_set


def above_now(evidence: Evidence) -> set[int]:
    """Return subnets that can earn and start above the bar, or paid where there is none."""
    falls = fates_of(evidence).falls
    return {
        netuid
        for netuid, subnet in evidence.initial.items()
        if (now := evidence.subnets.get(falls, 0.0, "probability", netuid=netuid))
        and now.value == 0.0
        and can_earn(subnet)
    }


def fallen(evidence: Evidence, stands: str) -> dict[int, StoredEstimate]:
    """Return the probability that an event of standing does not hold at the horizon, by netuid.

    What is gone does not stand.
    """
    found = probabilities(evidence, stands)
    return {netuid: not_standing(estimate) for netuid, estimate in found.items()}


def probabilities(evidence: Evidence, quantity: str) -> dict[int, StoredEstimate]:
    """Return the probability of an event at the horizon, by netuid, where it is known."""
    found = (
        (netuid, evidence.subnets.get(quantity, evidence.horizon, "probability", netuid=netuid))
        for netuid in evidence.initial
    )
    return {
        netuid: estimate
        for netuid, estimate in found
        if estimate is not None and math.isfinite(estimate.value)
    }


def likeliest(found: Mapping[int, StoredEstimate], most: int) -> dict[int, StoredEstimate]:
    """Return at most ``most`` subnets with a probability above zero, the likeliest first."""
    possible = [netuid for netuid, estimate in found.items() if estimate.value > 0.0]
    # Ties go by netuid, so that the same results make the same page.
    first = sorted(possible, key=lambda netuid: (-found[netuid].value, netuid))
    return {netuid: found[netuid] for netuid in first[:most]}
