"""Where subnets stand: who can earn emission, who is above the bar, who is likeliest to move."""

from __future__ import annotations

import math
from collections.abc import Mapping

from dtaojax.results.estimates import Estimate
from dtaojax.results.read import Evidence, Subnet
from dtaojax.studies.run.page.fates import fates_of, not_standing


def can_earn(subnet: Subnet) -> bool:
    """Whether the subnet may receive TAO emission: started, and with emission enabled."""
    return subnet.emission_enabled and subnet.in_emit_set


def above_now(evidence: Evidence) -> set[int]:
    """Subnets that can earn and are above the bar, or paid where there is none, at the start."""
    falls = fates_of(evidence).falls
    return {
        netuid
        for netuid, subnet in evidence.initial.items()
        if (now := evidence.subnets.get(falls, 0.0, "probability", netuid=netuid))
        and now.value == 0.0
        and can_earn(subnet)
    }


def fallen(evidence: Evidence, stands: str) -> dict[int, Estimate]:
    """The probability that an event of standing does not hold at the horizon, by netuid.

    What is gone does not stand.
    """
    found = probabilities(evidence, stands)
    return {netuid: not_standing(estimate) for netuid, estimate in found.items()}


def probabilities(evidence: Evidence, quantity: str) -> dict[int, Estimate]:
    """The probability of an event at the horizon, by netuid, where it is known."""
    found = (
        (netuid, evidence.subnets.get(quantity, evidence.horizon, "probability", netuid=netuid))
        for netuid in evidence.initial
    )
    return {
        netuid: estimate
        for netuid, estimate in found
        if estimate is not None and math.isfinite(estimate.value)
    }


def likeliest(found: Mapping[int, Estimate], most: int) -> dict[int, Estimate]:
    """At most ``most`` subnets with a probability above zero, the likeliest first."""
    possible = [netuid for netuid, estimate in found.items() if estimate.value > 0.0]
    first = sorted(possible, key=lambda netuid: (-found[netuid].value, netuid))
    return {netuid: found[netuid] for netuid in first[:most]}
