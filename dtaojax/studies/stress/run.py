"""An attack studied: inputs in; the worst plan for every budget, its gain, and a folder out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import jax.numpy as jnp

from dtaojax import chain
from dtaojax.assembly import build_world
from dtaojax.config.config import Config
from dtaojax.config.load import changed, load_config
from dtaojax.execution import runtime
from dtaojax.inputs import gather
from dtaojax.mechanism.gate.config import NoGateConfig
from dtaojax.mechanism.liquidity.config import NoPoolConfig
from dtaojax.network import NetworkError, NetworkTable
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.studies.shared.assumptions import flow_averages_from_zero
from dtaojax.studies.shared.parameter_worlds import portion_of, with_changes, with_one_mechanism
from dtaojax.studies.shared.study import Files, Progress, Study
from dtaojax.studies.shared.trust import trust
from dtaojax.studies.stress.config import StressConfig, load_stress
from dtaojax.studies.stress.episode import Aim, Episode
from dtaojax.studies.stress.result import FILES, Attacked, StressResult, files_of
from dtaojax.studies.stress.search import AttackSearch, measure, search_plans


class StressInputs(NamedTuple):
    """Everything that an attack reads, checked.

    Attributes:
        stress: config of the attack.
        configs: the run's config by the name of the rules, without registrations and holder.
        network: the start state.
    """

    stress: StressConfig
    configs: dict[str, Config]
    network: NetworkTable


def read_stress(file: Path, overrides: Sequence[str]) -> StressInputs:
    """Read an attack's config and all files that it names.

    Raises:
        ConfigError: one of the configs is wrong, or they do not fit each other.
        NetworkError: the network file is wrong.
        HistoryError: a history that a config draws from is wrong.
    """
    stress = load_stress(file, overrides)
    config = with_changes(load_config(stress.beside(stress.config)), stress.change)
    config = with_one_mechanism(config, stress.config)
    horizon, attack = config.run.horizon_days, stress.attack
    ends = attack.day + attack.days
    if horizon % 1.0 or horizon < ends:
        text = f"is {horizon:g}; must be whole days, and at least attack.day + days = {ends}"
        raise ConfigError(stress.config, [Problem("run.horizon_days", text)])
    for key, step in (
        ("search.step_blocks", stress.search.step_blocks),
        ("verify.step_blocks", stress.verify.step_blocks or config.run.step_blocks),
    ):
        if chain.BLOCKS_PER_DAY % step:
            text = f"is {step}; must divide a day of {chain.BLOCKS_PER_DAY} blocks"
            raise ConfigError(str(file), [Problem(key, text)])
    # A derivative in reverse cannot follow registrations, and nobody asks here for the holder's
    # portfolio, which would only cost time.
    quiet = {"arrivals.rate": 0.0, "arrivals.waves": [], "portfolio": {}}
    quiet["run.report_days"] = [horizon]
    presets = stress.presets or (config.mechanism.preset,)
    configs = {
        name: changed(config, quiet | ({"mechanism": name} if stress.presets else {}))
        for name in presets
    }
    network = gather(config, stress.config).network
    problems = []
    for name, each in configs.items():
        if isinstance(each.mechanism.pool, NoPoolConfig):
            problems.append(Problem("presets", f"{name} has no pools to trade in; take it out"))
        if attack.target == "rival_below_bar" and isinstance(each.mechanism.gate, NoGateConfig):
            problems.append(Problem("presets", f"{name} has no gate and no bar; take it out"))
    for netuid in {*attack.places, attack.aimed_at}:
        try:
            row = network.row_of(netuid)
        except NetworkError as error:
            text = f"names netuid {netuid}: {'; '.join(error.problems)}; choose another"
            problems.append(Problem("attack", text))
            continue
        held, there = attack.holds.get(netuid, 0.0), float(network.held_alpha[row])
        if held > there:
            text = f"is {held:g} alpha, but participants hold {there:g} there; give at most that"
            problems.append(Problem(f"attack.holds.{netuid}", text))
    if problems:
        raise ConfigError(str(file), problems)
    return StressInputs(stress, configs, network)


def episode_of(inputs: StressInputs, config: Config) -> Episode:
    """Build the world of a config with the attacker in it."""
    attack, network = inputs.stress.attack, inputs.network
    world = build_world(config, network)
    return Episode(
        world,
        attack.build(config.demand, network, world.mechanism.fee),
        Aim(jnp.asarray(network.row_of(attack.aimed_at)), attack.target, attack.smoothing),
        first_day=attack.day,
        days=round(config.run.horizon_days),
        steps_a_day=chain.BLOCKS_PER_DAY // config.run.step_blocks,
    )


def attacked(inputs: StressInputs, progress: Progress) -> Files:
    """Search the worst plan for every budget under all rules, and measure it on fresh paths.

    Args:
        inputs: everything that was read.
        progress: Receives a line now and again.

    Returns:
        The content of every file of the study's folder.

    Raises:
        TuneError: a figure or a derivative is not finite.
    """
    begun = time.perf_counter()
    stress, search, verify = inputs.stress, inputs.stress.search, inputs.stress.verify
    runtime.configure(next(iter(inputs.configs.values())).run.precision)
    found = []
    for name, config in inputs.configs.items():
        searched = changed(config, {"run.step_blocks": search.step_blocks, "run.seed": search.seed})
        portion = portion_of(searched, search.paths, search.block_paths)
        job = AttackSearch(episode_of(inputs, searched), portion, stress)
        plans = search_plans(job, lambda line, name=name: progress(f"{name}: {line}"))
        fresh = changed(
            config,
            {
                "run.seed": verify.seed,
                "run.step_blocks": verify.step_blocks or config.run.step_blocks,
            },
        )
        progress(f"{name}: measuring on fresh paths")
        portion = portion_of(fresh, verify.paths, search.block_paths)
        measured = measure(episode_of(inputs, fresh), portion, plans)
        forgets = bool(flow_averages_from_zero(config, inputs.network))
        found.append(Attacked(name, fresh.run.step_blocks, forgets, plans, measured))
    some = next(iter(inputs.configs.values()))
    result = StressResult(
        stress=stress,
        trust=trust(some, ["no attack was held against a real one"]),
        config_hashes={name: config.config_hash for name, config in inputs.configs.items()},
        network=inputs.network,
        horizon_days=some.run.horizon_days,
        attacked=tuple(found),
        made=runtime.made() | {"seconds": time.perf_counter() - begun},
    )
    return files_of(result)


STUDY: Final = Study(
    "stress",
    files=FILES,
    read=read_stress,
    find=attacked,
    output_folder=lambda inputs: inputs.stress.output_folder,
)
