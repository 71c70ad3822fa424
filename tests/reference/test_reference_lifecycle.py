"""Subnets of the exact reference come and go as the chain has it, and no rao is lost on the way."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from reference import PRESETS, NetworkRef, Parameters, SubnetRef, run_block
from reference.ledger import holdings
from reference.lifecycle import (
    OTHERS,
    ROOT,
    current_lock_cost,
    dissolve,
    register_subnet,
    start_call,
)
from reference.networks import random_network, random_trades

TOKEN = 10**9
FULL = Parameters(subnet_limit=3, immunity_blocks=100)


def network_of(*subnets: SubnetRef) -> NetworkRef:
    return NetworkRef(
        1_000,
        9 * 10**15,
        5 * 10**15,
        list(subnets),
        last_lock_cost=500 * TOKEN,
        last_lock_block=990,
    )


def three() -> NetworkRef:
    """Three subnets at prices 0.5, 0.1 and 0.2; the cheapest EMA is the young third's."""
    return network_of(
        SubnetRef(1, 100 * TOKEN, 200 * TOKEN, 10**12, moving_price=Decimal("0.5")),
        SubnetRef(2, 100 * TOKEN, 1000 * TOKEN, 10**12, moving_price=Decimal("0.1")),
        SubnetRef(
            3, 100 * TOKEN, 500 * TOKEN, 10**12, moving_price=Decimal("0.01"), registered_at=950
        ),
    )


def test_full_network_prunes_the_lowest_price_out_of_immunity_and_reuses_its_netuid() -> None:
    network = three()
    done = register_subnet(network, FULL)
    assert done is not None
    assert done.pruned is not None
    assert done.netuid == done.pruned.netuid == 2
    assert [subnet.netuid for subnet in network.subnets] == [1, 2, 3]
    newborn = network.subnet(2)
    assert (newborn.moving_price, newborn.alpha_out, newborn.emission_enabled) == (0, 0, False)


def test_registration_fails_while_every_subnet_is_immune() -> None:
    network = three()
    before = holdings(network)
    assert register_subnet(network, replace(FULL, immunity_blocks=2_000)) is None
    assert holdings(network) == before


def test_network_without_a_limit_grows() -> None:
    network = three()
    done = register_subnet(network, replace(FULL, subnet_limit=None))
    assert done is not None
    assert (done.netuid, done.pruned, len(network.subnets)) == (4, None, 4)


def test_new_pool_holds_the_lock_at_the_median_price_of_the_rest() -> None:
    network = three()
    done = register_subnet(network, FULL)
    assert done is not None
    newborn = network.subnet(2)
    assert newborn.tao_in == done.lock_cost
    assert newborn.alpha_in == int(done.lock_cost / Decimal("0.35"))


def test_pool_of_2025_held_one_tao_and_recycled_the_rest_of_the_lock() -> None:
    network = three()
    issuance = network.total_issuance
    done = register_subnet(network, replace(FULL, subnet_limit=None), PRESETS["taoflow_2025"][0])
    assert done is not None
    newborn = network.subnet(4)
    assert newborn.tao_in == newborn.alpha_in == TOKEN
    assert issuance - network.total_issuance == done.recycled == done.lock_cost - TOKEN


def test_lock_cost_doubles_and_decays_to_the_minimum() -> None:
    network, parameters = three(), replace(FULL, subnet_limit=None)
    first = register_subnet(network, parameters)
    assert first is not None
    assert current_lock_cost(network, parameters) == 2 * first.lock_cost
    network.block += parameters.lock_reduction_interval
    assert abs(current_lock_cost(network, parameters) - first.lock_cost) < 10**6
    network.block += parameters.lock_reduction_interval
    assert current_lock_cost(network, parameters) == parameters.min_lock


def test_dissolution_pays_the_whole_pot_and_recycles_the_protocols_part() -> None:
    network = three()
    subnet = network.subnet(1)
    subnet.protocol_alpha, subnet.tao_reservoir = 10**11, 7
    pot, issuance = subnet.tao_in + subnet.tao_reservoir, network.total_issuance
    done = dissolve(network, subnet, FULL, holders={"whale": 10**11})
    assert sum(done.payouts.values()) + done.recycled == pot
    assert done.payouts["whale"] - pot // 10 in (0, 1)
    assert done.recycled - pot // 10 in (0, 1)
    assert network.total_issuance == issuance - done.recycled


