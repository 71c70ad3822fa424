"""The table ``[arrivals]``: applicants who register subnets during a run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from dtaojax import chain
from dtaojax.schema.errors import Problem
from dtaojax.schema.strict import Fraction, StrictModel, refuse

if TYPE_CHECKING:
    from dtaojax.demand.arrivals.process import Arrivals

_Days = Annotated[float, Field(ge=0.0, le=36_500.0)]


class WaveConfig(StrictModel):
    """Applicants who come all at once.

    Attributes:
        day: Time after the start; they come in the first step that ends then or later [days].
        count: Number of applicants.
    """

    day: Annotated[float, Field(gt=0.0, le=36_500.0)]
    count: Annotated[int, Field(ge=1, le=1_000)]


class ArrivalsConfig(StrictModel):
    """Applicants who register a subnet if the lock cost is within their budget.

    Defaults reproduce the registrations of late May to September 2026: 16 gaps of 8.0 days on
    average, locks of 461 to 1,006 TAO. Without applicants no subnet is registered or pruned.

    Attributes:
        rate: Applicants a day, on average; most find the lock too expensive [1/day].
        budget_median: Median of what they would pay [TAO].
        budget_spread: Standard deviation of its logarithm.
        duplicates: Part of the newcomers that do the same work as another subnet, drawn at random;
            the others have a sector of their own.
        start_call_days: Age at which owners start their subnets, if the chain lets them [days].
        enabled: Part of the newcomers whose TAO emission is switched on.
        enabled_after_days: Age at which it is switched on [days].
        waves: Applicants who come besides, all at once.
        most_per_step: Number of applicants who are heard in a step.
        free_slots: Room for newcomers besides the subnets of the start; by default for as many as
            can come, or up to the mechanism's limit.
    """

    rate: Annotated[float, Field(ge=0.0, le=1_000.0)] = 2.0
    budget_median: Annotated[float, Field(gt=0.0, le=1e6)] = 475.0
    budget_spread: Annotated[float, Field(ge=0.0, le=5.0)] = 0.36
    duplicates: Fraction = 0.0
    start_call_days: _Days = 0.0
    enabled: Fraction = 0.5
    enabled_after_days: _Days = 30.0
    waves: Annotated[tuple[WaveConfig, ...], Field(strict=False, max_length=64)] = ()
    most_per_step: Annotated[int, Field(ge=1, le=1_024)] = 8
    free_slots: Annotated[int, Field(ge=0, le=65_535)] | None = None

    @model_validator(mode="after")
    def _waves_are_heard(self) -> ArrivalsConfig:
        problems = [
            Problem(
                f"waves.{index}.count",
                f"is {wave.count}, more than the {self.most_per_step} applicants of a step that "
                f"are heard; raise arrivals.most_per_step to {wave.count} or more",
            )
            for index, wave in enumerate(self.waves)
            if wave.count > self.most_per_step
        ]
        refuse(problems)
        return self

    @property
    def anybody(self) -> bool:
        """True if there are any applicants."""
        return self.rate > 0.0 or bool(self.waves)

    def expected(self, days: float) -> float:
        """Return the mean number of applicants in a number of days."""
        return self.rate * days + sum(wave.count for wave in self.waves)

    def build(self, seed: int, *, step_days: float, start_delay_blocks: int) -> Arrivals:
        """Build the process.

        Args:
            seed: Seed of the run.
            step_days: Length of a step [days].
            start_delay_blocks: Age below which the chain refuses an owner's start call [blocks].
        """
        from dtaojax.demand.arrivals.process import arrivals

        waves: dict[int, int] = {}
        for wave in self.waves:
            # Days are decimals: a wave at the very end of a step must not fall into the next.
            step = max(math.ceil(wave.day / step_days - 1e-9) - 1, 0)
            waves[step] = waves.get(step, 0) + wave.count
        owners_start = round(self.start_call_days * chain.BLOCKS_PER_DAY)
        return arrivals(
            seed,
            mean_per_step=self.rate * step_days,
            waves=waves,
            budget_median=self.budget_median,
            budget_spread=self.budget_spread,
            duplicates=self.duplicates,
            enabled=self.enabled,
            start_blocks=max(owners_start, start_delay_blocks),
            enable_blocks=round(self.enabled_after_days * chain.BLOCKS_PER_DAY),
            most_per_step=self.most_per_step,
        )
