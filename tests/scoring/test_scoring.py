"""Scores of forecasts: closed forms, published tables, and the tests' size where forecasts hold."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from dtaojax.scoring.blocks import compare, daily_sums, mean_over_days, resampled_means
from dtaojax.scoring.pit import coverage, pit, uniformity
from dtaojax.scoring.scores import fair_crps
from dtaojax.scoring.tails import (
    Transitions,
    christoffersen_conditional,
    christoffersen_independence,
    kupiec,
    simulated_tests,
    traffic_light,
    transitions,
    z1,
    z2,
)

DAYS, SUBNETS = 200, 20


def day_of_each(days: int = DAYS, subnets: int = SUBNETS) -> NDArray[np.int64]:
    return np.repeat(np.arange(days), subnets)


# --- errors over blocks of days ------------------------------------------------------------------


def test_blocks_of_one_day_give_the_textbook_error_of_independent_observations() -> None:
    values = np.random.default_rng(1).normal(size=DAYS * SUBNETS)
    found = mean_over_days(values, day_of_each(), block=1)
    assert found.value == pytest.approx(values.mean())
    # The bootstrap's error has itself an error of about 1/sqrt(2 days) = 5 %.
    assert found.standard_error == pytest.approx(1.0 / np.sqrt(DAYS * SUBNETS), rel=0.2)


def test_what_subnets_have_in_common_widens_the_error() -> None:
    rng = np.random.default_rng(2)
    common = np.repeat(rng.normal(size=DAYS), SUBNETS)
    found = mean_over_days(common, day_of_each(), block=1)
    assert found.standard_error == pytest.approx(1.0 / np.sqrt(DAYS), rel=0.2)


def test_intervals_cover_the_truth_in_spite_of_memory() -> None:
    """An autoregression of 0.5 a day: sd of the mean is twice that of independent days."""
    rng = np.random.default_rng(3)
    covered = []
    for seed in range(100):
        shocks = rng.normal(size=(DAYS + 50))
        series = np.zeros(DAYS + 50)
        for t in range(1, DAYS + 50):
            series[t] = 0.5 * series[t - 1] + shocks[t]
        found = mean_over_days(series[50:], np.arange(DAYS), block=10, seed=seed)
        covered.append(found.ci_low <= 0.0 <= found.ci_high)
    # Short blocks lose a little: about 92 % +- 3 %. Errors of single days would cover 74 %.
    assert 0.85 <= np.mean(covered) <= 0.98


def test_days_without_observations_count_as_empty_days() -> None:
    sums = daily_sums(np.ones((2, 1)), np.array([3, 6]))
    assert sums.number.tolist() == [1, 0, 0, 1]
    drawn = resampled_means(sums, block=1, seed=0)
    assert np.all(drawn == 1.0)


def test_no_observation_is_refused() -> None:
    with pytest.raises(ValueError, match="no observation"):
        daily_sums(np.ones((0, 1)), np.zeros(0, dtype=np.int64))


# --- coverage ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "expected"), [(0.5, 0.6), (0.8, 0.8), (0.95, 0.8), (0.995, 1.0)])
def test_coverage_counts_the_central_interval(level: float, expected: float) -> None:
    values = np.array([0.004, 0.3, 0.5, 0.75, 0.9])
    assert coverage(values, np.arange(5), level, block=1).value == pytest.approx(expected)


# --- exceedances ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "probability", "low", "high"),
    [
        (255, 0.01, 0, 7),
        (510, 0.01, 1, 11),
        (1000, 0.01, 4, 17),
        (255, 0.05, 6, 21),
        (510, 0.05, 16, 36),
        (1000, 0.05, 37, 65),
        (255, 0.025, 2, 12),
        (1000, 0.025, 15, 36),
    ],
)
def test_kupiec_accepts_what_his_table_accepts(
    days: int, probability: float, low: int, high: int
) -> None:
    """Non-rejection regions at 5 %, low < N < high, in Kupiec (1995), table 3; his first, N < 7,
    does not mention that 0 is rejected too: LR = -510 log 0.99 = 5.1."""
    accepted = [x for x in range(days) if kupiec(x, days, probability).p_value > 0.05]
    assert (min(accepted) - 1, max(accepted) + 1) == (low, high)


def test_kupiec_is_the_ratio_of_binomial_likelihoods() -> None:
    expected = 2.0 * (stats.binom.logpmf(7, 300, 7 / 300) - stats.binom.logpmf(7, 300, 0.01))
    assert kupiec(7, 300, 0.01).statistic == pytest.approx(expected, rel=1e-12)
    assert kupiec(0, 300, 0.01).statistic == pytest.approx(-600.0 * np.log(0.99), rel=1e-12)


def test_pairs_are_counted_within_a_series_and_only_where_both_days_are_known() -> None:
    hits = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=bool)
    known = np.array([[1, 1], [1, 1], [1, 1], [1, 0]], dtype=bool)
    assert transitions(hits, known) == Transitions(2, 1, 1, 1)


def test_independence_is_the_likelihood_ratio_of_a_two_by_two_table() -> None:
    pairs = Transitions(900, 40, 35, 25)
    table = np.array([[900, 40], [35, 25]])
    expected = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
    found = christoffersen_independence(pairs)
    assert found.statistic == pytest.approx(expected.statistic, rel=1e-12)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)


def test_conditional_coverage_adds_up_rate_and_independence() -> None:
    pairs = Transitions(900, 40, 35, 25)
    found = christoffersen_conditional(pairs, 0.05)
    parts = kupiec(65, 1000, 0.05).statistic + christoffersen_independence(pairs).statistic
    assert found.statistic == pytest.approx(parts)
    assert found.p_value == pytest.approx(np.exp(-0.5 * parts))


def test_tests_of_exceedances_keep_their_size() -> None:
    """1,000 histories of 4,000 days at 5 %: 5 % +- 0.7 % rejected, as far as chi-squared holds."""
    hits = np.random.default_rng(4).random((4000, 1000)) < 0.05
    known = np.ones((4000, 1), dtype=bool)
    rejected = np.zeros(3)
    for column in hits.T[:, :, None]:
        pairs = transitions(column, known)
        found = (
            kupiec(int(column.sum()), 4000, 0.05),
            christoffersen_independence(pairs),
            christoffersen_conditional(pairs, 0.05),
        )
        rejected += [test.p_value < 0.05 for test in found]
    assert np.all(np.abs(rejected / 1000 - 0.05) < 0.025)


def test_clustered_exceedances_are_found_though_their_rate_is_right() -> None:
    hits = np.zeros((1000, 1), dtype=bool)
    for start in range(0, 1000, 100):
        hits[start : start + 5] = True
    assert kupiec(int(hits.sum()), 1000, 0.05).p_value > 0.9
    assert christoffersen_independence(transitions(hits, np.ones_like(hits))).p_value < 1e-6


# --- traffic light -------------------------------------------------------------------------------


def test_zones_of_250_days_are_those_of_the_basel_committee() -> None:
    zones = [traffic_light(x, 250, 0.01).zone for x in range(12)]
    assert zones == ["green"] * 5 + ["yellow"] * 5 + ["red"] * 2
    cumulative = [100.0 * traffic_light(x, 250, 0.01).cumulative for x in range(11)]
    published = [8.11, 28.58, 54.32, 75.81, 89.22, 95.88, 98.63, 99.60, 99.89, 99.97, 99.99]
    assert np.allclose(cumulative, published, atol=0.006)


def test_zones_keep_their_probability_for_other_sizes() -> None:
    light = traffic_light(0, 20_000, 0.01)
    below_yellow = stats.binom.cdf(light.yellow_from - 1, 20_000, 0.01)
    assert below_yellow < 0.95 <= stats.binom.cdf(light.yellow_from, 20_000, 0.01)
    assert stats.binom.cdf(light.red_from - 1, 20_000, 0.01) < 0.9999


# --- expected shortfall --------------------------------------------------------------------------


def test_shortfall_statistics_of_a_written_out_example() -> None:
    loss = np.array([0.1, 0.6, -0.2, 0.9])
    exceeded = np.array([False, True, False, True])
    shortfall = np.array([0.5, 0.5, 0.5, 0.6])
    assert z1(loss, exceeded, shortfall) == pytest.approx(1.0 - (1.2 + 1.5) / 2)
    assert z2(loss, exceeded, shortfall, 0.5) == pytest.approx(1.0 - (1.2 + 1.5) / (4 * 0.5))
    assert np.isnan(z1(loss, np.zeros(4, dtype=bool), shortfall))


@pytest.mark.parametrize("degrees_of_freedom", [5, 10, 100])
def test_critical_values_of_z2_are_those_that_were_published(degrees_of_freedom: int) -> None:
    """Acerbi & Szekely (2014), table 3: at 2.5 % and 250 days, 5 % of Z2 lie below about -0.7
    (-0.82 for 3 to -0.70 for 100 degrees of freedom), much the same for all."""
    law = stats.t(degrees_of_freedom)
    tail = law.isf((np.arange(400) + 0.5) / 400 * 0.025)
    tails = np.tile(tail / tail.mean(), (250, 1))
    (_, light), (_, heavy) = (
        simulated_tests((0.0, critical), tails, 0.025, replicates=4_000)[1]
        for critical in (-0.60, -0.84)
    )
    assert light > 0.05 > heavy


def test_shortfall_tests_keep_their_size_and_find_losses_half_as_large_again() -> None:
    law = stats.t(5)
    level, days = 0.025, 1_000
    tail = law.isf((np.arange(200) + 0.5) / 200 * level)
    tails = np.tile(tail / tail.mean(), (days, 1))
    rng = np.random.default_rng(6)

    def p_values(scale: float) -> list[float]:
        loss = scale * law.rvs(days, random_state=rng)
        exceeded, shortfall = loss > law.isf(level), np.full(days, tail.mean())
        observed = z1(loss, exceeded, shortfall), z2(loss, exceeded, shortfall, level)
        return [test.p_value for test in simulated_tests(observed, tails, level, replicates=300)]

    right = np.array([p_values(1.0) for _ in range(100)])
    # 100 histories: 5 % +- 2.2 %.
    assert np.all((right < 0.05).mean(axis=0) < 0.12)
    wrong = np.array([p_values(1.5) for _ in range(20)])
    assert np.all(wrong[:, 1] < 0.05)


# --- probability-integral transform --------------------------------------------------------------


def test_transform_of_an_outcome_among_samples() -> None:
    samples = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])
    found = pit(samples, np.array([2.5, 0.0]), np.array([0.5, 0.5]))
    assert found.tolist() == [2.5 / 4, 0.5]


def test_transform_is_uniform_for_right_forecasts_with_ties() -> None:
    rng = np.random.default_rng(7)
    samples = np.sort(np.round(rng.normal(size=(20_000, 9)), 0), axis=1)
    outcome = np.round(rng.normal(size=20_000), 0)
    found = pit(samples, outcome, rng.random(20_000))
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_uniformity_keeps_its_size_when_subnets_move_together() -> None:
    """Transforms with a correlation of 0.3 in a day: Kolmogorov's own p-value would reject most."""
    rng = np.random.default_rng(8)
    rejected = 0
    for seed in range(100):
        common = np.repeat(rng.normal(size=DAYS), SUBNETS)
        score = np.sqrt(0.3) * common + np.sqrt(0.7) * rng.normal(size=DAYS * SUBNETS)
        found = uniformity(stats.norm.cdf(score), day_of_each(), block=1, seed=seed)
        rejected += found.p_value < 0.05
    # 5 % +- 2.2 %.
    assert rejected <= 12


