"""Networks, rules and runs that several tests share."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple, TypeAlias, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from reference import NetworkRef, Parameters, SubnetRef, Trade, run_block
from reference.networks import random_network, random_trade
from reference.pool import fee_on_offer, spot_price
from reference.trading import MAX_PRICE, MIN_PRICE, MINIMUM_RESERVE

from dtaojax import chain
from dtaojax.assembly import build_network
from dtaojax.mechanism.coinbase import Coinbase
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.step import StepFlows, step
from dtaojax.network import load_network
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Pools, Subnets

RAO = 1.0 / chain.RAO_PER_TAO
"""One rao in tokens."""


LIVE = MechanismConfig.model_validate("gate_rank_2026")


def live_mechanism(rank: int = chain.GATE_RANK) -> Mechanism:
    """The rules of gate_rank_2026 with mainnet's values, the bar at another rank if asked for."""
    rules = LIVE.build()
    return replace(rules, gate=replace(rules.gate, rank=rank))


def mainnet_world() -> tuple[Subnets, NetworkState]:
    """The embedded network as the model sees it."""
    return build_network(load_network("finney_8791253"), LIVE)


def random_world(seed: int, subnets: int, weights: bool) -> NetworkRef:
    """A random network of the reference."""
    return random_network(seed, subnets, weights)


Tree = TypeVar("Tree")
Snapshot: TypeAlias = dict[str, np.ndarray]
"""The fields of a state, by name, pools' fields among them."""

PER_SUBNET_TOKENS = (
    "tao_in",
    "alpha_in",
    "tao_reservoir",
    "alpha_reservoir",
    "alpha_out",
    "protocol_alpha",
    "root_basket",
    "burned_alpha",
)
PER_SUBNET_NUMBERS = ("w_tao", "moving_price")
POOL_FIELDS = ("tao_in", "alpha_in", "w_tao", "tao_reservoir", "alpha_reservoir")


def row(tree: Tree, index: int) -> Tree:
    """One entry of the leading axis."""
    return jax.tree.map(lambda leaf: leaf[index], tree)


def stacked(trees: Sequence[Tree]) -> Tree:
    """Trees of arrays as one tree with a leading axis."""
    return jax.tree.map(lambda *leaves: np.stack(leaves), *trees)


def _column(subnets: Sequence[SubnetRef], name: str, unit: float = 1.0) -> np.ndarray:
    return np.array([float(getattr(subnet, name)) for subnet in subnets]) * unit


def snapshot_of_reference(network: NetworkRef) -> Snapshot:
    """Fields of the exact reference, in tokens."""
    return {
        **{name: _column(network.subnets, name, RAO) for name in PER_SUBNET_TOKENS},
        **{name: _column(network.subnets, name) for name in PER_SUBNET_NUMBERS},
        "total_issuance": np.float64(network.total_issuance) * RAO,
        "root_tao": np.float64(network.root_tao) * RAO,
        "gate_bar": np.float64(network.gate_bar),
    }


def snapshot_of_model(state: NetworkState) -> Snapshot:
    """Fields of the model's state, or of many states with a leading axis."""
    rest = ("alpha_out", "protocol_alpha", "root_basket", "burned_alpha", "moving_price")
    whole = ("total_issuance", "root_tao", "gate_bar")
    return {
        **{name: np.asarray(getattr(state.pools, name)) for name in POOL_FIELDS},
        **{name: np.asarray(getattr(state, name)) for name in (*rest, *whole)},
    }


def state_of(network: NetworkRef) -> NetworkState:
    """State of the exact reference as the model's."""
    fields = {name: jnp.asarray(value) for name, value in snapshot_of_reference(network).items()}
    return NetworkState(
        block=jnp.asarray(network.block),
        pools=Pools(**{name: fields.pop(name) for name in POOL_FIELDS}),
        **fields,
    )


def subnets_of(network: NetworkRef) -> Subnets:
    """Subnets of the exact reference, as JAX arrays."""
    subnets = network.subnets
    return Subnets(
        registered_at=jnp.asarray([s.registered_at for s in subnets]),
        first_emission_block=jnp.asarray(
            [-1 if s.first_emission_block is None else s.first_emission_block for s in subnets]
        ),
        emission_enabled=jnp.asarray([s.emission_enabled for s in subnets]),
        miner_burned=jnp.asarray(_column(subnets, "miner_burned")),
        owner_cut_enabled=jnp.asarray([s.owner_cut_enabled for s in subnets]),
        quality=jnp.zeros(len(subnets)),
        sector=jnp.arange(len(subnets)),
    )


class Orders(NamedTuple):
    """What users put into the pools, at most one of the two a subnet and step.

    Attributes:
        tao: net of the fee [TAO].
        alpha: the user's net sale and the author's sale of the fee [alpha].
    """

    tao: np.ndarray
    alpha: np.ndarray


