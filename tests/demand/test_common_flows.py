"""Flows with normal increments: market and sectors, the youth of subnets, droughts over them."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flows import STEPS_A_DAY, WIDTH, network, wishes
from scipy import stats

from dtaojax.demand.clock import window
from dtaojax.demand.flow.by_age import by_age, new_subnet
from dtaojax.demand.flow.market_factor import MarketFactor, market_factor
from dtaojax.demand.shock.events import Drought
from dtaojax.latent.draws import Latent
from dtaojax.numerics.streams import named_stream
from dtaojax.state.network import NetworkState, Subnets

LEVEL = 1e-4
MARKET, SECTOR = 0.3, 0.4
LOADING = np.array([1.0, 1.0, 2.0, 0.0, -1.0, 1.0, 1.0, 0.5])
SECTORS = np.array([0, 0, 1, 1, 2, 3, 4, 5])


def at(sectors: np.ndarray = SECTORS) -> tuple[Subnets, NetworkState]:
    who, state = network()
    return eqx.tree_at(lambda s: s.sector, who, jnp.asarray(sectors)), state


def factor(drift: float = 0.0, sector_sd: float = SECTOR, name: str = "market") -> MarketFactor:
    return market_factor(
        9,
        name=name,
        market_sd=MARKET,
        sector_sd=sector_sd,
        loading=jnp.asarray(LOADING),
        drift=drift,
    )


@pytest.fixture(scope="module")
def common() -> np.ndarray:
    """Pushes of a day, (paths, steps, subnets)."""
    return wishes(factor(), at(), paths=512, days=1.0).push


def test_covariance_is_that_of_loadings_and_sectors(common: np.ndarray) -> None:
    steps = common.reshape(-1, WIDTH)
    found = np.cov(steps.T) * STEPS_A_DAY
    exact = MARKET**2 * np.outer(LOADING, LOADING)
    exact += SECTOR**2 * (SECTORS[:, None] == SECTORS[None, :])
    noise = np.sqrt((exact**2 + np.outer(np.diag(exact), np.diag(exact))) / len(steps))
    assert (np.abs(found - exact) < stats.norm.isf(LEVEL / WIDTH**2) * noise + 1e-12).all()


def test_increments_are_normal_and_anew_each_step(common: np.ndarray) -> None:
    sd = np.sqrt((MARKET**2 + SECTOR**2) / STEPS_A_DAY)
    deviates = (common[:, :, 0] + 0.5 * sd**2) / sd
    assert stats.kstest(deviates.ravel(), "norm").pvalue > LEVEL
    follows = stats.pearsonr(deviates[:, :-1].ravel(), deviates[:, 1:].ravel())
    assert follows.pvalue > LEVEL


@pytest.mark.parametrize("drift", [0.0, 0.2])
def test_expected_change_of_the_pool_is_the_drift(drift: float) -> None:
    growth = np.exp(wishes(factor(drift), at(), paths=4096, days=0.5).push.sum(axis=1))
    error = growth.std(axis=0) / np.sqrt(len(growth))
    distance = np.abs(growth.mean(axis=0) - np.exp(0.5 * drift)) / error
    assert distance.max() < stats.norm.isf(LEVEL / 2 / WIDTH)


def test_sectors_leave_the_market_s_numbers_as_they_were(common: np.ndarray) -> None:
    alone = wishes(factor(sector_sd=0.0), at(), paths=4, days=1.0).push
    np.testing.assert_array_equal(alone[:, :, 0], alone[:, :, 5])
    of_sector = common[:4] - alone
    np.testing.assert_allclose(of_sector[:, :, 0], of_sector[:, :, 1], rtol=1e-9)
    sd = SECTOR / np.sqrt(STEPS_A_DAY)
    deviates = (of_sector[:, :, 5] + 0.5 * sd**2) / sd
    assert stats.kstest(deviates.ravel(), "norm").pvalue > LEVEL


@pytest.fixture(scope="module")
def drawn() -> tuple[np.ndarray, np.ndarray]:
    """Qualities and sectors of eight subnets in sectors of three, (paths, subnets)."""
    who, _ = network()
    latent = Latent(named_stream(3, "q"), named_stream(3, "s"), sector_size=3)
    paths = jnp.arange(400, dtype=jnp.uint32)
    subnets = jax.jit(jax.vmap(latent, in_axes=(0, None)))(paths, who)
    return np.asarray(subnets.quality), np.asarray(subnets.sector)


def test_drawn_sectors_have_the_asked_size_and_differ_from_path_to_path(drawn) -> None:
    _, sectors = drawn
    for sector in sectors:
        assert sorted(np.bincount(sector)) == [2, 3, 3]
    together = int((sectors[:, 0] == sectors[:, 5]).sum())
    # Of the 28 pairs of 8 subnets, 3 + 3 + 1 share a sector.
    assert stats.binomtest(together, len(sectors), 7 / 28).pvalue > LEVEL


def test_drawn_quality_is_standard_normal_and_independent_of_the_sector(drawn) -> None:
    quality, sectors = drawn
    assert stats.kstest(quality.ravel(), "norm").pvalue > LEVEL
    assert stats.spearmanr(quality.ravel(), sectors.ravel()).pvalue > LEVEL


def test_what_is_not_drawn_stays_as_given() -> None:
    who, _ = at()
    kept = Latent(named_stream(3, "q"), None, sector_size=1)(jnp.uint32(0), who)
    np.testing.assert_array_equal(kept.sector, SECTORS)
    assert np.asarray(kept.quality).any()


def test_youth_fades_with_age() -> None:
    ages = (0.0, 3.0, 60.0)
    young = new_subnet(2, sd=by_age(ages, (0.36, 0.17, 0.0)), drift=by_age(ages, (0.1, 0.0, 0.0)))
    for age, sd, drift in ((1.0, 0.36, 0.1), (5.0, 0.17, 0.0)):
        push = wishes(young, network(age), paths=512, days=1.0).push
        spread = sd / np.sqrt(STEPS_A_DAY)
        deviates = (push - drift / STEPS_A_DAY + 0.5 * spread**2) / spread
        assert stats.kstest(deviates[:, :, 0].ravel(), "norm").pvalue > LEVEL
        growth = np.exp(push.sum(axis=1))
        error = growth.std(axis=0) / np.sqrt(len(growth))
        assert (np.abs(growth.mean(axis=0) - np.exp(drift)) < 4.5 * error).all()
    np.testing.assert_array_equal(wishes(young, network(60.0), paths=512, days=1.0).push, 0.0)


def test_a_drought_scales_the_same_draws_within_its_window_only(common: np.ndarray) -> None:
    dry = Drought(factor(), window(0.25, 0.5), jnp.asarray(0.2))
    found = wishes(dry, at(), paths=8, days=1.0).push
    scale = np.ones(STEPS_A_DAY)
    scale[STEPS_A_DAY // 4 : 3 * STEPS_A_DAY // 4] = 0.2
    np.testing.assert_allclose(found, common[:8] * scale[:, None], rtol=1e-12)


def test_droughts_multiply_and_a_step_is_scaled_by_its_part(common: np.ndarray) -> None:
    inner = Drought(factor(), window(0.0, 1.0), jnp.asarray(0.5))
    half_a_step = 0.5 / STEPS_A_DAY
    both = Drought(inner, window(0.0, half_a_step), jnp.asarray(0.0))
    found = wishes(both, at(), paths=8, days=1.0).push
    np.testing.assert_allclose(found[:, 0], 0.25 * common[:8, 0], rtol=1e-12)
    np.testing.assert_allclose(found[:, 1:], 0.5 * common[:8, 1:], rtol=1e-12)


def test_a_drought_leaves_the_drift_that_its_words_say() -> None:
    """A push ``v z - v**2 / 2``, scaled by s, has the expectation ``exp(-s (1 - s) v**2 / 2)``."""
    calm = factor(sector_sd=0.0)
    dry = Drought(calm, window(0.0, 1.0), jnp.asarray(0.4))
    growth = np.exp(wishes(dry, at(), paths=4096, days=0.5).push.sum(axis=1)[:, 2])
    variance = (2.0 * MARKET) ** 2 / 2.0
    error = growth.std() / np.sqrt(len(growth))
    assert abs(growth.mean() - np.exp(-0.5 * 0.4 * 0.6 * variance)) < 4.0 * error
