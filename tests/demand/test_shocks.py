"""Scripted shocks: amounts, timing, and the real events that they should be able to retell."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest
from flows import STEP, STEPS_A_DAY, WIDTH, network, prices, traded, wishes

from dtaojax.demand.clock import Clock, Window, window, window_after
from dtaojax.demand.shock.events import PriceShock, Pump, WhaleEntry, WhaleExit, WhaleHolding

SPANS = [(0.0, 0.0), (0.3, 0.0), (0.5, 0.25), (0.13, 0.41)]


PART = 0.02
"""Of all alpha: in the shallowest pool ten times that would end at the chain's lowest price."""


def column(value: float) -> jnp.ndarray:
    """Half of the subnets."""
    return jnp.where(jnp.arange(WIDTH) < WIDTH // 2, value, 0.0)


@pytest.mark.parametrize(("day", "days"), SPANS)
@pytest.mark.parametrize("blocks", [STEP, 1_000])
def test_shares_of_a_window_add_up_and_lie_inside_it(day: float, days: float, blocks: int) -> None:
    when = window(day, days)
    clocks = [Clock(jnp.asarray(step), blocks) for step in range(7_200 // blocks + 1)]
    shares = np.array([float(when.share(clock)) for clock in clocks])
    assert shares.sum() == pytest.approx(1.0, abs=1e-15)
    first = int(when.start) // blocks
    last = (int(when.start) + int(when.length) - 1) // blocks
    assert (shares > 0.0).nonzero()[0].tolist() == list(range(first, last + 1))
    assert [bool(when.begins(clock)) for clock in clocks].index(True) == first
    assert sum(bool(when.begins(clock)) for clock in clocks) == 1


def test_a_window_after_another_begins_when_that_has_ended() -> None:
    before = window(1.0, 0.5)
    assert int(window_after(before, 0.0, 1.0).start) == 10_800
    assert int(window_after(before, 2.0, 1.0).start) == 25_200
    at_once: Window = window_after(window(1.0, 0.0), 0.0, 0.0)
    assert (int(at_once.start), int(at_once.length)) == (7_201, 1)


@pytest.mark.parametrize(("day", "days"), SPANS)
def test_an_exit_sells_its_fraction_within_its_window(day: float, days: float) -> None:
    states = traded(WhaleExit(WhaleHolding(window(day, days), column(PART))))
    held = np.asarray(network()[1].participants_alpha)
    sold = states.alpha_out[0, 0] - states.alpha_out[0, -1]
    np.testing.assert_allclose(sold, np.asarray(column(PART)) * held, rtol=1e-12, atol=1e-9)
    before = int(day * STEPS_A_DAY)
    np.testing.assert_array_equal(prices(states)[0, before], prices(states)[0, 0])


def test_an_exit_at_once_and_one_over_days_end_at_one_price() -> None:
    """Along an invariant the way does not matter, only what is sold."""
    ends = [
        prices(traded(WhaleExit(WhaleHolding(window(0.1, days), column(0.2)))))[0, -1]
        for days in (0.0, 0.7)
    ]
    np.testing.assert_allclose(ends[1], ends[0], rtol=1e-12)


def test_an_entry_is_the_mirror_of_an_exit() -> None:
    when = window(0.1, 0.0)
    up = prices(traded(WhaleEntry(WhaleHolding(when, column(PART)))))[0]
    down = prices(traded(WhaleExit(WhaleHolding(when, column(PART)))))[0]
    np.testing.assert_allclose(up[-1] * down[-1], up[0] ** 2, rtol=1e-12)


def test_an_entry_spends_the_value_of_its_alpha_at_the_price_before() -> None:
    states = traded(WhaleEntry(WhaleHolding(window(0.1, 0.0), column(PART))))
    held = np.asarray(network()[1].participants_alpha)
    spent = states.pools.tao_in[0, -1] - states.pools.tao_in[0, 0]
    worth = np.asarray(column(PART)) * held * prices(states)[0, 0]
    np.testing.assert_allclose(spent, worth, rtol=1e-9, atol=1e-9)


def test_the_exit_of_sn116_in_july_2026_is_retold() -> None:
    """T fell from 2,981 to 1,505 and the price by 74.5 %: all of it left through the pool."""
    who, state = network()
    before, after = 2_981.0, 1_505.0
    state = eqx.tree_at(lambda s: s.pools.tao_in, state, jnp.full(WIDTH, before))
    held = state.participants_alpha
    fraction = state.pools.alpha_in * (before / after - 1.0) / held
    states = traded(WhaleExit(WhaleHolding(window(0.2, 0.3), fraction)), at=(who, state))
    np.testing.assert_allclose(states.pools.tao_in[0, -1], after, rtol=1e-12)
    np.testing.assert_allclose(prices(states)[0, -1] / prices(states)[0, 0], 0.255, atol=5e-4)


def test_the_owner_s_departure_of_april_2026_is_retold() -> None:
    """SN3 -52 %, SN39 -56 %, SN81 -59 % within a day, the others untouched."""
    falls = jnp.zeros(WIDTH).at[jnp.asarray([1, 4, 6])].set(jnp.asarray([-0.52, -0.56, -0.59]))
    states = traded(PriceShock(window(0.0, 1.0), jnp.log1p(falls)))
    change = prices(states)[0, -1] / prices(states)[0, 0] - 1.0
    np.testing.assert_allclose(change, falls, atol=1e-12)


def test_a_price_shock_hits_weighted_pools_by_the_same_factor() -> None:
    who, state = network()
    weights = jnp.linspace(0.3, 0.7, WIDTH)
    at = who, eqx.tree_at(lambda s: s.pools.w_tao, state, weights)
    # The weights drop out of the ratio of two prices.
    price = prices(traded(PriceShock(window(0.0, 0.0), jnp.full(WIDTH, jnp.log(0.5))), at=at))[0]
    np.testing.assert_allclose(price[-1] / price[0], 0.5, rtol=1e-12)


@pytest.mark.parametrize(("hold", "sell"), [(0.0, 0.0), (0.2, 0.3)])
def test_a_pump_spends_its_tao_lifts_the_price_and_leaves_nothing_behind(
    hold: float, sell: float
) -> None:
    buying = window(0.1, 0.25)
    tao = column(50.0)
    pump = Pump(buying, window_after(buying, hold, sell), tao)
    states = traded(pump)
    depth, price = states.pools.tao_in[0], prices(states)[0]
    top = round((0.1 + 0.25) * STEPS_A_DAY)
    np.testing.assert_allclose(depth[top] - depth[0], tao, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(price[top] / price[0], (1 + tao / depth[0]) ** 2, rtol=1e-12)
    np.testing.assert_allclose(price[-1], price[0], rtol=1e-12)
    np.testing.assert_allclose(states.alpha_out[0, -1], states.alpha_out[0, 0], rtol=1e-12)


def test_a_pump_within_one_step_sells_all_that_it_bought() -> None:
    buying = window(0.0, 0.01)
    pump = Pump(buying, window_after(buying, 0.0, 0.01), column(50.0))
    asked = wishes(pump, network(), days=0.2)
    pools = network()[1].pools
    bought = pools.alpha_in * -np.expm1(-asked.push[0, 0])
    np.testing.assert_allclose(asked.alpha_sale[0].sum(axis=0), bought, rtol=1e-12)
