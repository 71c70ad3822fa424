"""Tables of the processes by which demand responds to prices, yields and revenues.

History shows at most traces of these responses (see docs/demand.md), so their strengths are
assumptions, to be varied.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from dtaojax.demand.config import DemandProcessConfig, PositiveDays
from dtaojax.schema.strict import ProcessName, Tokens

if TYPE_CHECKING:
    from dtaojax.demand.feedback.fundamentals import RevenueDemand, YieldDemand
    from dtaojax.demand.feedback.prices import CrossSection, MeanReversion, Momentum
    from dtaojax.network.table import Slots

Strength = Annotated[float, Field(ge=-10.0, le=10.0)]
Most = Annotated[float, Field(gt=0.0, le=1.0)]


class MomentumConfig(DemandProcessConfig):
    """Buying of what has risen and selling of what has fallen.

    The push a day is ``most * tanh(strength * r / most)``, where r is the log price less its
    exponential average. Default: 0.04 of yesterday's return, the autocorrelation of daily returns
    in source C (between -0.06 and 0.06 in the others).

    Attributes:
        name: Name that tells it from another of its kind.
        window_days: Time constant of the average [days].
        strength: Push a day for a past return of 1 in the log price.
        most: Bound of the push a day, as a fraction of ``tao_in``.
    """

    topic: ClassVar[str] = "Momentum"

    process: Literal["momentum"] = "momentum"
    name: ProcessName = "momentum"
    window_days: PositiveDays = 1.0
    strength: Strength = 0.02
    most: Most = 0.05

    def build(self, seed: int, slots: Slots, folder: Path) -> Momentum:
        """Build the process, which draws nothing."""
        from dtaojax.demand.feedback.prices import momentum

        return momentum(strength=self.strength, most=self.most, window_days=self.window_days)

    def describe(self) -> str:
        """Return what the process assumes, for the report."""
        return (
            f"Investors buy {100 * self.strength:g} % of the pool a day for a return of 1 "
            f"over the last {self.window_days:g} days, at most {100 * self.most:g} %."
        )


class MeanReversionConfig(DemandProcessConfig):
    """Buying of what is cheap against an anchor and selling of what is expensive.

    Default: slow, as the variance of returns over 20 days was 1.00 times 20 times that of a day.

    Attributes:
        name: Name that tells it from another of its kind.
        anchor: Anchor: ``moving_price`` for the chain's average, ``start_price`` for the price at
            the start of the run, or at its registration for a later subnet.
        half_life_days: Time after which half of the gap in the log price is closed [days].
    """

    topic: ClassVar[str] = "Mean reversion"

    process: Literal["mean_reversion"] = "mean_reversion"
    name: ProcessName = "mean_reversion"
    anchor: Literal["moving_price", "start_price"] = "start_price"
    half_life_days: PositiveDays = 180.0

    def build(self, seed: int, slots: Slots, folder: Path) -> MeanReversion:
        """Build the process, which draws nothing."""
        from dtaojax.demand.feedback.prices import mean_reversion

        return mean_reversion(anchor=self.anchor, half_life_days=self.half_life_days)

    def describe(self) -> str:
        """Return what the process assumes, for the report."""
        return (
            f"Investors close half of the gap to the {self.anchor.replace('_', ' ')} in "
            f"{self.half_life_days:g} days. An assumption."
        )


class CrossSectionConfig(DemandProcessConfig):
    """Prices drift towards the mean of the network's, weighted by ``tao_in``, with no net flow.

    The rate is drawn on each path from a gamma distribution. Default: slopes of the log return on
    the log price over windows of 22 to 55 days in 2025 and 2026 (docs/behaviour.md).

    Attributes:
        name: Name that tells it from another of its kind.
        rate: Mean rate at which the gap of a log price closes [1/day].
        events: Shape of the distribution; its relative standard deviation is ``events**-0.5``.
    """

    topic: ClassVar[str] = "Prices drift together"

    process: Literal["cross_section"] = "cross_section"
    name: ProcessName = "cross_section"
    rate: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0015
    events: Annotated[float, Field(gt=0.0, le=1e6)] = 2.0

    def build(self, seed: int, slots: Slots, folder: Path) -> CrossSection:
        """Build the process."""
        from dtaojax.demand.feedback.prices import cross_section

        return cross_section(seed, name=self.name, rate=self.rate, events=self.events)

    def describe(self) -> str:
        """Return what the process assumes, for the report."""
        return (
            "The gap between the log price and the network's mean, weighted by TAO in pools, "
            f"closes by {100 * self.rate:g} % a day on average; the rate is drawn on each "
            f"path (relative standard deviation {self.events**-0.5:.2g}). No TAO enters or "
            "leaves the network by it."
        )


class YieldDemandConfig(DemandProcessConfig):
    """Stakers who come for a yield above the reference and leave for one below it.

    The push a day is ``most * tanh(strength * (yield / reference - 1) / most)``. Default reference:
    the median yield on mainnet at block 8,791,253 (5 to 95 %: 0.23 to 1.06).

    Attributes:
        name: Name that tells it from another of its kind.
        reference_yield: Yield at which nobody moves, in alpha, before the validators' take
            [1/year].
        strength: Push a day for a yield of twice the reference.
        most: Bound of the push a day, as a fraction of ``tao_in``.
    """

    topic: ClassVar[str] = "Yield"

    process: Literal["yield_demand"] = "yield_demand"
    name: ProcessName = "yield_demand"
    reference_yield: Annotated[float, Field(gt=0.0, le=1e6)] = 0.32
    strength: Strength = 0.002
    most: Most = 0.01

    def build(self, seed: int, slots: Slots, folder: Path) -> YieldDemand:
        """Build the process, which draws nothing."""
        from dtaojax.demand.feedback.fundamentals import yield_demand

        return yield_demand(
            strength=self.strength, most=self.most, reference_yield=self.reference_yield
        )

    def describe(self) -> str:
        """Return what the process assumes, for the report."""
        return (
            f"Stakers come above a yield of {100 * self.reference_yield:g} % a year and "
            f"leave below it: {100 * self.strength:g} % of the pool a day at twice that, at "
            f"most {100 * self.most:g} %. An assumption."
        )


class RevenueDemandConfig(DemandProcessConfig):
    """Revenue of subnets that buys their alpha, lognormal in the latent quality.

    Attributes:
        name: Name that tells it from another of its kind.
        tao_per_day: Revenue of a subnet of quality 0 [TAO/day].
        spread: Log of the factor that one standard score of quality makes.
    """

    topic: ClassVar[str] = "Revenue"

    process: Literal["revenue_demand"] = "revenue_demand"
    name: ProcessName = "revenue_demand"
    tao_per_day: Tokens = 1.0
    spread: Annotated[float, Field(ge=0.0, le=10.0)] = 1.5

    def build(self, seed: int, slots: Slots, folder: Path) -> RevenueDemand:
        """Build the process, which draws nothing."""
        from dtaojax.demand.feedback.fundamentals import revenue_demand

        return revenue_demand(tao_per_day=self.tao_per_day, spread=self.spread)

    def describe(self) -> str:
        """Return what the process assumes, for the report."""
        return (
            f"A subnet of average quality earns {self.tao_per_day:g} TAO a day, which buys "
            f"its alpha; a standard score of quality is worth a factor of e^{self.spread:g}."
            " An assumption."
        )
