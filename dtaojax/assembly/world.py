"""The world that a config and a network file describe."""

import dataclasses

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from dtaojax import chain
from dtaojax.assembly.adaptations import adaptations
from dtaojax.assembly.flow_memory import known_flows
from dtaojax.assembly.registration import build_lifecycle, slots_for
from dtaojax.assembly.schedule import build_scheduled
from dtaojax.assembly.subnet_metrics import build_pressure, build_standing
from dtaojax.config.config import Config
from dtaojax.config.run import PortfolioConfig
from dtaojax.config.schedule import schedule
from dtaojax.demand.holders.config import EmissionSellingConfig
from dtaojax.demand.registry import build_demand
from dtaojax.engine.statistics import Bins
from dtaojax.latent.config import LatentConfig
from dtaojax.mechanism.config import RulesConfig
from dtaojax.mechanism.liquidity.config import NoPoolConfig
from dtaojax.network import NetworkTable
from dtaojax.network.table import Slots
from dtaojax.state.network import NetworkState, Pools, Subnets
from dtaojax.world.followers.portfolio import Portfolio
from dtaojax.world.world import World

_BINS_INSIDE = 2048
_RELATIVE_RANGE = 6.0
_SHARE_RANGE = 20.0
_KEEP_BASKETS = ("basket", "claimed")
"""Kinds of root's part under which it has alpha that is not sold yet."""


def build_network(
    table: NetworkTable,
    rules: RulesConfig,
    slots: int | None = None,
    seed: int = 0,
    latent: LatentConfig | None = None,
) -> tuple[Subnets, NetworkState]:
    """Who takes part under the rules, and the state that a file holds.

    Subnets have the first slots; further ones are empty.

    Both are as the rules make them (:func:`~dtaojax.assembly.adaptations.adaptations`). Without
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


def build_portfolio(config: PortfolioConfig, table: NetworkTable) -> Portfolio | None:
    """The holder's positions, or None if nothing is held."""
    if config.is_empty:
        return None
    slots = [table.row_of(netuid) for netuid in config.alpha]
    return Portfolio(
        slot=jnp.asarray(np.array(slots, dtype=np.int32)),
        alpha=jnp.asarray(np.array(list(config.alpha.values()), dtype=float)),
        root_tao=jnp.asarray(config.root_tao),
        delegate_take=jnp.asarray(config.delegate_take_u16 / chain.U16_MAX),
        exit_fall=jnp.asarray(config.exit_fall),
    )


def build_world(config: Config, table: NetworkTable) -> World:
    """Everything that a run simulates; under a schedule, if the config changes the rules.

    Raises:
        ValueError: a change of the rules has no place in the run.
    """
    seed, count = config.run.seed, slots_for(config, table.n_subnets)
    in_turn = config.mechanism.in_turn
    slots = Slots(table, count)
    subnets, state = build_network(table, config.mechanism, count, seed, config.latent)
    demand, cohorts = config.demand, None
    if config.cohorts is not None:
        burned = config.cohorts.burned_at_start(slots, state)
        state = dataclasses.replace(state, burned_alpha=burned)
        # Selling of emission is then a habit of cohorts, who sell out of what they hold.
        sellers = [part for part in demand if isinstance(part, EmissionSellingConfig)]
        demand = tuple(part for part in demand if part not in sellers)
        cohorts = config.cohorts.build(slots, sellers)
    world = World(
        mechanism=config.mechanism.build(seed, slots),
        subnets=subnets,
        start=state,
        demand=build_demand(demand, seed, slots, config.folder),
        portfolio=build_portfolio(config.portfolio, table),
        latent=config.latent.build(seed),
        tao_usd=config.tao_usd and config.tao_usd.build(seed, config.folder),
        step_blocks=config.run.step_blocks,
        immunity_blocks=config.mechanism.registration.immunity_blocks,
        lifecycle=build_lifecycle(config, table),
        cohorts=cohorts,
        standing=build_standing(config),
        pressure=build_pressure(config),
        behaviour=config.behaviour.build(seed, slots, config.mechanism, in_turn),
        root_claims=config.behaviour.build_root_claims(seed, config.mechanism, in_turn),
    )
    if not config.mechanism.change:
        return world
    phases, problems = schedule(config, table.block)
    if problems:
        raise ValueError("; ".join(map(str, problems)))
    return build_scheduled(world, config, table, slots, phases)


@eqx.filter_jit
def _first_gauges(world: World) -> Array:
    return world.observe(world.begin(jnp.uint32(0)), jnp.int32(0)).gauges


def build_bins(world: World) -> Bins:
    """Bins for the world's gauges: shares from e**-20 to 1, all else relative to the start.

    A bin is 0.6 % wide (1 % for shares); the range reaches to 400 times the start and to 1/400.
    """
    gauges = _first_gauges(world)
    is_share = jnp.array([name == "emission_share" for name in world.gauges])
    sizes = gauges
    for place, gauge in enumerate(world.standing, len(gauges) - len(world.standing)):
        size = gauge.scale(world.start, gauges[place])[: gauges.shape[1]]
        sizes = sizes.at[place].set(size)
    scale = jnp.where(is_share[:, None] | (sizes <= 0.0), 1.0, sizes)
    low = jnp.where(is_share, -_SHARE_RANGE, -_RELATIVE_RANGE)
    span = jnp.where(is_share, _SHARE_RANGE, 2 * _RELATIVE_RANGE)
    return Bins(
        origin=gauges,
        scale=scale,
        log_low=low,
        log_width=span / _BINS_INSIDE,
        inside=_BINS_INSIDE,
    )
