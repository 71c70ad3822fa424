"""The inputs of a search: its own config, the config that it tunes, the network, other demands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from dtaojax import chain
from dtaojax.config.config import Config
from dtaojax.config.load import changed, load_config
from dtaojax.inputs import gather
from dtaojax.network import NetworkTable
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.studies.shared.parameter_worlds import (
    holder,
    ranges,
    with_changes,
    with_one_mechanism,
)
from dtaojax.studies.tune.config import TuneConfig, load_tune


class TuneInputs(NamedTuple):
    """Everything that a search reads, checked.

    Attributes:
        tune: the search's own config.
        config: config that is tuned.
        network: start state.
        others: configs by name, on whose demand the result is tried.
    """

    tune: TuneConfig
    config: Config
    network: NetworkTable
    others: dict[str, Config]


def read_tune(file: Path, overrides: Sequence[str]) -> TuneInputs:
    """Read a search's config and all files that it names.

    Raises:
        ConfigError: one of the configs is wrong.
        NetworkError: the network file is wrong.
        HistoryError: a history that a config draws from is wrong.
    """
    tune = load_tune(file, overrides)
    config = with_changes(load_config(tune.beside(tune.config)), tune.change)
    config = with_one_mechanism(config, str(tune.config))
    if config.run.horizon_days % 1.0:
        text = f"is {config.run.horizon_days:g}; a search looks at whole days"
        raise ConfigError(str(tune.config), [Problem("run.horizon_days", text)])
    if tune.search.derivative == "reverse" and config.arrivals.rate > 0.0:
        text = "is reverse, which cannot follow registrations; set arrivals.rate = 0 under [change]"
        raise ConfigError(str(file), [Problem("search.derivative", text)])
    # Both are computed again where they are needed; here they refuse what would fail only after
    # minutes of simulation.
    searched_config(config, tune)
    ranges(config, tune.parameter, str(file))
    network = gather(config, tune.config).network
    others = {each.name: load_config(tune.beside(each.config)) for each in tune.other_demand}
    return TuneInputs(tune, config, network, others)


def searched_config(config: Config, tune: TuneConfig) -> Config:
    """Return the config as the search simulates it, with the search's own step and seed.

    Raises:
        ConfigError: the search's step does not fill days, or there is no portfolio to measure.
    """
    step = tune.search.step_blocks
    if chain.BLOCKS_PER_DAY % step:
        text = f"is {step}; must divide a day of {chain.BLOCKS_PER_DAY} blocks, as 360 or 7200 do"
        raise ConfigError(str(tune.config), [Problem("search.step_blocks", text)])
    values = {
        "run.step_blocks": step,
        "run.seed": tune.search.seed,
        **holder(config, tune.measures, str(tune.config)),
        "run.report_days": [config.run.horizon_days],
    }
    return changed(config, values)
