"""Orders against the exact reference's pools: fees, limits, guards and the invariant (§3.5)."""

from decimal import Decimal
from random import Random

import pytest

from reference import FLOOR, Parameters, SubnetRef, Trade
from reference.fixed import power
from reference.networks import random_network, random_trades
from reference.pool import price_of, swap_out
from reference.trading import (
    Order,
    claim_root_alpha,
    fee_free_swap,
    fee_to_author_order,
    fee_to_pool_order,
    flat_fee_order,
)

TOKEN = 10**9
ORDERS = [fee_to_author_order, fee_to_pool_order, flat_fee_order]


def pool(tao: int = 1000, alpha: int = 50_000) -> SubnetRef:
    return SubnetRef(1, tao * TOKEN, alpha * TOKEN, alpha_out=10**15)


def invariant(subnet: SubnetRef) -> Decimal:
    """x**w1 y**w2."""
    return power(Decimal(subnet.alpha_in), 1 - subnet.w_tao) * power(
        Decimal(subnet.tao_in), subnet.w_tao
    )


@pytest.mark.parametrize("order", ORDERS)
def test_invariant_of_the_pool_never_falls(order: Order) -> None:
    network, random = random_network(41, 6, weights=order is fee_to_author_order), Random(41)
    for trade in random_trades(random, network, 200):
        subnet = network.subnet(trade.netuid)
        if trade.side == "sell" and trade.amount > subnet.alpha_out:
            continue
        before = invariant(subnet)
        order(subnet, trade, Parameters())
        assert invariant(subnet) >= before * (1 - Decimal("1e-25"))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("side", ["buy", "sell"])
def test_order_moves_no_alpha_into_or_out_of_existence(order: Order, side: str) -> None:
    subnet = pool()
    alpha = subnet.alpha_issuance
    fill = order(subnet, Trade(1, side, 100 * TOKEN), Parameters())
    assert fill.amount_out > 0
    assert subnet.alpha_issuance == alpha
    tao = fill.paid if side == "buy" else -fill.amount_out
    assert subnet.tao_in == 1000 * TOKEN + tao - fill.author_tao


@pytest.mark.parametrize("order", ORDERS)
def test_round_trip_loses(order: Order) -> None:
    subnet = pool()
    bought = order(subnet, Trade(1, "buy", 10 * TOKEN), Parameters())
    sold = order(subnet, Trade(1, "sell", bought.amount_out), Parameters())
    assert sold.amount_out < bought.paid


def test_fee_goes_to_the_author_today_and_stays_in_the_pool_in_2025() -> None:
    for side in ("buy", "sell"):
        today, in_2025 = pool(), pool()
        trade = Trade(1, side, TOKEN)
        new = fee_to_author_order(today, trade, Parameters())
        old = fee_to_pool_order(in_2025, trade, Parameters())
        assert new.fee == old.fee == TOKEN * 33 // 65_535
        assert new.amount_out == old.amount_out
        assert new.author_tao > 0 == old.author_tao
        assert invariant(in_2025) > invariant(pool())


def test_alpha_fee_is_sold_after_the_traders_own_sale() -> None:
    subnet, alone = pool(), pool()
    fill = fee_to_author_order(subnet, Trade(1, "sell", 1000 * TOKEN), Parameters())
    assert fee_free_swap(alone, "sell", fill.net_in, FLOOR) == (fill.net_in, fill.amount_out)
    assert fee_free_swap(alone, "sell", fill.fee, FLOOR) == (fill.fee, fill.author_tao)
    assert (alone.tao_in, alone.alpha_in) == (subnet.tao_in, subnet.alpha_in)


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_flat_fee_of_the_launch_joins_the_pools_tao(side: str) -> None:
    subnet, free = pool(), pool()
    fill = flat_fee_order(subnet, Trade(1, side, TOKEN), Parameters())
    fee_free_swap(free, side, fill.net_in, FLOOR)
    assert fill.fee == 50_000
    assert subnet.tao_in == free.tao_in + 50_000


def test_launch_refuses_to_drain_a_pool_and_still_takes_the_fee_of_a_buy() -> None:
    subnet = SubnetRef(1, 10_000_000, 10_000_000, alpha_out=10**12)
    sold = flat_fee_order(subnet, Trade(1, "sell", 10**9), Parameters())
    assert (sold.paid, subnet.tao_in) == (0, 10_000_000)
    bought = flat_fee_order(subnet, Trade(1, "buy", 5_050_000), Parameters())
    assert (bought.paid, bought.amount_out, subnet.tao_in) == (50_000, 0, 10_050_000)


@pytest.mark.parametrize(("side", "limit"), [("buy", "0.025"), ("sell", "0.0125")])
def test_limit_cuts_an_order_at_its_marginal_price(side: str, limit: str) -> None:
    subnet = pool()
    offer = 100_000 * TOKEN
    fill = fee_to_author_order(subnet, Trade(1, side, offer, Decimal(limit)), Parameters())
    assert 0 < fill.paid < offer
    assert fill.fee == fill.net_in * 33 // (65_535 - 33)
    before_fee_sale = pool()
    fee_free_swap(before_fee_sale, side, fill.net_in, FLOOR)
    assert abs(price_of(before_fee_sale) / Decimal(limit) - 1) < Decimal("1e-9")


@pytest.mark.parametrize(("side", "limit"), [("buy", "0.02"), ("sell", "0.02")])
def test_limit_that_is_not_beyond_the_price_refuses_the_order(side: str, limit: str) -> None:
    subnet = pool()
    fill = fee_to_author_order(subnet, Trade(1, side, TOKEN, Decimal(limit)), Parameters())
    assert fill.paid == 0
    assert subnet == pool()


def test_input_above_a_thousand_reserves_is_refused() -> None:
    subnet = SubnetRef(1, 10**10, 10**9, alpha_out=10**15)
    assert fee_free_swap(subnet, "sell", 1000 * 10**9 + 1, FLOOR) == (0, 0)
    assert fee_free_swap(subnet, "sell", 1000 * 10**9, FLOOR)[0] == 1000 * 10**9


def test_pool_short_of_the_token_asked_for_does_not_swap() -> None:
    assert fee_free_swap(SubnetRef(1, 10**9, 999_999, 0), "buy", 10**6, FLOOR) == (0, 0)
    assert fee_free_swap(SubnetRef(1, 10**9, 10**6, 0), "buy", 10**6, FLOOR)[1] > 0
    assert fee_free_swap(SubnetRef(1, 10**9, 0, 0), "buy", 10**6, FLOOR) == (0, 0)


def test_claim_sells_no_more_root_alpha_than_there_is() -> None:
    subnet = pool()
    subnet.root_basket = 5 * TOKEN
    sold, tao = claim_root_alpha(subnet, 9 * TOKEN, FLOOR)
    assert (sold, subnet.root_basket, subnet.protocol_flow) == (5 * TOKEN, 0, -tao)
    ideal = swap_out("sell", 1000 * TOKEN, 50_000 * TOKEN, Decimal("0.5"), 5 * TOKEN)
    assert tao == int(ideal)
