"""Swaps, injections and user trades of the weighted pools (§3.2, §3.5 S3)."""

from dataclasses import replace
from decimal import Decimal

import jax.numpy as jnp
import numpy as np
import pytest
from chain_rules.exact_output import alpha_needed
from hypothesis import given
from hypothesis import strategies as st
from reference.pool import spot_price as exact_price
from reference.pool import swap_out

from dtaojax import chain
from dtaojax.mechanism.fees.rules import FeeToAuthor
from dtaojax.mechanism.liquidity.pools import (
    alpha_to_price,
    buy,
    buy_output,
    inject,
    sell,
    sell_output,
    spot_price,
    tao_to_price,
)
from dtaojax.mechanism.trading.rules import SwapTrading
from dtaojax.state.intents import Intents
from dtaojax.state.network import Pools

EVERYBODY = jnp.asarray([True])
FEE = FeeToAuthor(jnp.asarray(chain.FEE_RATE_U16 / chain.U16_MAX))


def one(value: float) -> jnp.ndarray:
    return jnp.asarray([value])


def pool(tao_in: float, alpha_in: float, w_tao: float = 0.5) -> Pools:
    return Pools(one(tao_in), one(alpha_in), one(w_tao), one(0.0), one(0.0))


def log_invariant(pools: Pools) -> np.ndarray:
    w_tao = np.asarray(pools.w_tao)
    return (1.0 - w_tao) * np.log(pools.alpha_in) + w_tao * np.log(pools.tao_in)


