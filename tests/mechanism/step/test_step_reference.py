"""The model's step of one block is the exact reference's block, over thousands of blocks (§4.5).

Without truncation both compute the same real numbers and differ by float64's rounding alone. With
the chain's truncation every amount loses up to a rao a block, which the tolerance allows for.
"""

from decimal import Decimal
from random import Random
from typing import NamedTuple

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
from reference import EXACT, FLOOR, NetworkRef, Parameters, run_block
from reference.networks import mainnet, random_edge_network, rao
from worlds import (
    PER_SUBNET_TOKENS,
    RAO,
    Snapshot,
    live_mechanism,
    one_block_each,
    random_orders,
    random_world,
    row,
    run_model,
    run_reference,
    snapshot_of_model,
    snapshot_of_reference,
    stacked,
    state_of,
    subnets_of,
)

from dtaojax.mechanism.step import StepFlows

TOKENS = {*PER_SUBNET_TOKENS, "total_issuance", "root_tao"}

TRUNCATIONS = 4
"""A block truncates the injection and the chain buy of a pool, a sale and its fee's sale (§7.1)."""


class Comparison(NamedTuple):
    """Fields of both after each block, the start first, and what the model's blocks did."""

    expected: Snapshot
    found: Snapshot
    flows: StepFlows


def compared(
    network: NetworkRef, parameters: Parameters, blocks: int, orders_a_block: int
) -> Comparison:
    """Both run free from the same state, through the same orders."""
    subnets, start = subnets_of(network), state_of(network)
    expected, orders = run_reference(network, parameters, blocks, orders_a_block, seed=blocks)
    run = run_model(live_mechanism(parameters.bar_rank), subnets, start, orders)
    first, later = snapshot_of_model(row(run.before, slice(1))), snapshot_of_model(run.after)
    found = {name: np.concatenate([first[name], later[name]]) for name in first}
    return Comparison(expected, found, run.flows)


def assert_equal_reals(expected: Snapshot, found: Snapshot) -> None:
    """Equal to 1e-11, or to a tenth of a rao where an amount is itself a small difference."""
    for name, want in expected.items():
        np.testing.assert_allclose(
            found[name],
            want,
            rtol=1e-11,
            atol=0.1 * RAO if name in TOKENS else 0.0,
            err_msg=name,
        )


class Pools(NamedTuple):
    """What turns a lost rao into an error: prices [TAO/alpha] and the thinner reserve [tokens]."""

    highest_price: np.ndarray
    lowest_price: np.ndarray
    thinnest: np.ndarray


def pools_of(seen: Snapshot) -> Pools:
    tao_in, alpha_in, w_tao = seen["tao_in"], seen["alpha_in"], seen["w_tao"]
    price = (1.0 - w_tao) / w_tao * tao_in / alpha_in
    return Pools(price, price, np.minimum(tao_in, alpha_in))


def extremes_so_far(pools: Pools) -> Pools:
    return Pools(
        np.maximum.accumulate(pools.highest_price),
        np.minimum.accumulate(pools.lowest_price),
        np.minimum.accumulate(pools.thinnest),
    )


def rao_slack(pools: Pools, blocks: np.ndarray) -> Snapshot:
    """How far truncation may have moved each field after so many blocks.

    A rao of one token is worth ``p`` or ``1/p`` rao of the other, and moves prices and weights by
    its part of the reserve.
    """
    lost = TRUNCATIONS * RAO * blocks[:, None]
    tao = lost * (1.0 + pools.highest_price)
    alpha = lost * (1.0 + 1.0 / pools.lowest_price)
    part = lost / pools.thinnest
    return {
        "tao_in": tao,
        "tao_reservoir": tao,
        "alpha_in": alpha,
        "alpha_reservoir": alpha,
        "alpha_out": alpha,
        "protocol_alpha": alpha,
        "root_basket": alpha,
        "burned_alpha": alpha,
        "total_issuance": lost[:, 0] * part.shape[1],
        "root_tao": lost[:, 0] * part.shape[1],
        "w_tao": part,
        "moving_price": part * pools.highest_price,
        "gate_bar": part.max(axis=1),
    }


def assert_equal_within(slack: Snapshot, rtol: float, expected: Snapshot, found: Snapshot) -> None:
    for name, want in expected.items():
        error = np.abs(found[name] - want)
        allowed = rtol * np.abs(want) + slack[name]
        worst = np.max(error / np.where(error > 0.0, allowed, 1.0))
        assert worst <= 1.0, f"{name}: {worst:.3g} times the tolerance"


NETWORKS = pytest.mark.parametrize(
    ("seed", "subnets", "weights", "rank", "blocks"),
    [(1, 8, True, 3, 1400), (2, 8, False, 3, 1000), (3, 16, True, 32, 600)],
)


