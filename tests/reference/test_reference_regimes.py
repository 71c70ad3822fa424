"""Every regime of the exact reference conserves what it handles and shows what sets it apart."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from reference import (
    PRESETS,
    BlockFlows,
    NetworkRef,
    RootValidator,
    SubnetRef,
    Trade,
    run_block,
)
from reference.ledger import expected_after, holdings
from reference.networks import random_edge_network, random_network, random_trades
from reference.pool import price_of

TOKEN = 10**9
KEEPS_BUYS = (
    "netflow_2026",
    "price_rootprop",
    "gate_mass_2026",
    "gate_rank_2026",
    "etao_sketch",
    *(name for name in PRESETS if name.startswith("proposed_")),
)
POOLED = tuple(name for name in PRESETS if name != "root_2023")


def block(name: str, network: NetworkRef, *trades: Trade, **changes: object) -> BlockFlows:
    """One block of a preset, with some of its parameters changed."""
    regime, parameters = PRESETS[name]
    return run_block(network, replace(parameters, **changes), trades, regime)


def pool(netuid: int, tao: int, alpha: int, m: str = "0.01", out: int = 10**6) -> SubnetRef:
    """A started subnet with whole tokens in its pool."""
    return SubnetRef(netuid, tao * TOKEN, alpha * TOKEN, out * TOKEN, moving_price=Decimal(m))


def pair(*subnets: SubnetRef, issuance: int = 9_000_000, root: int = 5_000_000) -> NetworkRef:
    """A network of these subnets; whole tokens of TAO."""
    return NetworkRef(1_000_000, issuance * TOKEN, root * TOKEN, list(subnets))


@pytest.mark.parametrize("name", POOLED)
def test_every_rao_is_accounted_for_and_every_state_is_valid(name: str) -> None:
    network, random = random_network(21, 5), Random(21)
    for _ in range(150):
        before = holdings(network)
        trades = random_trades(random, network, 3)
        flows = block(name, network, *trades)
        assert holdings(network) == expected_after(before, flows, name in KEEPS_BUYS)
        for subnet in network.subnets:
            assert min(subnet.tao_in, subnet.alpha_in, subnet.alpha_out) >= 0
            assert subnet.protocol_alpha + subnet.root_basket <= subnet.alpha_out
            assert 0 <= subnet.moving_price <= 1
        shares = sum(flow.share for flow in flows.subnets.values())
        assert shares == 0 or abs(shares - 1) < Decimal("1e-25")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", POOLED)
def test_empty_and_dust_pools_run_and_conserve(name: str, seed: int) -> None:
    network, random = random_edge_network(seed, 5), Random(seed)
    for _ in range(20):
        before = holdings(network)
        flows = block(name, network, *random_trades(random, network, 3))
        assert holdings(network) == expected_after(before, flows, name in KEEPS_BUYS)
        for subnet in network.subnets:
            assert min(subnet.tao_in, subnet.alpha_in, subnet.alpha_out) >= 0
            assert min(subnet.tao_reservoir, subnet.alpha_reservoir) >= 0


@pytest.mark.parametrize("name", PRESETS)
def test_network_without_a_weight_emits_no_tao_but_roots_part_off_the_top(name: str) -> None:
    network = pair(replace(pool(1, 0, 0), moving_price=Decimal(0)))
    assert block(name, network).issued == PRESETS[name][1].off_the_top * TOKEN


@pytest.mark.parametrize("name", PRESETS)
def test_nothing_is_emitted_at_the_cap_of_issuance(name: str) -> None:
    flows = block(name, pair(pool(1, 1000, 50_000), issuance=21_000_000))
    assert (flows.block_emission, flows.issued) == (0, 0)


def test_root_2023_pays_by_votes_weighted_with_stake_and_moves_no_pool() -> None:
    network = pair(pool(1, 0, 0), pool(2, 0, 0))
    network.root_validators = [
        RootValidator(3 * TOKEN, {1: Decimal(1)}),
        RootValidator(1 * TOKEN, {1: Decimal(1), 2: Decimal(3)}),
    ]
    flows = block("root_2023", network)
    assert [flows.subnets[i].share for i in (1, 2)] == [Decimal("0.8125"), Decimal("0.1875")]
    reward = flows.subnets[1].reward
    assert (reward.owner, reward.server) == (146_250_000, 333_125_000)
    assert flows.issued == TOKEN
    assert all(subnet.alpha_issuance == 10**6 * TOKEN for subnet in network.subnets)
    with pytest.raises(ValueError, match="no pool"):
        block("root_2023", network, Trade(1, "buy", TOKEN))


def test_article_2024_holds_its_weights_for_a_day() -> None:
    network = pair(pool(1, 1000, 1000), pool(2, 1000, 3000))
    network.block = 7_200 * 100
    first = block("article_2024", network, Trade(2, "buy", 10_000 * TOKEN))
    assert abs(first.subnets[2].share - Decimal("0.25")) < Decimal("1e-25")
    assert block("article_2024", network).subnets[2].share == first.subnets[2].share
    network.block = 7_200 * 101 - 1
    assert block("article_2024", network).subnets[2].share > Decimal("0.9")


def test_article_2024_halves_new_alpha_between_pool_and_participants() -> None:
    network = pair(pool(1, 1000, 1000))
    flow = block("article_2024", network).subnets[1]
    assert (flow.support.alpha_in, flow.alpha_minted) == (TOKEN // 2, TOKEN // 2)
    assert (flow.support.tao_in, flow.support.participant_tao) == (0, TOKEN)
    assert (flow.split.owner, flow.reward.server) == (90_000_000, 410_000_000)
    pooled = block("article_2024", network, pool_tao_fraction=Decimal(1)).subnets[1]
    assert (pooled.support.tao_in, pooled.support.participant_tao) == (TOKEN, 0)


def test_prelaunch_2024_injects_tao_only_below_a_price_sum_of_one() -> None:
    cheap = block("prelaunch_2024", pair(pool(1, 1000, 4000), pool(2, 3000, 9000)))
    supports = [flow.support for flow in cheap.subnets.values()]
    assert [given.tao_in for given in supports] == [TOKEN // 4, 3 * TOKEN // 4]
    assert not any(given.alpha_in for given in supports)
    dear = block("prelaunch_2024", pair(pool(1, 1000, 1500), pool(2, 3000, 4000)))
    supports = [flow.support for flow in dear.subnets.values()]
    assert [(given.tao_in, given.alpha_in) for given in supports] == [(0, TOKEN)] * 2


def test_launch_2025_keeps_the_whole_tao_and_so_raises_a_low_price() -> None:
    network = pair(pool(1, 1000, 4000), root=0)
    flow = block("launch_2025", network).subnets[1]
    assert (flow.support.tao_in, flow.support.alpha_in) == (TOKEN, TOKEN)
    assert price_of(network.subnets[0]) > flow.situation.price


def test_launch_2025_sells_root_alpha_at_once() -> None:
    network = pair(pool(1, 1000, 4000))
    flow = block("launch_2025", network).subnets[1]
    assert 0 < flow.split.root_tao < flow.split.root_alpha
    assert network.subnets[0].pending_root_tao == flow.split.root_tao
    assert network.subnets[0].alpha_in == (4000 * TOKEN) + TOKEN + flow.split.root_alpha


def test_subsidy_2025_supports_a_price_below_its_share_and_destroys_what_it_buys() -> None:
    network = pair(pool(1, 1000, 4000), pool(2, 40_000, 20_000, m="0.03"))
    low, high = block("subsidy_2025", network).subnets.values()
    assert low.situation.price == low.share == Decimal("0.25")
    assert low.support.buy_tao == high.support.buy_tao == 0

    network = pair(pool(1, 1000, 8000), pool(2, 40_000, 20_000, m="0.03"))
    before = network.subnets[0].alpha_issuance
    flows = block("subsidy_2025", network)
    low = flows.subnets[1]
    assert (low.support.tao_in, low.support.buy_tao) == (TOKEN // 8, TOKEN // 8)
    assert low.split.root_tao == 0 < low.split.root_alpha
    assert flows.subnets[2].split.root_tao > 0
    assert network.subnets[0].alpha_issuance == before + 2 * TOKEN - low.support.buy_alpha
    assert flows.issued == low.support.tao_in + flows.subnets[2].support.tao_in


def test_taoflow_2025_gives_everything_to_subnets_with_inflow() -> None:
    network = pair(pool(1, 1000, 50_000), pool(2, 1000, 50_000))
    trades = Trade(1, "buy", 10 * TOKEN), Trade(2, "sell", 10 * TOKEN)
    assert block("taoflow_2025", network, *trades).issued == 0
    flows = block("taoflow_2025", network)
    assert [flows.subnets[i].share for i in (1, 2)] == [1, 0]
    assert network.subnets[0].user_flow == 0


@pytest.mark.parametrize("name", ["taoflow_2025", "netflow_2026"])
def test_cap_of_2025_is_the_lesser_of_alpha_and_tao_emission(name: str) -> None:
    network = pair(pool(1, 1000, 50_000), issuance=11_000_000)
    network.subnets[0].user_flow = TOKEN
    before = network.subnets[0].alpha_issuance
    flow = block(name, network).subnets[1]
    assert flow.support.alpha_in == TOKEN // 2
    assert (flow.support.tao_in, flow.support.buy_tao) == (TOKEN // 100, TOKEN // 2 - TOKEN // 100)
    kept = network.subnets[0].protocol_alpha
    assert kept == (flow.support.buy_alpha if name == "netflow_2026" else 0)
    grown = network.subnets[0].alpha_issuance - before - flow.support.alpha_in - TOKEN
    assert grown == kept - flow.support.buy_alpha - flow.split.recycled


def test_netflow_2026_subtracts_the_flow_of_the_protocol() -> None:
    network = pair(pool(1, 1000, 50_000), pool(2, 1000, 50_000))
    network.subnets[0].user_flow_ema = network.subnets[1].user_flow_ema = Decimal(1000)
    network.subnets[0].protocol_flow_ema = Decimal(500)
    flows = block("netflow_2026", network)
    assert abs(flows.subnets[1].share - Decimal(1) / 3) < Decimal("1e-25")
    assert network.subnets[0].protocol_flow > 0


def test_price_rootprop_weighs_with_the_proportion_of_the_previous_block() -> None:
    network = pair(pool(1, 1000, 50_000), pool(2, 1000, 50_000))
    network.subnets[0].root_prop, network.subnets[1].root_prop = Decimal("0.5"), Decimal("0.25")
    share = block("price_rootprop", network).subnets[1].share
    assert abs(share - Decimal(2) / 3) < Decimal("1e-25")
    assert abs(block("price_rootprop", network).subnets[1].share - Decimal("0.5")) < Decimal("1e-5")


def test_gate_mass_2026_puts_the_bar_where_three_quarters_are_reached() -> None:
    network = pair(*(pool(i, 1000, 50_000, m) for i, m in ((1, "0.06"), (2, "0.03"), (3, "0.01"))))
    flows = block("gate_mass_2026", network)
    assert network.gate_bar == Decimal("0.3")
    assert flows.subnets[1].share > flows.subnets[1].pre_gate_share


@pytest.mark.parametrize("name", ["taoflow_2025", "gate_rank_2026"])
def test_root_alpha_is_kept_above_a_price_sum_of_one_and_recycled_below(name: str) -> None:
    above = pair(pool(1, 1000, 1000, "0.6"), pool(2, 1000, 1000, "0.6"))
    below = pair(pool(1, 1000, 1000, "0.3"), pool(2, 1000, 1000, "0.6"))
    flows = [block(name, network) for network in (above, below)]
    kept, recycled = (of.subnets[1].split for of in flows)
    claimed, _ = flows[0].claims[1]
    assert (kept.recycled, recycled.root_alpha) == (0, 0)
    assert kept.root_alpha - claimed == above.subnets[0].root_basket > 0
    assert recycled.recycled > 0 == below.subnets[0].root_basket


def test_floored_ema_of_a_newborn_cheap_subnet_stays_at_zero_for_3200_blocks() -> None:
    network = pair(replace(pool(1, 1000, 200_000, m="0"), first_emission_block=1_000_001))
    regime, parameters = PRESETS["launch_2025"]
    parameters = replace(parameters, halving_blocks=201_600, ema_floor=True)
    risen = 0
    while network.subnets[0].moving_price == 0:
        run_block(network, parameters, (), regime)
        risen += 1
    assert 3_000 < risen < 3_400


def test_claim_of_root_alpha_turns_it_into_root_stake() -> None:
    network = pair(pool(1, 1000, 1000, "1"), pool(2, 1000, 1000, "1"))
    block("taoflow_2025", network)
    accrued, stake = network.subnets[0].root_basket, network.root_tao
    flows = block("taoflow_2025", network, Trade(1, "claim", accrued))
    fill, by_itself = flows.fills[0], sum(tao for _, tao in flows.claims.values())
    assert fill.paid == accrued
    assert network.root_tao == stake + by_itself + fill.amount_out


def test_claims_follow_what_is_earned_with_the_lag_and_are_an_outflow_of_the_protocol() -> None:
    network = pair(pool(1, 1000, 1000, "1"), pool(2, 1000, 1000, "1"))
    network.subnets[0].root_basket = 10 * TOKEN
    stake = network.root_tao
    flows = block("netflow_2026", network, root_claim_lag=5)
    sold, tao = flows.claims[1]
    earned = flows.subnets[1].split.root_alpha
    assert sold == (10 * TOKEN + earned) // 5
    assert network.subnets[0].root_basket == 10 * TOKEN + earned - sold
    assert network.root_tao == stake + sum(got for _, got in flows.claims.values())
    assert network.subnets[0].protocol_flow == flows.subnets[1].support.tao_in - tao < 0


def test_subsidy_2025_adds_what_root_alpha_brings_to_root_stake_and_the_launch_does_not() -> None:
    for name in ("subsidy_2025", "launch_2025"):
        network = pair(pool(1, 1000, 1000), pool(2, 1000, 1000))
        stake = network.root_tao
        flows = block(name, network)
        proceeds = sum(flow.split.root_tao for flow in flows.subnets.values())
        assert proceeds > 0
        assert network.root_tao == stake + (proceeds if name == "subsidy_2025" else 0)
