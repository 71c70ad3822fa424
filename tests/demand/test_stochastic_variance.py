"""The calibrated demand process: the laws of its components and of its pushes."""

import dataclasses
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from scipy import stats
from worlds import random_world, state_of, subnets_of

from dtaojax import chain
from dtaojax.demand.clock import Clock
from dtaojax.demand.stochastic_variance.config import ComponentConfig, StochasticVarianceFlowConfig
from dtaojax.demand.stochastic_variance.process import StochasticVarianceFlow
from dtaojax.state.network import NetworkState, Subnets

STEP = 1_800
STEPS_A_DAY = chain.BLOCKS_PER_DAY // STEP
WIDTH = 8
DAYS = 4
PATHS = 4_096
LEVEL = ComponentConfig(sd=0.7, half_life_days=40.0, now={3: (0.5, 0.1), 99: (9.0, 0.0)})
SWING = ComponentConfig(sd=0.4, half_life_days=1.0)
USUAL = StochasticVarianceFlowConfig(
    scale_at_1000_tao=0.02,
    depth_exponent=-0.3,
    age_exponent=0.5,
    degrees_of_freedom=3.0,
    max_sd=0.8,
    common_share=0.2,
    drift=0.004,
    level=LEVEL,
    swing=SWING,
)


def network() -> tuple[Subnets, NetworkState]:
    """Old subnets, but for the last one, which is registered on the second day."""
    reference = random_world(6, WIDTH, weights=False)
    subnets, state = subnets_of(reference), state_of(reference)
    block = 3_000_000
    started = jnp.full(WIDTH, 1, subnets.registered_at.dtype)
    born = started.at[-1].set(block + STEP * STEPS_A_DAY + 1)
    subnets = dataclasses.replace(subnets, registered_at=born, first_emission_block=started)
    return subnets, dataclasses.replace(state, block=jnp.asarray(block))


class Draws(NamedTuple):
    """Over paths, steps and subnets."""

    push: np.ndarray
    level: np.ndarray
    swing: np.ndarray
    volatility: np.ndarray


@eqx.filter_jit
def _draw(process: StochasticVarianceFlow, who: Subnets, state: NetworkState):
    def of_path(path: jax.Array):
        def advance(memory, number):
            now = dataclasses.replace(state, block=state.block + number * STEP)
            wish, memory = process.intents(memory, Clock(number, STEP), who, now, None)
            return memory, (wish.push, memory.level, memory.swing, memory.volatility)

        return lax.scan(advance, process.begin(path, who, state), jnp.arange(DAYS * STEPS_A_DAY))[1]

    return jax.vmap(of_path)(jnp.arange(PATHS, dtype=jnp.uint32))


@pytest.fixture(scope="module")
def process() -> StochasticVarianceFlow:
    return USUAL.build_for(4, np.arange(1, WIDTH + 1))


@pytest.fixture(scope="module")
def draws(process: StochasticVarianceFlow) -> Draws:
    return Draws(*map(np.asarray, _draw(process, *network())))


def daily(values: np.ndarray) -> np.ndarray:
    """Values of each day's first step (paths, days, subnets)."""
    return values[:, ::STEPS_A_DAY]


def within(found: float, expected: float, error: float) -> None:
    """Asserts agreement within four and a half standard errors (one test in 150,000 fails)."""
    assert abs(found - expected) < 4.5 * error, (found, expected, error)


def test_components_are_stationary_ar_processes(draws: Draws) -> None:
    for values, config in ((draws.level, LEVEL), (draws.swing, SWING)):
        first, last = daily(values)[:, 0, 0], daily(values)[:, -1, 0]
        spread = config.sd / np.sqrt(2.0 * PATHS)
        within(first.std(), config.sd, spread)
        within(last.std(), config.sd, spread)
        expected = config.persistence ** (DAYS - 1)
        error = (1.0 - expected**2) / np.sqrt(PATHS)
        within(np.corrcoef(first, last)[0, 1], expected, error)


def test_components_change_once_a_day_and_do_not_depend_on_each_other(draws: Draws) -> None:
    by_day = draws.level.reshape(PATHS, DAYS, STEPS_A_DAY, WIDTH)
    assert np.ptp(by_day, axis=2).max() == 0.0
    for other in (draws.swing[:, 0, 0], draws.level[:, 0, 1]):
        correlation = np.corrcoef(draws.level[:, 0, 0], other)[0, 1]
        within(correlation, 0.0, 1.0 / np.sqrt(PATHS))


