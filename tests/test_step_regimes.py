"""Every pooled preset's step of one block is the exact reference's block under the same regime."""

import dataclasses
from random import Random

import jax.numpy as jnp
import numpy as np
import pytest
from reference import EXACT, PRESETS, NetworkRef, run_block
from worlds import (
    PER_SUBNET_TOKENS,
    RAO,
    Orders,
    random_orders,
    random_world,
    run_model,
    snapshot_of_model,
    snapshot_of_reference,
    stacked,
    state_of,
    subnets_of,
)

from dtaojax.build import build_mechanism
from dtaojax.config import PRESETS as CONFIG_PRESETS
from dtaojax.config import MechanismConfig
from dtaojax.state.network import Subnets

BLOCKS = 300
TOKENS = {*PER_SUBNET_TOKENS, "total_issuance", "root_tao"}

# What the model keeps up although the regime has no use for it.
UNUSED = {
    "article_2024": {"moving_price", "root_basket", "gate_bar"},
    "prelaunch_2024": {"moving_price", "root_basket", "gate_bar"},
}

PRECISION = {"launch_2025": (1e-7, 1e-5)}
"""Relative and absolute tolerance [tokens] where whole rao are part of a rule (§3.5 S1).

The launch sells whole rao of root's alpha for whole rao of TAO in every block, also where the
reference is asked not to truncate: in a pool of 25 TAO that is 4e-11 a block.
"""


def members(network: NetworkRef, rules: MechanismConfig) -> Subnets:
    """Subnets as the regime sees them: without a start call, or without the owner's switch."""
    subnets = subnets_of(network)
    started, enabled = subnets.first_emission_block, subnets.emission_enabled
    if rules.emit_set.kind == "all":
        started = jnp.where(started < 0, subnets.registered_at, started)
    if not rules.emit_set.owner_switch:
        enabled = jnp.ones_like(enabled)
    return dataclasses.replace(subnets, first_emission_block=started, emission_enabled=enabled)


def less_flat_fee(orders: Orders, fee: float) -> Orders:
    """What is left of each buy after the launch's flat fee; a smaller buy is none [TAO]."""
    return orders._replace(tao=np.maximum(orders.tao - fee, 0.0))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", sorted(CONFIG_PRESETS))
def test_blocks_of_a_preset_equal_the_exact_reference(name: str, seed: int) -> None:
    regime, parameters = PRESETS[name]
    parameters = dataclasses.replace(parameters, rounding=EXACT)
    if name == "launch_2025":
        parameters = dataclasses.replace(parameters, fee_rate_u16=0)
    rules = MechanismConfig.model_validate(name)
    network = random_world(seed, 8, weights=rules.pool.kind == "weighted")
    mechanism = build_mechanism(rules)
    start = state_of(network)
    subnets = members(network, rules)
    memory = mechanism.weighing.begin(jnp.uint32(0), subnets, start)
    start = dataclasses.replace(start, memory=memory)

    random = Random(seed)
    seen, orders = [], []
    for _ in range(BLOCKS):
        trades, asked = random_orders(random, network, parameters, 3)
        if name == "launch_2025":
            asked = less_flat_fee(asked, parameters.staking_fee * RAO)
        run_block(network, parameters, trades, regime)
        orders.append(asked)
        seen.append(snapshot_of_reference(network))
    run = run_model(mechanism, subnets, start, stacked(orders))
    found, expected = snapshot_of_model(run.after), stacked(seen)

    assert np.any(expected["alpha_in"][-1] != expected["alpha_in"][0])
    relative, tokens = PRECISION.get(name, (1e-9, 0.1 * RAO))
    for field in expected.keys() - UNUSED.get(name, set()):
        np.testing.assert_allclose(
            found[field],
            expected[field],
            rtol=relative,
            atol=tokens if field in TOKENS else 0.0,
            err_msg=f"{name}: {field}",
        )
