"""What the figures about single subnets mean."""

from __future__ import annotations

from typing import Final

from dtaojax.report.term import Term

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
    "below_bar": Term(
        "P(below the bar)",
        "share of paths on which the subnet is started and its pre-gate share is below the bar "
        "on that day",
        "Probability of losing most of the TAO emission. A subnet with emission off has a share "
        "above or below the bar too, but receives none either way.",
        "percent",
    ),
    "ever_below_bar": Term(
        "P(ever below the bar)",
        "share of paths on which the subnet was below the bar after any step until that day",
        "It never falls with time.",
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
