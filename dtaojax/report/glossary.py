"""The glossary of a page: statistics, events, cohorts, and the names of quantities."""

from __future__ import annotations

from typing import Final

from dtaojax.report.quantities import (
    NETWORK_QUANTITIES,
    PORTFOLIO_QUANTITIES,
    SUBNET_QUANTITIES,
    Term,
)

QUANTITIES: Final = NETWORK_QUANTITIES | SUBNET_QUANTITIES | PORTFOLIO_QUANTITIES
"""Quantities of the tables, by their name there."""

STATISTICS: Final[dict[str, Term]] = {
    "var": Term(
        "Value at risk, VaR c",
        "VaR_c = the c-quantile of the loss L",
        "The loss that is exceeded with probability 1 − c. Negative: even then there is a gain.",
    ),
    "es": Term(
        "Expected shortfall, ES c",
        "ES_c = mean of the worst 1 − c of the losses",
        "How bad it is on average when it is that bad. Never below VaR at the same c.",
    ),
    "es_contribution": Term(
        "Contribution to ES",
        "ESᵢ = mean of position i's loss over the same worst paths; Σ ESᵢ = ES",
        "Positive adds to the risk of the portfolio, negative offsets it.",
    ),
    "quantile": Term(
        "Band of paths",
        "x % band = from the (50 − x/2) % to the (50 + x/2) % quantile over paths",
        "How uncertain the future is under the model. More paths do not narrow it. What is gone "
        "counts as 0, so that a low end or a median can be exactly 0. ≤ and ≥ stand before a "
        "bound: the value lies beyond what a run counts, 400 times the start or 1/400 of it.",
    ),
    "standard_error": Term(
        "± standard error (SE)",
        "standard deviation of the estimate over repetitions with other seeds",
        "How exact the computation is. Four times as many paths halve it. A number without one is "
        "of the start or of what is not held, and exact, or it is a quantile around which paths "
        "share one value. It is not known where too few paths tell, or where a figure without a "
        "bound is the same on every path.",
    ),
    "interval": Term(
        "95 % Monte Carlo interval",
        "means and ES: t-quantiles of SE through Hall's cubic of the skewness; probabilities: "
        "Wilson's; quantiles and VaR: between order statistics",
        "Where the estimate would settle with endless paths. It says nothing of errors in the "
        "model. It is longer on the side where rare paths weigh much: what the paths did not show "
        "by chance reaches farther there. Where no more skewed than a normal distribution, it is "
        "about estimate ± 1.96 SE.",
    ),
    "bar": Term(
        "The gate's bar θ",
        "gated share ∝ s · s³ / (s³ + θ³), θ = the 32nd largest pre-gate share (rank gate)",
        "A subnet at the bar keeps half of its weight, one far below it keeps next to nothing. "
        "Rank and exponent are those of the mechanism in the configuration.",
    ),
}
"""Statistics and words that every report uses."""

EVENTS: Final[dict[str, str]] = {
    "sales_limited": "sales cut to the alpha that holders have",
    "trades_refused": "users' trades that a guard of the pool refused",
    "chain_buys_refused": "chain buys that a pool refused or took in part; the rest is recycled",
    "root_sales_refused": "sales of root's alpha that a pool refused or took in part; it waits",
    "unstaking_limited": "wishes to unstake from root, cut to what was staked there",
}
"""What was limited or refused on the way, by its name in the manifest."""


def label_of(quantity: str) -> str:
    """Return the label of ``quantity``; its name where the glossary does not know it."""
    return QUANTITIES[quantity].label if quantity in QUANTITIES else quantity


def title_of(quantity: str) -> str:
    """Return the name of ``quantity`` beneath a heading that says what it is of."""
    return (quantity in QUANTITIES and QUANTITIES[quantity].title) or label_of(quantity)


COHORT_QUANTITIES: Final[dict[str, Term]] = {
    "holdings": Term(
        "Holdings of a cohort",
        "Σᵢ alphaᵢ · pᵢ over subnets, at spot",
        "What the cohort's alpha is worth in TAO on the screen; selling it all would bring less.",
        title="Holdings",
    ),
    "income": Term(
        "Income of a cohort",
        "Σ over steps and subnets of (alpha paid · p + TAO paid), p the spot price of the time",
        "In TAO since the start, whether sold or kept: the owner's cut, miners' incentive, "
        "validators' take and everybody's dividends; never negative.",
        title="Income",
    ),
    "proceeds": Term(
        "Proceeds of a cohort",
        "Σ over steps and subnets of alpha sold · price of the step's trades",
        "TAO received for alpha since the start, that sold to other cohorts included; for root, "
        "what its alpha brought. Investors trade with each other within a step unseen, so that "
        "theirs is a lower bound. Never negative.",
        title="Sold for",
    ),
    "spending": Term(
        "Spending of a cohort",
        "Σ over steps and subnets of alpha bought · price of the step's trades",
        "TAO paid for alpha since the start; for the protocol, its chain buys. Never negative.",
        title="Bought for",
    ),
    "net_proceeds": Term(
        "Net proceeds of a cohort",
        "proceeds − spending",
        "Positive: the cohort took TAO out by selling, and presses on prices; negative: it bought "
        "more than it sold.",
        title="Net sold for",
    ),
    "selling_share": Term(
        "Share of the selling",
        "max(net proceeds, 0) / Σ max(net proceeds, 0) over all cohorts, root and protocol",
        "The cohort's part of what net sellers took out; 0 for a net buyer. A ratio on each path, "
        "then the mean over paths.",
        "percent",
        title="Share of the selling",
    ),
}
"""Quantities of the table ``cohorts``, by their name there."""

_LABELS: Final = {
    "owner": "Owners",
    "miner": "Miners",
    "validator": "Validators",
    "investor": "Investors and nominators",
    "root": "Root stake",
    "protocol": "Protocol",
}


def cohort_label(party: str) -> str:
    """Return what the report calls a party; a whale by its name."""
    return _LABELS.get(party, f"Whale “{party}”")
