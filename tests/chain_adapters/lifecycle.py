"""Topics of a subnet's life: registration, its pool, pruning, dissolution (§3.11, §3.12)."""

from typing import Any

import jax.numpy as jnp
from chain_rules.dissolution import largest_remainder, owner_refund
from chain_rules.neuron_burn import neuron_burn_price
from chain_rules.stored import u16_fraction

from dtaojax.mechanism.registration.departure import dissolution_payout, prunable, prune_target
from dtaojax.mechanism.registration.lock import (
    lock_cost,
    median_price,
    min_lock_seed,
    whole_lock_seed,
)

from .units import (
    Adapter,
    Case,
    as_rao,
    call,
    number,
    numbers,
    scalar_rao,
    token_vector,
    tokens,
)

EMPTY_SLOT = [0.0]
"""The model's arrays are never empty: a slot without a subnet has no price."""


def lock_cost_of(case: Case) -> dict[str, Any]:
    cost = call(
        lock_cost,
        tokens(case["last_lock"]),
        jnp.asarray(case["blocks_since_last"]),
        tokens(case["min_lock"]),
        number(case["reduction_interval"]),
        tokens(case["block_emission"]),
        jnp.asarray(case["first_registration"]),
    )
    return {"lock_cost": scalar_rao(cost)}


def median_price_of(case: Case) -> dict[str, Any]:
    return {"median": call(median_price, numbers(case["prices"] + EMPTY_SLOT)).item()}


def new_pool_seed(case: Case) -> dict[str, Any]:
    lock = tokens(case["lock_cost"])
    if case["rule"] == "min_lock_1to1":
        seed = call(min_lock_seed, lock, tokens(case["min_lock"]))
    else:
        seed = call(whole_lock_seed, lock, number(case["median_price"]))
    return {name: scalar_rao(amount) for name, amount in seed._asdict().items()}


def neuron_burn_price_of(case: Case) -> dict[str, Any]:
    burn = neuron_burn_price(
        case["burn"],
        float(case["mult"]),
        case["half_life"],
        case["registrations"],
        case["blocks"],
    )
    return {"burn": burn}


def prune_target_of(case: Case) -> dict[str, Any]:
    registered_at = jnp.asarray(case["registered_at"], dtype=jnp.int64)
    block = jnp.asarray(case["current_block"])
    eligible = prunable(registered_at, block, case["immunity_period"])
    marks = call(prune_target, numbers(case["moving_price"]), registered_at, eligible).tolist()
    return {"pruned_index": marks.index(True) if any(marks) else None}


def dissolve_payout(case: Case) -> dict[str, Any]:
    payout = call(
        dissolution_payout,
        tokens(case["pot_tao"]),
        token_vector(case["staker_alpha"]),
        tokens(case["protocol_alpha"]),
        tokens(case["alpha_in"]),
        jnp.asarray(case["include_alpha_in"]),
    )
    return {"payout": as_rao(payout.holders), "recycled": scalar_rao(payout.recycled)}


def dissolve_largest_remainder(case: Case) -> dict[str, Any]:
    return {"payout": largest_remainder(case["pot_tao"], case["staker_alpha"])}


def owner_refund_of(case: Case) -> dict[str, Any]:
    refund = call(
        owner_refund,
        tokens(case["lock"]),
        tokens(case["alpha_issuance"]),
        number(u16_fraction(case["owner_cut_u16"])),
        number(case["price"]),
    )
    return {"refund": scalar_rao(refund)}


LIFECYCLE_ADAPTERS: dict[str, Adapter] = {
    "lock_cost": lock_cost_of,
    "median_price": median_price_of,
    "new_pool_seed": new_pool_seed,
    "neuron_burn_price": neuron_burn_price_of,
    "prune_target": prune_target_of,
    "dissolve_payout": dissolve_payout,
    "dissolve_largest_remainder": dissolve_largest_remainder,
    "owner_refund": owner_refund_of,
}
