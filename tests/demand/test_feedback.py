"""Demand that answers to prices, yields and revenues: exact answers, limits, and what follows."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flows import STEP, WIDTH, network, paid_in, prices, traded, wishes

from dtaojax import chain
from dtaojax.demand.clock import Clock, window
from dtaojax.demand.feedback.fundamentals import RevenueDemand, YieldDemand, staking_yield
from dtaojax.demand.feedback.prices import (
    MeanReversion,
    Momentum,
    MovingPriceAnchor,
    StartPriceAnchor,
)
from dtaojax.demand.shock.events import PriceShock
from dtaojax.demand.signals import response

HALF_LIFE = 0.5


def shock(log_change: float, day: float = 0.0, days: float = 0.0) -> PriceShock:
    return PriceShock(window(day, days), jnp.full(WIDTH, log_change))


def reversion(half_life: float = HALF_LIFE) -> MeanReversion:
    return MeanReversion(StartPriceAnchor(), jnp.asarray(half_life))


def momentum(strength: float = 0.4, most: float = 0.3, days: float = 0.5) -> Momentum:
    return Momentum(response(strength, most), jnp.asarray(days))


@pytest.mark.parametrize("blocks", [STEP, 1_800])
def test_a_gap_to_the_start_price_halves_every_half_life(blocks: int) -> None:
    """Whatever the length of a step, once a shock has opened it."""
    states = traded(shock(-0.4), reversion(), days=2.0, blocks=blocks)
    gap = np.log(prices(states)[0] / prices(states)[0, 0])
    a_half = round(HALF_LIFE * chain.BLOCKS_PER_DAY / blocks)
    np.testing.assert_allclose(gap[1], -0.4, rtol=1e-12)
    np.testing.assert_allclose(gap[1 + a_half], -0.2, rtol=1e-12)
    np.testing.assert_allclose(gap[1 + 2 * a_half], -0.1, rtol=1e-12)


def test_prices_are_pulled_to_the_moving_price() -> None:
    who, state = network()
    anchor = jnp.asarray(prices(state)) * jnp.linspace(0.5, 2.0, WIDTH)
    at = who, eqx.tree_at(lambda s: s.moving_price, state, anchor)
    pull = MeanReversion(MovingPriceAnchor(), jnp.asarray(HALF_LIFE))
    after = prices(traded(pull, at=at, days=0.5))[0, -1]
    np.testing.assert_allclose(after, np.sqrt(np.asarray(anchor) * prices(state)), rtol=1e-12)


def test_a_subnet_that_has_just_taken_its_slot_has_no_past() -> None:
    who, state = network()
    fresh = jnp.arange(WIDTH) < 3
    now = jnp.where(fresh, state.block, who.registered_at)
    new = eqx.tree_at(lambda s: s.registered_at, who, now)
    far = jnp.full(WIDTH, 5.0)
    clock = Clock(jnp.asarray(3), STEP)
    for process in (momentum(), reversion()):
        wish, memory = process.intents(far, clock, new, state, None)
        np.testing.assert_array_equal(wish.push[:3], 0.0)
        assert (np.asarray(wish.push[3:]) != 0.0).all()
        np.testing.assert_allclose(memory[:3], np.log(prices(state))[:3], rtol=1e-12)


def test_momentum_buys_after_a_rise_and_forgets_it_over_its_window() -> None:
    """In pools that nothing moves the past return decays as exp(-t / window)."""
    process, rise, days = momentum(), 0.2, 0.5
    who, state = network()
    start = jnp.log(jnp.asarray(prices(state))) - rise

    def push(steps: int) -> float:
        memory = start
        for step in range(steps):
            wish, memory = process.intents(memory, Clock(jnp.asarray(step), STEP), who, state, None)
        return float(wish.push[0])

    dt = STEP / chain.BLOCKS_PER_DAY
    for steps in (1, 4):
        past = rise * np.exp(-(steps - 1) * dt / days)
        expected = 0.3 * np.tanh(0.4 * past / 0.3) * dt
        assert push(steps) == pytest.approx(expected, rel=1e-9)


def test_strong_momentum_is_bounded() -> None:
    """Strength 40 a day would double a gap many times a day; the bound holds the push at 0.3."""
    states = traded(shock(0.5), momentum(strength=40.0), days=2.0)
    pushes = 0.5 * np.diff(np.log(prices(states)[0]), axis=0)[1:]
    assert pushes.max() <= 0.3 * STEP / chain.BLOCKS_PER_DAY * (1 + 1e-12)
    assert pushes.max() > 0.29 * STEP / chain.BLOCKS_PER_DAY


def test_yield_is_what_a_staked_alpha_earns_in_a_year() -> None:
    who, state = network()
    paid = paid_in(who, state)
    held = np.asarray(state.participants_alpha)
    exact = np.asarray(paid.payout.validator) / STEP * 7_200 * 365.25 / held
    np.testing.assert_allclose(staking_yield(state, paid, STEP), exact, rtol=1e-13)


def test_stakers_come_above_the_reference_and_leave_below_it() -> None:
    who, state = network()
    paid = paid_in(who, state)
    rates = np.asarray(staking_yield(state, paid, STEP))
    reference = float(np.median(rates))
    process = YieldDemand(response(0.02, 0.1), jnp.asarray(reference))
    push = wishes(process, (who, state), paid=paid).push[0, 0] * 20
    np.testing.assert_array_equal(np.sign(push), np.sign(rates - reference))
    exact = 0.1 * np.tanh(0.2 * (rates / reference - 1.0))
    np.testing.assert_allclose(push, exact, rtol=1e-12)


def test_no_yield_drives_out_and_has_a_finite_gradient() -> None:
    who, state = network()
    paid = paid_in(who, state)
    nothing = eqx.tree_at(lambda p: p.payout.validator, paid, jnp.zeros(WIDTH))

    @jax.jit
    @jax.value_and_grad
    def push(reference: jax.Array) -> jax.Array:
        process = YieldDemand(response(0.02, 0.1), reference)
        wish, _ = process.intents(None, Clock(jnp.asarray(0), STEP), who, state, nothing)
        return wish.push.sum()

    value, slope = push(jnp.asarray(0.5))
    assert float(value) == pytest.approx(-WIDTH * 0.1 * np.tanh(0.2) / 20, rel=1e-12)
    assert np.isfinite(slope)


def test_revenue_flows_into_the_pool_in_full() -> None:
    who, state = network()
    quality = jnp.linspace(-2.0, 2.0, WIDTH)
    at = eqx.tree_at(lambda s: s.quality, who, quality), state
    process = RevenueDemand(jnp.asarray(3.0), jnp.asarray(1.5))
    states = traded(process, at=at, days=2.0)
    inflow = states.pools.tao_in[0, -1] - states.pools.tao_in[0, 0]
    np.testing.assert_allclose(inflow, 2.0 * 3.0 * np.exp(1.5 * np.asarray(quality)), rtol=1e-9)


def test_subnets_that_have_not_started_attract_nobody() -> None:
    who, state = network()
    idle = eqx.tree_at(lambda s: s.first_emission_block, who, jnp.full(WIDTH, -1))
    paid = paid_in(who, state)
    for process in (
        YieldDemand(response(0.02, 0.1), jnp.asarray(0.5)),
        RevenueDemand(jnp.asarray(3.0), jnp.asarray(1.5)),
    ):
        np.testing.assert_array_equal(wishes(process, (idle, state), paid=paid).push, 0.0)
