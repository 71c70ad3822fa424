"""The exact reference answers the chain's vectors, reproduces mainnet, and conserves every rao."""

from copy import deepcopy
from decimal import Decimal
from random import Random

import pytest

from reference import EXACT, FLOOR, Parameters, SubnetRef, Trade, run_block
from reference.emission_adapters import EMISSION_ADAPTERS
from reference.ledger import expected_after, holdings
from reference.ledger_adapters import LEDGER_ADAPTERS
from reference.networks import (
    mainnet,
    mainnet_rows,
    one_ema_step_back,
    random_network,
    random_trades,
    rao,
)
from reference.pool import price_of
from reference.pool_adapters import POOL_ADAPTERS
from reference.shares import hill_gate, rank_bar
from reference.support import buy_keep_inject
from reference.terms import Terms
from reference.vectors import Vector, load, mismatches

ADAPTERS = EMISSION_ADAPTERS | POOL_ADAPTERS | LEDGER_ADAPTERS
SN54_BURN = Decimal("0.3066665")
"""Its burn when the emission was recorded; it changed before the snapshot was read."""


@pytest.mark.parametrize("vector", load(), ids=lambda vector: vector.id)
def test_reference_answers_the_vector(vector: Vector) -> None:
    lines = [
        line
        for case, want in zip(vector.inputs, vector.expected, strict=True)
        for line in mismatches(
            ADAPTERS[vector.topic](case), want, vector.rel, vector.abs, vector.topic
        )
    ]
    assert lines == []


def test_mainnet_emission_is_reproduced_within_two_rao_on_every_subnet() -> None:
    network, parameters = mainnet(), Parameters()
    one_ema_step_back(network, parameters)
    network.subnet(54).miner_burned = SN54_BURN

    flows = run_block(network, parameters)

    assert flows.block_emission == 500_000_000
    for row in mainnet_rows()[1:]:
        netuid = int(row["netuid"])
        observed = rao(row["observed_tao_in_emission"]) + rao(row["observed_excess_tao"])
        emitted = flows.subnets[netuid].situation.tao_emission if netuid in flows.subnets else 0
        assert abs(emitted - observed) <= 2, netuid


def test_mainnet_buys_on_the_subnets_that_the_chain_bought_on() -> None:
    flows = run_block(mainnet(), Parameters())

    bought = {netuid for netuid, flow in flows.subnets.items() if flow.support.buy_tao > 0}
    observed = {
        int(row["netuid"]) for row in mainnet_rows()[1:] if Decimal(row["observed_excess_tao"]) > 0
    }
    assert bought == observed
    assert len(bought) == 35


@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_rao_of_every_block_is_accounted_for(seed: int, weights: bool) -> None:
    network, random, parameters = random_network(seed, 6, weights), Random(seed), Parameters()
    for _ in range(200):
        before = holdings(network)
        flows = run_block(network, parameters, random_trades(random, network, 3))
        assert holdings(network) == expected_after(before, flows, buys_are_kept=True)
        assert 0 <= flows.issued <= flows.block_emission


def test_alpha_minted_is_split_up_to_four_rao() -> None:
    network = random_network(4, 8)
    flows = run_block(network, Parameters())
    for flow in flows.subnets.values():
        parts = flow.split
        paid = parts.owner + parts.server + parts.validator + parts.root_alpha + parts.recycled
        assert 0 <= flow.alpha_minted - paid < 4


def test_moving_price_stays_between_zero_and_one() -> None:
    network, random = random_network(5, 6), Random(5)
    network.subnets[0].first_emission_block = 1
    network.subnets[0].alpha_in = network.subnets[0].tao_in // 40
    for _ in range(100):
        run_block(network, Parameters(), random_trades(random, network, 3))
        assert all(0 <= subnet.moving_price <= 1 for subnet in network.subnets)


def test_injection_holds_the_price_that_the_chain_buy_left() -> None:
    network = random_network(6, 6, weights=True)
    for subnet in network.subnets:
        terms = Terms(Decimal(10**9), Decimal(2 * 10**9), excess=Decimal(10**8))
        supported, only_bought = deepcopy(subnet), deepcopy(subnet)
        buy_keep_inject(supported, terms, EXACT)
        buy_keep_inject(only_bought, Terms(excess=terms.excess), EXACT)
        assert supported.tao_in == only_bought.tao_in + terms.tao_in
        assert abs(price_of(supported) / price_of(only_bought) - 1) < Decimal("1e-25")
        assert price_of(supported) > price_of(subnet)


