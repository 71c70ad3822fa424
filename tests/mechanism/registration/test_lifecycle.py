"""Registrations, prunings and start calls of the model are those of the exact reference."""

import dataclasses
from random import Random
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from reference import EXACT, PRESETS, NetworkRef, Parameters, Regime, SubnetRef, run_block
from reference.lifecycle import Registration as ExactRegistration
from reference.lifecycle import current_lock_cost as exact_lock_cost
from reference.lifecycle import register_subnet
from reference.lifecycle import start_call as exact_start_call
from worlds import (
    RAO,
    Orders,
    intents_for,
    random_orders,
    random_world,
    snapshot_of_model,
    snapshot_of_reference,
    state_of,
    subnets_of,
)

from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.registration.lifecycle import (
    LastLock,
    Newcomer,
    Registration,
    RegistrationRules,
    current_lock_cost,
    may_register,
    register,
    start_call,
)
from dtaojax.mechanism.step import step
from dtaojax.state.network import NetworkState, Subnets

UNKNOWN = Newcomer(jnp.asarray(0.0), jnp.asarray(0))
MOST = 10**4 * 10**9
"""What somebody would pay for a subnet [rao]."""
SLOTS = 8
BORN = 5
"""Subnets at the start; three slots are empty."""


def with_empty_slots(network: NetworkRef, slots: int) -> NetworkRef:
    """The reference's network with nothing where no subnet has a slot."""
    held = {subnet.netuid: subnet for subnet in network.subnets}
    nothing = {"emission_enabled": False, "first_emission_block": None, "registered_at": -1}
    rows = [held.get(n) or SubnetRef(n, 0, 0, 0, **nothing) for n in range(1, slots + 1)]
    return dataclasses.replace(network, subnets=rows)


class Side(NamedTuple):
    """The model's side of a comparison."""

    subnets: Subnets
    state: NetworkState
    last: LastLock


def model_of(network: NetworkRef, mechanism: Mechanism, slots: int = SLOTS) -> Side:
    full = with_empty_slots(network, slots)
    state = state_of(full)
    subnets = subnets_of(full)
    memory = mechanism.weight_rule.begin(jnp.uint32(0), subnets, state)
    state = dataclasses.replace(state, memory=memory)
    cost = jnp.asarray(float(network.last_lock_cost) * RAO)
    return Side(subnets, state, LastLock(cost, jnp.asarray(network.last_lock_block)))


@eqx.filter_jit
def one_block(mechanism: Mechanism, side: Side, orders: Orders) -> Side:
    state, _ = step(mechanism, side.subnets, side.state, 1, intents_for(orders))
    return side._replace(state=state)


@eqx.filter_jit
def one_registration(rules: RegistrationRules, side: Side) -> tuple[Side, Registration]:
    subnets, state, last, outcome = register(rules, *side, UNKNOWN)
    return Side(subnets, state, last), outcome


def asked_of_slots(asked: Orders, network: NetworkRef) -> Orders:
    """Orders for each subnet as orders for each slot."""
    places = [subnet.netuid - 1 for subnet in network.subnets]
    spread = []
    for amounts in asked:
        whole = np.zeros(SLOTS)
        whole[places] = amounts
        spread.append(whole)
    return Orders(*spread)


def assert_same(side: Side, network: NetworkRef, where: str) -> None:
    """Every field agrees to 1e-9, and to a rao where the chain keeps whole rao."""
    full = with_empty_slots(network, SLOTS)
    ours, theirs = snapshot_of_model(side.state), snapshot_of_reference(full)
    for name, expected in theirs.items():
        np.testing.assert_allclose(ours[name], expected, 1e-9, 2 * RAO, err_msg=f"{where}: {name}")
    for name, expected in dataclasses.asdict(subnets_of(full)).items():
        if name not in ("quality", "sector"):
            found = getattr(side.subnets, name)
            np.testing.assert_array_equal(found, expected, err_msg=f"{where}: {name}")
    assert float(side.last.cost) == pytest.approx(float(network.last_lock_cost) * RAO, rel=1e-9)
    assert int(side.last.block) == network.last_lock_block


