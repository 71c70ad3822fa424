"""Reading experiments, and checking everything in them before anything is simulated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dtaojax.config.config import Config
from dtaojax.config.examples import example_folder
from dtaojax.config.load import changed, config_from_dict
from dtaojax.inputs import Inputs, gather
from dtaojax.schema.errors import ConfigError, Problem, choice
from dtaojax.studies.article.config import (
    ClaimConfig,
    ExperimentConfig,
    FigureConfig,
    load_experiment,
)
from dtaojax.studies.article.measures.registry import MEASURES
from dtaojax.studies.shared.finished import PairingKey, refuse_unpaired

FOLDER: Final = Path("configs") / "article"
"""The folder of the experiments in the current folder; else the package's own are taken."""

_ID: Final = re.compile(r"[Aa]\d{1,3}")


@dataclass(frozen=True)
class Experiment:
    """An experiment, known to be sound.

    Attributes:
        config: config of the experiment.
        file: file that it was read from.
        runs: inputs of the simulations by arm and case.
    """

    config: ExperimentConfig
    file: Path
    runs: Mapping[tuple[str, str], Inputs]


def read_experiments(places: Sequence[Path], overrides: Sequence[str]) -> list[Experiment]:
    """Read experiments and the configs of all their runs, in the order of their ids.

    Args:
        places: files, folders of files, or ids such as ``A16`` of the statements in ``FOLDER``;
            none for all of those.
        overrides: changes of every run, as ``key=value``.

    Raises:
        ConfigError: there is no such experiment, or something in one is wrong.
        NetworkError: a network file is wrong.
        HistoryError: a history that a run draws from is wrong.
    """
    experiments = [_experiment(file, overrides) for file in _files(places)]
    experiments.sort(key=lambda each: (each.config.id[0], int(each.config.id[1:])))
    taken: dict[str, Path] = {}
    for each in experiments:
        if each.config.id in taken:
            text = f"is {each.config.id}, as in {taken[each.config.id]}; give it another"
            raise ConfigError(str(each.file), [Problem("id", text)])
        taken[each.config.id] = each.file
    return experiments


def _files(places: Sequence[Path]) -> Iterator[Path]:
    home = FOLDER if FOLDER.is_dir() else example_folder() / "article"
    seen = set()
    for place in places or [home]:
        is_id = _ID.fullmatch(str(place)) and not place.exists()
        found = [_of_id(str(place), home)] if is_id else _in(place)
        for file in found:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def _of_id(name: str, home: Path) -> Path:
    file = home / f"a{int(name[1:]):02}.toml"
    if not file.is_file():
        known = (f"A{int(each.stem[1:])}" for each in sorted(home.glob("a[0-9]*.toml")))
        text = f"there is no experiment of this id; {choice(name.upper(), known)}"
        raise ConfigError("article", [Problem(name, text)])
    return file


def _in(place: Path) -> list[Path]:
    if not place.is_dir():
        return [place]
    files = sorted(place.glob("*.toml"))
    if not files:
        raise ConfigError(str(place), [Problem("", "holds no .toml file; name another folder")])
    return files


def _experiment(file: Path, overrides: Sequence[str]) -> Experiment:
    config = load_experiment(file)
    problems = list(_measure_problems(config))
    if problems:
        raise ConfigError(str(file), problems)
    runs = {
        (arm, case): _run(file, config, (arm, case), change, overrides)
        for (arm, case), change in config.settings.items()
    }
    labels = [f"{arm} in {case}" for arm, case in runs]
    refuse_unpaired(labels, [PairingKey.of_config(inputs.config) for inputs in runs.values()])
    return Experiment(config, file, runs)


def _measure_problems(config: ExperimentConfig) -> Iterator[Problem]:
    for place, claim in enumerate(config.claim):
        yield from _problems(f"claim.{place}", claim, claim.parameters, wants_day=True)
    figure = config.figure
    given = {**figure.parameters, **({figure.vary: figure.values[0]} if figure.vary else {})}
    yield from _problems("figure", figure, given, wants_day=figure.kind != "over_days")


def _problems(
    key: str,
    asks: ClaimConfig | FigureConfig,
    parameters: Mapping[str, Any],
    wants_day: bool,
) -> Iterator[Problem]:
    if asks.measure not in MEASURES:
        text = f'"{asks.measure}" is no measure; {choice(asks.measure, MEASURES)}'
        yield Problem(f"{key}.measure", text)
        return
    measure = MEASURES[asks.measure]
    yield from measure.problems(parameters, f"{key}.with")
    if not wants_day and not measure.has_days:
        yield Problem(f"{key}.measure", f'{measure.name} has no value a day; draw "by_arm"')
    elif measure.has_days and wants_day and asks.day is None:
        yield Problem(f"{key}.day", f"is missing; {measure.name} has a value a day")
    elif asks.day is not None and not (measure.has_days and wants_day):
        yield Problem(f"{key}.day", "has no meaning here; leave it out")


def _run(
    file: Path,
    config: ExperimentConfig,
    setting: tuple[str, str],
    change: Mapping[str, Any],
    overrides: Sequence[str],
) -> Inputs:
    arm, case = setting
    where = f"{file}, arm {arm}, case {case}"
    try:
        # What only owners or designers ask costs time, and few experiments look at it.
        base = {"report": {"audience": "holder"}, **config.base}
        run = config_from_dict(base, overrides=[*change.items(), *overrides], source=file)
        return gather(_recorded(run, config.record_every_days), where)
    except ConfigError as error:
        source = where if error.source == str(file) else error.source
        raise ConfigError(source, error.problems) from None


def _recorded(run: Config, every: float | None) -> Config:
    """Return the run's config with the days on which an experiment records it."""
    if every is None:
        return run
    horizon = run.run.horizon_days
    count = round(horizon / every)
    if abs(count * every - horizon) > 1e-9:
        text = f"is {every:g}, which does not divide run.horizon_days = {horizon:g}; change one"
        raise ConfigError(str(run.source), [Problem("record_every_days", text)])
    return changed(run, {"run.report_days": [every * number for number in range(1, count + 1)]})