def exponents(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers spread evenly in the logarithm."""
    return st.floats(low, high).map(lambda exponent: 10.0**exponent)


pools = st.builds(pool, exponents(-1, 6), exponents(-1, 7), st.floats(0.02, 0.98))
moderate = st.builds(pool, exponents(-1, 6), exponents(-1, 7), st.floats(0.2, 0.8))
parts = exponents(-12, 1)
halves = exponents(-12, 0)


@given(pools, parts)
def test_a_buy_equals_the_exact_reference_however_small(p: Pools, part: float) -> None:
    tao_in, alpha_in, w_tao = (Decimal(float(x[0])) for x in (p.tao_in, p.alpha_in, p.w_tao))
    tao = part * float(p.tao_in[0])
    exact = swap_out("buy", tao_in, alpha_in, w_tao, Decimal(tao))
    np.testing.assert_allclose(buy_output(p, one(tao))[0], float(exact), rtol=1e-13)


@given(pools, parts)
def test_a_sale_equals_the_exact_reference_however_small(p: Pools, part: float) -> None:
    tao_in, alpha_in, w_tao = (Decimal(float(x[0])) for x in (p.tao_in, p.alpha_in, p.w_tao))
    alpha = part * float(p.alpha_in[0])
    exact = swap_out("sell", tao_in, alpha_in, w_tao, Decimal(alpha))
    np.testing.assert_allclose(sell_output(p, one(alpha))[0], float(exact), rtol=1e-13)


@given(exponents(0, 6), exponents(0, 6), parts)
def test_equal_weights_make_the_constant_product_pool(
    tao_in: float, alpha_in: float, part: float
) -> None:
    p, tao = pool(tao_in, alpha_in), part * tao_in
    after, alpha, _ = buy(p, one(tao))
    np.testing.assert_allclose(alpha[0], alpha_in * tao / (tao_in + tao), rtol=1e-13)
    np.testing.assert_allclose(after.tao_in * after.alpha_in, tao_in * alpha_in, rtol=1e-14)


@given(moderate, halves)
def test_swaps_keep_the_weighted_invariant(p: Pools, part: float) -> None:
    bought, _, _ = buy(p, part * p.tao_in)
    sold, _, _ = sell(p, part * p.alpha_in)
    for after in (bought, sold):
        np.testing.assert_allclose(log_invariant(after), log_invariant(p), rtol=0, atol=2e-14)


@given(moderate, halves, halves)
def test_two_buys_in_a_row_are_one(p: Pools, first: float, second: float) -> None:
    halfway, alpha_first, _ = buy(p, first * p.tao_in)
    after, alpha_second, _ = buy(halfway, second * p.tao_in)
    at_once, alpha, _ = buy(p, (first + second) * p.tao_in)
    np.testing.assert_allclose(alpha_first + alpha_second, alpha, rtol=1e-12)
    np.testing.assert_allclose(after.alpha_in, at_once.alpha_in, rtol=1e-12)


@given(moderate, exponents(-9, 0))
def test_selling_what_was_bought_returns_the_tao(p: Pools, part: float) -> None:
    tao = part * p.tao_in
    after, alpha, _ = buy(p, tao)
    _, returned, _ = sell(after, alpha)
    np.testing.assert_allclose(returned, tao, rtol=1e-6)
    assert np.asarray(returned <= tao * (1.0 + 1e-6))


@given(pools, st.floats(1e-9, 0.99))
def test_alpha_needed_is_what_buys_that_much_tao(p: Pools, part: float) -> None:
    tao = part * p.tao_in
    np.testing.assert_allclose(sell_output(p, alpha_needed(p, tao)), tao, rtol=1e-9)


@given(pools, st.floats(1.0, 100.0))
def test_swaps_sized_to_a_price_end_there(p: Pools, factor: float) -> None:
    price = spot_price(p)
    dearer = replace(p, tao_in=p.tao_in + tao_to_price(p, factor * price))
    dearer = replace(dearer, alpha_in=p.alpha_in - buy_output(p, dearer.tao_in - p.tao_in))
    cheaper, _, _ = sell(p, alpha_to_price(p, price / factor))
    np.testing.assert_allclose(spot_price(dearer), factor * price, rtol=1e-9)
    np.testing.assert_allclose(spot_price(cheaper), price / factor, rtol=1e-9)


def test_no_swap_is_needed_for_a_price_on_the_wrong_side() -> None:
    p = pool(100.0, 400.0)
    assert tao_to_price(p, one(0.2))[0] == 0.0
    assert alpha_to_price(p, one(0.3))[0] == 0.0


@given(pools)
def test_the_spot_price_is_the_marginal_price_of_both_sides(p: Pools) -> None:
    tao = 1e-7 * p.tao_in
    np.testing.assert_allclose(tao / buy_output(p, tao), spot_price(p), rtol=1e-5)
    alpha = 1e-7 * p.alpha_in
    np.testing.assert_allclose(sell_output(p, alpha) / alpha, spot_price(p), rtol=1e-5)


@pytest.mark.parametrize(("tao_in", "alpha_in"), [(0.0, 5.0), (5.0, 0.0), (0.0, 0.0)])
def test_a_pool_with_an_empty_side_has_no_price_and_refuses_swaps(
    tao_in: float, alpha_in: float
) -> None:
    p = pool(tao_in, alpha_in)
    assert spot_price(p)[0] == 0.0
    for swap in (buy, sell):
        after, out, refused = swap(p, one(1.0))
        assert refused[0]
        assert out[0] == 0.0
        assert after.tao_in[0] == tao_in
        assert after.alpha_in[0] == alpha_in


def test_the_guards_bound_the_input_and_keep_a_minimum_of_the_output() -> None:
    reserve = chain.MIN_RESERVE
    assert not buy(pool(1.0, reserve), one(1000.0))[2][0]
    assert buy(pool(1.0, reserve), one(1000.1))[2][0]
    assert buy(pool(1.0, 0.999 * reserve), one(0.1))[2][0]
    assert not sell(pool(reserve, 1.0), one(1000.0))[2][0]
    assert sell(pool(reserve, 1.0), one(1000.1))[2][0]
    assert sell(pool(0.999 * reserve, 1.0), one(0.1))[2][0]


def test_swapping_nothing_is_not_refused() -> None:
    assert not buy(pool(0.0, 0.0), one(0.0))[2][0]
    assert not sell(pool(0.0, 0.0), one(0.0))[2][0]


@given(pools, exponents(-9, 0), exponents(-9, 0))
def test_injection_holds_the_price_and_adds_all_of_it(p: Pools, tao: float, alpha: float) -> None:
    tao_added, alpha_added = tao * p.tao_in, alpha * p.alpha_in
    after = inject(p, tao_added, alpha_added)
    np.testing.assert_allclose(spot_price(after), spot_price(p), rtol=1e-12)
    in_pool = after.tao_in + after.tao_reservoir - p.tao_in
    np.testing.assert_allclose(in_pool, tao_added, rtol=0, atol=1e-15 * float(p.tao_in[0]) * 8)
    in_pool = after.alpha_in + after.alpha_reservoir - p.alpha_in
    np.testing.assert_allclose(in_pool, alpha_added, rtol=0, atol=1e-15 * float(p.alpha_in[0]) * 8)
    assert chain.MIN_POOL_WEIGHT <= after.w_tao[0] <= 1.0 - chain.MIN_POOL_WEIGHT


def test_injection_at_the_pool_s_own_ratio_leaves_equal_weights() -> None:
    after = inject(pool(1000.0, 4000.0), one(10.0), one(40.0))
    np.testing.assert_allclose(after.w_tao, 0.5, rtol=1e-15)


def test_alpha_alone_enters_where_both_would_break_the_weights() -> None:
    after = inject(pool(1000.0, 1000.0), one(200_000.0), one(1000.0))
    assert (after.tao_in[0], after.alpha_in[0]) == (1000.0, 2000.0)
    assert (after.tao_reservoir[0], after.alpha_reservoir[0]) == (200_000.0, 0.0)
    np.testing.assert_allclose(spot_price(after), 1.0, rtol=1e-14)


def test_tao_alone_enters_where_both_would_break_the_weights() -> None:
    after = inject(pool(1000.0, 1000.0), one(1000.0), one(200_000.0))
    assert (after.tao_in[0], after.alpha_in[0]) == (2000.0, 1000.0)
    assert (after.tao_reservoir[0], after.alpha_reservoir[0]) == (0.0, 200_000.0)
    np.testing.assert_allclose(spot_price(after), 1.0, rtol=1e-14)


def test_what_waits_enters_as_soon_as_the_weights_allow_it() -> None:
    waiting = inject(pool(1000.0, 1000.0), one(200_000.0), one(0.0))
    assert waiting.tao_reservoir[0] == 200_000.0
    after = inject(waiting, one(0.0), one(200_000.0))
    assert (after.tao_in[0], after.alpha_in[0]) == (201_000.0, 201_000.0)
    assert (after.tao_reservoir[0], after.alpha_reservoir[0]) == (0.0, 0.0)


@pytest.mark.parametrize(("tao_in", "alpha_in"), [(0.0, 5.0), (5.0, 0.0), (0.0, 0.0)])
def test_a_pool_without_a_price_takes_everything_at_equal_weights(
    tao_in: float, alpha_in: float
) -> None:
    after = inject(pool(tao_in, alpha_in, 0.3), one(2.0), one(3.0))
    assert (after.tao_in[0], after.alpha_in[0]) == (tao_in + 2.0, alpha_in + 3.0)
    assert after.w_tao[0] == 0.5


def done(p: Pools, push: float, alpha_sale: float, sellable: float = 1e9):
    return SwapTrading()(p, Intents(one(push), one(alpha_sale)), one(sellable), EVERYBODY, FEE)


def assert_at_an_extreme_price(before: Pools, after: Pools) -> None:
    """A trade cut for want of room ends at the limit, up to the digits that a small reserve loses.

    Or it had no room to begin with.
    """
    price, began = float(spot_price(after)[0]), float(spot_price(before)[0])
    extremes = (chain.MIN_PRICE, chain.MAX_PRICE)
    # A reserve that shrinks to almost nothing is a difference, and keeps the rounding of the whole.
    shrunk = max(
        float(getattr(before, side)[0] / getattr(after, side)[0]) for side in ("tao_in", "alpha_in")
    )
    digits = max(1e-6, 4.0 * float(np.finfo(float).eps) * shrunk)
    at_one = any(price == pytest.approx(extreme, rel=digits) for extreme in extremes)
    assert at_one or (price == began and not extremes[0] < price < extremes[1])


@given(moderate, exponents(-9, 0))
def test_a_push_is_the_change_of_log_tao_in(p: Pools, push: float) -> None:
    for sign in (1.0, -1.0):
        after, trades = done(p, sign * push, 0.0, sellable=1e30)
        if trades.limited[0]:
            assert_at_an_extreme_price(p, after)
            continue
        np.testing.assert_allclose(
            np.log(after.tao_in / p.tao_in), sign * push, rtol=1e-9, atol=1e-14
        )
        np.testing.assert_allclose(trades.tao_paid, p.tao_in * np.expm1(sign * push), rtol=1e-11)
        np.testing.assert_allclose(log_invariant(after), log_invariant(p), rtol=0, atol=2e-14)


@given(pools, exponents(-9, 0))
def test_a_push_up_is_a_buy_and_an_alpha_sale_is_a_sale(p: Pools, part: float) -> None:
    bought, trades = done(p, float(np.log1p(part)), 0.0)
    expected, alpha, _ = buy(p, part * p.tao_in)
    if trades.limited[0]:
        assert_at_an_extreme_price(p, bought)
    else:
        np.testing.assert_allclose(-trades.alpha_sold, alpha, rtol=1e-11)
        np.testing.assert_allclose(bought.tao_in, expected.tao_in, rtol=1e-13)
    sold, trades = done(p, 0.0, part * float(p.alpha_in[0]))
    expected, tao, _ = sell(p, part * p.alpha_in)
    if trades.limited[0]:
        assert_at_an_extreme_price(p, sold)
    else:
        np.testing.assert_allclose(-trades.tao_paid, tao, rtol=1e-11)
        np.testing.assert_allclose(sold.alpha_in, expected.alpha_in, rtol=1e-13)


def test_opposite_wishes_meet_without_moving_the_pool() -> None:
    p = pool(100.0, 500.0, 0.4)
    sale = 500.0 * float(np.expm1(0.1 * 0.4 / 0.6))
    after, trades = done(p, 0.1, sale)
    np.testing.assert_allclose(after.tao_in, p.tao_in, rtol=1e-14)
    np.testing.assert_allclose(trades.alpha_sold, 0.0, atol=1e-11)


def test_a_sale_is_cut_to_the_alpha_that_holders_have_and_reported() -> None:
    after, trades = done(pool(100.0, 500.0), 0.0, 50.0, sellable=20.0)
    assert trades.limited[0]
    np.testing.assert_allclose(trades.alpha_sold, 20.0, rtol=1e-14)
    np.testing.assert_allclose(after.alpha_in, 520.0, rtol=1e-14)
    _, trades = done(pool(100.0, 500.0), -2.0, 0.0, sellable=20.0)
    assert trades.limited[0]
    _, trades = done(pool(100.0, 500.0), 0.0, 19.0, sellable=20.0)
    assert not trades.limited[0]


def test_nobody_trades_where_trading_is_closed_or_a_reserve_is_empty() -> None:
    p = pool(100.0, 500.0)
    after, trades = SwapTrading()(
        p, Intents(one(0.1), one(0.0)), one(1e9), jnp.asarray([False]), FEE
    )
    assert after.tao_in[0] == 100.0
    assert not trades.refused[0]
    for empty in (pool(0.0, 5.0), pool(5.0, 0.0)):
        after, trades = done(empty, 0.1, 1.0)
        assert trades.refused[0]
        assert (after.tao_in[0], after.alpha_in[0]) == (empty.tao_in[0], empty.alpha_in[0])


def test_a_trade_is_refused_by_the_reserve_that_it_draws_on_and_by_no_other() -> None:
    dust = 0.5 * chain.MIN_RESERVE
    assert done(pool(100.0, dust), 0.1, 0.0)[1].refused[0]
    assert not done(pool(100.0, dust), 0.0, 0.1 * dust)[1].refused[0]
    assert done(pool(dust, 100.0), 0.0, 1.0)[1].refused[0]
    assert not done(pool(dust, 100.0), 0.1, 0.0)[1].refused[0]


def test_an_input_beyond_a_thousand_times_the_reserve_is_refused() -> None:
    assert done(pool(100.0, 500.0), float(np.log(1001.1)), 0.0)[1].refused[0]
    assert not done(pool(100.0, 500.0), float(np.log(1000.9)), 0.0)[1].refused[0]


@given(exponents(0, 5), exponents(0, 5))
def test_price_of_the_model_and_of_the_reference_agree(tao_in: float, alpha_in: float) -> None:
    exact = exact_price(Decimal(tao_in), Decimal(alpha_in), Decimal("0.3"))
    np.testing.assert_allclose(spot_price(pool(tao_in, alpha_in, 0.3))[0], float(exact), rtol=1e-15)
