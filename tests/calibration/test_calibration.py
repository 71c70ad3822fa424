"""The volatility model: its chain, its filter, what a fit recovers, and what it forecasts."""

import dataclasses
import types

import jax.numpy as jnp
import numpy as np
import pytest
from made_panel import (
    DRIFT,
    EXPONENT,
    FREEDOM,
    LEVEL_HALF_LIFE,
    LEVEL_SD,
    SCALE,
    SERIES,
    SHARE,
    SWING_HALF_LIFE,
    SWING_SD,
    simulated,
)
from scipy import optimize, stats

from dtaojax.calibration import Fit, NotConvergedError, estimate, fit, grid_filter
from dtaojax.calibration.model import log_density
from dtaojax.calibration.moments import common_share
from dtaojax.calibration.observations import DRIFT_DAYS, observe
from dtaojax.history import Panel


@pytest.fixture(scope="module")
def history() -> Panel:
    return simulated(2)


@pytest.fixture(scope="module")
def fitted(history: Panel) -> Fit:
    return fit(history)


@pytest.mark.parametrize("persistence", [0.0, 0.6, 0.98])
def test_the_chain_has_the_moments_of_the_ar_process(persistence: float) -> None:
    count = 9
    steps = np.asarray(grid_filter.transition(count, jnp.asarray(persistence)))
    nodes, weights = grid_filter.nodes(count), grid_filter.stationary(count)
    assert steps.min() > -1e-12
    np.testing.assert_allclose(steps.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(weights @ steps, weights, atol=1e-12)
    assert weights @ nodes**2 == pytest.approx(1.0)
    np.testing.assert_allclose(steps @ nodes, persistence * nodes, atol=1e-12)
    variance = steps @ nodes**2 - (steps @ nodes) ** 2
    assert weights @ variance == pytest.approx(1.0 - persistence**2)


def test_the_density_is_that_of_a_scaled_t() -> None:
    flow, scale = np.array([-0.3, 0.0, 1e-4, 0.02]), np.array([0.1, 0.01, 0.02, 0.03])
    found = log_density(jnp.asarray(flow), jnp.log(jnp.asarray(scale)), jnp.asarray(2.7))
    np.testing.assert_allclose(found, stats.t.logpdf(flow, 2.7, scale=scale), rtol=1e-12)


def test_a_fit_recovers_the_parameters_within_four_standard_errors(fitted: Fit) -> None:
    truth = {
        "log_scale": np.log(SCALE),
        "depth_exponent": EXPONENT,
        "log_level_sd": np.log(LEVEL_SD),
        "log_level_half_life": np.log(LEVEL_HALF_LIFE),
        "log_swing_sd": np.log(SWING_SD),
        "log_swing_half_life": np.log(SWING_HALF_LIFE),
        "log_freedom": np.log(FREEDOM - 1.0),
        "drift": DRIFT,
    }
    for name, value in truth.items():
        found = np.asarray(getattr(fitted.estimate.parameters, name))
        error = np.asarray(getattr(fitted.estimate.errors, name))
        assert np.all(error > 0.0)
        assert np.all(np.abs(found - value) < 4.0 * error), name
    assert abs(fitted.share.value - SHARE) < 4.0 * fitted.share.error


def test_forecasts_are_functions_of_the_seed_and_not_of_later_days(
    fitted: Fit, history: Panel
) -> None:
    known = history.until(99)
    first = fitted.forecast(known, (1, 3), paths=32, seed=5)
    assert first.shape == (2, SERIES, 32)
    changed = dataclasses.replace(history, close=history.close.copy())
    changed.close[100:] *= 2.0
    np.testing.assert_array_equal(
        first, fitted.forecast(changed.until(99), (1, 3), paths=32, seed=5)
    )
    assert not np.array_equal(first, fitted.forecast(known, (1, 3), paths=32, seed=6))


def test_one_day_forecasts_cover_what_they_say(fitted: Fit) -> None:
    """Of 20 x 64 returns from a second simulated history, 95 % lie within the interval."""
    other = simulated(3)
    inside = []
    for day in range(100, 120):
        futures = fitted.forecast(other.until(day), (1,), paths=500, seed=day)[0]
        low, high = np.quantile(futures, [0.025, 0.975], axis=1)
        came = np.log(other.close[day + 1] / other.close[day])
        inside.append((low <= came) & (came <= high))
    # Fluctuations of a common market add to the binomial error of 0.6 %.
    assert np.mean(inside) == pytest.approx(0.95, abs=0.025)


def test_a_common_share_is_found_whatever_the_volatilities() -> None:
    rng = np.random.default_rng(3)
    mixed = np.sqrt(0.7) * rng.normal(size=(400, 50)) + np.sqrt(0.3) * rng.normal(size=(400, 1))
    flows = mixed * np.exp(2.0 * rng.normal(size=mixed.shape))
    found = common_share(flows, np.ones(flows.shape, dtype=bool))
    assert 0.0 < found.error < 0.03
    assert abs(found.value - 0.3) < 4.0 * found.error


def test_pairs_of_a_subnet_with_itself_are_no_evidence_of_a_common_share() -> None:
    rng = np.random.default_rng(5)
    surprise = rng.normal(size=(6, 4)) + rng.normal(size=(6, 1))
    seen = rng.random((6, 4)) < 0.8
    products, pairs = 0.0, 0
    for day in range(6):
        known = np.flatnonzero(seen[day])
        for one in known:
            for other in known:
                if one != other:
                    products += np.sign(surprise[day, one] * surprise[day, other])
                    pairs += 1
    expected = np.sin(0.5 * np.pi * products / pairs)
    assert expected > 0.0
    assert common_share(surprise, seen).value == pytest.approx(expected, rel=1e-12)


def test_the_depth_of_a_flow_is_that_of_its_eve() -> None:
    panel = simulated(4, days=40, series=3)
    depth = panel.tao_in * np.exp(0.1 * np.arange(40))[:, None]
    seen = observe(dataclasses.replace(panel, tao_in=depth), 30.0)
    log_depth = np.log(depth / 1_000.0)
    np.testing.assert_allclose(seen.log_depth[1:], log_depth[:-1], rtol=1e-12)
    np.testing.assert_allclose(seen.log_depth_after, log_depth[-1], rtol=1e-12)


def test_blocks_of_one_drift_are_counted_from_the_last_day_back() -> None:
    days = 2 * DRIFT_DAYS + 7
    block = observe(simulated(4, days=days, series=2), 30.0).block
    expected = [0] * 7 + [1] * DRIFT_DAYS + [2] * DRIFT_DAYS
    np.testing.assert_array_equal(block, expected)


def test_young_subnets_are_seen_from_the_age_that_is_asked_for() -> None:
    panel = simulated(4, days=40, series=2)
    age = np.tile(np.arange(40.0)[:, None] + 10.0, (1, 2))
    seen = observe(dataclasses.replace(panel, age=age), 30.0)
    np.testing.assert_array_equal(seen.seen.all(axis=1), age[:, 0] >= 30.0)
    np.testing.assert_array_equal(seen.age, age)


def test_standard_errors_count_each_pair_of_dependent_flows_once() -> None:
    """Flows of one subnet or of one day depend on each other; a flow does so with itself once."""
    rng = np.random.default_rng(6)
    inverse = np.array([[0.02, 0.003], [0.003, 0.01]])
    scores = 40.0 * (rng.normal(size=(2, 5, 3)) + rng.normal(size=(2, 1, 3)))
    meat = np.zeros((2, 2))
    for day in range(5):
        for series in range(3):
            for other_day in range(5):
                for other_series in range(3):
                    if day == other_day or series == other_series:
                        meat += np.outer(scores[:, day, series], scores[:, other_day, other_series])
    expected = inverse @ meat @ inverse
    assert (np.diag(expected) > np.diag(inverse)).all()
    np.testing.assert_allclose(estimate._sandwich(inverse, scores), expected, rtol=1e-9)


def test_a_search_without_a_maximum_says_along_what(monkeypatch: pytest.MonkeyPatch) -> None:
    """The curvature is that of a saddle: up along ``log_scale``, down along the rest."""

    def saddle(free: dict, held: dict, data: object) -> tuple[float, dict]:
        slopes = {name: jnp.ones_like(value) * value for name, value in free.items()}
        return 0.0, slopes | {"log_scale": -free["log_scale"]}

    monkeypatch.setattr(grid_filter, "slope", saddle)

    def stay(of: object, at: np.ndarray, **options: object) -> optimize.OptimizeResult:
        return optimize.OptimizeResult(x=at, fun=0.0, nit=1, message="")

    monkeypatch.setattr(estimate.optimize, "minimize", stay)
    data = types.SimpleNamespace(block=np.zeros(1, int))
    with pytest.raises(NotConvergedError, match=r"no maximum .* along log_scale"):
        estimate.estimate(data, {})
