"""Demand kept in a file of its own: ``{ include = "demand/now_2026.toml" }`` among processes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from dtaojax.config.config import Config
from dtaojax.config.overrides import names_of
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.schema.explain import explain
from dtaojax.schema.toml_file import read_toml
from dtaojax.schema.wording import described

_KEY: Final = "include"


def expand(data: Mapping[str, Any], source: Path | None) -> Mapping[str, Any]:
    """Puts the processes of included files in the place of their includes.

    Args:
        data: raw tables of a config, left as they are.
        source: the file that they came from; paths start at its folder.

    Returns:
        Tables without includes.

    Raises:
        ConfigError: an include is misspelt, or its file cannot be used; names the file at fault.
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
        problem = _misuse(member, index)
        if problem is not None:
            raise ConfigError("config" if source is None else str(source), [problem])
        members += _processes(folder / member[_KEY])
    return {**data, "demand": members}


def _includes(member: Any) -> bool:
    return isinstance(member, Mapping) and _KEY in member


def _misuse(member: Mapping[str, Any], index: int) -> Problem | None:
    path = member[_KEY]
    if not isinstance(path, str) or not path or "\0" in path:
        text = f"is {described(path)}; must be the path of a file with [[demand]] tables"
        return Problem(f"demand.{index}.{_KEY}", text)
    others = sorted(str(key) for key in member if key != _KEY)
    if others:
        text = (
            f"stands alone, without {', '.join(others)}; change a figure of an included process "
            "with --set demand.NAME.KEY=VALUE, or write the process out here"
        )
        return Problem(f"demand.{index}.{_KEY}", text)
    return None


def _processes(path: Path) -> list[Any]:
    """The processes of a file, known to be valid."""
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
