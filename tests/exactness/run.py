"""Both sides through the same segments."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

import equinox as eqx
import jax
import numpy as np
from reference import NetworkRef, run_block
from reference.networks import random_network
from worlds import RAO, Orders, Snapshot, intents_for, random_orders, run_model, stacked

from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.step import StepFlows, step
from dtaojax.state.network import NetworkState, Subnets

from .event_of_model import books, event_record_of_reference, model_event
from .events import Happening, padded, random_event
from .presets import SLOTS, Pair
from .record import model_state, record_of_model, record_of_reference, state_of_reference

BLOCKS = 40
"""Of a segment."""
SEGMENTS_A_NETWORK = 10
"""After so many segments a new random network is taken."""


@dataclass(frozen=True)
class Segment:
    """An event and the blocks after it, on both sides.

    Attributes:
        number: of the segment, from 0.
        kind: of the event.
        happening: the event.
        first_block: height of the first block.
        members: slots in the emit set.
        expected: fields after each block by the reference; a leading axis of blocks.
        found: the same by the model.
        before: fields before each block by the reference.
        event_expected: fields after the event by the reference, if the model has it as a function.
        event_found: the same by the model.
    """

    number: int
    kind: str
    happening: Happening
    first_block: int
    members: np.ndarray
    expected: Snapshot
    found: Snapshot
    before: Snapshot
    event_expected: Snapshot
    event_found: Snapshot


class Stepped(NamedTuple):
    """States after blocks, and what happened in them; a leading axis of blocks."""

    after: NetworkState
    flows: StepFlows


def run_free(mechanism: Mechanism, subnets: Subnets, start: Snapshot, orders: Orders) -> Stepped:
    """One block after the other from a start."""
    run = run_model(mechanism, subnets, model_state(start), orders)
    return Stepped(run.after, run.flows)


@eqx.filter_jit
def run_each(mechanism: Mechanism, subnets: Subnets, before: Snapshot, orders: Orders) -> Stepped:
    """One block from each of many states."""

    def advance(fields: Snapshot, now: Orders) -> Stepped:
        return Stepped(*step(mechanism, subnets, model_state(fields), 1, intents_for(now)))

    return jax.vmap(advance)(before, orders)


def random_start(seed: int, pair: Pair) -> NetworkRef:
    """A random network with a slot or two free."""
    weights = pair.rules.pool.kind == "weighted"
    network = random_network(seed, SLOTS - 1 - seed % 2, weights)
    network.last_lock_cost, network.last_lock_block = 500 * 10**9, network.block - 5_000
    return network


def segments(
    pair: Pair, blocks: int, seed: int, wanted: Container[int] | None = None
) -> Iterator[Segment]:
    """Segments until there are ``blocks`` blocks, or those of them that are ``wanted``.

    A segment starts where the reference ended the one before, so the reference runs through all.
    """
    random = Random(f"{pair.name} {seed}")
    network = random_start(seed, pair)
    for number in range(-(-blocks // BLOCKS)):
        if number % SEGMENTS_A_NETWORK == 0:
            network = random_start(seed + number, pair)
        if wanted is None or number in wanted:
            yield _segment(pair, network, random, number)
        else:
            random_event(random, network, pair)
            _reference_blocks(pair, network, random)


class _Expected(NamedTuple):
    """What the reference did in the blocks of a segment, an entry a block."""

    before: list[Snapshot]
    orders: list[Orders]
    after: list[Snapshot]


def _reference_blocks(pair: Pair, network: NetworkRef, random: Random) -> _Expected:
    seen = _Expected([], [], [])
    for _ in range(BLOCKS):
        seen.before.append(state_of_reference(network, pair))
        trades, asked = random_orders(random, network, pair.parameters, 3)
        flows = run_block(network, pair.parameters, trades, pair.regime)
        seen.orders.append(by_slot(asked, pair, network))
        seen.after.append(record_of_reference(network, flows, pair))
    return seen


def _segment(pair: Pair, network: NetworkRef, random: Random, number: int) -> Segment:
    subnets, last = pair.members(padded(network)), books(network)
    fields = state_of_reference(network, pair)
    kind, happening = random_event(random, network, pair)
    event_expected, event_found = {}, {}
    if happening.act:
        event_found = model_event(pair, happening, subnets, fields, last)
        event_expected = event_record_of_reference(network, pair)
    subnets, first_block = pair.members(padded(network)), network.block + 1
    seen = _reference_blocks(pair, network, random)
    before, orders = stacked(seen.before), stacked(seen.orders)
    if pair.is_exact:
        stepped = run_free(pair.mechanism, subnets, seen.before[0], orders)
    else:
        stepped = run_each(pair.mechanism, subnets, before, orders)
    return Segment(
        number=number,
        kind=kind,
        happening=happening,
        first_block=first_block,
        members=np.asarray(subnets.in_emit_set),
        expected=stacked(seen.after),
        found=record_of_model(*jax.device_get(stepped), pair),
        before=before,
        event_expected=event_expected,
        event_found=event_found,
    )


def by_slot(orders: Orders, pair: Pair, network: NetworkRef) -> Orders:
    """Orders in the order of the list, as orders of the slots; less the launch's flat fee."""
    tao, alpha = np.zeros(SLOTS), np.zeros(SLOTS)
    for place, subnet in enumerate(network.subnets):
        tao[subnet.netuid - 1] = orders.tao[place]
        alpha[subnet.netuid - 1] = orders.alpha[place]
    if pair.rules.fees.kind == "flat":
        tao = np.maximum(tao - pair.parameters.staking_fee * RAO, 0.0)
    return Orders(tao, alpha)
