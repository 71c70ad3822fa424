"""The ``[[demand]]`` tables: one model for each process; what they trade adds up.

To add a process, write its model beside others of its family and put it into `DemandConfig`.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from dtaojax.config.models_flows import StudentFlowConfig
from dtaojax.config.models_holders import EmissionSellingConfig
from dtaojax.config.models_variance import StochasticVarianceFlowConfig

DemandConfig: TypeAlias = Annotated[
    StudentFlowConfig | StochasticVarianceFlowConfig | EmissionSellingConfig,
    Field(discriminator="process"),
]

DEFAULT_DEMAND: tuple[StudentFlowConfig | EmissionSellingConfig, ...] = (
    StudentFlowConfig(),
    EmissionSellingConfig(),
)
