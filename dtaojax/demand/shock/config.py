"""Models of scripted shocks: who does what on which day."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from dtaojax.schema.errors import Problem
from dtaojax.schema.netuids import ByNetuid, Netuids
from dtaojax.schema.strict import Fraction, ProcessName, StrictModel, Tokens, refuse

Day = Annotated[float, Field(ge=0.0, le=36_500.0)]


class ScriptedModel(StrictModel):
    """Something that happens on every path at the same time.

    Attributes:
        day: when it begins, counted from the start of the run [days].
        days: how long it lasts; 0 for at once [days].
    """

    day: Day
    days: Day = 0.0


class WhaleConfig(ScriptedModel):
    """A large holder leaves or comes, through the pool (article, A15).

    Attributes:
        name: tells it from another of its kind.
        action: ``exit`` sells; ``entry`` buys, and moves the price up by the factor by which the
            exit would lower it.
        netuids: of the subnets; all where left out.
        fraction: of the alpha that participants hold outside the pool as it begins.
    """

    process: Literal["whale"] = "whale"
    name: ProcessName = "whale"
    action: Literal["exit", "entry"] = "exit"
    netuids: Netuids | None = None
    fraction: Fraction


class PriceShockConfig(ScriptedModel):
    """Trades that change prices by a given fraction: a crash of all, or of one owner's subnets.

    Attributes:
        name: tells it from another of its kind.
        price_change: of every subnet that ``price_changes`` does not name; -0.5 halves the price.
        price_changes: netuid -> change of its price.
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


class PumpConfig(ScriptedModel):
    """Somebody buys over ``days``, holds, and sells all of it over ``sell_days`` (article, A14).

    Attributes:
        name: tells it from another of its kind.
        netuids: of the subnets.
        tao: spent in each of them; the fee comes on top [TAO].
        hold_days: between the last purchase and the first sale [days].
        sell_days: over which it is sold; 0 for at once [days].
    """

    process: Literal["pump"] = "pump"
    name: ProcessName = "pump"
    netuids: Netuids
    tao: Tokens
    hold_days: Day = 0.0
    sell_days: Day = 0.0


class RootExitConfig(ScriptedModel):
    """A wave of unstaking from root.

    Attributes:
        name: tells it from another of its kind.
        fraction: of root stake as it begins.
    """

    process: Literal["root_exit"] = "root_exit"
    name: ProcessName = "root_exit"
    fraction: Fraction


class DroughtConfig(ScriptedModel):
    """A time in which investors trade less; several at once multiply.

    Attributes:
        name: tells it from another of its kind.
        processes: names of those that are scaled; left out for all by which investors trade, shocks
            not among them.
        scale: what their pushes are multiplied by.
    """

    process: Literal["drought"] = "drought"
    name: ProcessName = "drought"
    processes: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None = None
    scale: Annotated[float, Field(ge=0.0, le=100.0)] = 0.2
