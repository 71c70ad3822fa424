"""Swaps with fees, limits and guards: closed forms, what stays in the pool, who is refused."""

from collections.abc import Sequence
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from chain_rules import launch_orders, orders, swap_impact
from chain_rules.fees import fee_on_net, fee_on_offer
from chain_rules.root_sale import sell_at_launch

from dtaojax import chain
from dtaojax.mechanism.integers import whole_rao
from dtaojax.mechanism.liquidity.chain_swap import launch_sale
from dtaojax.mechanism.liquidity.pools import buy_output, sell_output, spot_price, weight_ratio
from dtaojax.mechanism.root.policy import sell_unless_subsidised
from dtaojax.state.network import Pools

RAO = 1e-9
FEE_RATE = jnp.asarray(33 / 65_535)
FLAT_FEE = jnp.asarray(chain.LAUNCH_FEE)
MINIMUM = jnp.asarray(chain.LAUNCH_MIN_LIQUIDITY)


def pools_of(
    tao_in: Sequence[float], alpha_in: Sequence[float], w_tao: Sequence[float] | None = None
) -> Pools:
    nothing = jnp.zeros(len(tao_in))
    weights = nothing + 0.5 if w_tao is None else jnp.asarray(w_tao)
    return Pools(jnp.asarray(tao_in), jnp.asarray(alpha_in), weights, nothing, nothing)


THREE = pools_of([1_000.0, 50.0, 8e5], [4_000.0, 900.0, 2e5])
WEIGHTED = replace(THREE, w_tao=jnp.asarray([0.3, 0.5, 0.7]))


def test_whole_rao_truncates_and_forgives_rounding() -> None:
    amounts = jnp.asarray([0.0, 1.9e-9, 0.1 + 0.2, 1_000.0 / 3.0, 0.3 - 1e-10])
    expected = [0.0, 1e-9, 0.3, 333.333333333, 0.299999999]
    np.testing.assert_allclose(whole_rao(amounts), expected, rtol=1e-15)


def test_whole_rao_keeps_the_slope_of_the_amount() -> None:
    fees = jax.jit(jax.grad(lambda x: jnp.sum(whole_rao(FEE_RATE * x))))
    slope = fees(jnp.asarray([0.5, 3.0]))
    np.testing.assert_allclose(slope, FEE_RATE)


def test_fee_on_the_net_is_the_fee_of_the_whole_offer() -> None:
    offered = jnp.asarray([1e-6, 3.7, 1e6])
    fee = fee_on_offer(offered, FEE_RATE)
    np.testing.assert_allclose(fee_on_net(offered - fee, FEE_RATE), fee, atol=1.1 * RAO)


@pytest.mark.parametrize("part", [1e-9, 1e-4, 9e-4, 1.1e-3, 0.3, 50.0])
def test_slippage_is_one_minus_output_over_ideal(part: float) -> None:
    tao, alpha = part * WEIGHTED.tao_in, part * WEIGHTED.alpha_in
    bought = buy_output(WEIGHTED, tao) * spot_price(WEIGHTED) / tao
    sold = sell_output(WEIGHTED, alpha) / (spot_price(WEIGHTED) * alpha)
    absolute = 1e-15 / part + 1e-15
    np.testing.assert_allclose(
        swap_impact.buy_slippage(WEIGHTED, tao), 1.0 - bought, rtol=0, atol=absolute
    )
    np.testing.assert_allclose(
        swap_impact.sell_slippage(WEIGHTED, alpha), 1.0 - sold, rtol=0, atol=absolute
    )


def test_slippage_of_a_dust_trade_keeps_its_digits() -> None:
    ratio = jnp.asarray([1e-15, 1e-12, 1e-6])
    np.testing.assert_allclose(
        swap_impact.slippage(ratio, jnp.ones(3)), ratio / (1.0 + ratio), rtol=1e-14
    )


def test_price_after_a_swap_is_the_price_of_the_pool_after_it() -> None:
    tao, alpha = 0.2 * WEIGHTED.tao_in, 0.2 * WEIGHTED.alpha_in
    bought = replace(
        WEIGHTED,
        tao_in=WEIGHTED.tao_in + tao,
        alpha_in=WEIGHTED.alpha_in - buy_output(WEIGHTED, tao),
    )
    sold = replace(
        WEIGHTED,
        alpha_in=WEIGHTED.alpha_in + alpha,
        tao_in=WEIGHTED.tao_in - sell_output(WEIGHTED, alpha),
    )
    np.testing.assert_allclose(
        swap_impact.price_after_buy(WEIGHTED, tao), spot_price(bought), rtol=1e-13
    )
    np.testing.assert_allclose(
        swap_impact.price_after_sale(WEIGHTED, alpha), spot_price(sold), rtol=1e-13
    )


