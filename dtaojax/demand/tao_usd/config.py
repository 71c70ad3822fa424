"""The ``[tao_usd]`` table: the price of TAO in US dollars, which no subnet moves."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from dtaojax.demand.shock.config import ScriptedModel
from dtaojax.schema.strict import PathText, ProcessName, StrictModel

UsdPrice = Annotated[float, Field(gt=0.0, le=1e9)]


class TaoUsdShockConfig(ScriptedModel):
    """A change of TAO's price that happens on every path, besides what is drawn.

    Attributes:
        price_change: over the whole of ``days``; -0.5 halves the price.
    """

    price_change: Annotated[float, Field(gt=-1.0, le=100.0)]


class JumpDiffusionConfig(StrictModel):
    """A jump diffusion with normal jumps in the log price (Merton, 1976).

    Defaults: a daily sd of 0.056 and an excess kurtosis of 1.2, as in the daily closes from
    2024-01 to 2026-10.

    Attributes:
        start: price at the start [USD/TAO].
        daily_sd: of the diffusion.
        jumps_per_year: their rate [1/year].
        jump_mean: mean jump of the log price.
        jump_sd: its standard deviation.
        drift: expected growth a day [1/day].
        correlation: of the diffusion with the market of subnets; 0.07 (2025) and 0.17 (2026) were
            seen, which is as good as none.
        correlated_with: name of the ``market_factor`` process that is that market.
        shock: a scripted change on top; none where left out.
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


class BootstrapConfig(StrictModel):
    """Days of real returns, drawn in blocks (Politis and Romano, 1994).

    Attributes:
        file: a CSV or Parquet file with the columns date and close, relative to the config file.
        start: price at the start; by default the last close [USD/TAO].
        mean_block_days: mean length of a block [days].
        drift: expected growth a day [1/day].
        shock: a scripted change on top; none where left out.
    """

    kind: Literal["bootstrap"] = "bootstrap"
    file: PathText
    start: UsdPrice | None = None
    mean_block_days: Annotated[float, Field(ge=1.0, le=1000.0)] = 10.0
    drift: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    shock: TaoUsdShockConfig | None = None


TaoUsdConfig: TypeAlias = Annotated[
    JumpDiffusionConfig | BootstrapConfig, Field(discriminator="kind")
]
