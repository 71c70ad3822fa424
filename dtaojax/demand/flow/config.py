"""Tables of the processes by which investors buy and sell on their own account.

Where a figure comes from prices it is stated for the log price; a push changes the log price of a
constant-product pool by twice its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from dtaojax.demand.config import (
    DAYS_A_YEAR,
    PUSH_OF_LOG_PRICE,
    DailyDrift,
    DemandProcessConfig,
)
from dtaojax.schema.errors import Problem
from dtaojax.schema.netuids import ByNetuid
from dtaojax.schema.strict import Fraction, PathText, ProcessName, refuse

if TYPE_CHECKING:
    from dtaojax.demand.flow.bootstrap import FlowBootstrap
    from dtaojax.demand.flow.by_age import Jumps, JumpSizes, NewSubnet
    from dtaojax.demand.flow.market_factor import MarketFactor
    from dtaojax.demand.flow.student_flow import StudentFlow
    from dtaojax.network.table import Slots

PerYear = Annotated[float, Field(ge=0.0, le=3650.0)]
DailySd = Annotated[float, Field(ge=0.0, le=5.0)]
JumpSize = Annotated[float, Field(gt=0.0, le=10.0)]
AgeList = Annotated[
    tuple[Annotated[float, Field(ge=0.0, le=36_500.0)], ...],
    Field(strict=False, min_length=1, max_length=100),
]


class AgedModel(DemandProcessConfig):
    """A table with figures by age class: lists as long as ``from_age_days``.

    Attributes:
        from_age_days: Ages at which the classes begin, rising from 0 [days].
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


class StudentFlowConfig(DemandProcessConfig):
    """Net user flow into each pool, a random fraction of ``tao_in``, with Student-t daily totals.

    Each day draws one variance per subnet, so flows within a day are conditionally normal and their
    daily sum is Student-t. The typical daily standard deviation falls with depth as
    ``sd_at_1000_tao * (tao_in / 1000) ** depth_exponent``. Defaults: pool history of
    2026-07-19 to 2026-08-22. Never back-tested: ``stochastic_variance_flow`` is, and its losses are
    larger.

    Attributes:
        name: Name of its random streams.
        degrees_of_freedom: Degrees of freedom of the daily flow; above 2, so that its variance is
            finite.
        sd_at_1000_tao: Standard deviation of the daily flow of a pool with 1,000 TAO, as a
            fraction of ``tao_in`` [1/day].
        depth_exponent: Power of the depth by which that changes; negative where deep pools are
            calmer.
        scale_ratio: Student-t scale divided by the standard deviation that the size fit gave.
        common_share: Part of the variance that all subnets share.
        drift: Mean daily flow as a fraction of ``tao_in`` [1/day].
        max_volatility_multiple: Largest multiple of the scale that a day's volatility can be.
    """

    topic: ClassVar[str] = "Investors' demand"

    process: Literal["student_flow"] = "student_flow"
    name: ProcessName = "student_flow"
    degrees_of_freedom: Annotated[float, Field(gt=2.0, le=1e6)] = 2.4
    sd_at_1000_tao: Fraction = 0.027
    depth_exponent: Annotated[float, Field(ge=-2.0, le=2.0)] = -0.293
    scale_ratio: Annotated[float, Field(gt=0.0, le=10.0)] = 0.56
    common_share: Fraction = 0.06
    drift: DailyDrift = 0.0
    max_volatility_multiple: Annotated[float, Field(ge=1.0, le=1e6)] = 30.0

    def build(self, seed: int, slots: Slots, folder: Path) -> StudentFlow:
        """Build the process."""
        from dtaojax.demand.flow.student_flow import student_flow

        return student_flow(seed, **self.model_dump(exclude={"process"}))

    def describe(self) -> str:
        """Return what the process assumes, for the report."""
        return (
            "Daily net flow into a pool is Student-t with "
            f"{self.degrees_of_freedom:g} degrees of freedom; its standard deviation is "
            f"{100 * self.sd_at_1000_tao:g} % of the pool at 1,000 TAO and goes with depth "
            f"to the power {self.depth_exponent:g}. "
            f"{100 * self.common_share:g} % of the variance is common to all subnets. "
            f"Mean flow beyond the selling of emission is {100 * self.drift:g} % a day. A "
            f"day's volatility is at most {self.max_volatility_multiple:g} times its scale. "
            "The figures were fitted to the pool history of July and August 2026, 27 daily "
            "returns a subnet; flows are independent from day to day. The process has never "
            "been back-tested."
        )


