"""Owners and root who decide as in another world: what rules do without an answer to them."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array

from dtaojax.assembly import build_world
from dtaojax.assembly.world import build_following
from dtaojax.config.config import Config
from dtaojax.config.load import config_from_dict
from dtaojax.network import NetworkTable, load_network
from dtaojax.state.network import Subnets
from dtaojax.world.variants import Pair

DAYS = 12
PATHS = 4


def config(preset: str, **tables: object) -> Config:
    lively = {"emission_switch": {"batch": {"rate": 0.3}}, "fit": "until_2026_09_06"}
    run = {"horizon_days": DAYS, "step_blocks": 7_200, "paths": PATHS}
    return config_from_dict({"mechanism": preset, "behaviour": lively, "run": run, **tables})


@pytest.fixture(scope="module")
def table() -> NetworkTable:
    return load_network("finney_8791253")


@eqx.filter_jit
def ends(model, paths: Array):
    """The carries of paths after all days, and what is observed of them."""

    def of_path(path: Array):
        carry = jax.lax.fori_loop(0, DAYS, lambda n, c: model.advance(c, n), model.begin(path))
        return carry, model.observe(carry, jnp.asarray(DAYS)), model.finite(carry)

    return jax.vmap(of_path)(paths)


def after(model) -> tuple:
    return jax.device_get(ends(model, jnp.arange(PATHS, dtype=jnp.uint32)))


@pytest.fixture(scope="module")
def alone(table: NetworkTable) -> tuple:
    """The follower of all pairs here, left to itself."""
    return after(build_world(config("gate_rank_2026"), table))


def test_under_the_same_rules_a_follower_is_the_run_itself_bit_for_bit(
    table: NetworkTable, alone: tuple
) -> None:
    rules = config("gate_rank_2026")
    _, following, _ = after(build_following(rules, rules, table))
    for left, right in zip(jax.tree.leaves(alone[1]), jax.tree.leaves(following), strict=True):
        np.testing.assert_array_equal(left, right)


def test_owners_decide_in_the_follower_what_they_decide_in_the_leader(
    table: NetworkTable, alone: tuple
) -> None:
    """The leader's rules do not charge for burn, the follower's do."""
    model = build_following(config("netflow_2026"), config("gate_rank_2026"), table)
    pair: Pair = after(model)[0]
    leading, following = pair.leader.subnets, pair.follower.subnets
    assert leading is not None
    assert following is not None
    same = (following.registered_at == leading.registered_at) & (following.registered_at >= 0)
    assert same.mean() > 0.5
    np.testing.assert_array_equal(following.miner_burned[same], leading.miner_burned[same])
    np.testing.assert_array_equal(following.emission_enabled[same], leading.emission_enabled[same])
    assert (leading.miner_burned != np.asarray(model.leader.subnets.miner_burned)).any()
    # Left to themselves they answer to the rules, so that the follower is really a third run.
    own = alone[0]
    assert (own.subnets.miner_burned != following.miner_burned).any()
    assert (own.state.pools.tao_in != pair.follower.state.pools.tao_in).any()


def test_nobody_moves_a_switch_that_only_one_set_of_rules_knows(
    table: NetworkTable, alone: tuple
) -> None:
    model = build_following(config("taoflow_2025"), config("gate_rank_2026"), table)
    pair, _, finite = after(model)
    assert finite.all()
    there, start = pair.follower.subnets, model.follower.subnets

    def moved(subnets: Subnets) -> Any:
        founder = subnets.registered_at == np.asarray(start.registered_at)
        return founder & (subnets.emission_enabled != np.asarray(start.emission_enabled))

    assert not moved(there).any()
    assert moved(alone[0].subnets).any()
