"""The config of ``dtaojax sensitivity``, and the default parameters, spans and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field, PrivateAttr, field_validator, model_validator

from dtaojax.config.config import Config
from dtaojax.config.load import checked
from dtaojax.config.overrides import OverrideError, value_at
from dtaojax.gradients.measure_names import HEADLINES, HOLDER_LOSS, HOLDER_LOSS_ES
from dtaojax.schema.errors import Problem, choice
from dtaojax.schema.strict import FileModel, PathText, StrictModel, refuse
from dtaojax.schema.toml_file import read_toml
from dtaojax.studies.tune.config import Count, ParameterConfig


class SobolConfig(StrictModel):
    """Size of the design for the global indices.

    Attributes:
        points: base points of the design, a power of two; ``points (parameters + 2)`` worlds are
            simulated. 0 leaves the indices out. A report shows them from 256 on: the intervals of
            fewer do not cover.
        paths: demand paths behind each point, the same for all.
        resamples: resamples of the design, for the intervals.
    """

    points: Annotated[int, Field(ge=0, le=65_536)] = 0
    paths: Annotated[int, Field(ge=2, le=1_000_000)] = 32
    resamples: Annotated[int, Field(ge=100, le=100_000)] = 1_000

    @field_validator("points")
    @classmethod
    def _power_of_two(cls, value: int) -> int:
        if value & (value - 1) or value == 1:
            refuse([Problem("", f"is {value}; must be a power of two, as 256 or 512, or 0")])
        return value


class SensitivityConfig(FileModel):
    """A study of what moves the numbers of a run.

    Attributes:
        title: heading of the report.
        config: the run's config, relative to this file.
        change: dotted key -> value, changes of that config.
        parameter: parameters that are moved; left out for a default list of those the config has.
        measures: numbers that are looked at; left out for a default list.
        paths: demand paths behind derivatives and swings.
        step_blocks: blocks at once.
        seed: seed of the paths and of the design.
        block_paths: paths in a block; memory grows with it.
        sobol: the global indices.
    """

    title: Annotated[str, Field(max_length=200)] = ""
    config: PathText
    change: dict[str, Any] = Field(default_factory=dict)
    parameter: Annotated[tuple[ParameterConfig, ...], Field(strict=False, max_length=100)] = ()
    measures: Annotated[tuple[str, ...], Field(strict=False, max_length=32)] = ()
    paths: Annotated[Count, Field(ge=2)] = 256
    step_blocks: Annotated[int, Field(ge=1, le=7_200)] = 7_200
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    block_paths: Annotated[int, Field(ge=1, le=65_536)] = 16
    sobol: SobolConfig = SobolConfig()

    _of_run: bool = PrivateAttr(default=False)

    @field_validator("measures")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        refuse(
            [
                Problem(name, f"is no measure; {choice(name, HEADLINES)}")
                for name in value
                if name not in HEADLINES
            ]
        )
        return value

    @model_validator(mode="after")
    def _each_once(self) -> SensitivityConfig:
        keys = [each.key for each in self.parameter]
        refuse(
            [
                Problem(f"parameter.{place}", f'"{key}" stands there twice; keep one')
                for place, key in enumerate(keys)
                if key in keys[:place]
            ]
        )
        return self

    @classmethod
    def of_run(cls, source: Path) -> SensitivityConfig:
        """Return the default study of a run's config file."""
        study = cls(config=source.name).with_source(source)
        study._of_run = True
        return study

    @property
    def output_folder(self) -> Path:
        """The folder of the results if the command names none; apart from the run's own."""
        stem = "sensitivity" if self._source is None else self._source.stem
        return Path("runs") / (f"{stem}-sensitivity" if self._of_run else stem)


def load_sensitivity(path: str | Path, overrides: Sequence[str] = ()) -> SensitivityConfig | None:
    """Read and check the config of a study of sensitivities; return None for a run's config.

    A study names the config that it is about under ``config``, which no run's config has.

    Args:
        path: a TOML file.
        overrides: changes as ``key=value``, applied in order.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or holds bad keys or values.
    """
    path = Path(path)
    tables = read_toml(path)
    if "config" not in tables:
        return None
    return checked(tables, SensitivityConfig, overrides, path).with_source(path)


MEASURES_OF_ALL: Final = ("emission_hhi", "effective_number", "merit", "pool_depth")
"""Looked at in every config."""

MEASURES_OF_HOLDERS: Final = (HOLDER_LOSS, HOLDER_LOSS_ES)
"""Looked at where the config holds something."""


class _Span(NamedTuple):
    """Span over which a key is moved.

    Attributes:
        key: key below ``mechanism``, below a demand process of a kind, or of the whole config.
        by: ``factor`` of the value, or ``to`` a value.
        low: lower end.
        high: upper end.
    """

    key: str
    by: Literal["factor", "to"]
    low: float
    high: float


_SPANS: Final = (
    _Span("mechanism.weight_rule.exponent", "factor", 0.5, 1.5),
    _Span("mechanism.gate.rank", "factor", 0.5, 2.0),
    _Span("mechanism.gate.quantile", "factor", 0.8, 1.2),
    _Span("mechanism.gate.exponent", "factor", 0.5, 2.0),
    _Span("mechanism.moving_price.rate", "factor", 0.5, 2.0),
    _Span("mechanism.root.tao_weight", "factor", 0.5, 2.0),
    _Span("mechanism.split.owner_cut_u16", "factor", 0.5, 1.5),
    _Span("demand.stochastic_variance_flow.scale_at_1000_tao", "factor", 0.5, 1.5),
    _Span("demand.stochastic_variance_flow.degrees_of_freedom", "to", 2.6, 8.0),
    _Span("demand.stochastic_variance_flow.common_share", "to", 0.0, 0.3),
    _Span("demand.stochastic_variance_flow.drift", "to", -0.002, 0.002),
    _Span("demand.student_flow.sd_at_1000_tao", "factor", 0.5, 1.5),
    _Span("demand.student_flow.common_share", "to", 0.0, 0.3),
    _Span("demand.student_flow.drift", "to", -0.002, 0.002),
    _Span("demand.emission_selling.owner", "to", 0.0, 1.0),
    _Span("demand.emission_selling.miner", "to", 0.3, 1.0),
    _Span("demand.emission_selling.validator", "to", 0.0, 1.0),
    _Span("arrivals.rate", "factor", 0.5, 2.0),
)


def default_parameters(config: Config) -> tuple[ParameterConfig, ...]:
    """Return the listed parameters that the config has, with bounds that hold its own values."""
    tables = config.model_dump(mode="json")
    found = (_parameter(tables, span) for span in _SPANS)
    return tuple(each for each in found if each is not None)


def default_measures(config: Config) -> tuple[str, ...]:
    """Return the default measures: the holder's losses only if the portfolio is not empty."""
    return MEASURES_OF_ALL + (() if config.portfolio.is_empty else MEASURES_OF_HOLDERS)


def _parameter(tables: Mapping[str, Any], span: _Span) -> ParameterConfig | None:
    try:
        start = value_at(tables, span.key)
    except OverrideError:
        return None
    if isinstance(start, bool) or not isinstance(start, int | float):
        return None
    low, high = span.low, span.high
    if span.by == "factor":
        low, high = low * start, high * start
    if isinstance(start, int):
        low, high = float(round(low)), float(round(high))
    low, high = min(low, start), max(high, start)
    return ParameterConfig(key=span.key, low=low, high=high) if low < high else None