def test_innovations_of_a_day_do_not_depend_on_each_other(
    process: StochasticVarianceFlow, draws: Draws
) -> None:
    """Of level, swing and the day's multiple, and of either with the day before."""
    level, swing = daily(draws.level)[..., 0], daily(draws.swing)[..., 0]
    volatility = daily(draws.volatility)[..., 0]
    free = volatility / np.sqrt(1.0 - (volatility / USUAL.max_sd) ** 2)
    multiple = np.log(free) - level - swing
    moved = (level[:, 1:] - LEVEL.persistence * level[:, :-1]).T
    swung = (swing[:, 1:] - SWING.persistence * swing[:, :-1]).T
    series = [*moved, *swung, *multiple.T]
    correlation = np.corrcoef(series)
    apart = correlation[~np.eye(len(series), dtype=bool)]
    assert np.abs(apart).max() < 4.5 / np.sqrt(PATHS)


def test_a_known_subnet_starts_from_what_is_known_of_it(draws: Draws) -> None:
    mean, sd = LEVEL.now[3]
    start = draws.level[:, 0, 2]
    within(start.mean(), mean, sd / np.sqrt(PATHS))
    within(start.std(), sd, sd / np.sqrt(2.0 * PATHS))


def test_a_subnet_that_takes_a_slot_does_not_inherit_its_volatility(draws: Draws) -> None:
    level = daily(draws.level)[:, :, -1]
    within(np.corrcoef(level[:, 1], level[:, 2])[0, 1], 0.0, 1.0 / np.sqrt(PATHS))
    kept = LEVEL.persistence
    within(np.corrcoef(level[:, 2], level[:, 3])[0, 1], kept, (1.0 - kept**2) / np.sqrt(PATHS))


def test_the_volatility_of_a_day_is_the_scale_times_a_bounded_t_multiple(
    process: StochasticVarianceFlow, draws: Draws
) -> None:
    volatility = draws.volatility[:, 0]
    assert volatility.max() < USUAL.max_sd
    free = volatility / np.sqrt(1.0 - (volatility / USUAL.max_sd) ** 2)
    multiple = free / np.exp(draws.level[:, 0] + draws.swing[:, 0])
    multiple /= np.asarray(process.scale(*network()))
    chance = stats.chi2(USUAL.degrees_of_freedom).cdf(USUAL.degrees_of_freedom / multiple**2)
    for subnet in range(WIDTH):
        assert stats.kstest(chance[:, subnet], "uniform").pvalue > 1e-4


def test_the_scale_goes_with_depth_and_age(process: StochasticVarianceFlow) -> None:
    who, state = network()
    ninety_days_ago = jnp.broadcast_to(state.block - 90 * chain.BLOCKS_PER_DAY, (WIDTH,))
    who = dataclasses.replace(who, first_emission_block=ninety_days_ago)
    pools = dataclasses.replace(state.pools, tao_in=1_000.0 * jnp.arange(1.0, WIDTH + 1.0))
    found = process.scale(who, dataclasses.replace(state, pools=pools))
    expected = 0.02 * np.arange(1.0, WIDTH + 1.0) ** -0.3 * np.sqrt(2.0)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_the_expected_pool_grows_by_the_drift_in_spite_of_heavy_tails(draws: Draws) -> None:
    growth = np.exp(draws.push.sum(axis=1))
    expected = np.exp(USUAL.drift * DAYS)
    for subnet in range(WIDTH):
        error = growth[:, subnet].std() / np.sqrt(PATHS)
        within(growth[:, subnet].mean(), expected, error)


def test_the_share_of_variance_is_common(draws: Draws) -> None:
    spread = draws.volatility * np.sqrt(1.0 / STEPS_A_DAY)
    normal = (draws.push + 0.5 * spread**2 - USUAL.drift / STEPS_A_DAY) / spread
    one, other = normal[:, :, 0].ravel(), normal[:, :, 1].ravel()
    error = (1.0 - USUAL.common_share**2) / np.sqrt(one.size)
    within(np.corrcoef(one, other)[0, 1], USUAL.common_share, error)


def test_an_asymmetry_adds_to_the_mean_what_a_path_draws_times_the_variance(
    process: StochasticVarianceFlow, draws: Draws
) -> None:
    leaning = USUAL.model_copy(update={"asymmetry_mean": 0.8, "asymmetry_sd": 0.3})
    found = _draw(leaning.build_for(4, np.arange(1, WIDTH + 1)), *network())
    added = np.asarray(found[0]) - draws.push
    strength = added / (draws.volatility**2 / STEPS_A_DAY)
    # All subnets and steps of a path have it in common, and nothing else has changed.
    np.testing.assert_allclose(strength, strength[:, :1, :1] + 0.0 * strength, rtol=1e-6)
    np.testing.assert_array_equal(np.asarray(found[3]), draws.volatility)
    within(strength[:, 0, 0].mean(), 0.8, 0.3 / np.sqrt(PATHS))
    within(strength[:, 0, 0].std(), 0.3, 0.3 / np.sqrt(2.0 * PATHS))
    assert process.asymmetry is None
