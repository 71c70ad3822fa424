"""Drifts that subnets have in common: how they are measured, and what they do to a forecast."""

import dataclasses

import numpy as np
import pytest
from made_panel import known_fit, simulated

from dtaojax.calibration import DriftingFit, Fit
from dtaojax.calibration.moments import (
    ASYMMETRY_PRIOR_SD,
    Measured,
    asymmetry,
    error_over_days,
    never_negative,
    reversion,
    shrunk,
)
from dtaojax.history import Panel

NONE = Measured(0.0, 1e-6)
PATHS = 4_000


@pytest.fixture(scope="module")
def history() -> Panel:
    return simulated(11, 40, 24)


@pytest.fixture(scope="module")
def steady(history: Panel) -> Fit:
    return known_fit(history)


def futures(steady: Fit, history: Panel, strength: Measured, rate: Measured) -> np.ndarray:
    return DriftingFit(steady, strength, rate).forecast(history, (1, 30), PATHS, 5)


def test_the_mean_that_grows_with_variance_is_found_again() -> None:
    rng = np.random.default_rng(3)
    sd = 0.05 * np.exp(0.8 * rng.standard_normal((400, 40)))
    flows = 0.9 * sd**2 + sd * rng.standard_normal(sd.shape)
    found = asymmetry(flows, np.ones(sd.shape, dtype=bool))
    # Squares hold the squared means too, which lowers the ratio by 1 %.
    assert abs(found.value - 0.9) < 4.0 * found.error + 0.02
    assert found.error < 0.2


def test_a_history_without_flows_leaves_the_prior() -> None:
    nothing = np.zeros((5, 3))
    assert asymmetry(nothing, nothing > 0.0) == Measured(0.0, ASYMMETRY_PRIOR_SD)


def test_errors_over_days_are_those_of_independent_days_or_larger() -> None:
    rng = np.random.default_rng(1)
    apart = rng.standard_normal(20_000)
    assert abs(error_over_days(apart - apart.mean()) * np.sqrt(20_000) - 1.0) < 0.1
    lasting = np.convolve(apart, np.ones(4) / 2.0, mode="valid")
    # Sums of four have the variance 16/4 a day in the long run; Bartlett's weights miss a part.
    assert 1.6 < error_over_days(lasting - lasting.mean()) * np.sqrt(len(lasting)) < 2.1


def test_what_was_measured_badly_is_drawn_towards_none() -> None:
    assert shrunk(Measured(2.0, 1.0), 1.0) == Measured(1.0, np.sqrt(0.5))
    assert shrunk(Measured(2.0, np.inf), 0.3) == Measured(0.0, 0.3)


def test_reversion_is_found_again_in_prices_that_revert(history: Panel) -> None:
    rng = np.random.default_rng(8)
    level = np.zeros((600, 60))
    level[0] = 2.0 * rng.standard_normal(60)
    for day in range(1, 600):
        gap = level[day - 1] - level[day - 1].mean()
        level[day] = level[day - 1] - 0.01 * gap + 0.05 * rng.standard_normal(60)
    panel = dataclasses.replace(
        history,
        dates=history.dates[0] + np.arange(600),
        netuid=np.arange(1, 61),
        close=0.01 * np.exp(level),
        tao_in=np.full(level.shape, np.nan),
        age=100.0 + np.arange(600.0)[:, None] + np.zeros(60),
    )
    found = reversion(panel, 30.0)
    assert found.error < 0.002
    assert abs(found.value - 0.01) < 4.0 * found.error


def test_a_rate_has_the_moments_of_what_is_believed_above_nothing() -> None:
    draws = np.random.default_rng(2).normal(0.001, 0.002, 1_000_000)
    above = draws[draws > 0.0]
    found = never_negative(Measured(0.001, 0.002))
    np.testing.assert_allclose(found.rate, above.mean(), rtol=0.01)
    np.testing.assert_allclose(found.events, (above.mean() / above.std()) ** 2, rtol=0.01)


def test_without_strength_and_rate_the_numbers_are_those_of_the_steady_model(
    steady: Fit, history: Panel
) -> None:
    alone = steady.forecast(history, (1, 30), PATHS, 5)
    nothing = futures(steady, history, Measured(0.0, 0.0), Measured(0.0, 1e-12))
    # Programs that are fused differently round the draws, in single precision, differently.
    np.testing.assert_allclose(nothing, alone, rtol=0.0, atol=2e-6)


def test_a_mean_that_grows_with_variance_moves_the_wild_most_and_skews_weeks(
    steady: Fit, history: Panel
) -> None:
    alone = steady.forecast(history, (1, 30), PATHS, 5)[1]
    moved = futures(steady, history, Measured(1.0, 0.0), Measured(0.0, 1e-12))[1]
    added = moved - alone
    assert added.min() > 0.0
    # The mean grows by the sum of a path's daily variances, in both states of the flow.
    spread = np.quantile(alone, 0.9, axis=1) - np.quantile(alone, 0.1, axis=1)
    order = np.corrcoef(spread, added.mean(axis=1))[0, 1]
    assert order > 0.5
    middle = np.median(moved, axis=1)
    up = np.quantile(moved, 0.95, axis=1) - middle
    down = middle - np.quantile(moved, 0.05, axis=1)
    assert np.median(up / down) > 1.05


def test_a_drawn_strength_moves_all_subnets_of_a_path_together(steady: Fit, history: Panel) -> None:
    def basket(sd: float) -> float:
        drawn = futures(steady, history, Measured(0.0, sd), Measured(0.0, 1e-12))[1]
        return float(np.log(np.exp(drawn).mean(axis=0)).std())

    assert basket(2.0) > 1.2 * basket(0.0)


def test_gaps_close_at_the_rate_and_their_mean_stays(steady: Fit, history: Panel) -> None:
    alone = steady.forecast(history, (1, 30), PATHS, 5)[0]
    moved = futures(steady, history, Measured(0.0, 0.0), Measured(0.05, 1e-7))[0]
    level = np.log(history.close[-1])
    gap = level - level.mean()
    expected = np.expm1(-0.05) * gap
    np.testing.assert_allclose((moved - alone).mean(axis=1), expected, atol=1e-5)
    np.testing.assert_allclose((moved - alone).mean(), 0.0, atol=1e-9)


def test_every_series_of_a_history_is_forecast(steady: Fit, history: Panel) -> None:
    drawn = futures(steady, history, NONE, NONE)
    assert drawn.shape == (2, history.n_series, PATHS)
    assert np.isfinite(drawn).all()