def _trades(subnet: SubnetRef) -> bool:
    """Whether orders are placed: started, at a price well within the chain's extremes.

    Where an extreme price stops an order, the reference takes the fee of what was done off the
    offer, while the model is given a net amount. It sells an order's alpha and the fee's in one, so
    a pool that has just enough for the first of the two sales is left alone.
    """
    price = spot_price(subnet.tao_in, subnet.alpha_in, subnet.w_tao)
    priced = 10 * MIN_PRICE < price < MAX_PRICE / 10
    nearly_refuses = MINIMUM_RESERVE <= subnet.tao_in < 2 * MINIMUM_RESERVE
    return subnet.first_emission_block is not None and priced and not nearly_refuses


def random_orders(
    random: Random, network: NetworkRef, parameters: Parameters, count: int
) -> tuple[list[Trade], Orders]:
    """Orders without price limit, one a subnet at most, as both the reference and the model read.

    The model is given what moves the pool: of a buy what is left after the fee, of a sale all of
    it, since the block author sells the fee in the same pool (§3.5 S3).
    """
    open_subnets = [place for place, subnet in enumerate(network.subnets) if _trades(subnet)]
    orders = Orders(np.zeros(len(network.subnets)), np.zeros(len(network.subnets)))
    trades = []
    for place in random.sample(open_subnets, min(count, len(open_subnets))):
        trade = replace(random_trade(random, network.subnets[place]), limit_price=None)
        fee = parameters.rounding.rao(fee_on_offer(trade.amount, parameters.fee_rate_u16))
        if trade.side == "buy":
            orders.tao[place] = float(trade.amount - fee) * RAO
        else:
            orders.alpha[place] = float(trade.amount) * RAO
        trades.append(trade)
    return trades, orders


def run_reference(
    network: NetworkRef, parameters: Parameters, blocks: int, orders_a_block: int, seed: int
) -> tuple[Snapshot, Orders]:
    """Runs the exact reference, in place, under random orders.

    Returns:
        Fields with a leading axis of blocks + 1, the start first, and the orders of each block.
    """
    random = Random(seed)
    seen, orders = [snapshot_of_reference(network)], []
    for _ in range(blocks):
        trades, asked = random_orders(random, network, parameters, orders_a_block)
        run_block(network, parameters, trades)
        orders.append(asked)
        seen.append(snapshot_of_reference(network))
    return stacked(seen), stacked(orders)


def intents_for(orders: Orders) -> Callable[[NetworkState, Coinbase], Intents]:
    """Orders as what a step asks for: its intents, given the state after the coinbase."""

    def intents_of(paid: NetworkState, protocol: Coinbase) -> Intents:
        tao_in = paid.pools.tao_in
        open_pool = tao_in > 0.0
        # Repeated orders for TAO may ask for more than a pool has left: it gives nine tenths.
        part = jnp.maximum(orders.tao / jnp.where(open_pool, tao_in, 1.0), -0.9)
        push = jnp.log1p(part)
        return Intents(jnp.where(open_pool, push, 0.0), jnp.asarray(orders.alpha))

    return intents_of


class Moment(NamedTuple):
    """A step: the state before, after its coinbase and after its trades, and what happened."""

    before: NetworkState
    paid: NetworkState
    after: NetworkState
    flows: StepFlows


STRIDE = 20
"""Steps that are compiled into one program, whatever the length of a run."""


def run_model(
    mechanism: Mechanism, subnets: Subnets, start: NetworkState, orders: Orders, blocks: int = 1
) -> Moment:
    """Runs the model, one step of ``blocks`` blocks for each row of the orders, a whole number of
    strides of them.

    Returns:
        NumPy arrays with a leading axis of steps.
    """
    mechanism, subnets, start, orders = typed((mechanism, subnets, start, orders))
    strides = []
    for first in range(0, len(orders.tao), STRIDE):
        now = jax.tree.map(lambda leaf, at=first: leaf[at : at + STRIDE], orders)
        start, seen = _run_stride(mechanism, subnets, start, now, blocks)
        strides.append(jax.device_get(seen))
    return jax.tree.map(lambda *parts: np.concatenate(parts), *strides)


def typed(tree: Tree) -> Tree:
    """Arrays of types that are their own, so that what a stride leaves fits its program again."""
    arrays, rest = eqx.partition(tree, eqx.is_array)
    return eqx.combine(jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf)), arrays), rest)


@eqx.filter_jit
def _run_stride(
    mechanism: Mechanism, subnets: Subnets, start: NetworkState, orders: Orders, blocks: int
) -> tuple[NetworkState, Moment]:
    def advance(before: NetworkState, now: Orders) -> tuple[NetworkState, Moment]:
        seen: list[NetworkState] = []
        wishes = intents_for(now)

        def intents_of(paid: NetworkState, protocol: Coinbase) -> Intents:
            seen.append(paid)
            return wishes(paid, protocol)

        after, flows = step(mechanism, subnets, before, blocks, intents_of)
        return after, Moment(before, seen[0], after, flows)

    return lax.scan(advance, start, orders)


@eqx.filter_jit
def one_block_each(
    mechanism: Mechanism, subnets: Subnets, before: NetworkState, orders: Orders
) -> NetworkState:
    """One block from each of many states, which all have a leading axis."""

    def advance(who: Subnets, state: NetworkState, now: Orders) -> NetworkState:
        return step(mechanism, who, state, 1, intents_for(now))[0]

    return jax.vmap(advance)(subnets, before, orders)
