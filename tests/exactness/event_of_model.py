"""Events that the model has as functions of its own, and what they leave behind."""

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from reference import NetworkRef
from worlds import RAO, Snapshot, snapshot_of_model

from dtaojax.mechanism.registration.departure import dissolve
from dtaojax.mechanism.registration.lifecycle import (
    LastLock,
    Newcomer,
    RegistrationRules,
    register,
    start_call,
)
from dtaojax.state.network import NetworkState, Subnets

from .events import Happening, padded
from .presets import SLOTS, Pair
from .record import memory_of_model, model_state, state_of_reference

UNKNOWN = Newcomer(jnp.asarray(0.0), jnp.asarray(0))
MEMBERSHIP = ("registered_at", "first_emission_block", "emission_enabled", "miner_burned")


def books(network: NetworkRef) -> LastLock:
    """The reference's books of the last registration, as the model's."""
    cost = jnp.asarray(float(network.last_lock_cost) * RAO)
    return LastLock(cost, jnp.asarray(network.last_lock_block))


@eqx.filter_jit
def _after(
    rules: RegistrationRules,
    act: str,
    slot: jax.Array,
    subnets: Subnets,
    fields: Snapshot,
    last: LastLock,
) -> tuple[Subnets, NetworkState, LastLock]:
    state = model_state(fields)
    if act == "register":
        return register(rules, subnets, state, last, UNKNOWN)[:3]
    if act == "start":
        return start_call(subnets, state.block, slot), state, last
    emptied, _ = dissolve(rules.payout, subnets, state, slot)
    gone = {
        "registered_at": jnp.where(slot, -1, subnets.registered_at),
        "first_emission_block": jnp.where(slot, -1, subnets.first_emission_block),
        "emission_enabled": subnets.emission_enabled & ~slot,
        "miner_burned": jnp.where(slot, 0.0, subnets.miner_burned),
    }
    return dataclasses.replace(subnets, **gone), emptied, last


def model_event(
    pair: Pair, happening: Happening, subnets: Subnets, fields: Snapshot, last: LastLock
) -> Snapshot:
    """What the model's own event makes of the state before it."""
    slot = jnp.arange(1, SLOTS + 1) == happening.netuid
    after = _after(pair.registration, happening.act, slot, subnets, fields, last)
    members, state, now = jax.device_get(after)
    return {
        **{name: np.asarray(getattr(members, name)) for name in MEMBERSHIP},
        **snapshot_of_model(state),
        **memory_of_model(state.memory, pair),
        "last_lock_cost": np.asarray(now.cost),
        "last_lock_block": np.asarray(now.block),
    }


def event_record_of_reference(network: NetworkRef, pair: Pair) -> Snapshot:
    """The same fields of the reference after its event."""
    members, last = pair.members(padded(network)), books(network)
    fields = state_of_reference(network, pair)
    del fields["block"]
    return {
        **{name: np.asarray(getattr(members, name)) for name in MEMBERSHIP},
        **fields,
        "last_lock_cost": np.asarray(last.cost),
        "last_lock_block": np.asarray(last.block),
    }
