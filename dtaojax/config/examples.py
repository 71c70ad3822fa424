"""The example configs, and the fitted demand among them that a config takes if it names none."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, ValidationError

from dtaojax.demand.feedback.config import CrossSectionConfig
from dtaojax.demand.holders.config import EmissionSellingConfig
from dtaojax.demand.registry import AnyDemandConfig, DemandConfig
from dtaojax.demand.stochastic_variance.config import StochasticVarianceFlowConfig
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.schema.explain import explain
from dtaojax.schema.strict import StrictModel
from dtaojax.schema.toml_file import read_toml
from dtaojax.storage import ResultsError, added, is_marked, writing

_PACKAGE = Path(__file__).parents[1]


def example_folder() -> Path:
    """Return the folder of the example configs."""
    inside = _PACKAGE / "configs"
    return inside if inside.is_dir() else _PACKAGE.parent / "configs"


def copy_examples(folder: Path) -> list[Path]:
    """Copy the example configs.

    Args:
        folder: Folder for the copies; made where it is missing.

    Returns:
        The copies, in order.

    Raises:
        ConfigError: A file would be replaced, or the folder cannot be written.
    """
    source = example_folder()
    files = sorted(file.relative_to(source) for file in source.rglob("*.toml"))
    # A command that was broken off may go on over its own copies, and over nothing else.
    goes_on = is_marked(folder, "init")
    there = [
        file
        for file in files
        if (folder / file).exists() and not (goes_on and _is_copy(folder / file, source / file))
    ]
    if there:
        text = f"exists already, and {len(there) - 1} more; choose an empty folder"
        raise ConfigError(str(folder), [Problem(str(there[0]), text)])
    try:
        with added(folder, "init") as new, writing(new):
            for file in files:
                (new / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / file, new / file)
    except ResultsError as error:
        text = str(error).removeprefix(f"{folder}: ").removesuffix(" with --out")
        raise ConfigError(str(folder), [Problem("", text)]) from error
    return [folder / file for file in files]


def _is_copy(file: Path, source: Path) -> bool:
    """Return whether a file is what a command that was broken off had copied already."""
    return file.is_file() and file.read_bytes() == source.read_bytes()


DEFAULT_RUN: Final = "mainnet.toml"
"""The run that nobody has changed, among the example configs."""

FITTED_FILE: Final = "demand/now_2026.toml"
"""The fit, among the example configs: the one place that holds its figures and how it was made."""


class _DemandFile(StrictModel):
    demand: Annotated[tuple[DemandConfig, ...], Field(strict=False, min_length=1)]


_SELLING: Final = EmissionSellingConfig(level=0.75, spread=0.45)
"""Selling was twice as large in July and August 2026 as in spring (docs/behaviour.md)."""


def default_demand(drawn: bool) -> tuple[AnyDemandConfig, ...]:
    """Return the processes of a config that names none.

    Args:
        drawn: Whether the network is drawn at random. What the fit says of single subnets is then
            left out, since it is about mainnet's.

    Raises:
        ConfigError: The file of the fit is missing, or was changed into one that cannot be used.
    """
    return _of_any_network() if drawn else _of_mainnet()


@cache
def _of_mainnet() -> tuple[AnyDemandConfig, ...]:
    path = example_folder() / FITTED_FILE
    try:
        fitted = _DemandFile.model_validate(read_toml(path)).demand
    except ValidationError as error:
        raise ConfigError(str(path), explain(error, _DemandFile)) from None
    return (*fitted, _SELLING, CrossSectionConfig())


@cache
def _of_any_network() -> tuple[AnyDemandConfig, ...]:
    return tuple(
        process.of_anybody() if isinstance(process, StochasticVarianceFlowConfig) else process
        for process in _of_mainnet()
    )
