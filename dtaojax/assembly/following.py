"""From two configs to a world in which owners and root decide as they do in another one."""

import jax.numpy as jnp

from dtaojax.assembly.world import build_world
from dtaojax.config.config import Config
from dtaojax.network import NetworkTable
from dtaojax.world.following import Following


def build_following(leader: Config, follower: Config, table: NetworkTable) -> Following:
    """Build both worlds on one network.

    Args:
        leader: of the run whose decisions are taken over.
        follower: of the run that takes them over; with the same seed, steps and slots.
        table: of the start, the same for both.
    """
    rules = (each for config in (leader, follower) for each in config.mechanism.in_turn)
    switches = [each.emit_set.owner_switch for each in rules]
    return Following(
        build_world(leader, table), build_world(follower, table), jnp.asarray(all(switches))
    )
