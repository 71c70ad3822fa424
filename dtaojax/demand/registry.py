"""All demand processes that a config can name, and what they are together.

To add one, write its table and its process beside others of its family, and put the table into
``AnyDemandConfig``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import Field

from dtaojax.demand.feedback import config as feedback
from dtaojax.demand.flow import config as flow
from dtaojax.demand.holders import config as holders
from dtaojax.demand.shock import config as shock
from dtaojax.demand.shock.config import DroughtConfig
from dtaojax.demand.stochastic_variance.config import StochasticVarianceFlowConfig
from dtaojax.schema.errors import Problem, suggestion

if TYPE_CHECKING:
    from dtaojax.demand.process import DemandProcess
    from dtaojax.network.table import Slots

AnyDemandConfig: TypeAlias = (
    flow.StudentFlowConfig
    | StochasticVarianceFlowConfig
    | flow.JumpsConfig
    | flow.MarketFactorConfig
    | flow.NewSubnetConfig
    | flow.FlowBootstrapConfig
    | feedback.MomentumConfig
    | feedback.MeanReversionConfig
    | feedback.CrossSectionConfig
    | feedback.YieldDemandConfig
    | feedback.RevenueDemandConfig
    | holders.EmissionSellingConfig
    | holders.RootStakeFlowConfig
    | shock.WhaleConfig
    | shock.PriceShockConfig
    | shock.PumpConfig
    | shock.RootExitConfig
    | shock.DroughtConfig
)

DemandConfig: TypeAlias = Annotated[AnyDemandConfig, Field(discriminator="process")]


def build_demand(
    demand: Sequence[AnyDemandConfig], seed: int, slots: Slots, folder: Path
) -> tuple[DemandProcess, ...]:
    """Build the demand processes, each on streams of its own under the seed.

    A drought is no process of its own: it wraps those that it scales.

    Args:
        demand: Tables of the processes.
        seed: Seed of the run.
        slots: Slots of the network that they act in.
        folder: Folder where relative paths start.

    Raises:
        HistoryError: A history that a table names cannot be used.
        NetworkError: A netuid that a table names is not in the network.
    """
    droughts = [table for table in demand if isinstance(table, DroughtConfig)]
    built = []
    for table in demand:
        if isinstance(table, DroughtConfig):
            continue
        process = table.build(seed, slots, folder)
        for drought in droughts:
            if drought.scales(table.name, table.of_investors):
                process = drought.around(process)
        built.append(process)
    return tuple(built)


def demand_words(demand: Sequence[AnyDemandConfig]) -> Iterator[tuple[str, str]]:
    """Yield heading and text of what each process assumes, for the report.

    The name of a process stands in the heading where it has one of its own.
    """
    for table in demand:
        own = table.name != table.process
        yield f"{table.topic} ({table.name})" if own else table.topic, table.describe()


def demand_problems(demand: Sequence[AnyDemandConfig]) -> Iterator[Problem]:
    """Yield what is wrong with processes beside each other, though each is right by itself."""
    names = [part.name for part in demand]
    for index, name in enumerate(names):
        if (first := names.index(name)) < index:
            # Two processes of one name would draw the same random numbers.
            text = (
                f'is "{name}", which demand.{first} is called already; keep one of them, or '
                f'give this one a name of its own: name = "{name}_2"'
            )
            yield Problem(f"demand.{index}.name", text)
    scalable = [part.name for part in demand if part.of_investors]
    for part in demand:
        for name in (isinstance(part, DroughtConfig) and part.processes) or ():
            if name not in scalable:
                text = f'names "{name}", which is no process by which investors trade here; '
                yield Problem(f"demand.{part.name}.processes", text + suggestion(name, scalable))
