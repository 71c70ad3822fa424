"""From the ``[behaviour]`` table to the processes by which owners and root act."""

import math

import jax.numpy as jnp
import numpy as np

from dtaojax.behaviour.config import (
    BatchConfig,
    BurnMovesConfig,
    BurnScriptConfig,
    EmissionSwitchConfig,
    MinerBurnConfig,
    RateConfig,
    SwitchScriptConfig,
)
from dtaojax.behaviour.emission_switch import BatchChances, EmissionSwitch, SwitchStreams
from dtaojax.behaviour.miner_burn import MOVES, BurnStreams, MinerBurn
from dtaojax.behaviour.process import BehaviourProcess
from dtaojax.behaviour.root_claims import ClaimStreams, RootClaims
from dtaojax.behaviour.scripted import Chosen, ScriptedBurn, ScriptedSwitch
from dtaojax.behaviour.waiting import Waiting, WaitingClaims
from dtaojax.config.config import Config
from dtaojax.demand.flow.student_flow import volatility_table
from dtaojax.demand.uncertain import KnownFrom, uncertain_rates
from dtaojax.mechanism.config import RulesConfig
from dtaojax.network.table import Slots
from dtaojax.numerics.streams import named_stream

_LARGEST_MULTIPLE = 1e3
"""Of a normal deviate, in a step of the logit: far beyond what a burn can show."""


def build_behaviour(
    config: Config, slots: Slots, rules: RulesConfig
) -> tuple[BehaviourProcess, ...]:
    """Build the processes, each on streams of its own under the seed.

    Under rules without the owners' switch root has none to move: it waits where others of the run
    have one.

    Args:
        config: of the run.
        slots: of the network that they act in.
        rules: of the run that are in force.

    Raises:
        NetworkError: a netuid that a script names is not in the network.
    """
    behaviour, seed, processes = config.behaviour, config.run.seed, []
    began, switch = slots.table.block, rules.emit_set.owner_switch
    ever = any(each.emit_set.owner_switch for each in config.mechanism.in_turn)

    def switches(process: BehaviourProcess) -> list[BehaviourProcess]:
        return [process if switch else Waiting(process)] if ever else []

    if behaviour.emission_switch is not None:
        processes += switches(_emission_switch(behaviour.emission_switch, seed, began))
    if behaviour.miner_burn is not None:
        processes.append(_miner_burn(behaviour.miner_burn, seed))
    for script in behaviour.scripts:
        chosen = _chosen(script, slots)
        day = jnp.asarray(script.day)
        match script:
            case SwitchScriptConfig():
                processes += switches(ScriptedSwitch(day, chosen, jnp.asarray(script.enabled)))
            case BurnScriptConfig():
                processes.append(ScriptedBurn(day, chosen, jnp.asarray(script.burned)))
    return tuple(processes)


def build_root_claims(config: Config, rules: RulesConfig) -> RootClaims | WaitingClaims | None:
    """Build the claims out of root's baskets, or none where nobody claims or nothing is kept.

    Args:
        config: of the run.
        rules: of the run that are in force; stakers wait where only others of the run let them
            choose.
    """
    claims, seed = config.behaviour.root_claims, config.run.seed
    ever = any(each.root.kind == "basket" for each in config.mechanism.in_turn)
    if claims is None or claims.rate.rate == 0.0 or not ever:
        return None
    names = (f"behaviour.root_claims.{part}" for part in ClaimStreams._fields)
    shape = math.inf if claims.day_shape is None else claims.day_shape
    made = RootClaims(
        streams=ClaimStreams(*(named_stream(seed, name) for name in names)),
        mean=uncertain_rates([_known(claims.rate)]),
        day=uncertain_rates([KnownFrom(1.0, shape)]),
    )
    return made if rules.root.kind == "basket" else WaitingClaims(made)


def _chosen(script: SwitchScriptConfig | BurnScriptConfig, slots: Slots) -> Chosen:
    named = np.ones(slots.count, dtype=bool)
    if script.netuids is not None:
        named[:] = False
        named[[slots.table.row_of(netuid) for netuid in script.netuids]] = True
    classes = ("burns_all", "out_of_reach", "in_reach")
    return Chosen(
        jnp.asarray(named),
        jnp.asarray(slots.table.block),
        *(jnp.asarray(name in script.classes) for name in classes),
        reach=jnp.asarray(script.reach),
    )


def _known(part: RateConfig) -> KnownFrom:
    return KnownFrom(part.rate, math.inf if part.events is None else part.events)


def _miner_burn(config: MinerBurnConfig, seed: int) -> MinerBurn:
    def moves(of: BurnMovesConfig) -> list[KnownFrom]:
        return [_known(getattr(of, move)) for move in MOVES]

    names = (f"behaviour.miner_burn.{part}" for part in BurnStreams._fields)
    return MinerBurn(
        streams=BurnStreams(*(named_stream(seed, name) for name in names)),
        rates=uncertain_rates([*moves(config.engaged), *moves(config.idle), _known(config.step)]),
        reach=jnp.asarray(config.reach),
        level_mean=jnp.asarray(config.level_mean),
        level_sd=jnp.asarray(config.level_sd),
        step_scale=jnp.asarray(config.step_scale),
        step_tail=volatility_table(config.step_degrees_of_freedom, _LARGEST_MULTIPLE),
    )


def _emission_switch(config: EmissionSwitchConfig, seed: int, began: int) -> EmissionSwitch:
    def chances(of: BatchConfig) -> BatchChances:
        parts = (of.burns_all, of.out_of_reach, of.in_reach)
        return BatchChances(*(jnp.asarray(part) for part in parts))

    names = (f"behaviour.emission_switch.{part}" for part in SwitchStreams._fields)
    return EmissionSwitch(
        streams=SwitchStreams(*(named_stream(seed, name) for name in names)),
        rates=uncertain_rates([_known(part) for part in (config.on, config.off, config.batch)]),
        batch_on=jnp.asarray(config.batch_on),
        switched_on=chances(config.switched_on),
        switched_off=chances(config.switched_off),
        reach=jnp.asarray(config.reach),
        began=jnp.asarray(began),
    )
