"""Reading a config: TOML and overrides in, a checked `Config` or one clear error out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from pydantic import ValidationError

from dtaojax.config.config import Config
from dtaojax.config.include import expand
from dtaojax.config.overrides import OverrideError, apply, names_of, parse, spelled
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.schema.explain import explain
from dtaojax.schema.strict import FileModel
from dtaojax.schema.toml_file import read_toml
from dtaojax.schema.wording import kind_of

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
    config = checked(data, Config, overrides, source)
    return config.with_source(source)


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


def read_model(path: Path, model: type[Model], overrides: Sequence[Override]) -> Model:
    return checked(read_toml(path), model, overrides, path).with_source(path)


def checked(
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
