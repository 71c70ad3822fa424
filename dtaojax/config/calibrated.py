"""The demand of a config that names none: the fit, the drift of prices, the selling of emission."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Final

from pydantic import Field, ValidationError

from dtaojax.config.examples import example_folder
from dtaojax.demand.config import AnyDemandConfig, DemandConfig
from dtaojax.demand.feedback.config import CrossSectionConfig
from dtaojax.demand.flow.variance_config import StochasticVarianceFlowConfig
from dtaojax.demand.holders.config import EmissionSellingConfig
from dtaojax.schema.errors import ConfigError
from dtaojax.schema.explain import explain
from dtaojax.schema.strict import StrictModel
from dtaojax.schema.toml_file import read_toml

FITTED_FILE: Final = "demand/now_2026.toml"
"""The fit, among the example configs: the one place that holds its figures and how it was made."""


class _DemandFile(StrictModel):
    demand: Annotated[tuple[DemandConfig, ...], Field(strict=False, min_length=1)]


_SELLING: Final = EmissionSellingConfig(level=0.75, spread=0.45)
"""Selling was twice as large in July and August 2026 as in spring (docs/behaviour.md)."""


def default_demand(drawn: bool) -> tuple[AnyDemandConfig, ...]:
    """Return the processes of a config that names none.

    Args:
        drawn: whether the network is drawn at random. What the fit says of single subnets is then
            left out, since it is about mainnet's.

    Raises:
        ConfigError: the file of the fit is missing, or was changed into one that cannot be used.
    """
    return _of_any_network() if drawn else _of_mainnet()


@cache
def _of_mainnet() -> tuple[AnyDemandConfig, ...]:
    path = example_folder() / FITTED_FILE
    try:
        fitted = _DemandFile.model_validate(read_toml(path)).demand
    except ValidationError as error:
        raise ConfigError(str(path), explain(error, _DemandFile)) from None
    return (*fitted, _SELLING, CrossSectionConfig())


@cache
def _of_any_network() -> tuple[AnyDemandConfig, ...]:
    return tuple(
        process.of_anybody() if isinstance(process, StochasticVarianceFlowConfig) else process
        for process in _of_mainnet()
    )
