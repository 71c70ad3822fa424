"""What the figures about the whole network mean."""

from __future__ import annotations

from typing import Final

from dtaojax.report.glossary.term import Term


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
