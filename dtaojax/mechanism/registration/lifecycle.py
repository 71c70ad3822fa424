"""Subnets are registered, started, and make room for others (§3.11, §3.12).

One registration is :func:`register`, a pure function of the network and the books of the last one.
It happens after the trades of a step, as an extrinsic of the step's last block.
"""

import dataclasses
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from dtaojax.mechanism.emission import block_emission
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.registration import departure
from dtaojax.mechanism.registration.departure import Departures, PayoutRule
from dtaojax.mechanism.registration.lock import PoolSeed, lock_cost, median_price
from dtaojax.numerics.shapes import PerSubnetBool, Scalar, ScalarBool, ScalarInt
from dtaojax.state.network import NetworkState, Subnets


class LastLock(NamedTuple):
    """Books of the last registration.

    Attributes:
        cost: Lock that its owner paid, NetworkLastLockCost [TAO].
        block: Block in which it happened, NetworkLastLockBlock; 0 before the first.
    """

    cost: Scalar
    block: ScalarInt


class RegistrationRules(eqx.Module):
    """Rules of a regime for registrations.

    Attributes:
        limit: Most subnets, SubnetLimit; None where there is none and only the slots end.
        immunity_blocks: Age below which a subnet is not pruned, NetworkImmunityPeriod [blocks].
        rate_limit_blocks: Least distance of two registrations, NetworkRateLimit [blocks].
        min_lock: Least cost of a registration, NetworkMinLockCost [TAO].
        reduction_interval: Blocks in which the last lock decays once at an emission of 1 TAO a
            block, NetworkLockReductionInterval [blocks].
        seed: Rule for what a new pool starts with.
        starts_enabled: Switch by which the TAO emission of a new subnet is on from the first.
        starts_at_once: Switch by which a new subnet is in the emit set without a start call.
        payout: Rule for who has a part in the pot of a pruned subnet.
    """

    limit: int | None = eqx.field(static=True)
    immunity_blocks: int = eqx.field(static=True)
    rate_limit_blocks: int = eqx.field(static=True)
    min_lock: Scalar
    reduction_interval: Scalar
    seed: PoolSeed
    starts_enabled: bool = eqx.field(static=True)
    starts_at_once: bool = eqx.field(static=True)
    payout: PayoutRule


class Newcomer(NamedTuple):
    """What is known of a subnet before it is registered.

    Attributes:
        quality: Latent quality, a standard score [-].
        sector: Number of the line of work.
    """

    quality: Scalar
    sector: ScalarInt


class Registration(NamedTuple):
    """Outcome of an attempt to register.

    Attributes:
        done: Whether there was room; if not, nothing has changed.
        slot: The slot taken, nowhere if not done, shape (subnets,).
        lock_cost: Lock that the owner paid, 0 if not done [TAO].
        recycled: Part of that lock that is taken out of issuance [TAO].
        departures: Departure of the subnet that made room, if one had to.
    """

    done: ScalarBool
    slot: PerSubnetBool
    lock_cost: Scalar
    recycled: Scalar
    departures: Departures


def current_lock_cost(rules: RegistrationRules, last: LastLock, state: NetworkState) -> Scalar:
    """Return what a registration costs after block ``state.block`` (§3.11) [TAO]."""
    return lock_cost(
        last.cost,
        state.block - last.block,
        rules.min_lock,
        rules.reduction_interval,
        block_emission(state.total_issuance),
        last.block == 0,
    )


def may_register(rules: RegistrationRules, last: LastLock, state: NetworkState) -> ScalarBool:
    """Return whether the last registration is long enough ago (NetworkRateLimit)."""
    return (last.block == 0) | (state.block - last.block >= rules.rate_limit_blocks)


def next_pruned(subnets: Subnets, state: NetworkState, immunity_blocks: int) -> PerSubnetBool:
    """Mark the subnet that a registration in a full network would replace, if there is one."""
    old_enough = departure.prunable(subnets.registered_at, state.block, immunity_blocks)
    return departure.prune_target(
        state.moving_price, subnets.registered_at, subnets.registered & old_enough
    )