class JumpsConfig(AgedModel):
    """Jumps of the price at rates by age, two-sided and asymmetric.

    Sizes are exponential above ``smallest``, truncated at ``largest``. Defaults: daily returns
    beyond 0.2 in source A of the history (2025-02-14 to 2025-10-29, 26,115 subnet-days). They are
    all such moves, so they stand beside flows with light tails, not beside
    ``student_flow`` or ``stochastic_variance_flow``, whose tails make most of them already.

    Attributes:
        name: Name of its random streams.
        down_per_year: Rate of falls by age [1/year].
        up_per_year: Rate of rises by age [1/year].
        down_excess: Mean size of a fall beyond the smallest, by age [log price].
        up_excess: Mean size of a rise beyond the smallest, by age [log price].
        smallest: Least size [log price].
        largest: Most size [log price].
        drift: Mean daily flow of the whole process as a fraction of ``tao_in`` [1/day].
    """

    topic: ClassVar[str] = "Jumps"

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

    def build(self, seed: int, slots: Slots, folder: Path) -> Jumps:
        """Build the process, with sizes as pushes."""
        from dtaojax.demand.flow.by_age import by_age, jump_sizes, jumps

        def per_day(rates: Sequence[float]):
            return by_age(self.from_age_days, [rate / DAYS_A_YEAR for rate in rates])

        def sizes(excess: Sequence[float]) -> JumpSizes:
            return jump_sizes(
                self.from_age_days,
                smallest=PUSH_OF_LOG_PRICE * self.smallest,
                largest=PUSH_OF_LOG_PRICE * self.largest,
                excess=[PUSH_OF_LOG_PRICE * size for size in excess],
            )

        return jumps(
            seed,
            name=self.name,
            down_per_day=per_day(self.down_per_year),
            up_per_day=per_day(self.up_per_year),
            down=sizes(self.down_excess),
            up=sizes(self.up_excess),
            drift=self.drift,
        )

    def describe(self) -> str:
        """Return what the process assumes, for the report."""
        return (
            f"Prices of the oldest subnets jump down {self.down_per_year[-1]:g} and up "
            f"{self.up_per_year[-1]:g} times a year, by {self.smallest:g} to "
            f"{self.largest:g} in the log price, young ones more often; the mean of all "
            "jumps is taken off."
        )


class MarketFactorConfig(DemandProcessConfig):
    """Normal flows that all subnets, or those of a sector, have in common.

    Defaults: the equally weighted market of subnets had a daily sd of 0.011 in the log price in
    source C; no history tells sectors apart, so they do not move unless asked to.

    Attributes:
        name: Name of its random streams.
        market_sd: Daily sd of the market at a loading of 1, as a fraction of ``tao_in``.
        sector_sd: Daily sd of each sector, as a fraction of ``tao_in``.
        loading: Loading of every subnet that ``loadings`` does not name.
        loadings: Netuid -> loading on the market.
        drift: Mean daily flow as a fraction of ``tao_in`` [1/day].
    """

    topic: ClassVar[str] = "Common factors"

    process: Literal["market_factor"] = "market_factor"
    name: ProcessName = "market_factor"
    market_sd: Fraction = 0.0055
    sector_sd: Fraction = 0.0
    loading: Annotated[float, Field(ge=-100.0, le=100.0)] = 1.0
    loadings: ByNetuid = Field(default_factory=dict)
    drift: DailyDrift = 0.0

    def build(self, seed: int, slots: Slots, folder: Path) -> MarketFactor:
        """Build the process, with each slot's loading."""
        from dtaojax.demand.flow.market_factor import market_factor

        return market_factor(
            seed,
            name=self.name,
            market_sd=self.market_sd,
            sector_sd=self.sector_sd,
            loading=slots.column(self.loading, self.loadings),
            drift=self.drift,
        )

    def describe(self) -> str:
        """Return what the process assumes, for the report."""
        return (
            "All subnets share a daily flow with a standard deviation of "
            f"{100 * self.market_sd:g} % of the pool, those of a sector another of "
            f"{100 * self.sector_sd:g} %."
        )