def test_baskets_are_sold_through_the_pool_before_the_rest_is_paid() -> None:
    """§12.3: E of x + E of the pot is root's; the rest goes by alpha, burned alpha left out."""
    network = three()
    subnet = network.subnet(1)
    subnet.alpha_in, subnet.alpha_reservoir, subnet.tao_reservoir = 150 * TOKEN, 50 * TOKEN, TOKEN
    subnet.alpha_out, subnet.root_basket = 1_000 * TOKEN, 100 * TOKEN
    subnet.protocol_alpha, subnet.burned_alpha = 180 * TOKEN, 300 * TOKEN
    pot, root_tao = 101 * TOKEN, network.root_tao
    done = dissolve(network, subnet, FULL, holders={"whale": 42 * TOKEN})
    # A basket of 100 against a pool of 200; 420 others and 180 of the protocol share the rest.
    assert pot // 3 - done.payouts[ROOT] in (0, 1)
    rest = pot - done.payouts[ROOT]
    assert done.payouts["whale"] - 7 * rest // 100 in (0, 1)
    assert done.recycled - 3 * rest // 10 in (0, 1)
    assert sum(done.payouts.values()) + done.recycled == pot
    assert network.root_tao == root_tao + done.payouts[ROOT]


def test_a_basket_that_the_pool_refuses_is_paid_like_a_staker() -> None:
    network = three()
    subnet = network.subnet(1)
    subnet.tao_in, subnet.alpha_out, subnet.root_basket = 10**5, 10**12, 10**11
    done = dissolve(network, subnet, FULL)
    assert done.payouts == {OTHERS: 9 * 10**4, ROOT: 10**4}


def test_claimable_root_alpha_gets_nothing_before_the_baskets() -> None:
    network = three()
    subnet = network.subnet(1)
    subnet.root_basket = 5 * 10**11
    done = dissolve(network, subnet, FULL, PRESETS["taoflow_2025"][0])
    assert done.payouts == {OTHERS: 100 * TOKEN}


def test_younger_subnets_count_the_alpha_of_their_pool_for_the_protocol() -> None:
    network = three()
    subnet = network.subnet(3)
    subnet.alpha_out = subnet.alpha_in
    done = dissolve(network, subnet, replace(FULL, tao_in_refund_block=900))
    assert done.payouts[OTHERS] == done.recycled == 50 * TOKEN


def test_holders_cannot_have_more_alpha_than_there_is() -> None:
    network = three()
    with pytest.raises(ValueError, match="too many"):
        dissolve(network, network.subnet(1), FULL, holders={"whale": 10**15})


def test_subnet_emits_from_the_block_after_its_start_call() -> None:
    network = three()
    register_subnet(network, FULL)
    assert 2 not in run_block(network, FULL).subnets
    start_call(network, 2)
    flows = run_block(network, FULL)
    assert flows.subnets[2].alpha_minted == TOKEN
    assert 0 < network.subnet(2).moving_price < Decimal("1e-8")


def test_tao_is_conserved_over_blocks_with_registrations() -> None:
    """Pools + payouts = what came in: emission, trades and locks."""
    network, random = random_network(31, 6), Random(31)
    parameters = Parameters(subnet_limit=6, immunity_blocks=40)
    outside = 0
    start = holdings(network)
    for _ in range(120):
        flows = run_block(network, parameters, random_trades(random, network, 2))
        outside += sum(
            (-fill.paid if fill.side == "buy" else fill.amount_out) + fill.author_tao
            for fill in flows.fills
        )
        if network.block % 30 == 0 and (done := register_subnet(network, parameters)):
            start_call(network, done.netuid)
            assert done.pruned is not None
            outside += sum(done.pruned.payouts.values()) - done.lock_cost
    end = holdings(network)
    assert end.pool_tao + outside - start.pool_tao == end.issuance - start.issuance
