"""The config of ``dtaojax tune``: parameters, objective, constraints, search and verification."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, field_validator, model_validator

from dtaojax.config.load import read_model
from dtaojax.gradients.measure_names import MEASURES
from dtaojax.schema.errors import Problem, choice, shown
from dtaojax.schema.strict import FileModel, PathText, StrictModel, refuse

Bound: TypeAlias = float | Literal["start"]
Count = Annotated[int, Field(ge=1, le=10_000_000)]


def _measure_problems(key: str, names: list[str]) -> list[Problem]:
    return [
        Problem(f"{key}.{name}" if key else name, f"is no measure; {choice(name, MEASURES)}")
        for name in names
        if name not in MEASURES
    ]


class ParameterConfig(StrictModel):
    """A continuous parameter of the config.

    Attributes:
        key: dotted key of the config that is tuned, as ``--set`` takes it.
        low: lower bound of the search.
        high: upper bound.
        scale: scale of distances in the search: ``linear``, or ``log`` for rates and the like.
    """

    key: Annotated[str, Field(min_length=1)]
    low: float
    high: float
    scale: Literal["linear", "log"] = "linear"

    @model_validator(mode="after")
    def _ordered(self) -> ParameterConfig:
        problems = []
        if not self.low < self.high:
            problems.append(Problem("high", f"is {self.high:g}; must be above low, {self.low:g}"))
        if self.scale == "log" and self.low <= 0.0:
            problems.append(Problem("low", f"is {self.low:g}; must be above 0 on a log scale"))
        refuse(problems)
        return self


class ChoiceConfig(StrictModel):
    """A key that jumps, tried value by value: a whole rank, the limit of subnets, a kind.

    Attributes:
        key: dotted key of the config that is tuned.
        values: values that it is set to; a search runs for each.
    """

    key: Annotated[str, Field(min_length=1)]
    values: Annotated[tuple[int | float | str | bool, ...], Field(strict=False, min_length=1)]


class ConstraintConfig(StrictModel):
    """A measure that must keep a bound, in expectation.

    Attributes:
        measure: name of the measure.
        at_least: lower bound, or ``"start"`` for its value at the start.
        at_most: upper bound, likewise.
    """

    measure: str
    at_least: Bound | None = None
    at_most: Bound | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> ConstraintConfig:
        problems = []
        if self.measure not in MEASURES:
            text = f"is {shown(self.measure)}; {choice(self.measure, MEASURES)}"
            problems.append(Problem("measure", text))
        if (self.at_least is None) == (self.at_most is None):
            problems.append(Problem("at_least", "write either at_least or at_most"))
        refuse(problems)
        return self


class FrontierConfig(StrictModel):
    """A sweep of one bound, to see what the objective costs.

    Attributes:
        measure: measure whose bound is swept; a constraint of the same measure and side makes way.
        at_least: lower bounds, one a search.
        at_most: upper bounds, likewise.
        iterations: steps of second order of each search, which goes on from its neighbour's
            point.
    """

    measure: str
    at_least: Annotated[tuple[float, ...], Field(strict=False, max_length=100)] = ()
    at_most: Annotated[tuple[float, ...], Field(strict=False, max_length=100)] = ()
    iterations: Annotated[int, Field(ge=1, le=100_000)] = 20

    @model_validator(mode="after")
    def _one_side(self) -> FrontierConfig:
        problems = []
        if self.measure not in MEASURES:
            text = f"is {shown(self.measure)}; {choice(self.measure, MEASURES)}"
            problems.append(Problem("measure", text))
        if bool(self.at_least) == bool(self.at_most):
            problems.append(Problem("at_least", "list bounds under either at_least or at_most"))
        refuse(problems)
        return self


class OtherDemandConfig(StrictModel):
    """A config whose demand the result is tried on.

    Attributes:
        name: name in the report.
        config: a config file, relative to this one; its ``demand`` is taken and nothing else.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    config: PathText