class NewSubnetConfig(AgedModel):
    """Wild flows while a subnet is young, on top of the others.

    Adds what the others lack, in quadrature; a class whose sd is below the usual one gets nothing.
    Defaults: 47 starts of 2025. The drift is that of the median price there (0.0025 on day 1,
    0.0031 on day 7, 0.0027 on day 30, 0.0021 on day 90), to which half the variance is added.

    Attributes:
        name: Name of its random streams.
        daily_sd: Daily standard deviation of the log price, all processes together, by age.
        usual_daily_sd: Daily standard deviation of the log price that the others make alone.
        drift: Mean daily flow as a fraction of ``tao_in``, by age [1/day].
    """

    topic: ClassVar[str] = "New subnets"

    process: Literal["new_subnet"] = "new_subnet"
    name: ProcessName = "new_subnet"
    daily_sd: Annotated[tuple[DailySd, ...], Field(strict=False)] = (
        (0.72, 0.34, 0.23, 0.14, 0.11, 0.075, 0.08)
    )  # fmt: skip
    usual_daily_sd: DailySd = 0.08
    drift: Annotated[tuple[DailyDrift, ...], Field(strict=False)] = (
        (0.083, 0.032, 0.0036, -0.0006, -0.0006, -0.0014, 0.0)
    )  # fmt: skip

    def build(self, seed: int, slots: Slots, folder: Path) -> NewSubnet:
        """Build the process, which adds in quadrature what the usual flows lack."""
        from dtaojax.demand.flow.by_age import by_age, new_subnet

        usual = self.usual_daily_sd
        excess = [max(sd**2 - usual**2, 0.0) ** 0.5 for sd in self.daily_sd]
        return new_subnet(
            seed,
            name=self.name,
            sd=by_age(self.from_age_days, [PUSH_OF_LOG_PRICE * sd for sd in excess]),
            drift=by_age(self.from_age_days, self.drift),
        )

    def describe(self) -> str:
        """Return what the process assumes, for the report."""
        return (
            "Subnets trade more wildly while they are young, as the 47 that started in 2025 "
            f"did: daily sd of the log price {self.daily_sd[0]:g} at first, "
            f"{self.daily_sd[-1]:g} at last."
        )


class FlowBootstrapConfig(DemandProcessConfig):
    """Days of real flows, drawn in blocks, each with all its subnets (Politis and Romano, 1994).

    A flow is the push that makes the day's price change. It holds everything that moved the price,
    sales of emission and chain buys too, whose mean is taken off: leave ``student_flow`` out, and
    keep ``emission_selling``.

    Attributes:
        name: Name of its random streams.
        file: Daily panel (CSV or Parquet) with the columns date, netuid and close, and tao_in,
            days_since_start and source where known; relative to the config file.
        source: Value of the column ``source`` of the rows that are read; all where left out.
        match: Choice of flows: ``netuid`` gives a subnet its own flows, and on days without any
            those of its rank; ``depth`` gives every subnet the flows of its rank. Ranks are by
            ``tao_in`` where it is known for the day, else by price.
        min_age_days: Age below which subnets of the history are left out [days].
        mean_block_days: Mean length of a block [days].
        drift: Mean daily flow as a fraction of ``tao_in`` [1/day].
    """

    topic: ClassVar[str] = "Investors' demand"

    process: Literal["flow_bootstrap"] = "flow_bootstrap"
    name: ProcessName = "flow_bootstrap"
    file: PathText
    source: str | None = None
    match: Literal["netuid", "depth"] = "netuid"
    min_age_days: Annotated[float, Field(ge=0.0, le=36_500.0)] = 30.0
    mean_block_days: Annotated[float, Field(ge=1.0, le=1000.0)] = 5.0
    drift: DailyDrift = 0.0

    def build(self, seed: int, slots: Slots, folder: Path) -> FlowBootstrap:
        """Build the process from the history that the table names."""
        from dtaojax.demand.flow.bootstrap import flow_bootstrap, read_pushes

        pushes = read_pushes(
            self.file,
            folder,
            self.source,
            slots,
            by_netuid=self.match == "netuid",
            min_age=self.min_age_days,
        )
        return flow_bootstrap(
            seed,
            name=self.name,
            pushes=pushes,
            mean_block_days=self.mean_block_days,
            drift=self.drift,
        )

    def describe(self) -> str:
        """Return what the process assumes, for the report."""
        return (
            f"Days of real flows from {self.file}, all subnets together, in blocks of "
            f"{self.mean_block_days:g} days on average; their mean is taken off. The future "
            "holds no day that the history does not."
        )
