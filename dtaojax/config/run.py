"""The tables ``[portfolio]``, ``[run]``, ``[decomposition]``, ``[report]`` and ``[output]``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from dtaojax import chain
from dtaojax.mechanism.presets import DEFAULT_PRESET, PRESETS
from dtaojax.schema.errors import Problem
from dtaojax.schema.netuids import Positions
from dtaojax.schema.strict import U16, Days, PathText, StrictModel, Tokens, refuse

REPORT_DAYS: Final = (1.0, 3.0, 7.0, 14.0, 21.0, 30.0, 45.0, 60.0, 75.0, 90.0)
LOSS_DAYS: Final = (1.0, 7.0, 30.0, 90.0)
WHOLE_STEP_TOLERANCE: Final = 1e-6
"""How far from a whole number of steps a day may be, as decimals of a TOML file are finite."""

Audience = Literal["holder", "owner", "designer", "all"]
DayList = Annotated[tuple[Days, ...], Field(strict=False, min_length=1, max_length=1000)]


class PortfolioConfig(StrictModel):
    """What the holder holds.

    Attributes:
        root_tao: TAO staked to root.
        delegate_take_u16: Validator's take of the staking yield, out of 65535.
        alpha: Netuid -> alpha staked in that subnet.
        loss_days: Days after which losses are measured; by default 1, 7, 30 and 90 as far as they
            come before the horizon, and the horizon.
        exit_fall: Part by which leaving may lower the price of a pool in a day; sets the time that
            it takes.
    """

    root_tao: Tokens = 0.0
    delegate_take_u16: U16 = chain.DELEGATE_TAKE_U16
    alpha: Positions = Field(default_factory=dict)
    loss_days: DayList | None = None
    exit_fall: Annotated[float, Field(ge=1e-6, lt=1.0)] = 0.01

    @property
    def is_empty(self) -> bool:
        """True if nothing is held."""
        return self.root_tao == 0.0 and not any(self.alpha.values())


def _day_fault(day: float, step_blocks: int) -> str | None:
    """Say why a day is no whole number of steps, with the nearest that is; None if it is."""
    steps = day * chain.BLOCKS_PER_DAY / step_blocks
    if steps >= 0.5 and abs(steps - round(steps)) <= WHOLE_STEP_TOLERANCE:
        return None
    step_days = step_blocks / chain.BLOCKS_PER_DAY
    nearest = max(1, round(steps)) * step_days
    return (
        f"day {day:g} is not a whole number of steps of {step_blocks} blocks "
        f"({step_days:g} days); the nearest valid day is {nearest:.12g}"
    )


def _days_within(days: tuple[float, ...], horizon: float, step_blocks: int) -> tuple[float, ...]:
    """Return the days before the horizon that lie on the grid of steps, and the horizon."""
    # Half a step before the horizon, so that rounding cannot report the last day twice.
    last = horizon - 0.5 * step_blocks / chain.BLOCKS_PER_DAY
    return (*(day for day in days if day < last and not _day_fault(day, step_blocks)), horizon)


def _default_report_days(run: dict[str, Any]) -> tuple[float, ...]:
    return _days_within(REPORT_DAYS, run["horizon_days"], run["step_blocks"])


Watchable = Literal[
    "emission_hhi",
    "emission_effective_number",
    "emission_top10_share",
    "tao_in_hhi",
    "total_tao_in",
    "loss_spot_es_95",
    "loss_spot_es_99",
    "loss_realizable_es_95",
    "loss_realizable_es_99",
]
"""Headline numbers whose precision can end a run, named as in ``summary.json``."""

WATCH_EVERY: Final = 1024
"""Paths after whose multiples the precision may be looked at."""


class PrecisionTargetConfig(StrictModel):
    """When a run may end before all its paths are simulated.

    Attributes:
        relative_error: Standard error over value that each of the numbers is to reach.
        of: The numbers, at the horizon.
    """

    relative_error: Annotated[float, Field(gt=0.0, lt=1.0)]
    of: Annotated[tuple[Watchable, ...], Field(strict=False, min_length=1)] = ("emission_hhi",)


class RunConfig(StrictModel):
    """How much is simulated, and how.

    Attributes:
        paths: Number of random demand paths; the most, where there is a ``precision_target``.
        horizon_days: Length of the simulated time [days].
        step_blocks: Blocks simulated at once; by default the preset's, chosen in
            docs/step_lengths.md (360, one tempo, for `gate_rank_2026`); 1 is the chain's algorithm.
        report_days: Days on which distributions are reported, rising, at most the horizon; by
            default 1, 3, 7, 14, 21, 30, 45, 60, 75 and 90 as far as they come before the horizon,
            and the horizon.
        seed: Seed of all random numbers; the same seed gives the same numbers.
        precision: float64, or float32 where speed matters more than slow growth.
        block_paths: Paths computed at once, a power of two; changes speed and memory, never a
            number. By default 32 on a CPU, and as many as occupy an accelerator.
        precision_target: Precision of numbers at which the run ends early.
    """

    paths: Annotated[int, Field(ge=1, le=10**9)] = 2048
    horizon_days: Days = 90.0
    step_blocks: Annotated[int, Field(ge=1, le=chain.BLOCKS_PER_DAY)] = PRESETS[
        DEFAULT_PRESET
    ].step_blocks
    report_days: DayList = Field(default_factory=_default_report_days)
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 2026
    precision: Literal["float64", "float32"] = "float64"
    block_paths: Annotated[int, Field(ge=1, le=65_536)] | None = None
    precision_target: PrecisionTargetConfig | None = None

    @model_validator(mode="after")
    def _days_fit(self) -> RunConfig:
        if fault := _day_fault(self.horizon_days, self.step_blocks):
            problems = [Problem("horizon_days", fault)]
        else:
            problems = self.list_faults("report_days", self.report_days)
        refuse([*problems, *self._block_faults()])
        return self

    def _block_faults(self) -> Iterator[Problem]:
        block = self.block_paths
        if block is None:
            return
        if block & (block - 1):
            below = 1 << (block.bit_length() - 1)
            text = f"is {block}; must be a power of two: write {below} or {2 * below}"
            yield Problem("block_paths", text)
        elif self.precision_target is not None and block > WATCH_EVERY:
            text = f"is {block}; with a precision_target, at most {WATCH_EVERY}"
            yield Problem("block_paths", text)

    @property
    def step_days(self) -> float:
        """Length of a step [days]."""
        return self.step_blocks / chain.BLOCKS_PER_DAY

    @property
    def n_steps(self) -> int:
        """Number of steps to the horizon."""
        return self.step_of(self.horizon_days)

    @property
    def report_steps(self) -> tuple[int, ...]:
        """Number of steps after which each of ``report_days`` is reached."""
        return tuple(self.step_of(day) for day in self.report_days)

    def day_fault(self, day: float) -> str | None:
        """Say why a day is no whole number of steps, with the nearest that is; None if it is."""
        return _day_fault(day, self.step_blocks)

    def step_of(self, day: float) -> int:
        """Return number of steps after which ``day`` is reached [days]."""
        return round(day * chain.BLOCKS_PER_DAY / self.step_blocks)

    def days_within(self, days: tuple[float, ...]) -> tuple[float, ...]:
        """Return the days before the horizon that lie on the grid of steps, and the horizon."""
        return _days_within(days, self.horizon_days, self.step_blocks)

    def list_faults(self, key: str, days: tuple[float, ...]) -> list[Problem]:
        """Find what is wrong with a list of days: off the grid, unsorted, or past the horizon."""
        step = self.step_blocks
        faults = [Problem(key, fault) for day in days if (fault := _day_fault(day, step))]
        # Days of the same step are one day; the first spelling of it is kept.
        rising = sorted({self.step_of(day): day for day in reversed(days)}.values())
        if list(days) != rising:
            text = f"must rise and hold each day once: write {_toml_days(rising)}"
            faults.append(Problem(key, text))
        if late := [day for day in rising if day > self.horizon_days]:
            text = (
                f"holds {_toml_days(late)}, past run.horizon_days = {self.horizon_days:g}; "
                f"drop them or raise the horizon to {late[-1]:g}"
            )
            faults.append(Problem(key, text))
        return faults


def _toml_days(days: list[float]) -> str:
    return "[" + ", ".join(f"{day:g}" for day in days) + "]"


class ReportConfig(StrictModel):
    """Whom the report speaks to.

    Attributes:
        audience: Reader whose question comes first: a ``holder`` of alpha, the ``owner`` of a
            subnet, the ``designer`` of the network, or ``all``. What only another view needs is not
            recorded, which saves memory where there are many subnets.
        subnet: Netuid of the owner's subnet; without it the view of owners is about all of them.
    """

    audience: Audience = "all"
    subnet: Annotated[int, Field(ge=1, le=chain.U16_MAX)] | None = None

    @model_validator(mode="after")
    def _subnet_has_an_owner(self) -> ReportConfig:
        if self.subnet is not None and self.audience != "owner":
            text = 'has no place without report.audience = "owner"; drop it'
            refuse([Problem("subnet", text)])
        return self

    def speaks_to(self, audience: Audience) -> bool:
        """Return whether the report has the view of this audience."""
        return self.audience in (audience, "all")


class OutputConfig(StrictModel):
    """Where the report goes.

    Attributes:
        folder: The report folder, relative to where the command runs; ``{stem}`` stands for the
            config file's name without its ending.
    """

    folder: PathText = "runs/{stem}"


class DecompositionConfig(StrictModel):
    """Takes the variance of the headline figures apart by sources of randomness.

    Attributes:
        paths: Paths of each further run; one run for each source that draws anything, and two.
        subnet: Netuid of a subnet whose emission share is taken apart too.
    """

    paths: Annotated[int, Field(ge=32, le=10**6)] = 1024
    subnet: Annotated[int, Field(ge=1, le=chain.U16_MAX)] | None = None