def register(
    rules: RegistrationRules,
    subnets: Subnets,
    state: NetworkState,
    last: LastLock,
    newcomer: Newcomer,
) -> tuple[Subnets, NetworkState, LastLock, Registration]:
    """Register a subnet in block ``state.block``.

    A network below its limit gives it the first empty slot. A full one prunes: the subnet with the
    lowest moving price of those past immunity is dissolved and its slot taken over; if all are
    immune, or no slot is left, the attempt fails and changes nothing. The lock cost is read first;
    the new pool is seeded at the median price of the subnets that remain. Whether the owner can pay
    and whether the rate limit allows it is the caller's to ask: :func:`current_lock_cost`,
    :func:`may_register`.

    Source: §3.11, §3.12, RT::do_register_network, RT::get_network_to_prune.

    Args:
        rules: the rules of the regime.
        subnets: who takes part.
        state: the network after block ``state.block`` and its trades.
        last: the books of the last registration.
        newcomer: what users know of the new subnet.

    Returns:
        Subnets, state and books after it, and what happened.
    """
    # 1. The cost is read before anything moves: a dissolution lowers issuance and so its decay.
    cost = current_lock_cost(rules, last, state)
    # 2. The first empty slot below the limit; at the limit the slot of a pruned subnet, or none.
    empty = ~subnets.registered
    first_empty = empty & (jnp.arange(empty.shape[-1]) == jnp.argmax(empty))
    full = jnp.asarray(False)
    if rules.limit is not None:
        full = jnp.sum(subnets.registered) >= rules.limit
    pruned = full & next_pruned(subnets, state, rules.immunity_blocks)
    slot = jnp.where(full, pruned, first_empty)
    done = jnp.any(slot)
    # 3. The pruned subnet leaves first: its price has no part in the median of the others.
    cleared, departures = departure.dissolve(rules.payout, subnets, state, pruned)
    seed = rules.seed(cost, rules.min_lock, median_price(spot_price(cleared.pools)))
    pools = dataclasses.replace(
        cleared.pools,
        tao_in=jnp.where(slot, seed.tao_in, cleared.pools.tao_in),
        alpha_in=jnp.where(slot, seed.alpha_in, cleared.pools.alpha_in),
    )
    # 4. The owner's lock becomes the new pool; what is not put there leaves issuance.
    recycled = jnp.where(done, seed.recycled, 0.0)
    after = dataclasses.replace(
        cleared, pools=pools, total_issuance=cleared.total_issuance - recycled
    )
    # 5. Everything that is known of the slot is the newcomer's; a switch that an owner before it
    #    has turned off is on again.
    first_emission = state.block + 1 if rules.starts_at_once else -1
    members = Subnets(
        registered_at=jnp.where(slot, state.block, subnets.registered_at),
        first_emission_block=jnp.where(slot, first_emission, subnets.first_emission_block),
        emission_enabled=jnp.where(slot, rules.starts_enabled, subnets.emission_enabled),
        miner_burned=jnp.where(slot, 0.0, subnets.miner_burned),
        owner_cut_enabled=slot | subnets.owner_cut_enabled,
        quality=jnp.where(slot, newcomer.quality, subnets.quality),
        sector=jnp.where(slot, newcomer.sector, subnets.sector),
    )
    books = LastLock(
        cost=jnp.where(done, cost, last.cost), block=jnp.where(done, state.block, last.block)
    )
    outcome = Registration(done, slot, jnp.where(done, cost, 0.0), recycled, departures)
    return members, after, books, outcome


def start_call(subnets: Subnets, block: ScalarInt, called: PerSubnetBool) -> Subnets:
    """Start the subnets whose owners ``called`` in ``block``: they emit from the next one (§3.11).

    A call for a subnet that has started already, or for an empty slot, changes nothing.
    """
    starts = called & subnets.registered & ~subnets.in_emit_set
    first = jnp.where(starts, block + 1, subnets.first_emission_block)
    return dataclasses.replace(subnets, first_emission_block=first)
