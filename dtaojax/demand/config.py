"""The ``[[demand]]`` tables: one model for each process; what they trade adds up.

To add a process, write its model beside others of its family and put it into `DemandConfig`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, TypeAlias

from pydantic import Field

from dtaojax.demand.feedback.config import (
    CrossSectionConfig,
    MeanReversionConfig,
    MomentumConfig,
    RevenueDemandConfig,
    YieldDemandConfig,
)
from dtaojax.demand.flow.config import (
    FlowBootstrapConfig,
    JumpsConfig,
    MarketFactorConfig,
    NewSubnetConfig,
    StudentFlowConfig,
)
from dtaojax.demand.flow.variance_config import StochasticVarianceFlowConfig
from dtaojax.demand.holders.config import EmissionSellingConfig, RootStakeFlowConfig
from dtaojax.demand.shock.config import (
    DroughtConfig,
    PriceShockConfig,
    PumpConfig,
    RootExitConfig,
    ScriptedModel,
    WhaleConfig,
)
from dtaojax.schema.errors import Problem, suggestion

AnyDemandConfig: TypeAlias = (
    StudentFlowConfig
    | StochasticVarianceFlowConfig
    | JumpsConfig
    | MarketFactorConfig
    | NewSubnetConfig
    | FlowBootstrapConfig
    | MomentumConfig
    | MeanReversionConfig
    | CrossSectionConfig
    | YieldDemandConfig
    | RevenueDemandConfig
    | EmissionSellingConfig
    | RootStakeFlowConfig
    | WhaleConfig
    | PriceShockConfig
    | PumpConfig
    | RootExitConfig
    | DroughtConfig
)

DemandConfig: TypeAlias = Annotated[AnyDemandConfig, Field(discriminator="process")]


def of_investors(process: AnyDemandConfig) -> bool:
    """Whether it is one by which investors trade, which a drought can scale."""
    return not isinstance(process, ScriptedModel | EmissionSellingConfig | RootStakeFlowConfig)


def in_drought(drought: DroughtConfig, process: AnyDemandConfig) -> bool:
    """Whether the drought scales the process."""
    named = drought.processes is None or process.name in drought.processes
    return named and of_investors(process)


def demand_problems(demand: Sequence[AnyDemandConfig]) -> Iterator[Problem]:
    """What is wrong with processes beside each other, though each is right by itself."""
    names = [part.name for part in demand]
    for index, name in enumerate(names):
        if (first := names.index(name)) < index:
            # Two processes of one name would draw the same random numbers.
            text = (
                f'is "{name}", which demand.{first} is called already; keep one of them, or '
                f'give this one a name of its own: name = "{name}_2"'
            )
            yield Problem(f"demand.{index}.name", text)
    scalable = [part.name for part in demand if of_investors(part)]
    for part in demand:
        for name in (isinstance(part, DroughtConfig) and part.processes) or ():
            if name not in scalable:
                text = f'names "{name}", which is no process by which investors trade here; '
                yield Problem(f"demand.{part.name}.processes", text + suggestion(name, scalable))
