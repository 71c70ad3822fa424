"""The study of sensitivities: inputs in; slopes, swings, indices and a folder out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from dtaojax import chain
from dtaojax.config.config import Config
from dtaojax.config.load import changed, load_config
from dtaojax.execution import runtime
from dtaojax.gradients.parameter_map import Effect
from dtaojax.inputs import gather
from dtaojax.metrics.estimate import mean_of_sample
from dtaojax.network import NetworkTable
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.studies.sensitivity.config import (
    SensitivityConfig,
    default_measures,
    default_parameters,
    load_sensitivity,
)
from dtaojax.studies.sensitivity.indices import (
    StudiedWorld,
    effects,
    headline,
    shares_of_variance,
    slopes,
    swings,
)
from dtaojax.studies.sensitivity.result import FILES, SensitivityResult, files_of
from dtaojax.studies.shared.parameter_worlds import (
    box_of,
    holder,
    portion_of,
    ranges,
    with_changes,
    with_one_mechanism,
)
from dtaojax.studies.shared.study import Files, Progress, Study
from dtaojax.studies.tune.config import ParameterConfig


class SensitivityInputs(NamedTuple):
    """Everything that a study reads, checked.

    Attributes:
        study: config of the study.
        config: the run's config, with the step and the seed of the study.
        network: the start state.
        parameters: parameters that are moved.
        measures: names of what is looked at.
    """

    study: SensitivityConfig
    config: Config
    network: NetworkTable
    parameters: tuple[ParameterConfig, ...]
    measures: tuple[str, ...]


def read_sensitivity(file: Path, overrides: Sequence[str]) -> SensitivityInputs:
    """Read a study, or the config of a run for the default study of it.

    Raises:
        ConfigError: one of the configs is wrong.
        NetworkError: the network file is wrong.
        HistoryError: a history that the config draws from is wrong.
    """
    study = load_sensitivity(file, overrides)
    if study is None:
        study = SensitivityConfig.of_run(file)
        run = load_config(file, overrides)
    else:
        run = with_changes(load_config(study.beside(study.config)), study.change)
    run = with_one_mechanism(run, study.config)
    measures = study.measures or default_measures(run)
    config = _studied(run, study, measures)
    parameters = study.parameter or default_parameters(config)
    if not parameters:
        text = "has none of the parameters that are moved by default; list some as [[parameter]]"
        raise ConfigError(str(file), [Problem("parameter", text)])
    ranges(config, parameters, str(file))
    network = gather(config, study.config).network
    return SensitivityInputs(study, config, network, parameters, measures)


def _studied(run: Config, study: SensitivityConfig, measures: Sequence[str]) -> Config:
    if run.run.horizon_days % 1.0:
        text = f"is {run.run.horizon_days:g}; a study looks at whole days"
        raise ConfigError(study.config, [Problem("run.horizon_days", text)])
    if chain.BLOCKS_PER_DAY % study.step_blocks:
        text = f"is {study.step_blocks}; must divide a day of {chain.BLOCKS_PER_DAY} blocks"
        raise ConfigError(study.config, [Problem("step_blocks", text)])
    values = {
        "run.step_blocks": study.step_blocks,
        "run.seed": study.seed,
        "run.report_days": [run.run.horizon_days],
    }
    names = [headline(name).measure for name in measures]
    return changed(run, values | holder(run, names, study.config))


def moved(inputs: SensitivityInputs, progress: Progress) -> Files:
    """Move the parameters, and measure the effect on the numbers.

    Args:
        inputs: everything that was read.
        progress: Receives a line now and again.

    Returns:
        The content of every file of the study's folder.

    Raises:
        TuneError: a number or a derivative is not finite.
    """
    begun = time.perf_counter()
    runtime.configure(inputs.config.run.precision)
    asked = inputs.study
    study = StudiedWorld(
        inputs.config,
        inputs.network,
        tuple(ranges(inputs.config, inputs.parameters, asked.config)),
        box_of(inputs.parameters),
        tuple(headline(name) for name in inputs.measures),
        portion_of(inputs.config, asked.paths, asked.block_paths),
    )
    does = effects(study)
    # A parameter that changes the program has swings but no slopes, and would cost a new
    # compilation at every point of a design.
    one_program = [p for p, effect in enumerate(does) if effect is not Effect.PROGRAM]
    moving = [p for p in one_program if does[p] is not Effect.NOTHING]
    base = study.of_world(study.build({}))
    local = slopes(study.only(one_program), progress) if one_program else None
    ends = swings(study, base, progress)
    whole = None
    # A parameter that moves nothing has indices of 0, and would widen the design for nothing.
    if asked.sobol.points and moving:
        whole = shares_of_variance(
            study.only(moving),
            asked.sobol.points,
            asked.sobol.paths,
            asked.sobol.resamples,
            progress,
        )
    result = SensitivityResult(
        study=asked,
        config=inputs.config,
        network=inputs.network.name,
        ranges=study.ranges,
        effects=does,
        headlines=study.headlines,
        base=mean_of_sample(base.measures),
        differentiated=tuple(one_program),
        local=local,
        swings=ends,
        whole=whole,
        made=runtime.made() | {"seconds": time.perf_counter() - begun},
    )
    return files_of(result)


STUDY: Final = Study(
    "sensitivity",
    files=FILES,
    read=read_sensitivity,
    find=moved,
    output_folder=lambda inputs: inputs.study.output_folder,
)
