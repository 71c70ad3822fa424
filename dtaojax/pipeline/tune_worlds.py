"""Worlds for a search: from a config and values of its parameters to levers and boxes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dtaojax import chain
from dtaojax.build import build_world
from dtaojax.config import (
    Config,
    ConfigError,
    OverrideError,
    Problem,
    TuneConfig,
    changed,
    value_at,
)
from dtaojax.engine.run import default_workers
from dtaojax.network import NetworkTable
from dtaojax.tuning.box import Box
from dtaojax.tuning.expectation import Portion
from dtaojax.tuning.levers import Levers, Range, find_levers
from dtaojax.world.world import World


def searched_config(config: Config, tune: TuneConfig) -> Config:
    """The config as the search simulates it: its own step, seed and no holder.

    Raises:
        ConfigError: the search's step does not fill days.
    """
    step = tune.search.step_blocks
    if chain.BLOCKS_PER_DAY % step:
        text = f"is {step}; must divide a day of {chain.BLOCKS_PER_DAY} blocks, as 360 or 7200 do"
        raise ConfigError(str(tune.config), [Problem("search.step_blocks", text)])
    values = {
        "run.step_blocks": step,
        "run.seed": tune.search.seed,
        "portfolio": {},
        "run.report_days": [config.run.horizon_days],
    }
    return changed(config, values)


def ranges(config: Config, tune: TuneConfig, where: str) -> list[Range]:
    """The parameters with their values in the config.

    Raises:
        ConfigError: a key is unknown or no number, or its bounds leave out where it is.
    """
    tables = config.model_dump(mode="json")
    found, problems = [], []
    for place, each in enumerate(tune.parameter):
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


def box_of(parameters: Sequence[Range], tune: TuneConfig) -> Box:
    """Bounds of the search."""
    return Box(
        low=np.array([each.low for each in parameters]),
        high=np.array([each.high for each in parameters]),
        logarithmic=np.array([each.scale == "log" for each in tune.parameter]),
    )


def as_config_values(parameters: Sequence[Range], values: Mapping[str, float]) -> dict[str, Any]:
    """Values as the config takes them: whole numbers where it wants such."""
    whole = {each.key for each in parameters if each.integer}
    return {key: round(value) if key in whole else value for key, value in values.items()}


def build(config: Config, network: NetworkTable) -> World:
    """The world of a config without its holder, whom no measure looks at."""
    return dataclasses.replace(build_world(config, network), portfolio=None)


def levers_of(config: Config, network: NetworkTable, parameters: Sequence[Range]) -> Levers:
    """The config's world as a function of the parameters."""

    def world(values: dict[str, float]) -> World:
        return build(changed(config, as_config_values(parameters, values)), network)

    return find_levers(world, parameters)


def portion_of(config: Config, paths: int, block_paths: int) -> Portion:
    """How much one evaluation of a config simulates."""
    return Portion(
        paths=paths,
        days=round(config.run.horizon_days),
        steps_a_day=chain.BLOCKS_PER_DAY // config.run.step_blocks,
        block_paths=block_paths,
        workers=default_workers(),
    )
