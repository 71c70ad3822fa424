"""Tables of the processes by which those who are paid in alpha, or who stake to root, act."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from dtaojax.demand.config import DemandProcessConfig
from dtaojax.schema.strict import Fraction, ProcessName

if TYPE_CHECKING:
    from dtaojax.demand.holders.processes import DrawnSelling, EmissionSelling, RootStakeFlow
    from dtaojax.network.table import Slots


class EmissionSellingConfig(DemandProcessConfig):
    """Sale of freshly emitted alpha, a fixed fraction for each class of receiver (§3.8).

    With a spread above 0 a path draws one lognormal factor for all three fractions and keeps it.

    Attributes:
        name: Name that tells it from another of its kind.
        owner: Fraction of the owner cut that is sold.
        miner: Fraction of the miners' half that is sold.
        validator: Fraction of the validators' part that is sold.
        level: Median of a path's factor of the fractions.
        spread: Standard deviation of the factor's logarithm; 0 for the same on every path.
    """

    topic: ClassVar[str] = "Selling of emission"
    of_investors: ClassVar[bool] = False

    process: Literal["emission_selling"] = "emission_selling"
    name: ProcessName = "emission_selling"
    owner: Fraction = 0.5
    miner: Fraction = 0.7
    validator: Fraction = 0.3
    level: Annotated[float, Field(gt=0.0, le=10.0)] = 1.0
    spread: Annotated[float, Field(ge=0.0, le=2.0)] = 0.0

    @property
    def is_drawn(self) -> bool:
        """True if selling differs from path to path, or from the fractions."""
        return self.spread > 0.0 or self.level != 1.0

    def build(self, seed: int, slots: Slots, folder: Path) -> EmissionSelling | DrawnSelling:
        """Build the process, with a factor of each path where the level is drawn."""
        from dtaojax.demand.holders.processes import drawn_selling, emission_selling

        fractions = emission_selling(owner=self.owner, miner=self.miner, validator=self.validator)
        if not self.is_drawn:
            return fractions
        return drawn_selling(
            seed, name=self.name, fractions=fractions, median=self.level, spread=self.spread
        )

    def describe(self) -> str:
        """Return what the process assumes, for the report."""
        level = (
            f" A path sells {self.level:g} times as much in the median, with a spread of the "
            f"logarithm of {self.spread:g} over paths, since spring 2026 saw half of it."
        )
        return (
            f"Owners sell {100 * self.owner:g} %, miners {100 * self.miner:g} % of what "
            f"they are paid, validators and nominators {100 * self.validator:g} %, at once. "
            "Only the total of all selling is observed (3,774 TAO a day, give or take 3,413); "
            f"its division among the classes is an assumption.{level if self.is_drawn else ''}"
        )


class RootStakeFlowConfig(DemandProcessConfig):
    """Root stake as a random walk with drift, pulled back to its start if asked for.

    No history of root stake is at hand: the default sd is an assumption, 4 % a year.

    Attributes:
        name: Name of its random streams.
        daily_sd: Daily standard deviation of the log of root stake.
        drift: Mean growth a day [1/day].
        half_life_days: Time after which half of the way back to the start is made; left out for a
            random walk [days].
    """

    topic: ClassVar[str] = "Root stake"
    of_investors: ClassVar[bool] = False
    moves_root_stake: ClassVar[bool] = True

    process: Literal["root_stake_flow"] = "root_stake_flow"
    name: ProcessName = "root_stake_flow"
    daily_sd: Fraction = 0.002
    drift: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    half_life_days: Annotated[float, Field(gt=0.0, le=36_500.0)] | None = None

    def build(self, seed: int, slots: Slots, folder: Path) -> RootStakeFlow:
        """Build the process, whose stake returns to that of the network file."""
        from dtaojax.demand.holders.processes import root_stake_flow

        pull = 0.0 if self.half_life_days is None else math.log(2.0) / self.half_life_days
        return root_stake_flow(
            seed,
            name=self.name,
            sd=self.daily_sd,
            drift=self.drift,
            pull=pull,
            home=slots.table.root_tao,
        )

    def describe(self) -> str:
        """Return what the process assumes, for the report."""
        pull = self.half_life_days
        home = "" if pull is None else f", half of the way back to its start in {pull:g} days"
        return (
            f"A random walk of the log with a daily sd of {100 * self.daily_sd:g} % and a "
            f"growth of {100 * self.drift:g} % a day{home}. An assumption."
        )
