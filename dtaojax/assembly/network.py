"""From a network file to the state and subnets of a regime's start."""

import dataclasses

import jax.numpy as jnp
import numpy as np

from dtaojax.latent.config import LatentConfig
from dtaojax.mechanism.coming_into_force import (
    Adaptation,
    enable_everyone,
    let_everyone_cut,
    start_everyone,
    weigh_evenly,
    without_bar,
)
from dtaojax.mechanism.config import RulesConfig
from dtaojax.mechanism.gate.config import NoGateConfig
from dtaojax.mechanism.liquidity.config import NoPoolConfig, WeightedPoolConfig
from dtaojax.mechanism.split.config import OwnerCutSplitConfig
from dtaojax.mechanism.weight_rule.flow import FlowMemory
from dtaojax.network import NetworkTable
from dtaojax.network.table import Slots
from dtaojax.numerics.shapes import PerSubnet
from dtaojax.state.network import NetworkState, Pools, Subnets

_KEEP_BASKETS = ("basket", "claimed")
"""Kinds of root's part under which it has alpha that is not sold yet."""


def build_network(
    table: NetworkTable,
    rules: RulesConfig,
    slots: int | None = None,
    seed: int = 0,
    latent: LatentConfig | None = None,
) -> tuple[Subnets, NetworkState]:
    """Return who takes part under the rules, and the state that a file holds.

    Subnets have the first slots; further ones are empty.

    Both are as the rules make them (:func:`~dtaojax.assembly.network.adaptations`). Without
    pools there is no alpha and no price; where root keeps no alpha, participants hold what is in
    its baskets or to be claimed. What the weight rule remembers is that of path 0 under the seed;
    averages of flows are the file's, and 0 where it has none.
    """
    free = (slots or table.n_subnets) - table.n_subnets

    def padded(values, nothing):
        return jnp.asarray(np.pad(values, (0, free), constant_values=nothing))

    empty = jnp.zeros(table.n_subnets + free)
    latent = latent or LatentConfig()
    places = Slots(table, table.n_subnets + free)
    with_alpha = 0.0 if isinstance(rules.pool, NoPoolConfig) else 1.0
    baskets = table.root_alpha if rules.root.kind in _KEEP_BASKETS else empty[: table.n_subnets]
    subnets = Subnets(
        registered_at=padded(table.registered_at, -1),
        first_emission_block=padded(table.first_emission_block, -1),
        emission_enabled=padded(table.emission_enabled, False),
        miner_burned=padded(table.miner_burned, 0.0),
        owner_cut_enabled=padded(table.owner_cut_enabled, True),
        quality=jnp.asarray(places.column(0.0, latent.given_quality)),
        sector=jnp.asarray(np.array(latent.given_sectors(places))),
    )
    state = NetworkState(
        block=jnp.asarray(table.block),
        pools=Pools(
            tao_in=padded(with_alpha * table.tao_in, 0.0),
            alpha_in=padded(with_alpha * table.alpha_in, 0.0),
            w_tao=padded(table.w_tao, 0.5),
            tao_reservoir=empty,
            alpha_reservoir=empty,
        ),
        alpha_out=padded(with_alpha * table.alpha_out, 0.0),
        protocol_alpha=padded(with_alpha * table.protocol_alpha, 0.0),
        root_basket=padded(with_alpha * baskets, 0.0),
        burned_alpha=padded(with_alpha * table.burned_alpha, 0.0),
        moving_price=padded(with_alpha * table.moving_price, 0.0),
        total_issuance=jnp.asarray(table.total_issuance),
        root_tao=jnp.asarray(table.root_tao),
        gate_bar=jnp.asarray(table.gate_bar),
    )
    for adaptation in adaptations(rules):
        subnets, state = adaptation(subnets, state)
    known = dataclasses.replace(state, memory=known_flows(places))
    rule = rules.build(seed, places).weight_rule
    memory = rule.begin(jnp.uint32(0), subnets, known)
    return subnets, dataclasses.replace(state, memory=memory)


def adaptations(rules: RulesConfig) -> tuple[Adaptation, ...]:
    """Return what is to be applied in turn to who takes part and to a state.

    Under rules that know no start call, every subnet counts as started when it was registered;
    under rules without the owners' switches, every subnet's emission and cut are on; other pools
    than weighted ones have equal weights; without a gate there is no bar.
    """
    needed = (
        (start_everyone, rules.emit_set.kind == "all"),
        (enable_everyone, not rules.emit_set.owner_switch),
        (
            let_everyone_cut,
            isinstance(rules.split, OwnerCutSplitConfig) and not rules.split.owner_switch,
        ),
        (weigh_evenly, not isinstance(rules.pool, WeightedPoolConfig)),
        (without_bar, isinstance(rules.gate, NoGateConfig)),
    )
    return tuple(adaptation for adaptation, is_needed in needed if is_needed)


def known_flows(slots: Slots) -> FlowMemory:
    """Return the averages of flows that the file of a network holds, 0 where it has none."""
    table = slots.table

    def padded(averages) -> PerSubnet:
        known = jnp.zeros(table.n_subnets) if averages is None else jnp.asarray(averages)
        return jnp.pad(known, (0, slots.count - table.n_subnets))

    nothing = jnp.zeros(slots.count)
    return FlowMemory(
        user=nothing,
        user_ema=padded(table.user_flow_ema),
        protocol=nothing,
        protocol_ema=padded(table.protocol_flow_ema),
    )
