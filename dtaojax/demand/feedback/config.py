"""Models of the processes by which demand answers to prices, yields and revenues.

History shows at most traces of these answers (see docs/demand.md), so their strengths are
assumptions, to be varied.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dtaojax.schema.strict import ProcessName, StrictModel, Tokens

Strength = Annotated[float, Field(ge=-10.0, le=10.0)]
Most = Annotated[float, Field(gt=0.0, le=1.0)]
PositiveDays = Annotated[float, Field(gt=0.0, le=36_500.0)]


class MomentumConfig(StrictModel):
    """Buying of what has risen and selling of what has fallen.

    The push a day is ``most * tanh(strength * r / most)``, where r is the log price less its
    exponential average. Default: 0.04 of yesterday's return, the autocorrelation of daily returns
    in source C (between -0.06 and 0.06 in the others).

    Attributes:
        name: tells it from another of its kind.
        window_days: time constant of the average [days].
        strength: push a day for a past return of 1 in the log price.
        most: bound of the push a day, as a fraction of ``tao_in``.
    """

    process: Literal["momentum"] = "momentum"
    name: ProcessName = "momentum"
    window_days: PositiveDays = 1.0
    strength: Strength = 0.02
    most: Most = 0.05


class MeanReversionConfig(StrictModel):
    """Buying of what is cheap against an anchor and selling of what is dear.

    Default: slow, as the variance of returns over 20 days was 1.00 times 20 times that of a day.

    Attributes:
        name: tells it from another of its kind.
        anchor: ``moving_price`` for the chain's average, ``start_price`` for the price at the
            start of the run, or at its registration for a later subnet.
        half_life_days: after which half of the gap in the log price is closed [days].
    """

    process: Literal["mean_reversion"] = "mean_reversion"
    name: ProcessName = "mean_reversion"
    anchor: Literal["moving_price", "start_price"] = "start_price"
    half_life_days: PositiveDays = 180.0


class CrossSectionConfig(StrictModel):
    """Prices drift towards the mean of the network's, weighted by ``tao_in``, with no net flow.

    The rate is drawn on each path from a gamma distribution. Default: slopes of the log return on
    the log price over windows of 22 to 55 days in 2025 and 2026 (docs/behaviour.md).

    Attributes:
        name: tells it from another of its kind.
        rate: mean rate at which the gap of a log price closes [1/day].
        events: shape of the distribution; its relative standard deviation is ``events**-0.5``.
    """

    process: Literal["cross_section"] = "cross_section"
    name: ProcessName = "cross_section"
    rate: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0015
    events: Annotated[float, Field(gt=0.0, le=1e6)] = 2.0


class YieldDemandConfig(StrictModel):
    """Stakers who come for a yield above the reference and leave for one below it.

    The push a day is ``most * tanh(strength * (yield / reference - 1) / most)``. Default reference:
    the median yield on mainnet at block 8,791,253 (5 to 95 %: 0.23 to 1.06).

    Attributes:
        name: tells it from another of its kind.
        reference_yield: at which nobody moves, in alpha, before the validators' take [1/year].
        strength: push a day for a yield of twice the reference.
        most: bound of the push a day, as a fraction of ``tao_in``.
    """

    process: Literal["yield_demand"] = "yield_demand"
    name: ProcessName = "yield_demand"
    reference_yield: Annotated[float, Field(gt=0.0, le=1e6)] = 0.32
    strength: Strength = 0.002
    most: Most = 0.01


class RevenueDemandConfig(StrictModel):
    """Revenue of subnets that buys their alpha, lognormal in the latent quality.

    Attributes:
        name: tells it from another of its kind.
        tao_per_day: revenue of a subnet of quality 0 [TAO/day].
        spread: log of the factor that one standard score of quality makes.
    """

    process: Literal["revenue_demand"] = "revenue_demand"
    name: ProcessName = "revenue_demand"
    tao_per_day: Tokens = 1.0
    spread: Annotated[float, Field(ge=0.0, le=10.0)] = 1.5