def test_too_narrow_forecasts_pile_up_at_the_ends() -> None:
    score = 1.5 * np.random.default_rng(9).normal(size=DAYS * SUBNETS)
    found = uniformity(stats.norm.cdf(score), day_of_each(), block=1)
    assert found.p_value < 0.002
    assert found.density[0] > 1.5
    assert found.density[-1] > 1.5
    assert found.density.mean() == pytest.approx(1.0)


# --- CRPS ----------------------------------------------------------------------------------------


def test_score_is_the_mean_over_pairs() -> None:
    rng = np.random.default_rng(10)
    samples, outcome = np.sort(rng.normal(size=(4, 7)), axis=1), rng.normal(size=4)
    pairs = np.abs(samples[:, :, None] - samples[:, None, :]).sum(axis=(1, 2)) / (7 * 6)
    expected = np.abs(samples - outcome[:, None]).mean(axis=1) - pairs / 2
    assert np.allclose(fair_crps(samples, outcome), expected, rtol=1e-12)


@pytest.mark.parametrize("members", [2, 5, 50])
def test_score_has_the_expectation_of_the_normal_closed_form(members: int) -> None:
    """CRPS of N(0, 1) at y: y (2 Phi(y) - 1) + 2 phi(y) - 1/sqrt(pi), whatever the sample size."""
    rng = np.random.default_rng(11)
    outcome = np.full(40_000, 0.7)
    found = fair_crps(np.sort(rng.normal(size=(40_000, members)), axis=1), outcome)
    y = 0.7
    expected = y * (2 * stats.norm.cdf(y) - 1) + 2 * stats.norm.pdf(y) - 1 / np.sqrt(np.pi)
    assert found.mean() == pytest.approx(expected, abs=4 * found.std() / 200)


# --- paired comparison ---------------------------------------------------------------------------


def test_paired_comparison_keeps_its_size_and_finds_a_better_forecast() -> None:
    rng = np.random.default_rng(12)
    rejected = 0
    for seed in range(100):
        day = np.repeat(rng.exponential(size=DAYS), SUBNETS)
        first, second = day + rng.exponential(size=(2, DAYS * SUBNETS))
        rejected += compare(first, second, day_of_each(), block=5, seed=seed).p_value < 0.05
    # 5 % +- 2.2 %, a little more for short blocks.
    assert rejected <= 13
    better = compare(0.9 * second, second, day_of_each(), block=5)
    assert better.difference.value == pytest.approx(-0.1 * second.mean())
    assert better.skill.value == pytest.approx(0.1)
    assert better.skill.standard_error < 1e-12
    assert better.p_value < 1e-6
