"""Reading a config: TOML, includes and overrides in, a checked `Config` or one clear error out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from pydantic import ValidationError

from dtaojax.config.config import Config
from dtaojax.config.examples import DEFAULT_RUN, example_folder
from dtaojax.config.overrides import OverrideError, apply, names_of, parse, spelled
from dtaojax.schema.errors import ConfigError, Problem, described, kind_of
from dtaojax.schema.explain import explain
from dtaojax.schema.strict import FileModel
from dtaojax.schema.toml_file import read_toml

Model = TypeVar("Model", bound=FileModel)
Override: TypeAlias = str | tuple[str, Any]
"""A change: ``key=value`` as on the command line, or a dotted key and a value of Python."""


def load_config(path: str | Path, overrides: Sequence[Override] = ()) -> Config:
    """Read and check a config file.

    Args:
        path: A TOML file.
        overrides: Changes, applied in order.

    Returns:
        The checked config, with every default in place.

    Raises:
        ConfigError: The file cannot be read, is no TOML, or holds bad keys or values.
    """
    path = Path(path)
    return config_from_dict(read_toml(path), overrides=overrides, source=path)


def config_from_dict(
    data: Mapping[str, Any], *, overrides: Sequence[Override] = (), source: Path | None = None
) -> Config:
    """Check raw tables.

    Args:
        data: Tables as `tomllib` returns them.
        overrides: Changes, applied in order.
        source: The file that the tables came from, if any; relative paths start at its folder.

    Returns:
        The checked config, with every default in place.

    Raises:
        ConfigError: Keys or values are bad.
    """
    config = checked(data, Config, overrides, source)
    return config.with_source(source)


def base_tables(base: Path | None) -> tuple[Path, dict[str, Any]]:
    """Return the file of a config to start from, and its raw tables.

    Args:
        base: A TOML file; the example of a default run where it is None.

    Raises:
        ConfigError: The file cannot be read or is no TOML.
    """
    file = example_folder() / DEFAULT_RUN if base is None else base
    return file, dict(read_toml(file))


def changed(config: Config, values: Mapping[str, Any]) -> Config:
    """Return the config with other values at some dotted keys, checked as a whole.

    Raises:
        ConfigError: A key is unknown, or a value is not allowed.
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
    # Includes first, so that an override can change a process of an included file.
    data = _expand(data, source)
    changed, refused = [], []
    for override in overrides:
        try:
            key, value = parse(override) if isinstance(override, str) else override
            data = apply(data, key, value)
        except OverrideError as error:
            refused.append(error.problem)
        else:
            # Messages name those of the command line; those of Python come with a traceback.
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
    """Say so where a bad value came from the command line and not from the file."""
    for key in changed:
        if problem.key == key or problem.key.startswith(f"{key}."):
            return Problem(f"--set {problem.key}", problem.message)
    return problem


_INCLUDE: Final = "include"


def _expand(data: Mapping[str, Any], source: Path | None) -> Mapping[str, Any]:
    """Put the processes of included files in the place of their includes.

    Args:
        data: Raw tables of a config, left as they are.
        source: The file that they came from; paths start at its folder.

    Returns:
        Tables without includes.

    Raises:
        ConfigError: An include is misspelt, or its file cannot be used; names the file at fault.
    """
    demand = data.get("demand")
    if not isinstance(demand, list | tuple):
        return data
    folder = Path() if source is None else source.parent
    members: list[Any] = []
    for index, member in enumerate(demand):
        if not _includes(member):
            members.append(member)
            continue
        problem = _include_fault(member, index)
        if problem is not None:
            raise ConfigError("config" if source is None else str(source), [problem])
        members += _included_processes(folder / member[_INCLUDE])
    return {**data, "demand": members}


def _includes(member: Any) -> bool:
    return isinstance(member, Mapping) and _INCLUDE in member


def _include_fault(member: Mapping[str, Any], index: int) -> Problem | None:
    path = member[_INCLUDE]
    if not isinstance(path, str) or not path or "\0" in path:
        text = f"is {described(path)}; must be the path of a file with [[demand]] tables"
        return Problem(f"demand.{index}.{_INCLUDE}", text)
    others = sorted(str(key) for key in member if key != _INCLUDE)
    if others:
        text = (
            f"stands alone, without {', '.join(others)}; change a figure of an included process "
            "with --set demand.NAME.KEY=VALUE, or write the process out here"
        )
        return Problem(f"demand.{index}.{_INCLUDE}", text)
    return None


def _included_processes(path: Path) -> list[Any]:
    """Return the processes of a file, known to be valid."""
    tables = read_toml(path)
    problems = [
        Problem(key, "does not belong here; an included file holds [[demand]] tables only")
        for key in tables
        if key != "demand"
    ]
    demand = tables.get("demand", [])
    if not problems and not demand:
        problems.append(Problem("demand", "is missing; write processes under [[demand]]"))
    if isinstance(demand, list) and any(map(_includes, demand)):
        problems.append(Problem("demand", "an included file cannot include another; name both"))
    if problems:
        raise ConfigError(str(path), problems)
    try:
        Config.model_validate({"demand": demand})
    except ValidationError as error:
        raise ConfigError(str(path), explain(error, Config, names_of(demand))) from None
    return demand
