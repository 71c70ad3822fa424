"""The quantities of a run: label, formula and how to read the sign of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Display = Literal["number", "percent", "count"]
"""How values are written: as they are, a fraction in percent, or a whole number of things."""


@dataclass(frozen=True)
class Term:
    """An entry of the glossary.

    Attributes:
        label: Short name, for tables and figures.
        formula: Definition, in plain mathematics.
        reading: Meaning of a high value.
        display: Way in which values of the quantity are written.
        title: Still shorter name beneath a heading that says what it is of; the label if empty.
    """

    label: str
    formula: str
    reading: str
    display: Display = "number"
    title: str = ""


def _concentration(prefix: str, of: str, share: str) -> dict[str, Term]:
    return {
        f"{prefix}_effective_number": Term(
            f"Effective number of subnets by {of}",
            "N = 1 / HHI",
            "How many subnets of equal size would be as concentrated. Lower is more concentrated.",
            title="Effective number of subnets",
        ),
        f"{prefix}_nakamoto": Term(
            f"Nakamoto coefficient of {of}",
            "smallest k for which the k largest sᵢ sum to more than 1/2",
            "How many subnets hold the majority together. Lower is more concentrated.",
            "count",
            title="Nakamoto coefficient",
        ),
        f"{prefix}_top10_share": Term(
            f"Top-10 share of {of}",
            "sum of the ten largest sᵢ",
            "Higher is more concentrated.",
            "percent",
            title="Share of the ten largest",
        ),
        f"{prefix}_gini": Term(
            f"Gini coefficient of {of}",
            "G = Σᵢ Σⱼ |sᵢ − sⱼ| / (2 n Σ s)",
            "0 if all n subnets have the same, 1 − 1/n if one has all; subnets with nothing count "
            "too. Higher is more unequal.",
            title="Gini coefficient",
        ),
        f"{prefix}_hhi": Term(
            f"HHI of {of}",
            f"HHI = Σ sᵢ², sᵢ = {share}",
            "Herfindahl-Hirschman index over all subnets, root left out: 1 if one has all, 1/n if "
            "n share alike. Higher is more concentrated.",
            title="Herfindahl-Hirschman index (HHI)",
        ),
    }


NETWORK_QUANTITIES: Final[dict[str, Term]] = {
    **_concentration("emission", "TAO emission", "subnet i's share of the block's TAO emission"),
    **_concentration("tao_in", "TAO in pools", "subnet i's share of the TAO in all pools"),
    "total_tao_in": Term(
        "TAO in all pools",
        "Σ tao_inᵢ over subnets, root left out",
        "Total depth of the pools. It grows by emission and buying, and falls by selling.",
    ),
    "sum_price": Term(
        "Sum of alpha prices",
        "Σ pᵢ over subnets",
        "What one alpha of every subnet costs at spot.",
    ),
    "chain_buy_share": Term(
        "Share of emission spent on chain buys",
        "Σ excessᵢ / Σ eᵢ, excess = e − TAO injected into the pool",
        "The part of TAO emission with which the chain buys alpha, instead of adding it to "
        "pools as liquidity. Higher supports prices more and deepens pools less.",
        "percent",
        title="Emission spent on chain buys",
    ),
    "starved_subnets": Term(
        "Starved subnets",
        "number of started subnets with emission enabled whose pre-gate share is below the bar; "
        "without a gate, of those that receive no TAO emission",
        "They are starved: the gate cuts their TAO emission, roughly with the fourth power of "
        "their share. A subnet at exactly the bar is not below it.",
        "count",
    ),
    "deregistrations": Term(
        "Subnets deregistered",
        "number of subnets pruned since the start",
        "Each made room for a registration in a full network; its TAO was paid out to its holders.",
        "count",
    ),
    "registrations": Term(
        "Subnets registered",
        "number of subnets registered since the start",
        "In a full network each one prunes another.",
        "count",
    ),
    "registered_subnets": Term(
        "Subnets in the network",
        "number of netuids in use, root left out",
        "At most the limit, where there is one.",
        "count",
    ),
    "lock_cost": Term(
        "Cost of a registration",
        "max(min lock, 2 · last − ⌊last / interval⌋ · blocks since)",
        "TAO that a new subnet costs on that day. It doubles with each registration and decays "
        "until the next.",
    ),
    "priced_out": Term(
        "Applicants priced out",
        "number of applicants since the start whose budget was below the cost, or who came too "
        "soon after another registration",
        "A high number is normal: most applicants wait for a lower cost in vain.",
        "count",
    ),
    "shut_out": Term(
        "Applicants shut out",
        "number of applicants since the start who could pay, but found every subnet immune or no "
        "slot left",
        "Above 0, the limit of subnets or the room set aside for newcomers keeps some out.",
        "count",
    ),
    "emission_turnover": Term(
        "TAO emission that has moved since the start",
        "½ Σᵢ |eᵢ(t) − eᵢ(0)|, e the shares of TAO emission",
        "0 % if every subnet has the share that it had, 100 % if all of it goes to others. What a "
        "new subnet has counts as moved, also under the same netuid.",
        "percent",
        title="Emission that has moved since the start",
    ),
    "emission_on_sale": Term(
        "Sell pressure: emission put on sale since the start",
        "Σ p · alpha put on sale / Σ E, over steps and subnets; E the TAO emission",
        "Emitted alpha that its receivers, cohorts and root sell, at the spot price before users "
        "trade, in parts of the TAO emission of the same time. Above 100 %, more comes back on "
        "sale than emission brings in; 0 on day 0.",
        "percent",
        title="Emission put on sale since the start",
    ),
}
"""Quantities of the table ``network``, by their name there."""


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


PORTFOLIO_QUANTITIES: Final[dict[str, Term]] = {
    "loss_spot": Term(
        "Loss at spot",
        "L = V₀ − V_t, V the value at spot",
        "Positive is a loss, negative a gain, in TAO. Staking yield is counted in V_t; spot prices "
        "ignore what selling would do.",
    ),
    "loss_realizable": Term(
        "Realizable loss",
        "L = V₀ − V_t, V the realizable value",
        "Positive is a loss, negative a gain, in TAO. Staking yield is counted in V_t; slippage "
        "and fee are counted in both.",
    ),
    "value_spot": Term(
        "Value at spot",
        "V = Σ alphaᵢ · pᵢ + root TAO + root's alpha at spot + TAO paid for deregistered subnets",
        "What the portfolio is worth in TAO at the prices on the screen.",
    ),
    "value_realizable": Term(
        "Realizable value",
        "V = Σ TAO that position i fetches if sold whole through its pool + root TAO + TAO paid "
        "for deregistered subnets",
        "In TAO, after slippage and fee, each position sold on its own. Never above the value at "
        "spot.",
    ),
    "tao_usd": Term(
        "Price of TAO in US dollars",
        "S, drawn outside the network",
        "No subnet moves it; the assumptions say how it is drawn.",
    ),
    "loss_spot_usd": Term(
        "Loss at spot in dollars",
        "L = S₀ V₀ − S_t V_t, V the value at spot in TAO, S the price of TAO",
        "Positive is a loss, negative a gain, in US dollars: TAO's own price is part of it.",
    ),
    "loss_realizable_usd": Term(
        "Realizable loss in dollars",
        "L = S₀ V₀ − S_t V_t, V the realizable value in TAO, S the price of TAO",
        "Positive is a loss, negative a gain, in US dollars: TAO's own price is part of it. The "
        "TAO itself is taken to be sold without moving its price.",
    ),
    "value_spot_usd": Term(
        "Value at spot in dollars",
        "S_t V_t, V the value at spot in TAO",
        "What the portfolio is worth in US dollars at the prices on the screen.",
    ),
    "value_realizable_usd": Term(
        "Realizable value in dollars",
        "S_t V_t, V the realizable value in TAO",
        "In US dollars, after slippage and fee in the pools; the TAO itself is taken to be sold "
        "without moving its price.",
    ),
    "exit_days": Term(
        "Time to exit",
        "alphaᵢ / (alpha_inᵢ · ((1 − x)^(−w₂) − 1)), x the fall of a price in a day, w₂ ≈ 1/2; the "
        "slowest position counts",
        "Days in which a holder leaves if selling lowers no pool's price by more than "
        "portfolio.exit_fall (1 % by default) a day and each pool recovers until the next. Root's "
        "TAO leaves at once. Higher is less liquid.",
    ),
    "max_drawdown": Term(
        "Maximum drawdown, seen at ends of steps (too small)",
        "max over t of 1 − V_t / max over u ≤ t of V_u, V the value at spot",
        "Deepest fall from a peak until that day: 0 % is none, 100 % is everything. It is seen at "
        "the ends of steps only, and so too small: at steps of a tempo by 18 % of itself on day "
        "1, 10.5 % on day 7, 5.2 % on day 30 and 3.6 % on day 90; by more at longer steps.",
        "percent",
    ),
}
"""Quantities of the table ``portfolio`` and the price of TAO, by their name there."""
