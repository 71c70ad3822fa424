"""The demand process that ``dtaojax calibrate`` fits, as a ``[[demand]]`` table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from dtaojax.chain import U16_MAX
from dtaojax.demand.config import DemandProcessConfig
from dtaojax.schema.errors import Problem
from dtaojax.schema.strict import Fraction, ProcessName, StrictModel, refuse

if TYPE_CHECKING:
    from dtaojax.demand.stochastic_variance.process import Component, StochasticVarianceFlow
    from dtaojax.network.table import Slots

Deviation: TypeAlias = Annotated[float, Field(ge=-20.0, le=20.0)]
Known: TypeAlias = Annotated[
    tuple[Deviation, Annotated[float, Field(ge=0.0, le=20.0)]], Field(strict=False)
]
"""Mean and standard deviation of what is believed of one subnet."""


def _netuids(value: Any) -> Any:
    """Turn the keys of a table, which are strings in TOML, into netuids in rising order."""
    if not isinstance(value, Mapping):
        return value
    problems, rows = [], {}
    for key, cell in value.items():
        text = str(key)
        if text.isascii() and text.isdecimal() and len(text) <= 5 and 0 < int(text) <= U16_MAX:
            rows[int(text)] = cell
        else:
            fix = "is no netuid (1 to 65535); write netuid = [mean, standard deviation]"
            problems.append(Problem(text, fix))
    refuse(problems)
    return dict(sorted(rows.items()))


class ComponentConfig(StrictModel):
    """An AR(1) part of the log of each subnet's volatility.

    Attributes:
        sd: Standard deviation, over subnets and in the long run.
        half_life_days: Time in which half of a deviation is lost [days].
        now: Netuid = [mean, standard deviation] of where it stands at the start; a subnet that is
            not listed draws from the distribution over subnets.
    """

    sd: Annotated[float, Field(ge=0.0, le=5.0)]
    half_life_days: Annotated[float, Field(gt=0.0, le=36_500.0)]
    now: Annotated[dict[int, Known], BeforeValidator(_netuids)] = Field(default_factory=dict)

    @property
    def persistence(self) -> float:
        """Autocorrelation over a day [-]."""
        return 2.0 ** (-1.0 / self.half_life_days)

    def build(self, netuids: Iterable[int]) -> Component:
        """Build the component for a network's netuids, in its order (subnets,)."""
        from dtaojax.demand.stochastic_variance.process import component

        return component(netuids, sd=self.sd, persistence=self.persistence, now=self.now)


class StochasticVarianceFlowConfig(DemandProcessConfig):
    """Net user flow with a volatility that differs by subnet, persists and jumps.

    A day's flow of a subnet, as a fraction of ``tao_in``, has the scale ``scale_at_1000_tao *
    (tao_in / 1000) ** depth_exponent * (1 + 90 / age) ** age_exponent * exp(level + swing)`` and is
    Student-t given level and swing. Defaults: ``configs/demand/now_2026.toml``, without what it
    says of single subnets.

    Attributes:
        name: Name of its random streams.
        scale_at_1000_tao: Scale of the t of an old, typical subnet with 1,000 TAO [1/day].
        depth_exponent: Power of the depth by which it changes; negative where deep pools are
            calmer.
        age_exponent: Power of the age by which the young are wilder; 0 makes age no matter.
        degrees_of_freedom: Degrees of freedom of the t, above 1; its tails are bounded by
            ``max_sd``.
        max_sd: Most that a day's standard deviation can be, as a change of log(tao_in) [1/day].
        common_share: Part of the variance that all subnets share.
        drift: Mean daily flow as a fraction of ``tao_in`` [1/day].
        asymmetry_mean: Amount by which that grows with the variance of a day, for all subnets of a
            path alike; a path draws it from a normal distribution of this mean.
        asymmetry_sd: Standard deviation of that distribution.
        level: Component that sets a subnet apart from others of its depth and age, for months.
        swing: Component that passes within days.
        fitted_until: Last day of the data to which the figures were fitted, as in 2026-08-07; a
            back-test refuses those that have seen what came after its start.
    """

    topic: ClassVar[str] = "Investors' demand"

    process: Literal["stochastic_variance_flow"] = "stochastic_variance_flow"
    name: ProcessName = "stochastic_variance_flow"
    scale_at_1000_tao: Annotated[float, Field(ge=0.0, le=5.0)] = 0.01142
    depth_exponent: Annotated[float, Field(ge=-2.0, le=2.0)] = -0.2
    age_exponent: Annotated[float, Field(ge=-2.0, le=2.0)] = 0.9
    degrees_of_freedom: Annotated[float, Field(gt=1.0, le=1e6)] = 3.61
    max_sd: Annotated[float, Field(gt=0.0, le=5.0)] = 0.1636
    common_share: Fraction = 0.06386
    drift: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    asymmetry_mean: Annotated[float, Field(ge=-20.0, le=20.0)] = 0.0
    asymmetry_sd: Annotated[float, Field(ge=0.0, le=20.0)] = 0.0
    level: ComponentConfig = ComponentConfig(sd=0.6527, half_life_days=66.11)
    swing: ComponentConfig = ComponentConfig(sd=0.6234, half_life_days=1.379)
    fitted_until: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] = "2026-08-07"

    def of_anybody(self) -> StochasticVarianceFlowConfig:
        """Return the process without what it says of single subnets."""
        parts = {"level": self.level, "swing": self.swing}
        anybody = {key: part.model_copy(update={"now": {}}) for key, part in parts.items()}
        return self.model_copy(update=anybody)

    def build(self, seed: int, slots: Slots, folder: Path) -> StochasticVarianceFlow:
        """Build the process; what the table says of netuids without a slot is left out."""
        return self.build_for(seed, slots.netuid)

    def build_for(self, seed: int, netuids: Iterable[int]) -> StochasticVarianceFlow:
        """Build the process for series that are known by netuid, shape (series,)."""
        from dtaojax.demand.stochastic_variance.process import stochastic_variance_flow

        figures = self.model_dump(exclude={"process", "level", "swing", "fitted_until"})
        level, swing = self.level.build(netuids), self.swing.build(netuids)
        return stochastic_variance_flow(seed, **figures, level=level, swing=swing)

    def describe(self) -> str:
        """Return what the process assumes, for the report."""
        level, swing = self.level, self.swing
        return (
            "Daily net flow into a pool is Student-t with "
            f"{self.degrees_of_freedom:g} degrees of freedom, given the subnet's "
            f"volatility, typically {100 * self.scale_at_1000_tao:g} % of the pool at 1,000 "
            f"TAO. It goes with depth to the power {self.depth_exponent:g}; its logarithm "
            f"differs among subnets by {level.sd:g} (half-life {level.half_life_days:g} days) "
            f"and swings by {swing.sd:g} (half-life {swing.half_life_days:g} days). "
            f"{len(level.now)} subnets start from the volatility that the history shows. "
            f"{100 * self.common_share:g} % of the variance is common to all subnets. "
            f"Mean flow beyond the selling of emission is {100 * self.drift:g} % a day. A "
            f"day's standard deviation is at most {self.max_sd:g}.{self._asymmetry()}"
        )

    def _asymmetry(self) -> str:
        if self.asymmetry_mean == 0.0 and self.asymmetry_sd == 0.0:
            return ""
        return (
            f" Mean flow grows by {self.asymmetry_mean:g} ± {self.asymmetry_sd:g} times a day's "
            "variance; each path draws how much, for all subnets alike."
        )
