"""The config of an experiment: a statement, the runs that put it to the test, and its criteria."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from dtaojax.config.load import read_model
from dtaojax.schema.errors import Problem, choice, shown
from dtaojax.schema.strict import FileModel, ProcessName, StrictModel, refuse

Words = Annotated[str, Field(min_length=1, max_length=2_000)]
Label = Annotated[str, Field(min_length=1, max_length=80)]
Parameters = dict[str, Any]
Day = Annotated[float, Field(ge=0.0, le=36_500.0)]
Level = Annotated[float, Field(gt=0.0, lt=1.0)]


class ArmConfig(StrictModel):
    """One side of an experiment: a run's config that differs from the others' in what is compared.

    Attributes:
        name: name in claims and cases.
        label: name in the report; the name if it is empty.
        change: dotted key -> value, laid over the experiment's ``base``.
    """

    name: ProcessName
    label: Annotated[str, Field(max_length=80)] = ""
    change: dict[str, Any] = Field(default_factory=dict)


class CaseConfig(StrictModel):
    """A setting of what the statement may hang on; every arm is run in every case.

    Attributes:
        name: name in the report.
        change: dotted key -> value, laid over every arm.
        arms: name of an arm -> changes of that arm alone.
    """

    name: Label
    change: dict[str, Any] = Field(default_factory=dict)
    arms: dict[str, dict[str, Any]] = Field(default_factory=dict)


class ClaimConfig(StrictModel):
    """A criterion: a number that lies on one side of a threshold if the statement is right.

    Attributes:
        text: claim in words.
        measure: name of a figure of each path.
        parameters: parameters of the measure; ``with`` in the file.
        day: day at which a measure is read that has a value a day.
        arm: arm whose figure it is.
        minus: another arm, whose figure is taken off path by path.
        over: another arm, by the mean of whose figure this one's mean is divided.
        statistic: statistic that is estimated: ``mean``, ``probability`` of a figure that is 0 or
            1, ``quantile``, or ``shortfall``, the mean of the largest figures.
        level: level of the quantile, or the part of the paths that are not among the largest.
        above: the claim holds if the number is larger.
        below: the claim holds if the number is smaller. A claim with neither is shown, not judged.
        percent: true if the report shows it in percent.
    """

    text: Words
    measure: str
    parameters: Annotated[Parameters, Field(alias="with")] = Field(default_factory=dict)
    day: Day | None = None
    arm: str
    minus: str | None = None
    over: str | None = None
    statistic: Literal["mean", "probability", "quantile", "shortfall"] = "mean"
    level: Level | None = None
    above: float | None = None
    below: float | None = None
    percent: bool = False

    @model_validator(mode="after")
    def _one_number(self) -> ClaimConfig:
        problems = []
        if self.above is not None and self.below is not None:
            problems.append(Problem("below", "stands beside above; write two claims, or one bound"))
        if self.minus is not None and self.over is not None:
            problems.append(Problem("over", "stands beside minus; keep one"))
        if self.over is not None and self.statistic != "mean":
            text = f'is "{self.statistic}"; a ratio is one of means: leave statistic out'
            problems.append(Problem("statistic", text))
        needs = self.statistic in ("quantile", "shortfall")
        if needs and self.level is None:
            problems.append(Problem("level", f"is missing; a {self.statistic} needs one"))
        if not needs and self.level is not None:
            problems.append(Problem("level", f"means nothing to a {self.statistic}; leave it out"))
        refuse(problems)
        return self

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms that it looks at."""
        return tuple(name for name in (self.arm, self.minus, self.over) if name is not None)


class FigureConfig(StrictModel):
    """The figure of an experiment.

    Attributes:
        kind: ``over_days`` draws a measure that has a value a day, its median and the middle 90 %
            of paths; ``by_arm`` its mean with the 95 % interval in every arm and case;
            ``by_parameter`` its mean against values of one parameter; ``distribution`` a histogram
            over paths.
        measure: measure that is drawn.
        parameters: parameters of the measure; ``with`` in the file.
        day: day at which a measure is read that has a value a day; not for ``over_days``.
        arms: arms that are drawn; all by default, but for ``minus``.
        minus: an arm whose values are taken off path by path.
        title: title with the unit.
        caption: sentence to take away.
        vary: the parameter, for ``by_parameter``.
        axis: meaning of the values of that parameter, with the unit; its name if it is empty.
        values: values of that parameter.
        scale: scale of the figure's values.
        percent: true if values are shown in percent.
    """

    kind: Literal["over_days", "by_arm", "by_parameter", "distribution"]
    measure: str
    parameters: Annotated[Parameters, Field(alias="with")] = Field(default_factory=dict)
    day: Day | None = None
    minus: str | None = None
    arms: Annotated[tuple[str, ...], Field(strict=False)] = ()
    title: Words
    caption: Words
    vary: str = ""
    values: Annotated[tuple[int | float, ...], Field(strict=False, max_length=64)] = ()
    axis: Annotated[str, Field(max_length=80)] = ""
    scale: Literal["linear", "log"] = "linear"
    percent: bool = False

    @model_validator(mode="after")
    def _varies_if_it_should(self) -> FigureConfig:
        wants = self.kind == "by_parameter"
        problems = [
            Problem(key, f"is {'missing' if wants else 'there'}; "
            f"kind = \"{self.kind}\" {'needs' if wants else 'has no use for'} it")
            for key, value in (("vary", self.vary), ("values", self.values))
            if bool(value) != wants
        ]  # fmt: skip
        refuse(problems)
        return self


