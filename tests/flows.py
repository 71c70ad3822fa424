"""A small network, and what demand processes ask for in it, which tests of demand share."""

import dataclasses
from functools import reduce
from operator import add
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from worlds import live_mechanism, random_world, state_of, subnets_of

from dtaojax import chain
from dtaojax.demand.clock import Clock
from dtaojax.demand.process import DemandProcess
from dtaojax.mechanism.coinbase import Coinbase, coinbase
from dtaojax.mechanism.fees.rules import FeeToAuthor
from dtaojax.mechanism.root.stake import move_root_stake
from dtaojax.mechanism.trading.rules import SwapTrading
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.world.world import World

WIDTH = 8
STEP = 360
STEPS_A_DAY = chain.BLOCKS_PER_DAY // STEP


def network(age_days: float | None = None) -> tuple[Subnets, NetworkState]:
    """A random network, all of it started: long ago, or this many days before its block.

    Users hold ten times what is in the pools, so that no sale is cut.
    """
    reference = random_world(6, WIDTH, weights=False)
    if age_days is not None:
        reference.block += 200 * chain.BLOCKS_PER_DAY
    for subnet in reference.subnets:
        subnet.first_emission_block = 1
        if age_days is not None:
            subnet.first_emission_block = reference.block - round(age_days * chain.BLOCKS_PER_DAY)
            subnet.registered_at = subnet.first_emission_block
    state = state_of(reference)
    held = state.alpha_out + 10.0 * state.pools.alpha_in
    return subnets_of(reference), dataclasses.replace(state, alpha_out=held)


@eqx.filter_jit
def paid_in(who: Subnets, state: NetworkState, blocks: int = STEP) -> Coinbase:
    """What the coinbase of a step does."""
    return coinbase(live_mechanism(rank=3), who, state, blocks)[1]


@eqx.filter_jit
def _ask(
    process: DemandProcess,
    who: Subnets,
    state: NetworkState,
    paid: Coinbase | None,
    paths: jax.Array,
    steps: int,
    blocks: int,
) -> Intents:
    def of_path(path: jax.Array) -> Intents:
        def advance(memory, number):
            at = eqx.tree_at(lambda s: s.block, state, state.block + number * blocks)
            wish, memory = process.intents(memory, Clock(number, blocks), who, at, paid)
            return memory, wish

        return lax.scan(advance, process.begin(path, who, state), jnp.arange(steps))[1]

    return jax.vmap(of_path)(paths)


def wishes(
    process: DemandProcess,
    at: tuple[Subnets, NetworkState],
    paths: int = 1,
    days: float = 1.0,
    blocks: int = STEP,
    paid: Coinbase | None = None,
) -> Intents:
    """What the process asks for, the pools held still: NumPy arrays (paths, steps, ...)."""
    steps = round(days * chain.BLOCKS_PER_DAY / blocks)
    numbers = jnp.arange(paths, dtype=jnp.uint32)
    return jax.device_get(_ask(process, *at, paid, numbers, steps, blocks))


@eqx.filter_jit
def trade_steps(
    demand: tuple[DemandProcess, ...],
    who: Subnets,
    state: NetworkState,
    paid: Coinbase | None,
    paths: jax.Array,
    steps: int,
    blocks: int,
) -> NetworkState:
    """States (paths, steps + 1, ...) where users trade without a fee and nothing is emitted."""
    fee = FeeToAuthor(jnp.asarray(0.0))

    def of_path(path: jax.Array) -> NetworkState:
        def advance(carry, number):
            now, memories = carry
            clock = Clock(number, blocks)
            asked = [
                process.intents(memory, clock, who, now, paid)
                for process, memory in zip(demand, memories, strict=True)
            ]
            wish = reduce(add, (wish for wish, _ in asked))
            held = now.participants_alpha
            pools, trades = SwapTrading()(now.pools, wish, held, who.in_emit_set, fee)
            root, _ = move_root_stake(now.root_tao, wish.root_tao)
            now = dataclasses.replace(
                now,
                block=now.block + blocks,
                pools=pools,
                alpha_out=now.alpha_out - trades.alpha_sold,
                root_tao=root,
            )
            return (now, tuple(memory for _, memory in asked)), now

        begun = tuple(process.begin(path, who, state) for process in demand)
        _, states = lax.scan(advance, (state, begun), jnp.arange(steps))
        return jax.tree.map(lambda a, b: jnp.concatenate([a[None], b]), state, states)

    return jax.vmap(of_path)(paths)


def traded(
    *demand: DemandProcess,
    at: tuple[Subnets, NetworkState] | None = None,
    paths: int = 1,
    days: float = 1.0,
    blocks: int = STEP,
    paid: Coinbase | None = None,
) -> NetworkState:
    """The same as NumPy arrays, for the first paths, over some days."""
    steps = round(days * chain.BLOCKS_PER_DAY / blocks)
    numbers = jnp.arange(paths, dtype=jnp.uint32)
    return jax.device_get(trade_steps(demand, *(at or network()), paid, numbers, steps, blocks))


def prices(states: NetworkState) -> np.ndarray:
    """Spot prices of constant-product pools."""
    return states.pools.tao_in / states.pools.alpha_in


class Run(NamedTuple):
    """States after each step, the start first, (paths, steps + 1, ...), and the counts."""

    states: NetworkState
    tallies: tuple[np.ndarray, ...]


@eqx.filter_jit
def _run(world: World, paths: jax.Array, steps: int) -> Run:
    def of_path(path: jax.Array) -> Run:
        def advance(carry, number):
            carry = world.advance(carry, number)
            return carry, carry.state

        end, states = lax.scan(advance, world.begin(path), jnp.arange(steps))
        joined = jax.tree.map(lambda a, b: jnp.concatenate([a[None], b]), world.start, states)
        return Run(joined, world.tally(end))

    return jax.vmap(of_path)(paths)


def run_world(
    *demand: DemandProcess,
    at: tuple[Subnets, NetworkState] | None = None,
    paths: int = 1,
    days: float = 1.0,
    blocks: int = STEP,
) -> Run:
    """Runs the live rules under the processes."""
    world = World(live_mechanism(rank=3), *(at or network()), demand, blocks, 864_000)
    steps = round(days * chain.BLOCKS_PER_DAY / blocks)
    return jax.device_get(_run(world, jnp.arange(paths, dtype=jnp.uint32), steps))
