"""The config of a back-test of prices: its history, its forecasts and how often they are made."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from dtaojax.config.load import read_model
from dtaojax.schema.errors import Problem
from dtaojax.schema.strict import PathText, StrictModel, refuse
from dtaojax.studies.backtest.config import BacktestFile, Level

ForecasterName = Literal["drifting_variance", "stochastic_variance", "random_walk", "historical"]
HorizonDays = Annotated[int, Field(ge=1, le=365)]


def _rising(key: str, values: tuple[float, ...]) -> list[Problem]:
    rising = sorted(set(values))
    if list(values) == rising:
        return []
    text = ", ".join(f"{value:g}" for value in rising)
    return [Problem(key, f"must rise and hold each value once: write [{text}]")]


class HistoryConfig(StrictModel):
    """The daily panel of prices.

    Attributes:
        file: CSV or Parquet file; its path starts at the config file's folder. A bare name that
            is not there is looked for in the folder ``DTAOJAX_DATA``, or ``../shared/data``.
        source: value of the column ``source`` of the rows that are read; all where left out.
        regime: name of the rules that were in force, for the report.
    """

    file: PathText = "prices_daily.csv"
    source: str | None = None
    regime: Annotated[str, Field(max_length=200)] = ""


class OriginsConfig(StrictModel):
    """The days from whose close forecasts are made.

    Attributes:
        first: earliest day; by default 60 days after the history begins.
        last: latest day; by default the day before the history ends.
        step_days: time between two origins [days].
    """

    first: datetime.date | None = None
    last: datetime.date | None = None
    step_days: Annotated[int, Field(ge=1, le=365)] = 1

    @model_validator(mode="after")
    def _ordered(self) -> OriginsConfig:
        if self.first is not None and self.last is not None and self.first > self.last:
            refuse([Problem("last", f"is {self.last}, before origins.first = {self.first}")])
        return self


class ForecastConfig(StrictModel):
    """The forecasts that are made.

    Attributes:
        horizons: times ahead, rising [days].
        paths: number of random futures of a forecast.
        seed: seed of all random numbers.
        refit_days: time between two fits [days]; forecasts in between follow the history too.
        forecasters: names of forecasters; the first is compared with each of the others.
        window_days: window of the random walk's rolling volatility [days].
        memory_days: longest past that historical simulation draws from [days].
    """

    horizons: Annotated[tuple[HorizonDays, ...], Field(strict=False, min_length=1)] = (1, 7, 30)
    paths: Annotated[int, Field(ge=100, le=1_000_000)] = 2_000
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 2026
    refit_days: Annotated[int, Field(ge=1, le=3_650)] = 28
    forecasters: Annotated[tuple[ForecasterName, ...], Field(strict=False, min_length=1)] = (
        "stochastic_variance",
        "random_walk",
        "historical",
    )
    window_days: Annotated[int, Field(ge=5, le=3_650)] = 30
    memory_days: Annotated[int, Field(ge=5, le=3_650)] = 250

    @model_validator(mode="after")
    def _lists(self) -> ForecastConfig:
        problems = _rising("horizons", self.horizons)
        for index, name in enumerate(self.forecasters):
            if name in self.forecasters[:index]:
                problems.append(Problem(f"forecasters.{index}", f'"{name}" stands already'))
        refuse(problems)
        return self


class JudgementConfig(StrictModel):
    """The measures by which forecasts are judged.

    Attributes:
        interval_levels: probabilities of central intervals, rising [-].
        var_levels: confidence of VaR and expected shortfall, rising [-].
        mature_days: age from which a subnet is mature [days].
    """

    interval_levels: Annotated[tuple[Level, ...], Field(strict=False, min_length=1)] = (
        0.5,
        0.8,
        0.95,
        0.99,
    )
    var_levels: Annotated[tuple[Level, ...], Field(strict=False, min_length=1)] = (0.95, 0.99)
    mature_days: Annotated[float, Field(ge=0.0, le=3_650.0)] = 30.0

    @model_validator(mode="after")
    def _lists(self) -> JudgementConfig:
        refuse(
            _rising("interval_levels", self.interval_levels)
            + _rising("var_levels", self.var_levels)
        )
        return self


class BacktestConfig(BacktestFile):
    """Everything that a back-test depends on; all of it has a default.

    Attributes:
        history: daily panel of prices.
        origins: days from which is forecast.
        forecast: forecasts that are made, and forecasters that make them.
        judgement: measures by which they are judged.
    """

    history: HistoryConfig = HistoryConfig()
    origins: OriginsConfig = OriginsConfig()
    forecast: ForecastConfig = ForecastConfig()
    judgement: JudgementConfig = JudgementConfig()


def load_backtest(path: str | Path, overrides: Sequence[str] = ()) -> BacktestConfig:
    """Read and check the config of a back-test.

    Args:
        path: a TOML file.
        overrides: changes as ``key=value``, applied in order.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or holds bad keys or values.
    """
    return read_model(Path(path), BacktestConfig, overrides)
