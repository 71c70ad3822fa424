"""Tables of scripted shocks: who does what on which day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from dtaojax.demand.config import DemandProcessConfig, DemandTable, subnets_in_words
from dtaojax.schema.errors import Problem
from dtaojax.schema.netuids import ByNetuid, Netuids
from dtaojax.schema.strict import Fraction, ProcessName, StrictModel, Tokens, refuse

if TYPE_CHECKING:
    from dtaojax.demand.process import DemandProcess
    from dtaojax.demand.shock.events import (
        Drought,
        PriceShock,
        Pump,
        RootExit,
        WhaleEntry,
        WhaleExit,
    )
    from dtaojax.network.table import Slots

Day = Annotated[float, Field(ge=0.0, le=36_500.0)]


class ScriptedModel(StrictModel):
    """Something that happens on every path at the same time.

    Attributes:
        day: Time when it begins, counted from the start of the run [days].
        days: Length; 0 for at once [days].
    """

    day: Day
    days: Day = 0.0

    @property
    def when(self) -> str:
        """Beginning of the sentence that describes it, with its day and how long it lasts."""
        lasting = f"for {self.days:g} days from day" if self.days else "at once on day"
        return f"On every path, {lasting} {self.day:g}: "


class ShockConfig(ScriptedModel, DemandProcessConfig):
    """A ``[[demand]]`` table of something that happens on every path at the same time."""

    topic: ClassVar[str] = "Scripted shock"
    of_investors: ClassVar[bool] = False


class WhaleConfig(ShockConfig):
    """A large holder leaves or comes, through the pool (article, A15).

    Attributes:
        name: Name that tells it from another of its kind.
        action: Direction: ``exit`` sells; ``entry`` buys, and moves the price up by the factor by
            which the exit would lower it.
        netuids: Netuids of the subnets; all where left out.
        fraction: Fraction of the alpha that participants hold outside the pool as it begins.
    """

    process: Literal["whale"] = "whale"
    name: ProcessName = "whale"
    action: Literal["exit", "entry"] = "exit"
    netuids: Netuids | None = None
    fraction: Fraction

    def build(self, seed: int, slots: Slots, folder: Path) -> WhaleExit | WhaleEntry:
        """Build the exit or the entry."""
        from dtaojax.demand.shock.events import whale

        if self.netuids is None:
            fraction = slots.column(self.fraction, {})
        else:
            fraction = slots.column(0.0, dict.fromkeys(self.netuids, self.fraction))
        return whale(self.action, day=self.day, days=self.days, fraction=fraction)

    def describe(self) -> str:
        """Return what happens, for the report."""
        where = "every subnet" if self.netuids is None else subnets_in_words(self.netuids)
        what = "is sold" if self.action == "exit" else "in value is bought"
        part = f"{100 * self.fraction:g} % of the alpha outside the pool"
        return f"{self.when}{part} of {where} {what}."


class PriceShockConfig(ShockConfig):
    """Trades that change prices by a given fraction: a crash of all, or of one owner's subnets.

    Attributes:
        name: Name that tells it from another of its kind.
        price_change: Change of the price of every subnet that ``price_changes`` does not name; -0.5
            halves the price.
        price_changes: Netuid -> change of its price.
    """

    process: Literal["price_shock"] = "price_shock"
    name: ProcessName = "price_shock"
    price_change: Annotated[float, Field(gt=-1.0, le=100.0)] = 0.0
    price_changes: ByNetuid = Field(default_factory=dict)

    @model_validator(mode="after")
    def _changes_fit(self) -> PriceShockConfig:
        refuse(
            [
                Problem(f"price_changes.{netuid}", f"is {change:g}; must be above -1, at most 100")
                for netuid, change in self.price_changes.items()
                if not -1.0 < change <= 100.0
            ]
        )
        return self

    def build(self, seed: int, slots: Slots, folder: Path) -> PriceShock:
        """Build the shock."""
        from dtaojax.demand.shock.events import price_shock

        change = slots.column(self.price_change, self.price_changes)
        return price_shock(day=self.day, days=self.days, price_change=change)

    def describe(self) -> str:
        """Return what happens, for the report."""
        named = [f"subnet {k} {100 * v:+g} %" for k, v in self.price_changes.items()]
        rest = f"{'all others' if named else 'all'} {100 * self.price_change:+g} %"
        return f"{self.when}trades move prices: {', '.join([*named, rest])}."


class PumpConfig(ShockConfig):
    """Somebody buys over ``days``, holds, and sells all of it over ``sell_days`` (article, A14).

    Attributes:
        name: Name that tells it from another of its kind.
        netuids: Netuids of the subnets.
        tao: TAO spent in each of them; the fee comes on top [TAO].
        hold_days: Time between the last purchase and the first sale [days].
        sell_days: Time over which it is sold; 0 for at once [days].
    """

    process: Literal["pump"] = "pump"
    name: ProcessName = "pump"
    netuids: Netuids
    tao: Tokens
    hold_days: Day = 0.0
    sell_days: Day = 0.0

    def build(self, seed: int, slots: Slots, folder: Path) -> Pump:
        """Build the purchase and the later sale."""
        from dtaojax.demand.shock.events import pump

        return pump(
            day=self.day,
            days=self.days,
            hold_days=self.hold_days,
            sell_days=self.sell_days,
            tao=slots.column(0.0, dict.fromkeys(self.netuids, self.tao)),
        )

    def describe(self) -> str:
        """Return what happens, for the report."""
        return (
            f"{self.when}{self.tao:g} TAO buy alpha of {subnets_in_words(self.netuids)}; after "
            f"{self.hold_days:g} days it is sold over {self.sell_days:g} days."
        )


class RootExitConfig(ShockConfig):
    """A wave of unstaking from root.

    Attributes:
        name: Name that tells it from another of its kind.
        fraction: Fraction of root stake as it begins.
    """

    moves_root_stake: ClassVar[bool] = True

    process: Literal["root_exit"] = "root_exit"
    name: ProcessName = "root_exit"
    fraction: Fraction

    def build(self, seed: int, slots: Slots, folder: Path) -> RootExit:
        """Build the wave."""
        from dtaojax.demand.shock.events import root_exit

        return root_exit(day=self.day, days=self.days, fraction=self.fraction)

    def describe(self) -> str:
        """Return what happens, for the report."""
        return f"{self.when}{100 * self.fraction:g} % of root stake is unstaked."


class DroughtConfig(ScriptedModel, DemandTable):
    """A time in which investors trade less; several at once multiply.

    Attributes:
        name: Name that tells it from another of its kind.
        processes: Names of those that are scaled; left out for all by which investors trade, shocks
            not among them.
        scale: Factor of their pushes.
    """

    topic: ClassVar[str] = "Scripted shock"
    of_investors: ClassVar[bool] = False

    process: Literal["drought"] = "drought"
    name: ProcessName = "drought"
    processes: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None = None
    scale: Annotated[float, Field(ge=0.0, le=100.0)] = 0.2

    def scales(self, name: str, of_investors: bool) -> bool:
        """Return true for a process whose pushes the drought scales.

        Args:
            name: Name of the process.
            of_investors: True if investors trade by it.
        """
        return of_investors and (self.processes is None or name in self.processes)

    def around(self, process: DemandProcess) -> Drought:
        """Return a process inside the drought."""
        from dtaojax.demand.shock.events import drought

        return drought(process, day=self.day, days=self.days, scale=self.scale)

    def describe(self) -> str:
        """Return what happens, for the report."""
        which = "all by which investors trade"
        if self.processes is not None:
            which = ", ".join(self.processes)
        return f"{self.when}pushes of {which} are {self.scale:g} times as large."