def test_what_a_swap_leaves_is_the_rest_of_the_output_reserve() -> None:
    tao = 3.0 * WEIGHTED.tao_in
    left = swap_impact.output_left(tao / WEIGHTED.tao_in, weight_ratio(WEIGHTED.w_tao))
    np.testing.assert_allclose(left * WEIGHTED.alpha_in + buy_output(WEIGHTED, tao), THREE.alpha_in)


@pytest.mark.parametrize("factor", [1.01, 5.0])
def test_an_order_stops_where_the_price_meets_its_limit(factor: float) -> None:
    price = spot_price(WEIGHTED)
    bought, buy = orders.buy_order(WEIGHTED, jnp.full(3, 1e7), factor * price, FEE_RATE)
    sold, sale = orders.sale_order(WEIGHTED, jnp.full(3, 1e7), price / factor, FEE_RATE)
    np.testing.assert_allclose(spot_price(bought), factor * price, rtol=1e-12)
    np.testing.assert_allclose(spot_price(sold), price / factor, rtol=1e-12)
    np.testing.assert_allclose(buy.fee, buy.net_in * FEE_RATE / (1 - FEE_RATE), atol=1.1 * RAO)
    np.testing.assert_allclose(sale.fee, sale.net_in * FEE_RATE / (1 - FEE_RATE), atol=1.1 * RAO)


def test_a_limit_on_the_wrong_side_leaves_the_pool_as_it_was() -> None:
    price = spot_price(WEIGHTED)
    after, fill = orders.buy_order(WEIGHTED, jnp.full(3, 1.0), 0.9 * price, FEE_RATE)
    np.testing.assert_array_equal(after.tao_in, WEIGHTED.tao_in)
    np.testing.assert_array_equal(fill.net_in + fill.fee + fill.received, jnp.zeros(3))


def test_an_order_within_its_limit_pays_its_fee_out_of_the_offer() -> None:
    offered = jnp.asarray([3.0, 0.5, 100.0])
    after, fill = orders.buy_order(THREE, offered, jnp.full(3, jnp.inf), FEE_RATE)
    np.testing.assert_allclose(fill.net_in + fill.fee, offered, rtol=1e-15)
    np.testing.assert_allclose(after.tao_in - THREE.tao_in, fill.net_in, rtol=1e-9)
    np.testing.assert_allclose(THREE.alpha_in - after.alpha_in, fill.received, rtol=1e-9)


def test_a_fee_that_joins_the_pool_deepens_it() -> None:
    offered = jnp.full(3, 10.0)
    bought, buy = orders.buy_order(THREE, offered, jnp.full(3, jnp.inf), FEE_RATE)
    sold, sale = orders.sale_order(THREE, offered, jnp.zeros(3), FEE_RATE)
    kept_tao, kept_alpha = orders.buy_fee_to_pool(bought, buy), orders.sale_fee_to_pool(sold, sale)
    assert bool(jnp.all(spot_price(kept_tao) > spot_price(bought)))
    assert bool(jnp.all(spot_price(kept_alpha) < spot_price(sold)))
    np.testing.assert_allclose(kept_tao.tao_in - THREE.tao_in, offered, rtol=1e-9)
    np.testing.assert_allclose(kept_alpha.alpha_in - THREE.alpha_in, offered, rtol=1e-9)


def test_the_author_sells_the_fee_of_a_sale_as_one_sale_of_all_would() -> None:
    offered = jnp.full(3, 10.0)
    sold, sale = orders.sale_order(THREE, offered, jnp.zeros(3), FEE_RATE)
    after, author = orders.sale_fee_to_author(sold, sale)
    np.testing.assert_allclose(sale.received + author, sell_output(THREE, offered), rtol=1e-12)
    np.testing.assert_allclose(after.alpha_in, THREE.alpha_in + offered, rtol=1e-15)


def test_launch_swaps_keep_the_product_up_to_a_rao() -> None:
    product = THREE.tao_in * THREE.alpha_in
    bought, _, _ = launch_orders.launch_buy(THREE, jnp.full(3, 7.0), MINIMUM)
    sold, _, _ = launch_sale(THREE, jnp.full(3, 7.0), MINIMUM)
    for after, reserve in ((bought, bought.tao_in), (sold, sold.alpha_in)):
        gained = after.tao_in * after.alpha_in - product
        assert bool(jnp.all((gained > -1e-12 * product) & (gained <= 1.1 * RAO * reserve)))


