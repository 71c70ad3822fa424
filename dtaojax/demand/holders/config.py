"""Models of the processes by which those who are paid, or who stake to root, act."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dtaojax.schema.strict import Fraction, ProcessName, StrictModel


class EmissionSellingConfig(StrictModel):
    """Sale of freshly emitted alpha, a fixed fraction for each class of receiver (§3.8).

    With a spread above 0 a path draws one lognormal factor for all three fractions and keeps it.

    Attributes:
        name: tells it from another of its kind.
        owner: fraction of the owner cut that is sold.
        miner: fraction of the miners' half that is sold.
        validator: fraction of the validators' part that is sold.
        level: median of a path's factor of the fractions.
        spread: standard deviation of the factor's logarithm; 0 for the same on every path.
    """

    process: Literal["emission_selling"] = "emission_selling"
    name: ProcessName = "emission_selling"
    owner: Fraction = 0.5
    miner: Fraction = 0.7
    validator: Fraction = 0.3
    level: Annotated[float, Field(gt=0.0, le=10.0)] = 1.0
    spread: Annotated[float, Field(ge=0.0, le=2.0)] = 0.0

    @property
    def is_drawn(self) -> bool:
        """Whether selling differs from path to path, or from the fractions."""
        return self.spread > 0.0 or self.level != 1.0


class RootStakeFlowConfig(StrictModel):
    """Root stake as a random walk with drift, pulled back to its start if asked for.

    No history of root stake is at hand: the default sd is an assumption, 4 % a year.

    Attributes:
        name: what its random streams are called.
        daily_sd: of the log of root stake.
        drift: mean growth a day [1/day].
        half_life_days: after which half of the way back to the start is made; left out for a
            random walk [days].
    """

    process: Literal["root_stake_flow"] = "root_stake_flow"
    name: ProcessName = "root_stake_flow"
    daily_sd: Fraction = 0.002
    drift: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    half_life_days: Annotated[float, Field(gt=0.0, le=36_500.0)] | None = None
