"""What the figures about cohorts mean, and what cohorts are called."""

from __future__ import annotations

from typing import Final

from dtaojax.report.glossary.term import Term

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
    """What the report calls a party; a whale by its name."""
    return _LABELS.get(party, f"Whale “{party}”")
