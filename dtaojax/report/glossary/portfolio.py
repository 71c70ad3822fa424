"""What the figures about the portfolio mean, in TAO and in dollars."""

from __future__ import annotations

from typing import Final

from dtaojax.report.glossary.term import Term

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
