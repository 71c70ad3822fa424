"""The world that a config and a network file describe."""

from __future__ import annotations

import dataclasses

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array

from dtaojax.assembly.followers import build_followers
from dtaojax.assembly.network import build_network
from dtaojax.assembly.registration import build_lifecycle, slots_for
from dtaojax.assembly.schedule import build_scheduled
from dtaojax.config.config import Config
from dtaojax.config.schedule import schedule
from dtaojax.demand.holders.config import EmissionSellingConfig
from dtaojax.demand.registry import build_demand
from dtaojax.engine.rollout import Model
from dtaojax.engine.statistics import Bins
from dtaojax.inputs import Inputs
from dtaojax.network import NetworkTable
from dtaojax.network.table import Slots
from dtaojax.world.variants import Following
from dtaojax.world.world import World

_BINS_INSIDE = 2048
_RELATIVE_RANGE = 6.0
_SHARE_RANGE = 20.0


def build_world(config: Config, table: NetworkTable) -> World:
    """Build everything that a run simulates; under a schedule, if the config changes the rules.

    Raises:
        ValueError: a change of the rules has no place in the run.
    """
    seed, count = config.run.seed, slots_for(config, table.n_subnets)
    in_turn = config.mechanism.in_turn
    slots = Slots(table, count)
    subnets, state = build_network(table, config.mechanism, count, seed, config.latent)
    demand = config.demand
    if config.cohorts is not None:
        burned = config.cohorts.burned_at_start(slots, state)
        state = dataclasses.replace(state, burned_alpha=burned)
        # Selling of emission is then a habit of cohorts, who sell out of what they hold.
        demand = tuple(part for part in demand if not isinstance(part, EmissionSellingConfig))
    world = World(
        mechanism=config.mechanism.build(seed, slots),
        subnets=subnets,
        start=state,
        demand=build_demand(demand, seed, slots, config.folder),
        step_blocks=config.run.step_blocks,
        immunity_blocks=config.mechanism.registration.immunity_blocks,
        followers=build_followers(config, slots),
        lifecycle=build_lifecycle(config, table),
        latent=config.latent.build(seed),
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
    """Return bins for the world's gauges: shares from e**-20 to 1, all else relative to the start.

    A bin is 0.6 % wide (1 % for shares); the range reaches to 400 times the start and to 1/400.
    """
    gauges = _first_gauges(world)
    scales = [figure.scale for figure in world.subnet_figures]
    is_share = jnp.array([scale == "one" for scale in scales])
    sizes = gauges
    for place, scale in enumerate(scales):
        if scale == "pool":
            sizes = sizes.at[place].set(world.start.pools.tao_in[: gauges.shape[1]])
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


def build_following(leader: Config, follower: Config, table: NetworkTable) -> Following:
    """Build both worlds on one network.

    Args:
        leader: Config of the run whose decisions are taken over.
        follower: Config of the run that takes them over; with the same seed, steps and slots.
        table: Network of the start, the same for both.
    """
    rules = (each for config in (leader, follower) for each in config.mechanism.in_turn)
    switches = [each.emit_set.owner_switch for each in rules]
    return Following(
        build_world(leader, table), build_world(follower, table), jnp.asarray(all(switches))
    )


def simulated(inputs: Inputs) -> tuple[World, Model]:
    """Build the world of a run, and the model that the engine runs for it.

    They are the same thing, unless owners and root decide as in another run, which then goes along.
    """
    if inputs.leader is None:
        world = build_world(inputs.config, inputs.network)
        return world, world
    following = build_following(inputs.leader, inputs.config, inputs.network)
    return following.follower, following
