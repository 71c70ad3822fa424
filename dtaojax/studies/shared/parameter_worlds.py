"""Worlds for a search: from a config and values of its parameters to levers and boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dtaojax import chain
from dtaojax.assembly import build_world
from dtaojax.config.config import Config
from dtaojax.config.load import changed
from dtaojax.config.overrides import OverrideError, value_at
from dtaojax.engine.run import default_workers
from dtaojax.gradients.expectation import Portion
from dtaojax.gradients.measure_names import HOLDER_LOSS
from dtaojax.gradients.parameter_map import Box, ParameterMap, Range, find_parameter_map
from dtaojax.network import NetworkTable
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.studies.tune.config import ParameterConfig
from dtaojax.world.world import World


def with_changes(config: Config, change: Mapping[str, Any]) -> Config:
    """Return the config a search starts from: another horizon takes its report days along.

    Raises:
        ConfigError: a key is unknown, or a value is not allowed.
    """
    horizon = change.get("run.horizon_days")
    days = {} if horizon is None else {"run.report_days": [horizon]}
    return changed(config, {**days, **change})


def holder(config: Config, measures: Sequence[str], where: str) -> dict[str, Any]:
    """Return the change of the config that drops its portfolio, unless a measure looks at it.

    Args:
        config: config whose portfolio it is.
        measures: names of the measures.
        where: name of the config in errors.

    Raises:
        ConfigError: a measure looks at the portfolio, and nothing is held.
    """
    if HOLDER_LOSS not in measures:
        return {"portfolio": {}}
    if config.portfolio.is_empty:
        text = f"is empty, but {HOLDER_LOSS} measures its loss; hold something, or drop the measure"
        raise ConfigError(where, [Problem("portfolio", text)])
    return {"portfolio.loss_days": [config.run.horizon_days]}


def ranges(config: Config, parameters: Sequence[ParameterConfig], where: str) -> list[Range]:
    """Return the parameters with their values in the config.

    Raises:
        ConfigError: a key is unknown or no number, or its bounds leave out where it is.
    """
    tables = config.model_dump(mode="json")
    found, problems = [], []
    for place, each in enumerate(parameters):
        key = f"parameter.{place}"
        try:
            start = value_at(tables, each.key)
        except OverrideError as error:
            problems.append(Problem(f"{key}.key", f'"{each.key}": {error.problem.message}'))
            continue
        if isinstance(start, bool) or not isinstance(start, int | float):
            text = f'"{each.key}" is no number; list its values under [[choice]] instead'
            problems.append(Problem(f"{key}.key", text))
            continue
        if not each.low <= start <= each.high:
            text = (
                f'"{each.key}" is {start:g} in the config, outside its bounds {each.low:g} to '
                f"{each.high:g}; widen them, or start the config elsewhere"
            )
            problems.append(Problem(key, text))
        found.append(Range(each.key, float(start), each.low, each.high, isinstance(start, int)))
    if problems:
        raise ConfigError(where, problems)
    return found


def box_of(parameters: Sequence[ParameterConfig]) -> Box:
    """Return the bounds of the parameters, and the scales of distances between them."""
    return Box(
        low=np.array([each.low for each in parameters]),
        high=np.array([each.high for each in parameters]),
        logarithmic=np.array([each.scale == "log" for each in parameters]),
    )


def as_config_values(parameters: Sequence[Range], values: Mapping[str, float]) -> dict[str, Any]:
    """Return values as the config takes them: whole numbers where it wants such."""
    whole = {each.key for each in parameters if each.integer}
    return {key: round(value) if key in whole else value for key, value in values.items()}


def with_one_mechanism(config: Config, where: str) -> Config:
    """Return the config if its rules do not change: a search follows one set along its paths.

    Raises:
        ConfigError: it has a change of the mechanism.
    """
    if config.mechanism.change:
        text = (
            "changes the rules within the run, which searches and studies cannot follow; write "
            "mechanism.change = [] under [change], or study each mechanism on its own"
        )
        raise ConfigError(where, [Problem("mechanism.change", text)])
    return config


def parameter_map_of(
    config: Config, network: NetworkTable, parameters: Sequence[Range]
) -> ParameterMap:
    """Return the config's world as a function of the parameters."""

    def world(values: Mapping[str, float]) -> World:
        return build_world(changed(config, as_config_values(parameters, values)), network)

    return find_parameter_map(world, parameters)


def portion_of(config: Config, paths: int, block_paths: int) -> Portion:
    """Return how much one evaluation of a config simulates."""
    return Portion(
        paths=paths,
        days=round(config.run.horizon_days),
        steps_a_day=chain.BLOCKS_PER_DAY // config.run.step_blocks,
        block_paths=block_paths,
        workers=default_workers(),
    )