def test_the_flat_fee_of_the_launch_stays_in_the_pool() -> None:
    offered = jnp.asarray([1.0, 2.0, 3.0])
    bought, buy = launch_orders.launch_buy_order(THREE, offered, FLAT_FEE, MINIMUM)
    sold, sale = launch_orders.launch_sale_order(THREE, offered, FLAT_FEE, MINIMUM)
    np.testing.assert_allclose(bought.tao_in - THREE.tao_in, offered, rtol=1e-9)
    np.testing.assert_allclose(buy.net_in, offered - FLAT_FEE, rtol=1e-15)
    fee_free, proceeds, _ = launch_sale(THREE, offered, MINIMUM)
    np.testing.assert_allclose(sale.received, proceeds - FLAT_FEE, rtol=1e-15)
    np.testing.assert_allclose(sold.tao_in - fee_free.tao_in, FLAT_FEE, rtol=1e-4)


def test_a_launch_order_that_would_empty_the_pool_is_refused_but_pays() -> None:
    small = pools_of([0.02], [0.02])
    after, fill = launch_orders.launch_buy_order(small, jnp.ones(1), FLAT_FEE, MINIMUM)
    assert bool(fill.refused[0])
    assert fill.received.item() == fill.net_in.item() == 0.0
    assert after.alpha_in.item() == 0.02
    np.testing.assert_allclose(after.tao_in, 0.02 + chain.LAUNCH_FEE, rtol=1e-15)
    after, fill = launch_orders.launch_sale_order(small, jnp.ones(1), FLAT_FEE, MINIMUM)
    assert bool(fill.refused[0])
    assert (after.tao_in.item(), after.alpha_in.item()) == (0.02, 0.02)


def test_a_launch_swap_may_leave_exactly_the_minimum() -> None:
    times = jnp.arange(2.0, 60.0)
    pools = pools_of(jnp.full_like(times, 1.7).tolist(), (times * 0.01).tolist())
    _, _, refused = launch_orders.launch_buy(pools, (times - 1.0) * 1.7, MINIMUM)
    _, _, beyond = launch_orders.launch_buy(pools, (times - 1.0) * 1.7 + 1e-3, MINIMUM)
    assert not bool(jnp.any(refused))
    assert bool(jnp.all(beyond))


def test_the_most_that_an_average_price_allows_is_executed_at_it() -> None:
    limit = jnp.asarray([0.3, 0.06, 4.5])
    most = launch_orders.tao_to_average_price(THREE, limit)
    _, alpha, _ = launch_orders.launch_buy(THREE, most, MINIMUM)
    np.testing.assert_allclose(most / alpha, limit, rtol=1e-9)
    floor = jnp.asarray([0.2, 0.05, 3.5])
    most = launch_orders.alpha_to_average_price(THREE, floor)
    _, tao, _ = launch_sale(THREE, most, MINIMUM)
    np.testing.assert_allclose(tao / most, floor, rtol=1e-9)


def test_average_price_limits_without_reserves_or_without_a_limit() -> None:
    pools = pools_of([0.0, 5.0, 5.0, 5.0], [5.0, 0.0, 5.0, 5.0])
    limit = jnp.asarray([0.5, 0.5, 0.0, 1.0])
    tao = launch_orders.tao_to_average_price(pools, limit)
    alpha = launch_orders.alpha_to_average_price(pools, limit)
    assert tao.tolist() == [0.0, 0.0, 0.0, 0.0]
    assert alpha.tolist() == [0.0, 0.0, np.inf, 0.0]


def test_root_alpha_is_sold_at_once_unless_the_subnet_is_subsidised() -> None:
    alpha = jnp.asarray([0.06, 0.06, 0.06])
    _, at_launch = sell_at_launch(THREE, alpha, MINIMUM)
    np.testing.assert_allclose(at_launch, sell_output(THREE, alpha), atol=1.1 * RAO)
    low = jnp.asarray([True, False, False])
    after, tao = sell_unless_subsidised(THREE, alpha, low)
    np.testing.assert_allclose(tao, jnp.where(low, 0.0, sell_output(THREE, alpha)), rtol=1e-12)
    assert after.alpha_in[0] == THREE.alpha_in[0]


def test_orders_in_pools_with_an_empty_side_do_nothing_and_have_finite_slopes() -> None:
    empty = pools_of([0.0, 5.0, 0.0], [5.0, 0.0, 0.0])

    def received(offered: jax.Array, pools: Pools) -> jax.Array:
        _, buy = orders.buy_order(pools, offered, jnp.full(3, 1.0), FEE_RATE)
        _, sale = orders.sale_order(pools, offered, jnp.full(3, 0.5), FEE_RATE)
        _, early = launch_orders.launch_buy_order(pools, offered, FLAT_FEE, MINIMUM)
        return jnp.sum(buy.received + sale.received + early.received)

    value, slopes = jax.jit(jax.value_and_grad(received, argnums=(0, 1)))(jnp.ones(3), empty)
    assert value == 0.0
    assert all(bool(jnp.all(jnp.isfinite(leaf))) for leaf in jax.tree.leaves(slopes))
