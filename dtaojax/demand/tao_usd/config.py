"""The ``[tao_usd]`` table: the price of TAO in US dollars, which no subnet moves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from dtaojax.demand.config import DAYS_A_YEAR
from dtaojax.demand.shock.config import ScriptedModel
from dtaojax.schema.strict import PathText, ProcessName, StrictModel

if TYPE_CHECKING:
    from dtaojax.demand.tao_usd.process import ShockedTaoUsd, TaoUsd

UsdPrice = Annotated[float, Field(gt=0.0, le=1e9)]


class TaoUsdShockConfig(ScriptedModel):
    """A change of TAO's price that happens on every path, besides what is drawn.

    Attributes:
        price_change: Change over the whole of ``days``; -0.5 halves the price.
    """

    price_change: Annotated[float, Field(gt=-1.0, le=100.0)]


def _with_shock(law: TaoUsd, shock: TaoUsdShockConfig | None) -> TaoUsd | ShockedTaoUsd:
    """Let the scripted change come on top of a law, if there is one."""
    from dtaojax.demand.tao_usd.process import shocked

    if shock is None:
        return law
    return shocked(law, day=shock.day, days=shock.days, price_change=shock.price_change)


def _in_words(law: str, shock: TaoUsdShockConfig | None) -> str:
    """Return what a law assumes, with the scripted change on top."""
    if shock is not None:
        law += (
            f" Besides, it changes by {100 * shock.price_change:+g} % from day "
            f"{shock.day:g} on, over {shock.days:g} days."
        )
    return f"{law} Nothing in the network moves it, nor answers to it."


class JumpDiffusionConfig(StrictModel):
    """A jump diffusion with normal jumps in the log price (Merton, 1976).

    Defaults: a daily sd of 0.056 and an excess kurtosis of 1.2, as in the daily closes from
    2024-01 to 2026-10.

    Attributes:
        start: Price at the start [USD/TAO].
        daily_sd: Daily standard deviation of the diffusion.
        jumps_per_year: Rate of jumps [1/year].
        jump_mean: Mean jump of the log price.
        jump_sd: Standard deviation of a jump of the log price.
        drift: Expected growth a day [1/day].
        correlation: Correlation of the diffusion with the market of subnets; 0.07 (2025) and 0.17
            (2026) were seen, which is as good as none.
        correlated_with: Name of the ``market_factor`` process that is that market.
        shock: Scripted change on top; none where left out.
    """

    kind: Literal["jump_diffusion"] = "jump_diffusion"
    start: UsdPrice
    daily_sd: Annotated[float, Field(ge=0.0, le=1.0)] = 0.052
    jumps_per_year: Annotated[float, Field(ge=0.0, le=365.0)] = 18.0
    jump_mean: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    jump_sd: Annotated[float, Field(ge=0.0, le=1.0)] = 0.094
    drift: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    correlation: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    correlated_with: ProcessName = "market_factor"
    shock: TaoUsdShockConfig | None = None

    def build(self, seed: int, folder: Path) -> TaoUsd | ShockedTaoUsd:
        """Build the price under the seed of a run."""
        from dtaojax.demand.flow.market_factor import market_stream
        from dtaojax.demand.tao_usd.process import jump_diffusion

        law = jump_diffusion(
            seed,
            market=market_stream(seed, self.correlated_with),
            start=self.start,
            sd=self.daily_sd,
            jumps_per_day=self.jumps_per_year / DAYS_A_YEAR,
            jump_mean=self.jump_mean,
            jump_sd=self.jump_sd,
            drift=self.drift,
            correlation=self.correlation,
        )
        return _with_shock(law, self.shock)

    def describe(self) -> str:
        """Return what the price assumes, in words for the report."""
        law = (
            f"A jump diffusion from {self.start:g} USD: daily sd {100 * self.daily_sd:g} %, "
            f"{self.jumps_per_year:g} jumps a year with an sd of {100 * self.jump_sd:g} %, "
            f"expected growth {100 * self.drift:g} % a day, correlation with the market of "
            f"subnets {self.correlation:g}."
        )
        return _in_words(law, self.shock)


class BootstrapConfig(StrictModel):
    """Days of real returns, drawn in blocks (Politis and Romano, 1994).

    Attributes:
        file: CSV or Parquet file with the columns date and close, relative to the config file.
        start: Price at the start; by default the last close [USD/TAO].
        mean_block_days: Mean length of a block [days].
        drift: Expected growth a day [1/day].
        shock: Scripted change on top; none where left out.
    """

    kind: Literal["bootstrap"] = "bootstrap"
    file: PathText
    start: UsdPrice | None = None
    mean_block_days: Annotated[float, Field(ge=1.0, le=1000.0)] = 10.0
    drift: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    shock: TaoUsdShockConfig | None = None

    def build(self, seed: int, folder: Path) -> TaoUsd | ShockedTaoUsd:
        """Build the price under the seed of a run.

        Args:
            seed: Seed of the run.
            folder: Folder where a relative path of the history starts.

        Raises:
            HistoryError: The history cannot be used.
        """
        from dtaojax.demand.distributions import less_log_mean
        from dtaojax.demand.tao_usd.process import bootstrap
        from dtaojax.history import find_history, read_closes

        closes = read_closes(find_history(self.file, folder))
        law = bootstrap(
            seed,
            returns=less_log_mean(closes.log_returns()[:, None])[:, 0],
            mean_block_days=self.mean_block_days,
            start=float(closes.close[-1]) if self.start is None else self.start,
            drift=self.drift,
        )
        return _with_shock(law, self.shock)

    def describe(self) -> str:
        """Return what the price assumes, in words for the report."""
        law = (
            f"Days of the history {self.file} in blocks of {self.mean_block_days:g} days on "
            "average, their mean taken off, independent of the subnets; expected growth "
            f"{100 * self.drift:g} % a day."
        )
        return _in_words(law, self.shock)


TaoUsdConfig: TypeAlias = Annotated[
    JumpDiffusionConfig | BootstrapConfig, Field(discriminator="kind")
]
