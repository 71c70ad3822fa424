"""From the changes of a config to a world whose rules change."""

import dataclasses
from typing import Any

import jax.numpy as jnp

from dtaojax.assembly.network import adaptations, known_flows
from dtaojax.assembly.registration import build_lifecycle
from dtaojax.config.config import Config
from dtaojax.config.schedule import Phase
from dtaojax.mechanism.coming_into_force import Adaptation, FollowRule, SetBar
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.config import MechanismConfig, RulesConfig
from dtaojax.mechanism.gate.config import NoGateConfig
from dtaojax.mechanism.weight_rule.rule import RuleInForce, WeightRule
from dtaojax.network import NetworkTable
from dtaojax.network.table import Slots
from dtaojax.world.scheduled import Change, ScheduledWorld
from dtaojax.world.world import World


def build_scheduled(
    first: World, config: Config, table: NetworkTable, slots: Slots, phases: tuple[Phase, ...]
) -> ScheduledWorld:
    """Give a world the changes of its config.

    Args:
        first: World under the rules of the start, as it would be without changes.
        config: Config with at least one change.
        table: Network that the run starts from.
        slots: Slots of its subnets.
        phases: Rules in turn, those of the start first.
    """
    behaviour, seed, in_turn = config.behaviour, config.run.seed, config.mechanism.in_turn
    mechanisms = _mechanisms([phase.rules for phase in phases], seed, slots)
    world = dataclasses.replace(first, mechanism=mechanisms[0])
    if isinstance(mechanisms[0].weight_rule, RuleInForce):
        # Each kind of rule begins with what the file knows for it.
        start = dataclasses.replace(first.start, memory=known_flows(slots))
        world = dataclasses.replace(world, start=start)
    fields: dict[str, Any] = {f.name: getattr(world, f.name) for f in dataclasses.fields(world)}
    changes = []
    for before, phase, mechanism in zip(phases, phases[1:], mechanisms[1:], strict=False):
        adapt = adaptations(phase.rules)
        subnets, state = world.subnets, world.start
        for adaptation in adapt:
            subnets, state = adaptation(subnets, state)
        alone = under(config, phase.rules)
        later = dataclasses.replace(
            world,
            mechanism=mechanism,
            subnets=subnets,
            immunity_blocks=phase.rules.registration.immunity_blocks,
            lifecycle=build_lifecycle(alone, table),
            behaviour=behaviour.build(seed, slots, phase.rules, in_turn),
            root_claims=behaviour.build_root_claims(seed, phase.rules, in_turn),
        )
        then = (*adapt, *_taking_over(before.rules, phase.rules, world.mechanism, mechanism))
        changes.append(Change(jnp.asarray(phase.step, jnp.int32), later, then))
        world = later
    return ScheduledWorld(**fields, changes=tuple(changes))


def under(config: Config, rules: RulesConfig) -> Config:
    """Return a config with some of its rules as the only ones."""
    parts = {name: getattr(rules, name) for name in RulesConfig.model_fields}
    return config.model_copy(update={"mechanism": MechanismConfig.model_construct(**parts)})


def _mechanisms(rules: list[RulesConfig], seed: int, slots: Slots) -> list[Mechanism]:
    """Build the mechanisms; where they have several weight rules, each remembers for all."""
    mechanisms = [each.build(seed, slots) for each in rules]
    kinds: dict[str, WeightRule] = {}
    for each, made in zip(rules, mechanisms, strict=True):
        kinds.setdefault(each.weight_rule.kind, made.weight_rule)
    if len(kinds) == 1:
        return mechanisms
    names, all_kinds = list(kinds), tuple(kinds.values())
    return [
        dataclasses.replace(
            made,
            weight_rule=RuleInForce(
                made.weight_rule, all_kinds, names.index(each.weight_rule.kind)
            ),
        )
        for each, made in zip(rules, mechanisms, strict=True)
    ]


def _taking_over(
    before: RulesConfig, after: RulesConfig, former: Mechanism, mechanism: Mechanism
) -> tuple[Adaptation, ...]:
    """Return what is handed over from rules to the next, the bar last."""
    found: list[Adaptation] = []
    rule, last = mechanism.weight_rule, former.weight_rule
    if isinstance(rule, RuleInForce) and isinstance(last, RuleInForce) and rule.place != last.place:
        found.append(FollowRule(rule, last.place))
    if before.gate != after.gate and not isinstance(after.gate, NoGateConfig):
        found.append(SetBar(mechanism))
    return tuple(found)
