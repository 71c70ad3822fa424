"""Reading a config: TOML and overrides in, a checked `Config` or one clear error out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pydantic import ValidationError

from dtaojax.config._base import FileModel
from dtaojax.config._explain import explain
from dtaojax.config._wording import kind_of
from dtaojax.config.errors import ConfigError, Problem
from dtaojax.config.include import expand
from dtaojax.config.models import Config
from dtaojax.config.models_backtest import BacktestConfig
from dtaojax.config.models_experiment import ExperimentConfig
from dtaojax.config.models_run_backtest import RunBacktestConfig
from dtaojax.config.models_sensitivity import SensitivityConfig
from dtaojax.config.models_stress import StressConfig
from dtaojax.config.models_tune import TuneConfig
from dtaojax.config.overrides import OverrideError, apply, names_of, parse, spelled
from dtaojax.config.toml_file import read_toml

Model = TypeVar("Model", bound=FileModel)
Override: TypeAlias = str | tuple[str, Any]
"""A change: ``key=value`` as on the command line, or a dotted key and a value of Python."""


def load_config(path: str | Path, overrides: Sequence[Override] = ()) -> Config:
    """Reads and checks a config file.

    Args:
        path: a TOML file.
        overrides: changes, applied in order.

    Returns:
        The checked config, with every default in place.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or holds bad keys or values.
    """
    path = Path(path)
    return config_from_dict(read_toml(path), overrides=overrides, source=path)


def config_from_dict(
    data: Mapping[str, Any], *, overrides: Sequence[Override] = (), source: Path | None = None
) -> Config:
    """Checks raw tables.

    Args:
        data: tables as `tomllib` returns them.
        overrides: changes, applied in order.
        source: the file that the tables came from, if any; relative paths start at its folder.

    Returns:
        The checked config, with every default in place.

    Raises:
        ConfigError: keys or values are bad.
    """
    config = _checked(data, Config, overrides, source)
    return config.with_source(source)


def load_backtest(path: str | Path, overrides: Sequence[str] = ()) -> BacktestConfig:
    """Reads and checks the config of a back-test.

    Args:
        path: a TOML file.
        overrides: changes as ``key=value``, applied in order.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or holds bad keys or values.
    """
    return _read(Path(path), BacktestConfig, overrides)


def is_run_backtest(path: str | Path) -> bool:
    """Say whether the config of a back-test is of whole runs, named under ``run`` or ``starts``.

    Raises:
        ConfigError: the file cannot be read or is no TOML.
    """
    return not {"run", "starts"}.isdisjoint(read_toml(Path(path)))


def load_run_backtest(path: str | Path, overrides: Sequence[str] = ()) -> RunBacktestConfig:
    """Read and check the config of a back-test of a whole run.

    Args:
        path: a TOML file.
        overrides: changes as ``key=value``, applied in order.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or holds bad keys or values.
    """
    return _read(Path(path), RunBacktestConfig, overrides)


def load_tune(path: str | Path, overrides: Sequence[str] = ()) -> TuneConfig:
    """Reads and checks the config of a search.

    Args:
        path: a TOML file.
        overrides: changes as ``key=value``, applied in order.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or holds bad keys or values.
    """
    return _read(Path(path), TuneConfig, overrides)


def load_sensitivity(path: str | Path, overrides: Sequence[str] = ()) -> SensitivityConfig | None:
    """Reads and checks the config of a study of sensitivities; None for a run's config.

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
    return _checked(tables, SensitivityConfig, overrides, path).with_source(path)


def load_stress(path: str | Path, overrides: Sequence[str] = ()) -> StressConfig:
    """Reads and checks the config of an attack.

    Args:
        path: a TOML file.
        overrides: changes as ``key=value``, applied in order.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or holds bad keys or values.
    """
    return _read(Path(path), StressConfig, overrides)


def load_experiment(path: str | Path) -> ExperimentConfig:
    """Reads and checks the config of an experiment; not yet the runs' configs in it.

    Args:
        path: a TOML file.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or holds bad keys or values.
    """
    return _read(Path(path), ExperimentConfig, ())


def changed(config: Config, values: Mapping[str, Any]) -> Config:
    """The config with other values at some dotted keys, checked as a whole.

    Raises:
        ConfigError: a key is unknown, or a value is not allowed.
    """
    tables: Mapping[str, Any] = config.model_dump(mode="json")
    try:
        for key, value in values.items():
            tables = apply(tables, key, value)
    except OverrideError as error:
        raise ConfigError(str(config.source or "config"), [error.problem]) from None
    return config_from_dict(tables, source=config.source)


def _read(path: Path, model: type[Model], overrides: Sequence[Override]) -> Model:
    return _checked(read_toml(path), model, overrides, path).with_source(path)


def _checked(
    data: Mapping[str, Any], model: type[Model], overrides: Sequence[Override], source: Path | None
) -> Model:
    where = "config" if source is None else str(source)
    if not isinstance(data, Mapping):
        raise ConfigError(where, [Problem("", f"is {kind_of(data)}; must be a table")])
    data = expand(data, source)
    changed, refused = [], []
    for override in overrides:
        try:
            key, value = parse(override) if isinstance(override, str) else override
            data = apply(data, key, value)
        except OverrideError as error:
            refused.append(error.problem)
        else:
            if isinstance(override, str):
                changed.append(spelled(data, key))
    if refused:
        raise ConfigError(where, refused)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = explain(error, model, names_of(data.get("demand")))
        problems = [_name_override(problem, changed) for problem in found]
        raise ConfigError(where, problems) from None


def _name_override(problem: Problem, changed: Sequence[str]) -> Problem:
    """Says so where a bad value came from the command line and not from the file."""
    for key in changed:
        if problem.key == key or problem.key.startswith(f"{key}."):
            return Problem(f"--set {problem.key}", problem.message)
    return problem
