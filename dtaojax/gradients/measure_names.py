"""The figures that a search may minimise or hold, by name; the model computes them."""

from __future__ import annotations

from typing import Final, NamedTuple


class Measure(NamedTuple):
    """Description of a figure of a path.

    Attributes:
        unit: unit of the figure.
        better: ``lower`` or ``higher``.
        formula: formula in the glossary's notation.
        reading: meaning in a sentence.
    """

    unit: str
    better: str
    formula: str
    reading: str


HOLDER_LOSS: Final = "loss_realizable"
"""The one measure that looks at the config's portfolio."""

MEASURES: Final[dict[str, Measure]] = {
    "emission_hhi": Measure(
        "ratio",
        "lower",
        "sum s_i^2",
        "Herfindahl index of the emission shares at the horizon: 1 if one subnet gets everything.",
    ),
    "effective_number": Measure(
        "subnets",
        "higher",
        "1 / sum s_i^2",
        "Subnets of equal size with the same Herfindahl index of emission at the horizon.",
    ),
    "emission_gini": Measure(
        "ratio",
        "lower",
        "sum (2 i - n - 1) s_(i) / n",
        "Gini coefficient of the emission shares at the horizon, over all subnets.",
    ),
    "emission_top10": Measure(
        "ratio",
        "lower",
        "sum of the ten largest s_i",
        "Emission share of the ten largest subnets at the horizon.",
    ),
    "soft_nakamoto": Measure(
        "subnets",
        "higher",
        "1 + sum_k sigmoid((1/2 - C_k) / 0.02)",
        "Subnets that together hold half of the emission, made smooth; C_k is what the k largest "
        "hold.",
    ),
    "merit": Measure(
        "ratio",
        "higher",
        "corr(s_i, p_i) over subnets that can earn",
        "Correlation of emission share with spot price, the market's opinion of a subnet: 1 where "
        "emission follows demand in proportion, 0 where everybody is paid the same.",
    ),
    "quality_merit": Measure(
        "ratio",
        "higher",
        "corr(s_i, exp(quality_i)) over subnets that can earn",
        "Correlation of emission share with latent quality, which the chain does not see.",
    ),
    "split_gain": Measure(
        "ratio",
        "lower",
        "sum over subnets of the share of both halves after a split",
        "What a subnet's owner earns after splitting it into two equal halves, over what the whole "
        "earned, weighted by emission: above 1, splitting pays; 2 under equal pay.",
    ),
    "pump_gain": Measure(
        "ratio",
        "lower",
        "sum_i s_i dlog s_i / dlog p_i, over +10 % of p_i",
        "Elasticity of a subnet's emission to its own price, weighted by emission: what a pump of "
        "the moving price by 1 % adds, in percent.",
    ),
    "exit_slippage": Measure(
        "ratio",
        "lower",
        "sum_i w_i (1 - realizable / spot), w by tao_in",
        "Loss by slippage and fee of selling 1 % of the alpha outside a pool, weighted by depth.",
    ),
    "pool_depth": Measure("TAO", "higher", "sum tao_in", "TAO in all pools at the horizon."),
    "price_volatility": Measure(
        "1/sqrt(day)",
        "lower",
        "sqrt(mean over days and subnets of (dlog p)^2)",
        "Root mean square daily log return of alpha in TAO over the started subnets.",
    ),
    "share_turnover": Measure(
        "1/day",
        "lower",
        "mean over days of sum |s_t - s_(t-1)| / 2",
        "Part of the emission that changes hands among subnets from day to day.",
    ),
    "sell_pressure": Measure(
        "1/day",
        "lower",
        "sum of participants' alpha times p, a day, over sum tao_in",
        "Alpha paid to owners, miners and validators at the horizon, valued at spot, as a fraction "
        "of the TAO in pools.",
    ),
    HOLDER_LOSS: Measure(
        "TAO",
        "lower",
        "V_0 - V_T, realizable",
        "What selling everything in the config's portfolio would pay less at the horizon than at "
        "the start; a negative loss is a gain.",
    ),
}
"""Every measure; :data:`dtaojax.gradients.measures.FUNCTIONS` holds a function for each."""

HOLDER_LOSS_ES: Final = "loss_realizable_es_95"
"""Mean of the holder's loss over the worst twentieth of the paths."""

HEADLINES: Final[dict[str, Measure]] = {
    **MEASURES,
    HOLDER_LOSS_ES: Measure(
        "TAO",
        "lower",
        "mean of the largest 5 % of V_0 - V_T",
        "Expected shortfall of the portfolio's realizable loss at 95 %.",
    ),
}
"""Numbers that a study of sensitivities looks at: means of measures, and the tail of the loss."""
