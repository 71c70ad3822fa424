"""Reading a config: TOML and overrides in, a checked `Config` or one clear error out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from dtaojax.config._explain import explain
from dtaojax.config._wording import kind_of, shown
from dtaojax.config.errors import ConfigError, Problem
from dtaojax.config.models import Config
from dtaojax.config.models_backtest import BacktestConfig
from dtaojax.config.overrides import OverrideError, apply, called, parse, spelled

Model = TypeVar("Model", bound=BaseModel)


def load_config(path: str | Path, overrides: Sequence[str] = ()) -> Config:
    """Reads and checks a config file.

    Args:
        path: a TOML file.
        overrides: changes as ``key=value``, applied in order.

    Returns:
        The checked config, with every default in place.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or holds bad keys or values.
    """
    path = Path(path)
    return config_from_dict(_parse(_read(path), str(path)), overrides=overrides, source=path)


def config_from_dict(
    data: Mapping[str, Any], *, overrides: Sequence[str] = (), source: Path | None = None
) -> Config:
    """Checks raw tables.

    Args:
        data: tables as `tomllib` returns them.
        overrides: changes as ``key=value``, applied in order.
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
    path = Path(path)
    tables = _parse(_read(path), str(path))
    return _checked(tables, BacktestConfig, overrides, path).with_source(path)


def _checked(
    data: Mapping[str, Any], model: type[Model], overrides: Sequence[str], source: Path | None
) -> Model:
    where = "config" if source is None else str(source)
    if not isinstance(data, Mapping):
        raise ConfigError(where, [Problem("", f"is {kind_of(data)}; must be a table")])
    changed, refused = [], []
    for override in overrides:
        try:
            key, value = parse(override)
            data = apply(data, key, value)
        except OverrideError as error:
            refused.append(error.problem)
        else:
            changed.append(spelled(data, key))
    if refused:
        raise ConfigError(where, refused)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = explain(error, model, _names(data.get("demand")))
        problems = [_name_override(problem, changed) for problem in found]
        raise ConfigError(where, problems) from None


def _names(demand: Any) -> dict[int, str]:
    """Names of those processes of a raw demand list that have one, by their index."""
    members = demand if isinstance(demand, list | tuple) else ()
    names = ((index, called(member)) for index, member in enumerate(members))
    return {index: name for index, name in names if name}


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        fix = "there is no such file; check the path"
    except IsADirectoryError:
        fix = "is a folder; name the TOML file in it"
    except PermissionError:
        fix = "cannot be read; check its permissions"
    except UnicodeDecodeError as error:
        fix = f"is not UTF-8 text (byte {error.start}); save it as UTF-8"
    except (OSError, ValueError) as error:
        fix = f"cannot be read ({error}); check the path"
    raise ConfigError(str(path), [Problem("", fix)])


def _parse(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        message = "is nested too deeply; flatten it"
    except ValueError as error:
        message = f"is not valid TOML: {error}{_line_of(str(error), text)}"
    raise ConfigError(where, [Problem("", message)])


def _line_of(message: str, text: str) -> str:
    """The line that a TOML error points at, to be seen beside the message."""
    match = re.search(r"at line (\d+)", message)
    lines = text.split("\n")
    if match is None or int(match[1]) > len(lines):
        return "; strings need quotes, and every line is a [table], key = value or # comment"
    return f"; the line reads {shown(lines[int(match[1]) - 1].strip())}"


def _name_override(problem: Problem, changed: Sequence[str]) -> Problem:
    """Says so where a bad value came from the command line and not from the file."""
    for key in changed:
        if problem.key == key or problem.key.startswith(f"{key}."):
            return Problem(f"--set {problem.key}", problem.message)
    return problem