@NETWORKS
def test_thousands_of_blocks_equal_the_exact_reference(
    seed: int, subnets: int, weights: bool, rank: int, blocks: int
) -> None:
    network = random_world(seed, subnets, weights)
    run = compared(network, Parameters(rounding=EXACT, bar_rank=rank), blocks, subnets // 2)
    assert_equal_reals(run.expected, run.found)
    assert not run.flows.trades.limited.any()


@NETWORKS
def test_thousands_of_blocks_equal_the_chain_up_to_truncated_rao(
    seed: int, subnets: int, weights: bool, rank: int, blocks: int
) -> None:
    network = random_world(seed + 10, subnets, weights)
    run = compared(network, Parameters(rounding=FLOOR, bar_rank=rank), blocks, subnets // 2)
    slack = rao_slack(extremes_so_far(pools_of(run.expected)), np.arange(blocks + 1))
    assert_equal_within(slack, 1e-9, run.expected, run.found)


@pytest.mark.parametrize("rounding", [EXACT, FLOOR], ids=["exact", "floor"])
def test_mainnet_runs_on_as_the_reference_does(rounding) -> None:
    network = mainnet()
    network.block += 290  # The bar of rank 32 is refreshed after 18 blocks.
    run = compared(network, Parameters(rounding=rounding), 60, 12)
    if rounding is EXACT:
        assert_equal_reals(run.expected, run.found)
    else:
        slack = rao_slack(extremes_so_far(pools_of(run.expected)), np.arange(61))
        assert_equal_within(slack, 1e-9, run.expected, run.found)
    assert len(np.unique(run.found["gate_bar"])) == 2


def test_single_blocks_from_the_chain_s_own_states_are_right_to_a_few_rao() -> None:
    parameters, before, after, subnets, orders = Parameters(), [], [], [], []
    for seed in range(20, 32):
        network, parameters, random = (
            random_world(seed, 8, weights=True),
            Parameters(),
            Random(seed),
        )
        subnets += [subnets_of(network)] * 50
        for _ in range(50):
            before.append(state_of(network))
            trades, asked = random_orders(random, network, parameters, 4)
            run_block(network, parameters, trades)
            orders.append(asked)
            after.append(snapshot_of_reference(network))
    found = one_block_each(live_mechanism(), stacked(subnets), stacked(before), stacked(orders))
    expected = stacked(after)
    slack = rao_slack(pools_of(expected), np.ones(len(after)))
    assert_equal_within(slack, 1e-12, expected, snapshot_of_model(found))


def empty(token: str) -> Edge:
    def edge(network: NetworkRef) -> None:
        setattr(network.subnets[0], token, 0)

    return edge


def newborn(network: NetworkRef) -> None:
    for subnet in network.subnets:
        subnet.moving_price, subnet.first_emission_block = Decimal(0), network.block + 1


def expensive(network: NetworkRef) -> None:
    for subnet in network.subnets:
        subnet.alpha_in = subnet.tao_in // 30


def one_subnet(network: NetworkRef) -> None:
    del network.subnets[1:]


def alpha_halves(network: NetworkRef) -> None:
    for subnet in network.subnets:
        subnet.alpha_out = rao("10499990.3") - subnet.alpha_in


@pytest.mark.parametrize(
    "edge",
    [
        empty("alpha_in"),
        empty("tao_in"),
        no_reserves,
        dust,
        none_started,
        all_disabled,
        all_burned,
        newborn,
        expensive,
        one_subnet,
        issued("10499997.7"),
        issued("20999999.999999995"),
        issued("21000000"),
        alpha_halves,
        alpha_is_all_issued,
    ],
    ids=lambda edge: edge.__name__,
)
def test_edge_states_run_on_as_the_reference_does(edge: Edge) -> None:
    network = random_world(4, 8, weights=False)
    for subnet in network.subnets:
        subnet.first_emission_block, subnet.emission_enabled = 1, True
    edge(network)
    run = compared(network, Parameters(rounding=EXACT, bar_rank=3), 40, 3)
    assert_equal_reals(run.expected, run.found)


def test_pools_beyond_the_weight_bound_hold_liquidity_back_as_in_the_reference() -> None:
    network = random_world(4, 8, weights=False)
    for subnet in network.subnets:
        beyond = Decimal("0.9900002") if subnet.netuid % 2 else Decimal("0.0099998")
        subnet.first_emission_block, subnet.emission_enabled, subnet.w_tao = 1, True, beyond
    run = compared(network, Parameters(rounding=EXACT, bar_rank=3), 200, 0)
    assert_equal_reals(run.expected, run.found)
    waiting = run.found["tao_reservoir"] + run.found["alpha_reservoir"]
    assert ((waiting.max(axis=0) > 0.0) & (waiting[-1] == 0.0)).any()


@pytest.mark.parametrize("seed", range(20))
def test_broken_pools_recover_as_in_the_reference(seed: int) -> None:
    network = random_edge_network(seed, 8)
    run = compared(network, Parameters(rounding=EXACT, bar_rank=3), 20, 4)
    assert_equal_reals(run.expected, run.found)
