"""Edge states of §7.3 run in every preset and give what the exact reference gives."""

import dataclasses
from decimal import Decimal
from random import Random

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from edges import (
    Edge,
    all_burned,
    all_disabled,
    alpha_is_all_issued,
    dust,
    issued,
    no_reserves,
    none_started,
)
from exactness.presets import UNLIKE
from jax import lax
from reference import EXACT, PRESETS, NetworkRef, run_block
from worlds import (
    PER_SUBNET_TOKENS,
    RAO,
    Orders,
    intents_for,
    random_orders,
    random_world,
    snapshot_of_model,
    snapshot_of_reference,
    stacked,
    state_of,
    subnets_of,
)

from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.presets import PRESETS as CONFIG_PRESETS
from dtaojax.mechanism.step import step

WIDTH, BLOCKS = 6, 4
TOKENS = {*PER_SUBNET_TOKENS, "total_issuance", "root_tao"}
POOLED = [name for name, preset in CONFIG_PRESETS.items() if preset.parts["pool"]["kind"] != "none"]
NEVER_AVERAGED = {"article_2024": {"moving_price"}, "prelaunch_2024": {"moving_price"}}
"""What the model keeps up although the regime has no use for it."""


def no_alpha(network: NetworkRef) -> None:
    """Price 0, and nothing to buy."""
    network.subnets[0].alpha_in = network.subnets[1].alpha_in = 0


def no_tao(network: NetworkRef) -> None:
    """Price 0, and nothing to be paid with."""
    network.subnets[0].tao_in = network.subnets[1].tao_in = 0


def no_moving_price(network: NetworkRef) -> None:
    """Shares by moving price, and by flows that did not flow yet, are all 0."""
    for subnet in network.subnets:
        subnet.moving_price = Decimal(0)


def no_pools(network: NetworkRef) -> None:
    """Shares of every kind are all 0."""
    no_moving_price(network)
    for subnet in network.subnets:
        subnet.tao_in = subnet.alpha_in = 0


def one_pool(network: NetworkRef) -> None:
    no_pools(network)
    network.subnets[0].tao_in, network.subnets[0].alpha_in = 10**12, 10**13
    network.subnets[0].moving_price = Decimal("0.1")


def above_one(network: NetworkRef) -> None:
    """Prices above 1, so that root's sell flag is on."""
    for subnet in network.subnets:
        subnet.alpha_in, subnet.moving_price = subnet.tao_in // 30, Decimal("0.9")


EDGES: dict[str, Edge] = {
    "no alpha": no_alpha,
    "no tao": no_tao,
    "no reserves": no_reserves,
    "dust": dust,
    "no moving price": no_moving_price,
    "no pools": no_pools,
    "one pool": one_pool,
    "all disabled": all_disabled,
    "all burned": all_burned,
    "none started": none_started,
    "above one": above_one,
    "halving": issued("10499999.2"),
    "last rao": issued("20999999.999999995"),
    "cap": issued("21000000"),
    "alpha cap": alpha_is_all_issued,
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in UNLIKE else [pytest.mark.exhaustive])
        for name in POOLED
    ],
)
def test_edge_states_run_on_as_the_reference_does(name: str) -> None:
    regime, parameters = PRESETS[name]
    flat = CONFIG_PRESETS[name].parts["fees"]["kind"] == "flat"
    # Orders of the flat-fee era are given to both sides without a fee.
    parameters = dataclasses.replace(
        parameters,
        rounding=EXACT,
        staking_fee=0,
        fee_rate_u16=0 if flat else parameters.fee_rate_u16,
    )
    table = {"preset": name, **({"fees": {"tao": 0.0}} if flat else {})}
    rules = MechanismConfig.model_validate(table)
    mechanism = rules.build()
    starts, members, orders, expected = [], [], [], []
    for number, edge in enumerate(EDGES.values()):
        network = random_world(number, WIDTH, weights=False)
        for subnet in network.subnets:
            subnet.first_emission_block, subnet.emission_enabled = 1, True
        edge(network)
        subnets = subnets_of(network)
        started, enabled = subnets.first_emission_block, subnets.emission_enabled
        if rules.emit_set.kind == "all":
            started = jnp.where(started < 0, subnets.registered_at, started)
        if not rules.emit_set.owner_switch:
            enabled = jnp.ones_like(enabled)
        subnets = dataclasses.replace(
            subnets, first_emission_block=started, emission_enabled=enabled
        )
        start = state_of(network)
        memory = mechanism.weight_rule.begin(jnp.uint32(0), subnets, start)
        starts.append(dataclasses.replace(start, memory=memory))
        members.append(subnets)
        random, asked, seen = Random(number), [], []
        for _ in range(BLOCKS):
            trades, wanted = random_orders(random, network, parameters, 2)
            run_block(network, parameters, trades, regime)
            asked.append(wanted)
            seen.append(snapshot_of_reference(network))
        orders.append(stacked(asked))
        expected.append(stacked(seen))
    found = snapshot_of_model(_run(mechanism, stacked(members), stacked(starts), stacked(orders)))
    want = stacked(expected)
    unused = (
        {"root_basket", "gate_bar", *NEVER_AVERAGED.get(name, ())}
        if name in NEVER_AVERAGED
        else set()
    )
    for field in want.keys() - unused:
        np.testing.assert_allclose(
            found[field],
            want[field],
            rtol=1e-7 if flat else 1e-9,
            atol=(1e-6 if flat else 0.1 * RAO) if field in TOKENS else 1e-15,
            err_msg=f"{name}: {field}, edges {list(EDGES)}",
        )


@eqx.filter_jit
def _run(mechanism, members, starts, orders):
    def one(subnets, start, asked: Orders):
        def advance(state, now):
            after, _ = step(mechanism, subnets, state, 1, intents_for(now))
            return after, dataclasses.replace(after, memory=None)

        return lax.scan(advance, start, asked)[1]

    return jax.vmap(one)(members, starts, orders)
