"""What a world may be given to follow along a path, and the figures that it declares.

A world is made of rules and of followers. A follower keeps a memory of its own on every path and
declares its figures once, by name and unit; the world asks it at fixed places of a step and on
report days, and records its figures in the order in which followers and figures are declared.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import equinox as eqx
from jaxtyping import Array

from dtaojax.demand.clock import Clock
from dtaojax.mechanism.coinbase import Coinbase, EmissionShares
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.registration.departure import Departures
from dtaojax.mechanism.step import StepFlows
from dtaojax.numerics.shapes import PerSubnetBool, ScalarInt
from dtaojax.numerics.streams import Source
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.world.lifecycle import Lifecycle

Kind: TypeAlias = Literal["network", "subnet", "cohort", "position", "portfolio"]
"""Thing that a figure is about."""


@dataclass(frozen=True)
class Figure:
    """A figure that is recorded of every path on every report day.

    Figures of one name stand side by side, one for each cohort or position.

    Attributes:
        name: Name of the figure, as tables and the glossary have it.
        unit: Unit of the figure.
        kind: Thing that the figure is about. Figures of subnets have one value for each subnet,
            whose distribution over paths is counted in bins; all others are kept path by path.
        party: Name of the cohort or other holder; None for figures of another kind.
        position: Index of the position, root last; None for figures of another kind.
        scale: Unit of the bins of a subnet's figure: its own value at the start, one, or the TAO
            in its pool at the start.
    """

    name: str
    unit: str
    kind: Kind = "network"
    party: str | None = None
    position: int | None = None
    scale: Literal["start", "one", "pool"] = "start"

    def column(self, netuids: Sequence[int]) -> str:
        """Return the name of the column of this figure where paths are kept.

        Args:
            netuids: Netuids of the positions, root (0) last.
        """
        if self.position is not None:
            return f"{self.name}[{netuids[self.position]}]"
        return self.name if self.party is None else f"{self.name}.{self.party}"


class PathStart(NamedTuple):
    """The start of a path, as followers see it.

    Attributes:
        paths: Numbers of the paths from which the sources of randomness draw.
        mechanism: Rules in force.
        subnets: Subnets that take part.
        state: State of the network.
    """

    paths: Mapping[Source, ScalarInt]
    mechanism: Mechanism
    subnets: Subnets
    state: NetworkState


class BeforeTrades(NamedTuple):
    """A step after the coinbase and root's claims, when users decide what to trade.

    Attributes:
        clock: Place of the step in the run.
        mechanism: Rules in force.
        subnets: Subnets that take part.
        state: State that users find.
        paid: What the coinbase did.
    """

    clock: Clock
    mechanism: Mechanism
    subnets: Subnets
    state: NetworkState
    paid: Coinbase


class TradedStep(NamedTuple):
    """A step after its trades, before subnets are registered and dissolved.

    Attributes:
        before: State before the step.
        opening: State and pay that users found, and the place of the step in the run.
        intents: Intents of all users together.
        flows: What the step paid and traded.
    """

    before: NetworkState
    opening: BeforeTrades
    intents: Intents
    flows: StepFlows


class ReportDay(NamedTuple):
    """A path on a report day.

    Attributes:
        mechanism: Rules in force.
        lifecycle: Rules by which subnets come and go.
        registry: Memory of the lifecycle.
        subnets: Subnets that take part.
        state: State of the network.
        shares: Shares of the TAO emission that the next block would make.
        here: Slots whose subnet is still that of the start.
    """

    mechanism: Mechanism
    lifecycle: Lifecycle
    registry: Any
    subnets: Subnets
    state: NetworkState
    shares: EmissionShares
    here: PerSubnetBool


class Follower(eqx.Module):
    """A part that goes along with every path and has figures to record.

    Each hook but :meth:`figures` and :meth:`observe` does nothing unless a follower needs it. Only
    :meth:`join` can move a number of the path itself: it lets a follower trade.
    """

    @property
    @abstractmethod
    def figures(self) -> tuple[Figure, ...]:
        """The figures, in the order in which they are recorded."""

    @property
    def tally_names(self) -> tuple[str, ...]:
        """Names of the counts over a path."""
        return ()

    def begin(self, start: PathStart) -> Any:
        """Return the memory at the start of a path."""
        return ()

    def join(self, memory: Any, intents: Intents, now: BeforeTrades) -> tuple[Intents, Any]:
        """Return the intents of a step with the follower's own, and what :meth:`follow` gets.

        Args:
            memory: Memory before the step.
            intents: Intents of the demand processes, and of followers before this one.
            now: Place in the step.
        """
        return intents, memory

    def follow(self, memory: Any, step: TradedStep) -> Any:
        """Return the memory after the trades of a step."""
        return memory

    def depart(self, memory: Any, left: Departures) -> Any:
        """Return the memory after subnets were dissolved and their holders paid (§3.12)."""
        return memory

    def mark(self, memory: Any, state: NetworkState) -> Any:
        """Return the memory at the end of a step."""
        return memory

    @abstractmethod
    def observe(self, memory: Any, day: ReportDay) -> Mapping[str, Array]:
        """Return the figures of a report day by name.

        A figure of subnets has the shape (subnets,), one of several cohorts or positions (parties,)
        or (positions,), and any other one the shape ().
        """

    def tally(self, memory: Any) -> tuple[ScalarInt, ...]:
        """Return the counts over a path, in the order of :attr:`tally_names`."""
        return ()


def declared(
    figures: Sequence[Figure], observed: Mapping[str, Array]
) -> Iterator[tuple[Figure, Array]]:
    """Yield what was observed in the order of its declaration.

    Args:
        figures: Declared figures.
        observed: Values by name.

    Yields:
        The first figure of each name, and the values of all figures of that name.

    Raises:
        ValueError: What was observed is not what was declared.
    """
    first: dict[str, Figure] = {}
    for figure in figures:
        first.setdefault(figure.name, figure)
    if first.keys() != observed.keys():
        raise ValueError(f"declared are {list(first)}, but observed {list(observed)}")
    for name, figure in first.items():
        yield figure, observed[name]