def assert_same_payout(ours: Registration, theirs: ExactRegistration) -> None:
    """The pruned subnet's pot goes to the same classes of holders."""
    assert float(ours.lock_cost) == pytest.approx(float(theirs.lock_cost) * RAO, rel=1e-9)
    assert float(ours.recycled) == pytest.approx(float(theirs.recycled) * RAO, rel=1e-9)
    gone = ours.departures.gone
    if theirs.pruned is None:
        assert not gone.any()
        return
    assert np.flatnonzero(gone).tolist() == [theirs.pruned.netuid - 1]
    for name, amount in {
        "stakers": theirs.pruned.payouts["others"],
        "root": theirs.pruned.payouts.get("root", 0),
        "recycled": theirs.pruned.recycled,
    }.items():
        paid = float(getattr(ours.departures, name).sum())
        assert paid == pytest.approx(float(amount) * RAO, rel=1e-9, abs=2 * RAO), name


def exact_rules(name: str, limit: int | None) -> tuple[MechanismConfig, Regime, Parameters]:
    """A preset's rules, the model's and the reference's, with a small limit and short times."""
    changes = {
        "limit": limit or 0,
        "immunity_blocks": 50,
        "rate_limit_blocks": 3,
        "reduction_interval_blocks": 14,
        "counts_alpha_in_after": 8_000_010,
    }
    rules = MechanismConfig.model_validate({"preset": name, "registration": changes})
    regime, parameters = PRESETS[name]
    parameters = dataclasses.replace(
        parameters,
        rounding=EXACT,
        subnet_limit=limit,
        immunity_blocks=50,
        rate_limit=3,
        lock_reduction_interval=14,
        tao_in_refund_block=8_000_010,
    )
    return rules, regime, parameters


@pytest.mark.parametrize(
    ("name", "limit"), [("gate_rank_2026", 6), ("netflow_2026", 6), ("subsidy_2025", None)]
)
def test_a_network_whose_subnets_come_and_go_is_the_reference_s(
    name: str, limit: int | None
) -> None:
    rules, regime, parameters = exact_rules(name, limit)
    mechanism, registration = rules.build(), rules.build_registration()
    random = Random(name)
    network = random_world(3, BORN, weights=rules.pool.kind == "weighted")
    for subnet in network.subnets:
        subnet.protocol_alpha = int(subnet.alpha_out) // random.randint(2, 9)
        subnet.root_basket = int(subnet.alpha_out) // random.randint(3, 9)
        subnet.registered_at = network.block - random.randint(0, 30)
        if not rules.emit_set.owner_switch:
            subnet.emission_enabled = True
    network.last_lock_cost, network.last_lock_block = 500 * 10**9, network.block - 5
    side = model_of(network, mechanism)
    outcomes = []
    for number in range(120):
        trades, asked = random_orders(random, network, parameters, 2)
        run_block(network, parameters, trades, regime)
        side = one_block(mechanism, side, asked_of_slots(asked, network))
        cost = exact_lock_cost(network, parameters)
        assert float(current_lock_cost(registration, side.last, side.state)) == pytest.approx(
            float(cost) * RAO, rel=1e-9
        )
        if cost < MOST and random.random() < 0.5:
            allowed = bool(may_register(registration, side.last, side.state))
            room = limit is not None or len(network.subnets) < SLOTS
            theirs = register_subnet(network, parameters, regime) if room else None
            if not allowed:
                outcomes.append("too early")
                assert theirs is None
            else:
                side, ours = one_registration(registration, side)
                assert bool(ours.done) == (theirs is not None)
                outcomes.append("no room" if theirs is None else "pruned" if theirs.pruned else "")
                if theirs is not None:
                    assert_same_payout(ours, theirs)
        waiting = [s.netuid for s in network.subnets if s.first_emission_block is None]
        if waiting and random.random() < 0.3:
            netuid = random.choice(waiting)
            exact_start_call(network, netuid)
            called = jnp.arange(1, SLOTS + 1) == netuid
            side = side._replace(subnets=start_call(side.subnets, side.state.block, called))
        assert_same(side, network, f"block {number}")
    expected = {"", "too early", "no room"} | ({"pruned"} if limit else set())
    assert set(outcomes) == expected
