"""What a run simulates, from its inputs."""

from __future__ import annotations

from dtaojax.assembly import build_world
from dtaojax.assembly.following import build_following
from dtaojax.engine.model import Model
from dtaojax.inputs import Inputs
from dtaojax.world.world import World


def simulated(inputs: Inputs) -> tuple[World, Model]:
    """Build the world of a run, and the model that the engine runs for it.

    They are the same thing, unless owners and root decide as in another run, which then goes along.
    """
    if inputs.leader is None:
        world = build_world(inputs.config, inputs.network)
        return world, world
    following = build_following(inputs.leader, inputs.config, inputs.network)
    return following.follower, following
