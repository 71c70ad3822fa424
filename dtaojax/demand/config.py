"""The base of all ``[[demand]]`` tables; `dtaojax.demand.registry` lists the processes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from dtaojax.schema.strict import StrictModel

if TYPE_CHECKING:
    from dtaojax.demand.process import DemandProcess
    from dtaojax.network.table import Slots

DAYS_A_YEAR = 365.0

PUSH_OF_LOG_PRICE = 0.5
"""In a constant-product pool the log price changes by twice the push."""

DailyDrift = Annotated[float, Field(ge=-1.0, le=1.0)]
"""Expected flow a day, as a fraction of ``tao_in`` [1/day]."""

PositiveDays = Annotated[float, Field(gt=0.0, le=36_500.0)]


class DemandTable(StrictModel, ABC):
    """A ``[[demand]]`` table, which can say in words what it assumes.

    Attributes:
        topic: Heading under which the report says what the process assumes.
        of_investors: True for processes by which investors trade, which a drought can scale.
        moves_root_stake: True for processes by which root stake changes.
    """

    topic: ClassVar[str]
    of_investors: ClassVar[bool] = True
    moves_root_stake: ClassVar[bool] = False

    @abstractmethod
    def describe(self) -> str:
        """Return what the process assumes, in words for the report."""


class DemandProcessConfig(DemandTable):
    """A ``[[demand]]`` table of a process that trades or stakes."""

    @abstractmethod
    def build(self, seed: int, slots: Slots, folder: Path) -> DemandProcess:
        """Build the process on streams of its own.

        Args:
            seed: Seed of the run.
            slots: Slots of the network that it acts in.
            folder: Folder where relative paths start.

        Raises:
            HistoryError: A history that the table names cannot be used.
            NetworkError: A netuid that the table names is not in the network.
        """


def subnets_in_words(netuids: tuple[int, ...]) -> str:
    """Return subnets by netuid, in words."""
    return f"subnet{'s' if len(netuids) > 1 else ''} {', '.join(map(str, netuids))}"
