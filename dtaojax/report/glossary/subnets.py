"""What the figures about single subnets mean."""

from __future__ import annotations

from typing import Final

from dtaojax.report.glossary.term import Term

SUBNET_QUANTITIES: Final[dict[str, Term]] = {
    "price": Term(
        "Alpha price",
        "p = (w₁/w₂) · tao_in / alpha_in",
        "Spot price of the pool, TAO for one alpha; pool weights w₁ and w₂ are near 1/2. As all "
        "figures of a subnet it is 0 on paths on which the subnet has been deregistered.",
    ),
    "tao_in": Term(
        "Pool depth", "tao_in", "TAO in the subnet's pool. A deeper pool moves less per trade."
    ),
    "moving_price": Term(
        "Moving price",
        "m ← a · min(p, 1) + (1 − a) · m, every block",
        "The chain's average of the price, which sets emission shares and the order of pruning.",
    ),
    "emission_share": Term(
        "Emission share",
        "e / Σ e",
        "The subnet's part of the TAO emission of a block, after gate and mask.",
        "percent",
    ),
    "rank": Term(
        "Rank by share before the gate, 1 the largest",
        "1 + number of subnets with a larger pre-gate share",
        "A subnet that has been deregistered counts as one behind the last.",
        "count",
    ),
    "buying_to_bar": Term(
        "Buying that reaches the bar",
        "tao_in · (f^w₁ − 1), f = θ (1 − s) / (s (1 − θ)), s the pre-gate share, w₁ ≈ 1/2 the "
        "weight of alpha in the pool",
        "Net buying in TAO that lifts a subnet from below the bar to it, once the moving price has "
        "followed and if all others stay. 0 where it is not below, or where its share is 0, which "
        "no buying lifts.",
    ),
    "above_bar": Term(
        "P(above the bar)",
        "share of paths on which the subnet of the start is there and its pre-gate share is at or "
        "above the bar on that day",
        "Above, below and deregistered add up to 100 %. At exactly the bar it keeps half of its "
        "weight and counts as above. A subnet with emission off stands above or below too, but "
        "receives none either way.",
        "percent",
    ),
    "below_bar": Term(
        "P(below the bar)",
        "share of paths on which the subnet of the start is there and its pre-gate share is below "
        "the bar on that day, or 0, as it is before the start call",
        "Probability of losing most of the TAO emission while staying in the network. Paths on "
        "which it is gone do not count here, but as deregistered.",
        "percent",
    ),
    "always_above_bar": Term(
        "P(above the bar all the time)",
        "share of paths on which the subnet is there and was at or above the bar after every step "
        "until that day",
        "The rest was below the bar at some time, or is gone. It never rises with time.",
        "percent",
    ),
    "ever_below_bar": Term(
        "P(ever below the bar)",
        "share of paths on which the subnet was below the bar after any step until that day, "
        "while it was there",
        "It never falls with time, and counts those that came back, and those that went on to be "
        "deregistered.",
        "percent",
    ),
    "paid": Term(
        "P(paid)",
        "share of paths on which the subnet of the start is there and receives TAO emission on "
        "that day",
        "Under rules without a gate there is no bar; then paid, unpaid and deregistered add up to "
        "100 %.",
        "percent",
    ),
    "unpaid": Term(
        "P(unpaid)",
        "share of paths on which the subnet of the start is there and receives no TAO emission on "
        "that day",
        "It has not started, its emission is off, or the weight rule gives it a share of 0. Paths "
        "on which it is gone do not count here, but as deregistered.",
        "percent",
    ),
    "always_paid": Term(
        "P(paid all the time)",
        "share of paths on which the subnet is there and received TAO emission after every step "
        "until that day",
        "The rest was unpaid at some time, or is gone.",
        "percent",
    ),
    "ever_unpaid": Term(
        "P(ever unpaid)",
        "share of paths on which the subnet received no TAO emission after any step until that "
        "day, while it was there",
        "It counts those that are paid again, and those that went on to be deregistered.",
        "percent",
    ),
    "next_pruned": Term(
        "P(next to be pruned)",
        "share of paths on which the subnet has the lowest moving price of those not immune",
        "Probability that the next registration in a full network would prune it, that is, "
        "deregister it.",
        "percent",
    ),
    "deregistered": Term(
        "P(deregistered)",
        "share of paths on which the subnet of the start has been pruned by that day",
        "It never falls with time. A new subnet under the same netuid is another subnet: its "
        "figures are not counted here.",
        "percent",
    ),
}
"""Quantities of the table ``subnets``, by their name there."""
