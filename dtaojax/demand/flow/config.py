"""Models of the processes by which investors buy and sell on their own account.

Where a figure comes from prices it is stated for the log price; a push changes the log price of a
constant-product pool by twice its size.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from dtaojax.schema.errors import Problem
from dtaojax.schema.netuids import ByNetuid
from dtaojax.schema.strict import Fraction, PathText, ProcessName, StrictModel, refuse

DailyDrift = Annotated[float, Field(ge=-1.0, le=1.0)]
"""Expected flow a day, as a fraction of ``tao_in`` [1/day]."""

PerYear = Annotated[float, Field(ge=0.0, le=3650.0)]
DailySd = Annotated[float, Field(ge=0.0, le=5.0)]
JumpSize = Annotated[float, Field(gt=0.0, le=10.0)]
AgeList = Annotated[
    tuple[Annotated[float, Field(ge=0.0, le=36_500.0)], ...],
    Field(strict=False, min_length=1, max_length=100),
]


class AgedModel(StrictModel):
    """A model with figures by age class: lists as long as ``from_age_days``.

    Attributes:
        from_age_days: ages at which the classes begin, rising from 0 [days].
    """

    from_age_days: AgeList = (0.0, 3.0, 7.0, 14.0, 30.0, 60.0, 120.0)

    @model_validator(mode="after")
    def _classes_fit(self) -> AgedModel:
        ages, problems = self.from_age_days, []
        if ages[0] != 0.0 or list(ages) != sorted(set(ages)):
            problems.append(Problem("from_age_days", "must begin with 0 and rise"))
        for key, value in self:
            if isinstance(value, tuple) and len(value) != len(ages):
                text = f"has {len(value)} figures for {len(ages)} classes of from_age_days"
                problems.append(Problem(key, f"{text}; give one for each"))
        refuse(problems)
        return self


class StudentFlowConfig(StrictModel):
    """Net user flow into each pool, a random fraction of ``tao_in``, with Student-t daily totals.

    Each day draws one variance per subnet, so flows within a day are conditionally normal and their
    daily sum is Student-t. The typical daily standard deviation falls with depth as
    ``sd_at_1000_tao * (tao_in / 1000) ** depth_exponent``. Defaults: pool history of
    2026-07-19 to 2026-08-22. Never back-tested: ``stochastic_variance_flow`` is, and its losses are
    larger.

    Attributes:
        name: what its random streams are called.
        degrees_of_freedom: of the daily flow; above 2, so that its variance is finite.
        sd_at_1000_tao: standard deviation of the daily flow of a pool with 1,000 TAO, as a
            fraction of ``tao_in`` [1/day].
        depth_exponent: how that changes with depth; negative where deep pools are calmer.
        scale_ratio: Student-t scale divided by the standard deviation that the size fit gave.
        common_share: part of the variance that all subnets share.
        drift: mean daily flow as a fraction of ``tao_in`` [1/day].
        max_volatility_multiple: a day's volatility is at most this multiple of the scale.
    """

    process: Literal["student_flow"] = "student_flow"
    name: ProcessName = "student_flow"
    degrees_of_freedom: Annotated[float, Field(gt=2.0, le=1e6)] = 2.4
    sd_at_1000_tao: Fraction = 0.027
    depth_exponent: Annotated[float, Field(ge=-2.0, le=2.0)] = -0.293
    scale_ratio: Annotated[float, Field(gt=0.0, le=10.0)] = 0.56
    common_share: Fraction = 0.06
    drift: DailyDrift = 0.0
    max_volatility_multiple: Annotated[float, Field(ge=1.0, le=1e6)] = 30.0


class JumpsConfig(AgedModel):
    """Jumps of the price at rates by age, two-sided and asymmetric.

    Sizes are exponential above ``smallest``, truncated at ``largest``. Defaults: daily returns
    beyond 0.2 in source A of the history (2025-02-14 to 2025-10-29, 26,115 subnet-days). They are
    all such moves, so they stand beside flows with light tails, not beside
    ``student_flow`` or ``stochastic_variance_flow``, whose tails make most of them already.

    Attributes:
        name: what its random streams are called.
        down_per_year: rate of falls by age [1/year].
        up_per_year: rate of rises by age [1/year].
        down_excess: mean size of a fall beyond the smallest, by age [log price].
        up_excess: mean size of a rise beyond the smallest, by age [log price].
        smallest: least size [log price].
        largest: most size [log price].
        drift: mean daily flow of the whole process as a fraction of ``tao_in`` [1/day].
    """

    process: Literal["jumps"] = "jumps"
    name: ProcessName = "jumps"
    down_per_year: Annotated[tuple[PerYear, ...], Field(strict=False)] = (
        (131.0, 75.0, 73.0, 12.5, 7.6, 5.3, 1.8)
    )  # fmt: skip
    up_per_year: Annotated[tuple[PerYear, ...], Field(strict=False)] = (
        (76.0, 102.0, 26.0, 18.0, 18.0, 12.0, 3.8)
    )  # fmt: skip
    down_excess: Annotated[tuple[JumpSize, ...], Field(strict=False)] = (
        (0.36, 0.24, 0.13, 0.10, 0.095, 0.085, 0.071)
    )  # fmt: skip
    up_excess: Annotated[tuple[JumpSize, ...], Field(strict=False)] = (
        (0.51, 0.26, 0.20, 0.19, 0.14, 0.14, 0.14)
    )  # fmt: skip
    smallest: Annotated[float, Field(ge=0.0, le=10.0)] = 0.2
    largest: JumpSize = 1.5
    drift: DailyDrift = 0.0

    @model_validator(mode="after")
    def _sizes_fit(self) -> JumpsConfig:
        if self.smallest >= self.largest:
            text = f"is {self.smallest:g}; must be below largest = {self.largest:g}"
            refuse([Problem("smallest", text)])
        return self


class MarketFactorConfig(StrictModel):
    """Normal flows that all subnets, or those of a sector, have in common.

    Defaults: the equally weighted market of subnets had a daily sd of 0.011 in the log price in
    source C; no history tells sectors apart, so they do not move unless asked to.

    Attributes:
        name: what its random streams are called.
        market_sd: daily sd of the market at a loading of 1, as a fraction of ``tao_in``.
        sector_sd: daily sd of each sector, as a fraction of ``tao_in``.
        loading: of every subnet that ``loadings`` does not name.
        loadings: netuid -> loading on the market.
        drift: mean daily flow as a fraction of ``tao_in`` [1/day].
    """

    process: Literal["market_factor"] = "market_factor"
    name: ProcessName = "market_factor"
    market_sd: Fraction = 0.0055
    sector_sd: Fraction = 0.0
    loading: Annotated[float, Field(ge=-100.0, le=100.0)] = 1.0
    loadings: ByNetuid = Field(default_factory=dict)
    drift: DailyDrift = 0.0


class NewSubnetConfig(AgedModel):
    """Wild flows while a subnet is young, on top of the others.

    Adds what the others lack, in quadrature; a class whose sd is below the usual one gets nothing.
    Defaults: 47 starts of 2025. The drift is that of the median price there (0.0025 on day 1,
    0.0031 on day 7, 0.0027 on day 30, 0.0021 on day 90), to which half the variance is added.

    Attributes:
        name: what its random streams are called.
        daily_sd: of the log price, all processes together, by age.
        usual_daily_sd: of the log price that the other processes make on their own.
        drift: mean daily flow as a fraction of ``tao_in``, by age [1/day].
    """

    process: Literal["new_subnet"] = "new_subnet"
    name: ProcessName = "new_subnet"
    daily_sd: Annotated[tuple[DailySd, ...], Field(strict=False)] = (
        (0.72, 0.34, 0.23, 0.14, 0.11, 0.075, 0.08)
    )  # fmt: skip
    usual_daily_sd: DailySd = 0.08
    drift: Annotated[tuple[DailyDrift, ...], Field(strict=False)] = (
        (0.083, 0.032, 0.0036, -0.0006, -0.0006, -0.0014, 0.0)
    )  # fmt: skip


class FlowBootstrapConfig(StrictModel):
    """Days of real flows, drawn in blocks, each with all its subnets (Politis and Romano, 1994).

    A flow is the push that makes the day's price change. It holds everything that moved the price,
    sales of emission and chain buys too, whose mean is taken off: leave ``student_flow`` out, and
    keep ``emission_selling``.

    Attributes:
        name: what its random streams are called.
        file: a daily panel (CSV or Parquet) with the columns date, netuid and close, and tao_in,
            days_since_start and source where known; relative to the config file.
        source: reads only the rows with this value of the column ``source``.
        match: ``netuid`` gives a subnet its own flows, and on days without any those of its rank;
            ``depth`` gives every subnet the flows of its rank. Ranks are by ``tao_in`` where it is
            known for the day, else by price.
        min_age_days: younger subnets of the history are left out [days].
        mean_block_days: mean length of a block [days].
        drift: mean daily flow as a fraction of ``tao_in`` [1/day].
    """

    process: Literal["flow_bootstrap"] = "flow_bootstrap"
    name: ProcessName = "flow_bootstrap"
    file: PathText
    source: str | None = None
    match: Literal["netuid", "depth"] = "netuid"
    min_age_days: Annotated[float, Field(ge=0.0, le=36_500.0)] = 30.0
    mean_block_days: Annotated[float, Field(ge=1.0, le=1000.0)] = 5.0
    drift: DailyDrift = 0.0