class SearchConfig(StrictModel):
    """Settings of the search.

    Attributes:
        paths: demand paths behind each evaluation, the same in all of them.
        step_blocks: blocks simulated at once during the search; the verification takes the step
            of the config.
        iterations: steps of sequential quadratic programming, at most.
        explore: steps of Adam where that does not settle, before it goes on; 0 for none.
        learning_rate: first step of Adam, as a part of a parameter's range [-].
        starts: searches from different points, of which the first is the config's own values.
        seed: seed of the search's paths and starts.
        block_paths: paths in a block; memory grows with it.
        derivative: ``forward`` for few parameters, ``reverse`` for many; by default by their
            number.
    """

    paths: Count = 256
    step_blocks: Annotated[int, Field(ge=1, le=7_200)] = 7_200
    iterations: Annotated[int, Field(ge=1, le=100_000)] = 40
    explore: Annotated[int, Field(ge=0, le=100_000)] = 40
    learning_rate: Annotated[float, Field(gt=0.0, le=1.0)] = 0.05
    starts: Annotated[int, Field(ge=1, le=1_000)] = 1
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    block_paths: Annotated[int, Field(ge=1, le=65_536)] = 16
    derivative: Literal["forward", "reverse"] | None = None


class EvolutionConfig(StrictModel):
    """The rival: CMA-ES on the same objective.

    Attributes:
        evaluations: largest number of evaluations; 0 leaves the rival out.
        population: evaluations a generation; by default the method's own.
    """

    evaluations: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    population: Annotated[int, Field(ge=4, le=10_000)] | None = None


class VerifyConfig(StrictModel):
    """Settings of the comparison of start and optimum on fresh paths.

    Attributes:
        paths: fresh demand paths.
        seed: seed of the fresh paths; must differ from the search's.
        step_blocks: blocks at once; by default the config's own.
    """

    paths: Count = 1_024
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 2
    step_blocks: Annotated[int, Field(ge=1, le=7_200)] | None = None


class TuneConfig(FileModel):
    """A search for parameters.

    Attributes:
        title: heading of the report.
        config: the config that is tuned, relative to this file.
        change: dotted key -> value, changes of that config before the search starts.
        parameter: parameters that move.
        choice: keys that are tried value by value.
        minimise: measure -> weight; a negative weight maximises. Weights multiply a measure's
            value in units of its value at the start.
        constraint: constraints that must hold.
        search: settings of the search.
        frontier: sweep of a bound that shows the price of the objective, if asked for.
        evolution: the rival.
        verify: the comparison on fresh paths.
        other_demand: demands that the result is tried on.
    """

    title: Annotated[str, Field(max_length=200)] = ""
    config: PathText
    change: dict[str, Any] = Field(default_factory=dict)
    parameter: Annotated[tuple[ParameterConfig, ...], Field(strict=False, min_length=1)]
    choice: Annotated[tuple[ChoiceConfig, ...], Field(strict=False, max_length=8)] = ()
    minimise: Annotated[dict[str, float], Field(min_length=1)]
    constraint: Annotated[tuple[ConstraintConfig, ...], Field(strict=False, max_length=32)] = ()
    search: SearchConfig = SearchConfig()
    frontier: FrontierConfig | None = None
    evolution: EvolutionConfig = EvolutionConfig()
    verify: VerifyConfig = VerifyConfig()
    other_demand: Annotated[tuple[OtherDemandConfig, ...], Field(strict=False)] = ()

    @field_validator("minimise")
    @classmethod
    def _known(cls, value: dict[str, float]) -> dict[str, float]:
        refuse(_measure_problems("", list(value)))
        return value

    @model_validator(mode="after")
    def _fits(self) -> TuneConfig:
        problems = []
        keys = [item.key for item in (*self.parameter, *self.choice)]
        for index, key in enumerate(keys):
            if key in keys[:index]:
                problems.append(Problem("parameter", f'"{key}" stands there twice; keep one'))
        if self.verify.seed == self.search.seed:
            text = f"is {self.verify.seed}, the search's own; the verification needs fresh paths"
            problems.append(Problem("verify.seed", text))
        refuse(problems)
        return self

    @property
    def measures(self) -> tuple[str, ...]:
        """Every measure that the search looks at, the objective's first."""
        swept = [] if self.frontier is None else [self.frontier.measure]
        held = [each.measure for each in self.constraint]
        return tuple(dict.fromkeys([*self.minimise, *held, *swept]))

    @property
    def output_folder(self) -> Path:
        """The folder of the results if the command names none."""
        return Path("runs") / ("tune" if self._source is None else self._source.stem)


def load_tune(path: str | Path, overrides: Sequence[str] = ()) -> TuneConfig:
    """Read and check the config of a search.

    Args:
        path: a TOML file.
        overrides: changes as ``key=value``, applied in order.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or holds bad keys or values.
    """
    return read_model(Path(path), TuneConfig, overrides)
