"""A step's intents as one net swap a pool."""

import jax.numpy as jnp
import numpy as np
import pytest

from dtaojax import chain
from dtaojax.mechanism.fees.rules import FeeToAuthor, FeeToPool, FlatFeeToPool
from dtaojax.mechanism.trading.rules import LaunchTrading, NoTrading, SwapTrading
from dtaojax.state.intents import Intents
from dtaojax.state.network import Pools

trade = SwapTrading()
HALF = jnp.asarray([0.5])
NONE = jnp.asarray([0.0])
POOL = Pools(jnp.asarray([100.0]), jnp.asarray([2000.0]), HALF, NONE, NONE)
OPEN = jnp.asarray([True])
HELD = jnp.asarray([5000.0])
FREE = FeeToAuthor(jnp.asarray(0.0))


def intents(push: float = 0.0, sale: float = 0.0) -> Intents:
    return Intents(jnp.asarray([push]), jnp.asarray([sale]))


@pytest.mark.parametrize(("push", "sale"), [(np.nan, 0.0), (0.0, np.nan)])
def test_an_intent_that_is_no_number_spoils_its_pool_instead_of_looking_refused(push, sale):
    after, trades = trade(POOL, intents(push, sale), HELD, OPEN, FREE)
    assert np.isnan(after.tao_in[0])
    assert not trades.refused[0]


def test_a_push_changes_the_log_of_the_tao_reserve_by_itself():
    after, trades = trade(POOL, intents(push=-0.3), HELD, OPEN, FREE)
    assert np.log(after.tao_in[0] / 100.0) == pytest.approx(-0.3, rel=1e-14)
    assert after.tao_in[0] * after.alpha_in[0] == pytest.approx(200_000.0, rel=1e-14)
    assert trades.alpha_sold[0] == pytest.approx(2000.0 * np.expm1(0.3), rel=1e-14)


def test_nobody_sells_alpha_that_nobody_holds():
    after, trades = trade(POOL, intents(sale=900.0), jnp.asarray([600.0]), OPEN, FREE)
    assert trades.limited[0]
    assert after.alpha_in[0] == pytest.approx(2600.0, rel=1e-14)


def test_a_pool_that_does_not_trade_stays_as_it_was():
    after, trades = trade(POOL, intents(push=0.1, sale=5.0), HELD, jnp.asarray([False]), FREE)
    assert (after.tao_in[0], after.alpha_in[0]) == (100.0, 2000.0)
    assert not trades.refused[0]


def test_a_fee_to_the_pool_joins_the_reserve_of_the_input():
    fee = FeeToPool(jnp.asarray(0.01))
    after, trades = trade(POOL, intents(sale=100.0), HELD, OPEN, fee)
    assert after.alpha_in[0] == pytest.approx(2100.0, rel=1e-14)
    assert after.tao_in[0] == pytest.approx(100.0 * 2000.0 / 2099.0, rel=1e-14)
    assert trades.alpha_sold[0] == pytest.approx(100.0, rel=1e-14)


def test_a_flat_fee_stays_in_the_pool_and_takes_no_more_than_a_sale_brings():
    fee = FlatFeeToPool(jnp.asarray(1.0))
    dust, trades = trade(POOL, intents(sale=1.0), HELD, OPEN, fee)
    assert dust.tao_in[0] == pytest.approx(100.0, rel=1e-14)
    assert trades.tao_paid[0] == pytest.approx(0.0, abs=1e-13)
    large, _ = trade(POOL, intents(sale=2000.0), HELD, OPEN, fee)
    assert large.tao_in[0] == pytest.approx(51.0, rel=1e-14)


def test_users_get_what_a_sale_pays_less_the_authors_part():
    fee = FeeToAuthor(jnp.asarray(0.01))
    _, trades = trade(POOL, intents(sale=100.0), HELD, OPEN, fee)
    assert trades.user_tao[0] == pytest.approx(-(100.0 - 200_000.0 / 2099.0), rel=1e-13)
    assert trades.tao_paid[0] == pytest.approx(-(100.0 - 200_000.0 / 2100.0), rel=1e-13)


@pytest.mark.parametrize(("push", "sale"), [(30.0, 0.0), (-30.0, 0.0), (0.0, 4e6)])
def test_no_trade_moves_the_price_beyond_the_chain_s_extremes(push, sale):
    pool = Pools(jnp.asarray([1.0]), jnp.asarray([1e3]), jnp.asarray([0.5]), NONE, NONE)
    after, trades = trade(pool, intents(push, sale), jnp.asarray([1e9]), OPEN, FREE)
    price = after.tao_in[0] / after.alpha_in[0]
    if push > 0.0:
        # The input is bounded too: a thousand times the reserve lifts the price to 1,000 here.
        assert trades.refused[0]
        assert price == pytest.approx(1e-3, rel=1e-14)
    else:
        assert trades.limited[0]
        assert price == pytest.approx(chain.MIN_PRICE, rel=1e-12)


def test_a_buy_stops_at_the_highest_price():
    pool = Pools(jnp.asarray([1e6]), jnp.asarray([4.0]), jnp.asarray([0.5]), NONE, NONE)
    after, trades = trade(pool, intents(push=2.0), HELD, OPEN, FREE)
    assert trades.limited[0]
    assert after.tao_in[0] / after.alpha_in[0] == pytest.approx(chain.MAX_PRICE, rel=1e-12)


def test_at_launch_a_trade_must_leave_the_minimum_and_the_price_has_no_bound():
    market = LaunchTrading(jnp.asarray(chain.LAUNCH_MIN_LIQUIDITY))
    pool = Pools(jnp.asarray([1.0]), jnp.asarray([1e3]), jnp.asarray([0.5]), NONE, NONE)
    deep, trades = market(pool, intents(sale=9.9e4), jnp.asarray([1e9]), OPEN, FREE)
    assert deep.tao_in[0] == pytest.approx(0.01, rel=1e-12)
    assert not trades.refused[0]
    same, trades = market(pool, intents(sale=9.91e4), jnp.asarray([1e9]), OPEN, FREE)
    assert (same.tao_in[0], trades.refused[0]) == (1.0, True)
    steep, trades = market(pool, intents(push=11.0), HELD, OPEN, FREE)
    assert steep.tao_in[0] / steep.alpha_in[0] > chain.MAX_PRICE
    assert not trades.refused[0]


def test_without_a_market_nothing_is_traded_and_nothing_refused():
    after, trades = NoTrading()(POOL, intents(push=0.1, sale=5.0), HELD, OPEN, FREE)
    assert (after.tao_in[0], after.alpha_in[0]) == (100.0, 2000.0)
    assert not trades.refused[0]
    assert trades.user_tao[0] == 0.0