def test_what_the_weights_cannot_take_waits_in_the_reservoir() -> None:
    subnet = SubnetRef(1, tao_in=10**9, alpha_in=10**12, alpha_out=10**15)
    buy_keep_inject(subnet, Terms(Decimal(10**6), Decimal(10**15)), FLOOR)
    assert (subnet.tao_in, subnet.tao_reservoir) == (10**9 + 10**6, 0)
    assert (subnet.alpha_in, subnet.alpha_reservoir) == (10**12, 10**15)


def test_bar_moves_only_every_360_blocks() -> None:
    network, random = random_network(7, 6, block=359_990), Random(7)
    seen = {}
    for _ in range(380):
        run_block(network, Parameters(bar_rank=3), random_trades(random, network, 2))
        seen[network.block] = network.gate_bar
    assert len({bar for block, bar in seen.items() if block < 360_000}) == 1
    assert len({bar for block, bar in seen.items() if 360_000 <= block < 360_360}) == 1
    assert len(set(seen.values())) == 3


def test_gate_preserves_ranks_and_never_lowers_the_top_share() -> None:
    random = Random(8)
    for _ in range(50):
        weights = [Decimal(random.randint(0, 1000)) for _ in range(40)]
        before = [w / sum(weights) for w in weights]
        after = hill_gate(before, rank_bar(before, 32), Decimal(3))
        assert max(after) >= max(before)
        assert [s for _, s in sorted(zip(before, after, strict=True))] == sorted(after)


def test_trades_of_a_block_change_shares_only_from_the_next_block_on() -> None:
    quiet = random_network(9, 4)
    quiet.subnets[0].miner_burned, quiet.subnets[0].emission_enabled = Decimal(0), True
    busy = deepcopy(quiet)
    trades = [Trade(1, "buy", busy.subnets[0].tao_in)]
    first = [run_block(quiet, Parameters()), run_block(busy, Parameters(), trades)]
    assert first[0].subnets == first[1].subnets
    second = [run_block(quiet, Parameters()), run_block(busy, Parameters())]
    assert second[0].subnets[1].share == second[1].subnets[1].share
    third = [run_block(quiet, Parameters()), run_block(busy, Parameters())]
    assert third[0].subnets[1].share < third[1].subnets[1].share


def test_disabled_subnet_gets_no_tao_and_mints_alpha_all_the_same() -> None:
    network = random_network(10, 4)
    network.subnets[0].emission_enabled, network.subnets[1].emission_enabled = False, True
    flow = run_block(network, Parameters()).subnets[1]
    assert (flow.share, flow.support.tao_in, flow.support.buy_tao) == (0, 0, 0)
    assert flow.pre_gate_share > 0
    assert flow.alpha_minted == 10**9


def test_truncation_moves_no_reserve_by_more_than_a_few_rao_a_block() -> None:
    floored, exact = random_network(11, 4, weights=True), random_network(11, 4, weights=True)
    blocks = 200
    for _ in range(blocks):
        run_block(floored, Parameters())
        run_block(exact, Parameters(rounding=EXACT))
    for whole, real in zip(floored.subnets, exact.subnets, strict=True):
        assert isinstance(whole.tao_in, int)
        assert abs(whole.tao_in - real.tao_in) < 4 * blocks
        alpha_a_tao = 1 / price_of(whole)
        assert abs(whole.alpha_in - real.alpha_in) < 4 * blocks * (1 + alpha_a_tao)
        assert abs(whole.alpha_out - real.alpha_out) < 4 * blocks * (1 + alpha_a_tao)


def test_same_state_and_trades_give_the_same_block() -> None:
    network = random_network(12, 5)
    twin, trades = deepcopy(network), random_trades(Random(12), network, 10)
    assert run_block(network, Parameters(), trades) == run_block(twin, Parameters(), trades)
    assert network == twin


@pytest.mark.parametrize(
    ("trade", "error"),
    [
        (Trade(99, "buy", 1), "no subnet 99"),
        (Trade(1, "short", 1), "side of a trade"),
        (Trade(1, "sell", 10**18), "users have less"),
    ],
)
def test_impossible_trade_is_refused(trade: Trade, error: str) -> None:
    with pytest.raises((KeyError, ValueError), match=error):
        run_block(random_network(13, 2), Parameters(), [trade])