class ExperimentConfig(FileModel):
    """A statement put to the test.

    Attributes:
        id: name of the statement, as ``A16``.
        title: title in a few words.
        statement: statement in our words.
        simulated: simulation in words.
        hangs_on: the assumption that the verdict hangs on.
        depends_on: completes "depends on ..." where the verdict differs between cases.
        record_every_days: paths are recorded so often; by default on the days of
            ``run.report_days`` [days].
        base: a run's config that all arms share.
        arm: sides of the experiment.
        case: settings of the assumption, the usual one first; one without changes by default.
        claim: criteria; a case supports the statement if all of them hold.
        figure: the figure.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z][0-9]{1,3}$")]
    title: Label
    statement: Words
    simulated: Words
    hangs_on: Words
    depends_on: Annotated[str, Field(max_length=300)] = ""
    record_every_days: Annotated[float, Field(gt=0.0, le=365.0)] | None = None
    base: dict[str, Any] = Field(default_factory=dict)
    arm: Annotated[tuple[ArmConfig, ...], Field(strict=False, min_length=1, max_length=12)]
    case: Annotated[tuple[CaseConfig, ...], Field(strict=False, min_length=1, max_length=6)] = (
        CaseConfig(name="as described"),
    )
    claim: Annotated[tuple[ClaimConfig, ...], Field(strict=False, min_length=1, max_length=24)]
    figure: FigureConfig

    @model_validator(mode="after")
    def _names_fit(self) -> ExperimentConfig:
        refuse(list(self._problems()))
        return self

    def _problems(self) -> Iterator[Problem]:
        arms = [arm.name for arm in self.arm]
        yield from _twice("arm", "name", arms)
        yield from _twice("case", "name", [case.name for case in self.case])
        if not any(c.above is not None or c.below is not None for c in self.claim):
            yield Problem("claim", "none has a threshold; write above or below in one at least")
        if len(self.case) > 1 and not self.depends_on:
            yield Problem("depends_on", "is missing; with several cases, say on what it may depend")
        named = [
            *((f"claim.{i}", name) for i, claim in enumerate(self.claim) for name in claim.arms),
            *((f"case.{i}.arms", name) for i, case in enumerate(self.case) for name in case.arms),
            *(("figure.arms", name) for name in self.figure.arms),
            *(("figure.minus", name) for name in (self.figure.minus,) if name is not None),
        ]
        for place, name in named:
            if name not in arms:
                yield Problem(place, f"names {shown(name)}, which is no arm; {choice(name, arms)}")

    @property
    def settings(self) -> Mapping[tuple[str, str], dict[str, Any]]:
        """Changes of the base by arm and case, in the order in which they are laid over it."""
        return {
            (arm.name, case.name): {**arm.change, **case.change, **case.arms.get(arm.name, {})}
            for case in self.case
            for arm in self.arm
        }

    @property
    def drawn(self) -> tuple[str, ...]:
        """Names of the arms in the figure."""
        others = (arm.name for arm in self.arm if arm.name != self.figure.minus)
        return self.figure.arms or tuple(others)

    @property
    def labels(self) -> dict[str, str]:
        """The name of each arm in the report."""
        return {arm.name: arm.label or arm.name for arm in self.arm}


def _twice(table: str, key: str, names: Iterable[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name in seen:
            yield Problem(f"{table}.{place}.{key}", f'"{name}" stands there twice; rename one')
        seen.add(name)


def load_experiment(path: str | Path) -> ExperimentConfig:
    """Read and check the config of an experiment; not yet the runs' configs in it.

    Args:
        path: a TOML file.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or holds bad keys or values.
    """
    return read_model(Path(path), ExperimentConfig, ())
