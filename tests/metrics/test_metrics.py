"""Estimates and their errors, against closed forms, other libraries and the truth itself."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from dtaojax.engine.batches import Batches
from dtaojax.engine.merge import Statistics
from dtaojax.engine.statistics import Bins, Counts
from dtaojax.metrics.binned import BinnedDistribution, quantile_of_bins
from dtaojax.metrics.estimate import (
    Estimate,
    mean_from_sums,
    mean_of_equals,
    mean_of_sample,
    probability,
    quantile_of_sample,
    quantile_ranks,
    whole_ranks,
    with_skewed_interval,
    without_unknown_ends,
)
from dtaojax.metrics.headline import headline
from dtaojax.metrics.portfolio import PortfolioSample, loss_histogram, portfolio_rows
from dtaojax.metrics.subnets import subnet_table
from dtaojax.metrics.tables import broadcast_frame, frame, row, sample_rows
from dtaojax.metrics.tail import (
    expected_shortfall,
    shortfall_contribution,
    tail,
    value_at_risk,
)
from dtaojax.results.contract import ESTIMATE_COLUMNS, QUANTILE_LEVELS, paths_needed, why_missing
from dtaojax.studies.run.manifest import beyond_bins

LOSSES = st.lists(st.integers(-1000, 1000), min_size=1, max_size=60).map(
    lambda numbers: np.array(numbers, dtype=float)
)
CONFIDENCE = st.sampled_from([0.5, 0.75, 0.8, 0.9, 0.95, 0.99])


def sample(size: int, seed: int = 1) -> np.ndarray:
    """Skewed numbers of both signs."""
    return np.random.default_rng(seed).gamma(2.0, 3.0, size) - 4.0


# --- means, probabilities, quantiles -------------------------------------------------------------


def test_mean_and_its_error_are_numpys_and_scipys():
    numbers = sample(500)
    found = mean_of_sample(numbers)
    assert found.value == pytest.approx(numbers.mean(), rel=1e-13)
    assert found.standard_error == pytest.approx(stats.sem(numbers), rel=1e-12)


def test_interval_of_a_mean_is_students_of_halls_cubic():
    numbers = sample(500)
    found = mean_of_sample(numbers)
    a = stats.skew(numbers) / np.sqrt(500)
    ends = (numbers.mean() - np.array([found.ci_high, found.ci_low])) / stats.sem(numbers)
    turned = ends + a * ends**2 / 3 + a**2 * ends**3 / 27 + a / 6
    # The sample's skewness is taken with the divisor n - 1 in one place and n in the other.
    np.testing.assert_allclose(turned, stats.t(499).interval(0.95), rtol=1e-3)
    # The long tail is on the right, and so is the longer part of the interval.
    assert found.ci_high - found.value > 1.05 * (found.value - found.ci_low)


@pytest.mark.parametrize("skewness", [0.0, 1e-9, 2e-6, 0.01, -0.3, 1.0])
def test_skewed_interval_is_students_without_skewness_and_turns_with_its_sign(skewness):
    found = with_skewed_interval(*map(np.float64, (2.0, 0.5, skewness)), degrees=9)
    mirrored = with_skewed_interval(*map(np.float64, (-2.0, 0.5, -skewness)), degrees=9)
    assert (found.ci_low, found.ci_high) == pytest.approx((-mirrored.ci_high, -mirrored.ci_low))
    student = stats.t(9, 2.0, 0.5).interval(0.95)
    assert found.ci_low < 2.0 < found.ci_high
    if abs(skewness) < 1e-5:
        assert (found.ci_low, found.ci_high) == pytest.approx(student, rel=1e-5)
    else:
        assert np.sign(found.ci_high - student[1]) == np.sign(skewness)


def test_mean_keeps_its_digits_far_from_zero():
    numbers = 1e9 + np.random.default_rng(2).standard_normal(1000)
    assert mean_of_sample(numbers).standard_error == pytest.approx(stats.sem(numbers), rel=1e-9)


def test_mean_from_sums_is_the_mean_of_every_column():
    numbers = sample(300).reshape(100, 3)
    found = mean_from_sums(*((numbers**power).sum(axis=0) for power in (1, 2, 3)), 100)
    for part, expected in zip(found, mean_of_sample(numbers), strict=True):
        np.testing.assert_allclose(part, expected, rtol=1e-11)


@pytest.mark.parametrize("happened", [0, 1, 7, 50, 99, 100])
def test_probability_has_wilsons_interval(happened):
    found = probability(np.float64(happened), 100)
    wilson = stats.binomtest(happened, 100).proportion_ci(0.95, "wilson")
    assert found.value == happened / 100
    assert (found.ci_low, found.ci_high) == pytest.approx((wilson.low, wilson.high), abs=1e-15)
    assert found.ci_low <= found.value <= found.ci_high


def test_event_never_seen_is_not_impossible():
    found = probability(np.array([0.0, 1000.0]), 1000)
    assert found.value.tolist() == [0.0, 1.0]
    assert (found.standard_error > 0.0).all()
    assert found.ci_high[0] == pytest.approx(1.959964**2 / (1000 + 1.959964**2), rel=1e-6)
    assert found.ci_low[1] == pytest.approx(1.0 - found.ci_high[0], rel=1e-12)


@pytest.mark.parametrize("size", [1, 2, 5, 100, 2047])
@pytest.mark.parametrize("level", QUANTILE_LEVELS)
def test_quantile_is_numpys_and_inside_its_interval(level, size):
    numbers = sample(size)
    found = quantile_of_sample(numbers, level)
    assert found.value == pytest.approx(np.quantile(numbers, level), rel=1e-12)
    assert found.ci_low <= found.value <= found.ci_high
    low, high = np.sort(numbers)[np.array(whole_ranks(level, size)) - 1]
    assert low <= found.ci_low
    assert found.ci_high <= high


@pytest.mark.parametrize("size", [738, 2048, 5000])
@pytest.mark.parametrize("level", QUANTILE_LEVELS)
def test_whole_ranks_of_a_quantiles_interval_are_the_closest_that_miss_at_most_a_fortieth(
    level, size
):
    low, high = whole_ranks(level, size)
    below = stats.binom(size, level)
    # The true quantile lies under the low-th value where fewer than low paths are below it.
    assert below.cdf(low - 1) <= 0.025 < below.cdf(low)
    assert below.sf(high - 1) <= 0.025 < below.sf(high - 2)
    # Those between paths are the closest beyond which the chance is a fortieth.
    between = quantile_ranks(level, size)
    assert (np.floor(between.low), np.ceil(between.high)) == (low, high)


def chance_above(law, rank: float, level: float, paths: int) -> float:
    """The chance that a sample's value at a rank lies above the law's quantile, by integration.

    With k paths below the quantile, the largest of them is the law's quantile at the level V times
    that of the whole, where V has the density k v**(k - 1). The chance that all others lie beyond
    what puts the rank's value above the quantile is that of one of them to their number.
    """
    k, part = int(rank), rank % 1.0
    below = stats.binom(paths, level)
    quantile = law.ppf(level)

    def density(v: float) -> float:
        reached = quantile + (1.0 - part) / part * (quantile - law.ppf(level * v))
        return k * v ** (k - 1) * (law.sf(reached) / (1.0 - level)) ** (paths - k)

    chance, _ = integrate.quad(density, 0.0, 1.0, points=[max(1.0 - 20.0 / k, 0.0)], limit=200)
    return float(below.cdf(k - 1) + below.pmf(k) * chance)


class Mirrored(NamedTuple):
    """The law of the negative of a variable."""

    law: Any

    def ppf(self, level: float) -> float:
        return -self.law.isf(level)

    def sf(self, value: float) -> float:
        return self.law.cdf(-value)


@pytest.mark.parametrize(
    "law",
    [stats.uniform(), stats.norm(), stats.lognorm(1.0), stats.t(3)],
    ids=["uniform", "normal", "lognormal", "Student"],
)
@pytest.mark.parametrize(
    ("level", "paths"), [(0.05, 512), (0.5, 512), (0.95, 512), (0.99, 512), (0.95, 128)]
)
def test_a_quantiles_interval_holds_it_with_95_percent_whatever_the_law(level, paths, law):
    low, high = quantile_ranks(level, paths)
    above = chance_above(law, low, level, paths)
    below = chance_above(Mirrored(law), paths + 1 - high, 1.0 - level, paths)
    assert 1.0 - above - below == pytest.approx(0.95, abs=0.004)
    assert above == pytest.approx(0.025, abs=0.002)


def coverage_of_a_count(law, level: float, paths: int) -> float:
    """The chance that the interval of a count's quantile holds it, in closed form.

    Above it lies the interval where fewer than ``low`` paths are at most the quantile, below it
    where ``high`` are less.
    """
    low, high = whole_ranks(level, paths)
    quantile = law.ppf(level)
    above = stats.binom(paths, law.cdf(quantile)).cdf(low - 1)
    return float(1.0 - above - stats.binom(paths, law.cdf(quantile - 1)).sf(high - 1))


@pytest.mark.parametrize(("mean", "level"), [(3.0, 0.5), (6.0, 0.95), (6.2, 0.95), (40.0, 0.05)])
def test_the_interval_of_a_counts_quantile_is_whole_and_holds_it_as_often_as_its_law_says(
    mean, level
):
    law, paths, held = stats.poisson(mean), 256, []
    random = np.random.default_rng(3)
    for _ in range(600):
        found = quantile_of_sample(random.poisson(mean, paths).astype(float), level)
        assert found.ci_low % 1.0 == found.ci_high % 1.0 == 0.0
        held.append(found.ci_low <= law.ppf(level) <= found.ci_high)
    exact = coverage_of_a_count(law, level, paths)
    assert exact >= 0.95
    assert np.mean(held) == pytest.approx(exact, abs=3.5 * np.sqrt(exact * (1 - exact) / 600))


@pytest.mark.parametrize("shared", [0.3, 1.0])
def test_nothing_lies_between_a_value_that_paths_share_and_the_next(shared):
    """From 512 paths the median's interval begins between ranks 234 and 235."""
    numbers = np.concatenate([np.full(234, shared), 1.0 + np.linspace(0.5, 1.0, 278)])
    assert 234 < quantile_ranks(0.5, 512).low < 235
    assert quantile_of_sample(numbers, 0.5).ci_low == shared
    numbers[:234] = np.linspace(0.2, shared + 0.05, 234)
    assert shared + 0.05 < quantile_of_sample(numbers, 0.5).ci_low < 1.5


@pytest.mark.parametrize("level", QUANTILE_LEVELS)
def test_paths_needed_are_where_the_interval_leaves_the_samples_end(level):
    needed = paths_needed("quantile", level)
    rarer = min(level, 1.0 - level)
    # The chance that no path at all lies beyond the true quantile.
    assert stats.binom(needed, rarer).pmf(0) <= 0.025 < stats.binom(needed - 1, rarer).pmf(0)
    assert quantile_ranks(rarer, needed).low > 1.0
    assert quantile_ranks(rarer, needed - 1).low == 1.0


@pytest.mark.parametrize(
    ("zeros", "level", "expected"),
    [(50, 0.5, 0.0), (49, 0.5, 1.0), (5, 0.05, 0.0), (4, 0.05, 1.0), (95, 0.95, 0.0)],
)
def test_quantile_of_a_sample_with_many_zeros_is_zero_and_nothing_is_made_up_next_to_them(
    zeros, level, expected
):
    numbers = np.concatenate([np.zeros(zeros), np.ones(100 - zeros)])
    found = quantile_of_sample(numbers, level)
    assert found.value == expected
    assert found.ci_low == 0.0
    assert found.ci_high == 1.0


def test_one_path_has_a_value_and_no_error():
    alone = np.array([3.0])
    for found in (
        mean_of_sample(alone),
        quantile_of_sample(alone, 0.5),
        value_at_risk(alone, 0.95),
        expected_shortfall(alone, 0.95),
    ):
        assert found.value == 3.0
        assert np.isnan(found.standard_error)


# --- quantiles of binned values ------------------------------------------------------------------

LOG_LOW, LOG_WIDTH, INSIDE = -2.0, 0.01, 400


def binned(values: np.ndarray, scale: float = 1.0) -> BinnedDistribution:
    """Counts of zeros, of values between exp(-2) and exp(2) times the scale, and of others."""
    edges = scale * np.exp(LOG_LOW + LOG_WIDTH * np.arange(INSIDE + 1))
    positive = values[values > 0.0]
    index = np.searchsorted(edges, positive, side="right")
    return BinnedDistribution(
        counts=np.bincount(index, minlength=INSIDE + 2),
        zeros=np.array(len(values) - len(positive)),
        lowest=positive.min(initial=np.inf),
        highest=values.max(),
        scale=np.float64(scale),
        log_low=np.float64(LOG_LOW),
        log_width=np.float64(LOG_WIDTH),
    )


@pytest.mark.parametrize("level", QUANTILE_LEVELS)
def test_binned_quantile_is_the_samples_within_a_bin(level):
    values = 7.0 * np.random.default_rng(3).lognormal(0.1, 0.4, 4000)
    found = quantile_of_bins(binned(values, scale=7.0), level)
    exact = quantile_of_sample(values, level)
    for part in ("value", "ci_low", "ci_high"):
        assert getattr(found, part) == pytest.approx(getattr(exact, part), rel=1.01 * LOG_WIDTH)
    assert found.standard_error == pytest.approx(exact.standard_error, rel=0.1)


def test_binned_quantile_of_equal_values_is_that_value_exactly():
    for value in (1.0, 0.0123, 1e5, 0.0):
        found = quantile_of_bins(binned(np.full(50, value)), 0.05)
        assert found == Estimate(value, 0.0, value, value)


def test_binned_quantiles_outside_the_range_are_bounds_and_say_so():
    below, inside, above = np.linspace(0.01, 0.05, 10), np.linspace(0.9, 1.1, 80), [20.0, 50.0] * 5
    distribution = binned(np.concatenate([below, inside, above]))
    # At most the lower end of the range, at least its upper end; nothing between is made up.
    low, high = (quantile_of_bins(distribution, level) for level in (0.05, 0.95))
    assert low.value == pytest.approx(np.exp(-2.0), rel=1e-12)
    assert low.ci_low == -np.inf
    assert low.value <= low.ci_high
    assert high.value == pytest.approx(np.exp(2.0), rel=1e-12)
    assert high.ci_low <= high.value
    assert high.ci_high == np.inf
    assert np.isnan([low.standard_error, high.standard_error]).all()
    within = quantile_of_bins(distribution, 0.5)
    assert within.value == pytest.approx(1.0, rel=LOG_WIDTH)
    assert within.standard_error > 0.0
    nowhere = quantile_of_bins(binned(np.linspace(100.0, 200.0, 1000)), 0.5)
    assert (nowhere.value, nowhere.ci_low, nowhere.ci_high) == (100.0, 100.0, np.inf)
    assert np.isnan(nowhere.standard_error)


ALIVE = 7.0
"""Scale of the values of those that are still there."""


def mixture(gone: float, paths: int, seed: int = 11) -> np.ndarray:
    """Zero with probability ``gone``, lognormal otherwise."""
    random = np.random.default_rng(seed)
    values = ALIVE * random.lognormal(0.1, 0.4, paths)
    return np.where(random.random(paths) < gone, 0.0, values)


def quantile_of_mixture(gone: float, level: float) -> float:
    """Its quantile in closed form: 0 up to the part that is gone, then the lognormal's rest."""
    if level <= gone:
        return 0.0
    return float(ALIVE * stats.lognorm.ppf((level - gone) / (1.0 - gone), 0.4, scale=np.exp(0.1)))


@pytest.mark.parametrize("gone", [0.0, 0.03, 0.3, 0.694, 0.94, 1.0])
@pytest.mark.parametrize("level", QUANTILE_LEVELS)
def test_quantiles_of_a_mixture_with_an_atom_at_zero_are_its_closed_form(level, gone):
    found = quantile_of_bins(binned(mixture(gone, 20_000), ALIVE), level)
    truth = quantile_of_mixture(gone, level)
    if truth == 0.0:
        assert found == Estimate(0.0, 0.0, 0.0, 0.0)
    else:
        assert abs(found.value - truth) < 4.0 * found.standard_error
        assert found.standard_error < 0.1 * truth
        assert 0.0 < found.ci_low <= found.value <= found.ci_high


@pytest.mark.parametrize(("gone", "level"), [(0.5, 0.5), (0.06, 0.05), (0.93, 0.95)])
def test_intervals_near_the_edge_of_the_atom_cover_the_truth(gone, level):
    truth, paths, covered = quantile_of_mixture(gone, level), 512, []
    for seed in range(400):
        found = quantile_of_bins(binned(mixture(gone, paths, seed), ALIVE), level)
        covered.append(found.ci_low <= truth <= found.ci_high)
        assert (found.standard_error > 0.0) == (found.ci_high > found.ci_low)
    assert np.mean(covered) >= 0.95 - 3.0 * np.sqrt(0.95 * 0.05 / 400)


def test_interval_of_a_zero_quantile_reaches_up_from_zero_at_the_atoms_edge():
    values = np.concatenate([np.zeros(51), np.linspace(1.0, 2.0, 49)])
    found = quantile_of_bins(binned(values), 0.5)
    assert found.value == 0.0
    assert found.ci_low == 0.0
    assert found.ci_high == pytest.approx(quantile_of_sample(values, 0.5).ci_high, rel=LOG_WIDTH)
    assert found.standard_error == pytest.approx(found.ci_high / (2 * 1.959964), rel=1e-6)
    just_above = quantile_of_bins(binned(values), 0.52)
    assert just_above.value == pytest.approx(1.0, rel=1.01 * LOG_WIDTH)
    assert just_above.ci_low == 0.0


@pytest.mark.parametrize(("paths", "level"), [(140, 0.05), (100, 0.5), (20, 0.95), (1000, 0.975)])
def test_a_quantile_is_zero_where_just_its_level_is_at_zero_and_not_with_one_less(paths, level):
    values = np.linspace(1.0, 2.0, paths)
    dead = round(level * paths)
    at_edge, before = values.copy(), values.copy()
    at_edge[:dead] = 0.0
    before[: dead - 1] = 0.0
    assert quantile_of_bins(binned(at_edge), level).value == 0.0
    assert quantile_of_bins(binned(before), level).value > 0.9


@pytest.mark.parametrize("paths", range(1, 10))
@pytest.mark.parametrize("level", QUANTILE_LEVELS)
def test_binned_quantiles_of_a_handful_of_paths_are_theirs_and_claim_no_more(paths, level):
    values = np.array([0.0, 2.0, 0.0, 1.0, 3.0, 0.0, 1.5, 2.5, 0.5])[:paths]
    found = quantile_of_bins(binned(values), level)
    # The least value that a part of ``level`` does not exceed.
    expected = np.sort(values)[max(int(np.ceil(level * paths - 1e-9)), 1) - 1]
    assert found.value == pytest.approx(expected, rel=1.01 * LOG_WIDTH)
    assert found.ci_low <= found.value
    nothing = quantile_of_bins(binned(np.zeros(paths)), level)
    # That none of so few is above 0 says nothing about a level that high.
    is_told = level**paths <= 0.025
    assert (nothing.value, nothing.ci_low) == (0.0, 0.0)
    assert (nothing.ci_high == 0.0) == is_told
    assert (nothing.standard_error == 0.0) == (is_told and paths > 1)


def test_binned_quantiles_rise_with_their_level():
    values = np.random.default_rng(6).lognormal(0.0, 2.0, 300)
    levels = np.linspace(0.001, 0.999, 300)
    found = [float(quantile_of_bins(binned(values), level).value) for level in levels]
    assert found == sorted(found)


def test_error_of_a_binned_quantile_is_no_less_than_the_bins_own_spread():
    values = np.full(100_000, 1.005) * np.exp(np.linspace(-0.004, 0.004, 100_000))
    found = quantile_of_bins(binned(values), 0.5)
    assert found.standard_error >= (values.max() - values.min()) / np.sqrt(12.0) * 0.99


# --- value at risk and expected shortfall --------------------------------------------------------

TEN = np.arange(1.0, 11.0)


@pytest.mark.parametrize(
    ("losses", "confidence", "expected"),
    [
        (TEN, 0.8, (9 + 10) / 2),
        (TEN, 0.75, (0.5 * 8 + 9 + 10) / 2.5),
        (TEN, 0.9, 10.0),
        (TEN, 0.95, 10.0),
        (TEN, 0.99, 10.0),
        (TEN, 0.65, (0.5 * 7 + 8 + 9 + 10) / 3.5),
        (TEN[::-1] - 20.0, 0.8, -10.5),
        (np.array([5.0, 5.0, 5.0, 1.0]), 0.5, 5.0),
        (np.array([-3.0, -2.0, 4.0]), 0.5, (4.0 - 0.5 * 2.0) / 1.5),
    ],
)
def test_shortfall_of_a_few_losses_by_hand(losses, confidence, expected):
    assert expected_shortfall(losses, confidence).value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("confidence", "weights"),
    [(0.8, [0, 0, 0, 1, 1]), (0.75, [0, 0, 0.5, 1, 1]), (0.99, [0, 0, 0, 0, 1])],
)
def test_mildest_path_of_the_tail_weighs_its_fraction(confidence, weights):
    losses = np.arange(10.0)
    expected = np.array([0] * 5 + weights, dtype=float)
    worst = tail(losses, confidence)
    found = np.zeros(10)
    found[worst.paths] = worst.weights
    np.testing.assert_allclose(found, expected / expected.sum(), atol=1e-14)


@given(losses=LOSSES, confidence=CONFIDENCE)
def test_shortfall_solves_its_minimisation(losses, confidence):
    # Rockafellar and Uryasev: ES = min over a of a + E(L - a)+ / (1 - c), taken at one of the L.
    excess = np.maximum(losses[:, None] - losses[None], 0.0).mean(axis=0)
    least = (losses + excess / (1.0 - confidence)).min()
    assert expected_shortfall(losses, confidence).value == pytest.approx(least, rel=1e-9, abs=1e-9)


@given(losses=LOSSES, confidence=CONFIDENCE, shift=st.integers(-50, 50))
def test_shortfall_moves_with_the_losses_and_bounds_the_mean(losses, confidence, shift):
    shortfall = expected_shortfall(losses, confidence).value
    assert losses.mean() - 1e-9 <= shortfall <= losses.max() + 1e-9
    moved = expected_shortfall(2.0 * losses + shift, confidence).value
    assert moved == pytest.approx(2.0 * shortfall + shift, rel=1e-12, abs=1e-9)


@given(
    parts=st.lists(st.tuples(*[st.integers(-100, 100)] * 3), min_size=2, max_size=80).map(
        lambda rows: np.array(rows, dtype=float)
    ),
    confidence=CONFIDENCE,
)
def test_contributions_add_up_to_the_shortfall(parts, confidence):
    losses = parts.sum(axis=1)
    contributions = [shortfall_contribution(losses, part, confidence).value for part in parts.T]
    whole = expected_shortfall(losses, confidence).value
    assert sum(contributions) == pytest.approx(whole, rel=1e-12, abs=1e-10)


def test_value_at_risk_is_the_quantile_of_losses():
    numbers = sample(333)
    assert value_at_risk(numbers, 0.95) == quantile_of_sample(numbers, 0.95)


def test_error_of_a_shortfall_is_that_of_the_excesses_over_the_value_at_risk():
    """Twenty losses above 380 of the 400 losses 0, 1 ... 399: sum k^2 = 2470, sum k = 190."""
    losses = np.random.default_rng(0).permutation(400).astype(float)
    found = expected_shortfall(losses, 0.95)
    variance = (20.0**2 * 2470.0 - 400.0 * (20.0 * 190.0 / 400.0) ** 2) / 399.0
    assert found.value == pytest.approx(389.5, rel=1e-14)
    assert found.standard_error == pytest.approx(np.sqrt(variance / 400.0), rel=1e-12)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_error_of_an_exponential_shortfall_is_its_closed_form(confidence):
    """An excess over the VaR is exponential again: E = p and E^2 = 2 p, over p^2 n, p the tail."""
    paths, part = 100_000, 1.0 - confidence
    losses = -np.log1p(-(np.arange(paths) + 0.5) / paths)
    found = expected_shortfall(losses, confidence)
    assert found.value == pytest.approx(1.0 - np.log(part), rel=1e-3)
    assert found.standard_error == pytest.approx(np.sqrt((2.0 / part - 1.0) / paths), rel=5e-3)
    third = shortfall_contribution(losses, losses / 3.0, confidence)
    assert third.standard_error == pytest.approx(found.standard_error / 3.0, rel=1e-12)


# --- whether intervals cover the truth -----------------------------------------------------------

REPLICATIONS, PATHS = 400, 2048
MIX = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, -0.3], [0.2, 0.0, 2.0]])
"""Three positions, each a mix of three independent normal factors."""
COVARIANCE = MIX @ MIX.T
SD = float(np.sqrt(COVARIANCE.sum()))


class Case(NamedTuple):
    """An estimator of a known number, from the losses of three positions on many paths."""

    estimate: Callable[[np.ndarray], Estimate]
    truth: float


def normal_shortfall(confidence: float) -> float:
    """Of a standard normal loss: phi(z) / (1 - c)."""
    return float(stats.norm.pdf(stats.norm.ppf(confidence)) / (1.0 - confidence))


def cases() -> dict[str, Case]:
    found = {
        "mean": Case(lambda parts: mean_of_sample(parts.sum(axis=1)), 0.0),
        "probability": Case(
            lambda parts: probability(np.float64((parts.sum(axis=1) > 2 * SD).sum()), len(parts)),
            float(stats.norm.sf(2.0)),
        ),
        "rare": Case(
            lambda parts: probability(np.float64((parts.sum(axis=1) > 3 * SD).sum()), len(parts)),
            float(stats.norm.sf(3.0)),
        ),
    }
    for level in (0.005, 0.05, 0.5, 0.95, 0.995):
        z = float(stats.norm.ppf(level))
        found[f"quantile {level}"] = Case(
            lambda parts, level=level: quantile_of_sample(parts.sum(axis=1), level), SD * z
        )
        found[f"binned {level}"] = Case(
            lambda parts, level=level: quantile_of_bins(
                binned(np.exp(0.1 * parts.sum(axis=1))), level
            ),
            float(np.exp(0.1 * SD * z)),
        )
    for confidence in (0.95, 0.99):
        shortfall = normal_shortfall(confidence)
        found[f"var {confidence}"] = Case(
            lambda parts, c=confidence: value_at_risk(parts.sum(axis=1), c),
            SD * float(stats.norm.ppf(confidence)),
        )
        found[f"es {confidence}"] = Case(
            lambda parts, c=confidence: expected_shortfall(parts.sum(axis=1), c), SD * shortfall
        )
        for place in range(3):
            # Euler's allocation of a normal portfolio: covariance with the whole, over its sd.
            found[f"contribution {place} to es {confidence}"] = Case(
                lambda parts, c=confidence, place=place: shortfall_contribution(
                    parts.sum(axis=1), parts[:, place], c
                ),
                float(COVARIANCE[place].sum() / SD) * shortfall,
            )
    return found


CASES = cases()


class Replicated(NamedTuple):
    """An estimator's results in many runs."""

    covered: float
    bias: float
    spread: float
    standard_error: float


@pytest.fixture(scope="module")
def replicated() -> dict[str, Replicated]:
    """Every estimator on the same independent runs."""
    random = np.random.default_rng(2026)
    runs = [random.standard_normal((PATHS, 3)) @ MIX.T for _ in range(REPLICATIONS)]
    found = {}
    for name, case in CASES.items():
        value, error, low, high = np.array([case.estimate(run) for run in runs]).T
        covered = float(((low <= case.truth) & (case.truth <= high)).mean())
        found[name] = Replicated(covered, value.mean() - case.truth, value.std(), error.mean())
    return found


@pytest.mark.parametrize("name", CASES)
def test_intervals_cover_the_truth_as_often_as_they_say(replicated, name):
    chance = 3.0 * np.sqrt(0.95 * 0.05 / REPLICATIONS)
    assert replicated[name].covered == pytest.approx(0.95, abs=chance)


@pytest.mark.parametrize("name", CASES)
def test_standard_errors_are_the_spread_of_the_estimates(replicated, name):
    found = replicated[name]
    # The outermost quantiles and rare events have few paths, and err on the safe side.
    assert 0.88 <= found.standard_error / found.spread <= 1.35


@pytest.mark.parametrize("name", CASES)
def test_estimates_are_off_by_far_less_than_their_error(replicated, name):
    assert abs(replicated[name].bias) < 0.35 * replicated[name].standard_error


# Bins and rare events have errors of their own, which fall otherwise.
COMMON = [name for name in CASES if not name.startswith(("rare", "binned", "quantile 0.0", "q"))]


@pytest.mark.parametrize("name", [*COMMON, "quantile 0.05", "quantile 0.5"])
def test_sixteen_times_the_paths_quarter_the_error(name):
    random = np.random.default_rng(8)
    few, many = (
        np.mean(
            [
                CASES[name].estimate(random.standard_normal((size, 3)) @ MIX.T).standard_error
                for _ in range(repeats)
            ]
        )
        for size, repeats in ((2_000, 48), (32_000, 6))
    )
    assert few / many == pytest.approx(4.0, rel=0.2)


# --- tables --------------------------------------------------------------------------------------

ESTIMATE = Estimate(*(np.asarray(number) for number in (1.0, 0.1, 0.8, 1.2)))


def test_both_ways_to_a_table_give_the_contracts_columns_and_types():
    day, level = 3.0, 0.25
    single = frame([row("price", "subnet", 7, day, "quantile", level, ESTIMATE, 9, "TAO/alpha")])
    wide = broadcast_frame(
        "price", "subnet", np.array([7]), np.array([day]), "quantile", level, ESTIMATE, 9,
        "TAO/alpha",
    )  # fmt: skip
    assert tuple(single.columns) == ESTIMATE_COLUMNS
    pd.testing.assert_frame_equal(single, wide)


def test_sample_rows_are_the_mean_and_every_quantile_level():
    rows = frame(list(sample_rows("hhi", "network", None, 1.0, sample(50), "ratio")))
    assert rows["statistic"].tolist() == ["mean"] + ["quantile"] * len(QUANTILE_LEVELS)
    assert rows["level"].tolist()[1:] == list(QUANTILE_LEVELS)
    assert rows["netuid"].isna().all()
    np.testing.assert_allclose(rows["value"][1:], np.quantile(sample(50), QUANTILE_LEVELS))


@pytest.mark.parametrize(
    ("quantity", "unit", "value", "low", "high"),
    [
        ("chain_buy_share", "ratio", 0.0, 0.0, 3.67 / 512),
        ("chain_buy_share", "ratio", 1.0, 1.0 - 3.67 / 512, 1.0),
        ("deregistrations", "subnets", 0.0, 0.0, np.nan),
        ("starved_subnets", "subnets", 28.0, 28.0 - 28.0 * 3.67 / 512, 28.0 + 100.0 * 3.67 / 512),
        ("registered_subnets", "subnets", 128.0, 128.0 - 128.0 * 3.67 / 512, 128.0),
        ("shut_out", "applicants", 0.0, 0.0, np.nan),
        ("emission_on_sale", "ratio", 0.0, 0.0, np.nan),
        ("net_proceeds", "TAO", 0.0, np.nan, np.nan),
    ],
)
def test_a_mean_of_equal_values_is_as_certain_as_so_many_paths_make_it(
    quantity, unit, value, low, high
):
    equal = np.full(512, value)
    rows = sample_rows(quantity, "network", None, 3.0, equal, unit, most_subnets=128)
    mean = frame(list(rows)).iloc[0]
    assert mean["value"] == value
    assert (mean["ci_low"], mean["ci_high"]) == pytest.approx((low, high), rel=0.01, nan_ok=True)
    assert np.isnan(mean["standard_error"]) == np.isnan([low, high]).any()
    # The start is known.
    at_start = frame(list(sample_rows(quantity, "network", None, 0.0, equal, unit)))
    assert (at_start[["ci_low", "ci_high"]] == value).all(axis=None)
    assert (at_start["standard_error"] == 0.0).all()


def test_a_share_that_no_path_shows_is_bounded_as_clopper_and_pearson_bound_an_event():
    exact = stats.binomtest(0, 512).proportion_ci(0.95, "exact").high
    found = mean_of_equals(np.float64(0.0), 0.0, 1.0, 512)
    assert found.ci_high == pytest.approx(exact, rel=1e-12)
    assert found.ci_low == 0.0


@pytest.mark.parametrize("level", QUANTILE_LEVELS)
@pytest.mark.parametrize("size", [5, 60, 100, 500, 1000])
def test_an_end_that_no_path_can_tell_is_the_figures_bound_or_unknown(level, size):
    numbers = np.abs(sample(size))
    exact = quantile_of_sample(numbers, level)
    found = without_unknown_ends(exact, level, (0.0, np.inf), size)
    no_low = stats.binom(size, level).pmf(0) > 0.025
    no_high = stats.binom(size, level).pmf(size) > 0.025
    assert found.value == exact.value
    assert found.ci_low == (0.0 if no_low else exact.ci_low)
    assert np.isnan(found.ci_high) if no_high else found.ci_high == exact.ci_high
    assert np.isnan(found.standard_error) == (no_low or no_high)


def test_subnets_that_stand_the_same_on_every_path_are_no_more_certain_than_that():
    """Gone on all paths, first on all, and without need to buy on any."""
    paths, gauges = 512, {"price": "TAO/alpha", "rank": "rank", "buying_to_bar": "TAO"}
    values = np.tile(np.array([[0.0, 2.0], [1.0, 3.0], [0.0, 0.0]]), (paths, 2, 1, 1))
    values[0, 1, :, 1] += 1.0
    ones = np.ones((3, 2))
    bins = Bins(ones, ones, np.full(3, -9.0), np.full(3, 0.01), 2000)
    table = subnet_table(
        statistics_of(values, bins, np.zeros((paths, 2, 0, 2), bool)), bins, gauges, (),
        np.array([7, 9]), np.array([0.0, 5.0]), 128,
    )  # fmt: skip
    means = table[table["statistic"] == "mean"].set_index(["day", "quantity", "netuid"])
    assert (means.loc[0.0]["standard_error"] == 0.0).all()
    price, rank, buying = (means.loc[5.0, name, 7] for name in gauges)
    for bounded_below in (price, buying):
        assert bounded_below["value"] == bounded_below["ci_low"] == 0.0
        assert np.isnan([bounded_below["ci_high"], bounded_below["standard_error"]]).all()
    assert rank["value"] == rank["ci_low"] == 1.0
    assert rank["ci_high"] == pytest.approx(1.0 + 128 * (1.0 - 0.025 ** (1 / paths)))
    # One path that differs makes an ordinary, lopsided interval.
    once = means.loc[5.0, "buying_to_bar", 9]
    assert once["ci_high"] - once["value"] > 4.0 * once["standard_error"] > 0.0


def statistics_of(values: np.ndarray, bins: Bins, events: np.ndarray) -> Statistics:
    """What an engine would leave of values and events with axes (paths, moments, ..., members)."""
    origin, scale = np.asarray(bins.origin), np.asarray(bins.scale)
    deviation = (values - origin) / scale
    positive = np.where(values > 0.0, values, np.nan)
    position = np.floor(
        (np.log(positive / scale) - bins.log_low[:, None]) / bins.log_width[:, None]
    )
    index = np.clip(position, -1, bins.inside) + 1
    counts = (index[..., None] == np.arange(bins.inside + 2)).sum(axis=0)
    lowest = np.min(values, axis=0, where=values > 0.0, initial=np.inf)
    return Statistics(
        used=len(values),
        lost={},
        deviation=deviation.sum(axis=0),
        squared=(deviation**2).sum(axis=0),
        cubed=(deviation**3).sum(axis=0),
        events=events.sum(axis=0),
        counts=Counts(counts, lowest, values.max(axis=0)),
        tallies=(),
        batches=Batches(1, np.concatenate([deviation, events], axis=2)[:, -1]),
    )


def test_subnet_table_holds_the_samples_own_means_quantiles_and_frequencies():
    random = np.random.default_rng(5)
    gauges, netuids, days = {"price": "TAO/alpha", "tao_in": "TAO"}, np.array([3, 8]), [0.0, 2.0]
    values = np.array([[0.5, 2.0], [90.0, 4000.0]]) * random.lognormal(0.0, 0.1, (600, 2, 2, 2))
    events = random.random((600, 2, 1, 2)) < 0.3
    origin = values.mean(axis=(0, 1)) * 1.01
    bins = Bins(origin, origin, np.full(2, -3.0), np.full(2, 6.0 / 1000), 1000)
    table = subnet_table(
        statistics_of(values, bins, events), bins, gauges, ("pruned",), netuids, np.array(days), 9
    )
    assert tuple(table.columns) == ESTIMATE_COLUMNS
    assert len(table) == 2 * 2 * (2 * (1 + len(QUANTILE_LEVELS)) + 1)
    assert (table["n_paths"] == 600).all()
    for record in table.itertuples():
        moment, member = days.index(record.day), netuids.tolist().index(record.netuid)
        if record.statistic == "probability":
            assert record.value == events[:, moment, 0, member].mean()
            continue
        here = values[:, moment, list(gauges).index(record.quantity), member]
        if record.statistic == "mean":
            assert record.value == pytest.approx(here.mean(), rel=1e-12)
            assert record.standard_error == pytest.approx(stats.sem(here), rel=1e-9)
        else:
            about = np.clip(record.level + np.array([-1.5, 1.5]) / 600, 0.0, 1.0)
            low, high = np.quantile(here, about)
            assert 0.994 * low <= record.value <= 1.006 * high
        assert record.unit == gauges[record.quantity]


def test_shares_of_exactly_zero_and_of_the_gone_are_zero_in_the_table_and_certain_at_the_start():
    values = np.full((600, 2, 1, 2), 0.25)
    values[:, :, 0, 1] = 0.0
    values[:400, 1, 0, 0] = 0.0
    bins = Bins(np.full((1, 2), 0.25), np.ones((1, 2)), np.array([-20.0]), np.array([0.01]), 2000)
    events = np.zeros((600, 2, 1, 2), bool)
    days = np.array([0.0, 9.0])
    table = subnet_table(
        statistics_of(values, bins, events), bins, {"emission_share": "ratio"}, ("gone",),
        np.array([3, 8]), days, 9,
    )  # fmt: skip
    rows = (
        table[table["statistic"] == "quantile"].set_index(["netuid", "day", "level"]).sort_index()
    )
    never = rows.loc[8]
    assert (never[["value", "ci_low"]] == 0.0).all(axis=None)
    assert (never.loc[0.0][["standard_error", "ci_high"]] == 0.0).all(axis=None)
    # 600 paths at 0 do not tell that a 99.5 % quantile is 0, on any day but the first.
    unknown = never.loc[9.0]["standard_error"].isna()
    assert unknown[unknown].index.tolist() == [0.995]
    half_gone = rows.loc[3, 9.0]["value"]
    assert (half_gone[half_gone.index <= 0.5] == 0.0).all()
    assert (half_gone[half_gone.index >= 0.75] == 0.25).all()


def test_nothing_lies_between_two_ranks_of_a_subnet_nor_between_its_end_and_its_least_price():
    """From 512 paths the median's interval begins between ranks 234 and 235."""
    paths, gauges = 512, {"price": "TAO/alpha", "rank": "rank"}
    values = np.where((np.arange(paths) < 234)[:, None], [0.0, 3.0], [1.0, 9.0])
    bins = Bins(np.ones((2, 1)), np.ones((2, 1)), np.full(2, -3.0), np.full(2, 0.005), 2000)
    table = subnet_table(
        statistics_of(values[:, None, :, None], bins, np.zeros((paths, 1, 0, 1), bool)), bins,
        gauges, (), np.array([7]), np.array([5.0]), 128, (0.5,),
    )  # fmt: skip
    medians = table[table["statistic"] == "quantile"].set_index("quantity")
    assert medians.loc["price", ["value", "ci_low"]].tolist() == [1.0, 0.0]
    assert medians.loc["rank", ["value", "ci_low", "ci_high"]].tolist() == [9.0, 3.0, 9.0]


def test_values_beyond_the_bins_are_counted_and_zeros_are_none_of_them():
    values = np.array([0.0, 1e-9, 1e-9, 1.0, 1e9])[:, None, None, None]
    bins = Bins(np.ones((1, 1)), np.ones((1, 1)), np.array([-6.0]), np.array([0.01]), 1200)
    counted = statistics_of(values, bins, np.zeros((5, 1, 0, 1), bool))
    assert beyond_bins(("price",), counted) == {"price": {"below": 2, "above": 1}}


def test_quantiles_of_ranks_are_whole():
    ranks = np.random.default_rng(4).integers(1, 129, (500, 1, 1, 1)).astype(float)
    bins = Bins(np.full((1, 1), 40.0), np.full((1, 1), 40.0), np.array([-6.0]),
                np.array([12.0 / 2048]), 2048)  # fmt: skip
    events = np.zeros((500, 1, 0, 1), bool)
    table = subnet_table(
        statistics_of(ranks, bins, events), bins, {"rank": "rank"}, (), np.array([1]),
        np.array([5.0]), 128,
    )  # fmt: skip
    found = table[table["statistic"] == "quantile"].set_index("level")["value"]
    for level, value in found.items():
        assert value == np.quantile(ranks, level, method="inverted_cdf")


def portfolio_samples() -> tuple[PortfolioSample, PortfolioSample]:
    """Two positions and root on 1,000 paths; selling costs a tenth of a position."""
    random = np.random.default_rng(9)
    start = np.tile([100.0, 50.0, 10.0], (1000, 1))
    end = start * random.lognormal(0.0, 0.2, (1000, 3))
    drawdown = random.random(1000)

    def at(day: float, spot: np.ndarray, falls: np.ndarray) -> PortfolioSample:
        return PortfolioSample(day, {"spot": spot.T, "realizable": 0.9 * spot.T}, lambda: falls)

    return at(0.0, start, np.zeros(1000)), at(7.0, end, drawdown)


def test_portfolio_table_measures_losses_against_the_start_in_the_same_valuation():
    start, end = portfolio_samples()
    table = frame(list(portfolio_rows(start, [end], dict.fromkeys((4, 19, 0), 1.0))))
    by_key = table.set_index(["quantity", "scope", "netuid", "statistic", "level", "day"])["value"]
    for valuation in ("spot", "realizable"):
        losses = (start.values[valuation] - end.values[valuation]).sum(axis=0)
        whole = table[(table["quantity"] == f"loss_{valuation}") & (table["scope"] == "portfolio")]
        assert set(whole["statistic"]) == {"mean", "quantile", "var", "es"}
        of = whole.set_index(["statistic", "level"])["value"]
        assert of["mean"].iloc[0] == pytest.approx(losses.mean())
        assert of["var", 0.95] == pytest.approx(np.quantile(losses, 0.95))
        assert of["es", 0.95] == pytest.approx(np.sort(losses)[-50:].mean())
        assert of["es", 0.99] == pytest.approx(np.sort(losses)[-10:].mean())
        parts = table[(table["statistic"] == "es_contribution") & (table["level"] == 0.99)]
        parts = parts[parts["quantity"] == f"loss_{valuation}"]
        assert parts["netuid"].tolist() == [4, 19, 0]
        assert parts["value"].sum() == pytest.approx(of["es", 0.99], rel=1e-12)
        worth = table[(table["quantity"] == f"value_{valuation}") & (table["statistic"] == "mean")]
        assert worth["day"].tolist() == [0.0, 7.0]
    assert by_key.index.is_unique
    falls = table[(table["quantity"] == "max_drawdown") & (table["statistic"] == "mean")]
    assert falls["value"].tolist() == pytest.approx([end.drawdown().mean()])


def at_zero(start: PortfolioSample, end: PortfolioSample) -> pd.DataFrame:
    """The table where the second position is worth nothing and root is the same on every path."""

    def emptied(sample: PortfolioSample) -> PortfolioSample:
        nothing, same = np.zeros(1000), np.full(1000, 10.0)
        values = {name: [columns[0], nothing, same] for name, columns in sample.values.items()}
        days = [np.linspace(1.0, 2.0, 1000), nothing, nothing]
        return sample._replace(values=values, exit_days=days)

    amounts = {4: 1.0, 19: 0.0, 0: 10.0}
    return frame(list(portfolio_rows(emptied(start), [emptied(end)], amounts)))


def test_what_is_not_held_is_exact_and_what_is_the_same_on_every_path_is_not():
    table = at_zero(*portfolio_samples())
    later = table[(table["day"] == 7.0) & (table["scope"] == "position")]
    means_and_tails = later["statistic"].isin(["mean", "es_contribution"])
    numbers = ["value", "standard_error", "ci_low", "ci_high"]
    unheld = later[means_and_tails & (later["netuid"] == 19)]
    assert set(unheld["quantity"]) == {"loss_spot", "loss_realizable", "exit_days"}
    assert (unheld[numbers] == 0.0).all(axis=None)
    root = later[means_and_tails & (later["netuid"] == 0)]
    assert (root["value"] == 0.0).all()
    assert root["standard_error"].isna().all()
    losses = root["quantity"] != "exit_days"
    assert root.loc[losses, ["ci_low", "ci_high"]].isna().all(axis=None)
    at_start = table[(table["day"] == 0.0) & (table["quantity"] == "exit_days")]
    assert (at_start[at_start["statistic"] == "mean"]["standard_error"].iloc[1:3] == 0.0).all()


def test_a_shortfall_of_equal_losses_is_not_known_to_be_exact():
    for losses in (np.full(1000, 3.0), np.r_[np.zeros(800), np.full(200, 3.0)]):
        found = expected_shortfall(losses, 0.95)
        assert found.value == 3.0
        assert np.isnan([found.standard_error, found.ci_low, found.ci_high]).all()


def first_paths(sample: PortfolioSample, paths: int) -> PortfolioSample:
    """The same of its first paths."""
    values = {name: [column[:paths] for column in each] for name, each in sample.values.items()}
    return sample._replace(values=values, drawdown=lambda: sample.drawdown()[:paths])


@pytest.mark.parametrize("paths", [50, 100, 300, 500, 1000])
def test_measures_of_the_tail_are_withheld_below_the_paths_that_they_need(paths):
    start, end = (first_paths(each, paths) for each in portfolio_samples())
    table = frame(list(portfolio_rows(start, [end], dict.fromkeys((4, 19, 0), 1.0))))
    needed = {("var", 0.95): 72, ("var", 0.99): 368, ("es", 0.95): 200, ("es", 0.99): 1000}
    needed |= {("es_contribution", level): needed["es", level] for level in (0.95, 0.99)}
    numbers = ["value", "standard_error", "ci_low", "ci_high"]
    for (statistic, level), least in needed.items():
        assert paths_needed(statistic, level) == least
        rows = table[(table["statistic"] == statistic) & (table["level"] == level)]
        assert len(rows) in (2, 6)
        missing = rows[numbers].isna()
        assert missing.all(axis=None) if paths < least else not missing.any(axis=None)
    # What every path tells is given however few there are.
    assert table[table["statistic"] == "mean"]["value"].notna().all()


def test_a_headline_says_how_many_paths_it_needs():
    assert why_missing("loss_realizable_es_99") == "needs 1,000 paths"
    assert why_missing("loss_spot_usd_var_95") == "needs 72 paths"
    assert why_missing("loss_spot_es_contribution_95") == "needs 200 paths"


def test_loss_histogram_counts_every_path_once():
    start, end = portfolio_samples()
    histogram = loss_histogram(start, [end])
    for valuation, bins in histogram.groupby("valuation"):
        losses = (start.values[valuation] - end.values[valuation]).sum(axis=0)
        assert bins["count"].sum() == 1000
        assert bins["bin_low"].min() == losses.min()
        assert bins["bin_high"].max() == losses.max()
        assert (bins["bin_low"].to_numpy()[1:] == bins["bin_high"].to_numpy()[:-1]).all()


@pytest.mark.parametrize("spread", [0.0, 5e-15, 1e-13, 1e-12])
def test_losses_that_hardly_differ_still_make_a_histogram(spread):
    worth = 990.0 + spread * np.arange(20.0)[None]
    values = {"spot": worth, "realizable": worth}
    before = {name: np.full_like(worth, 1000.0) for name in values}
    start, end = (
        PortfolioSample(day, worths, lambda: worth[0])
        for day, worths in ((0.0, before), (1.0, values))
    )
    histogram = loss_histogram(start, [end])
    assert histogram.groupby("valuation")["count"].sum().tolist() == [20, 20]
    assert (histogram["bin_low"] < histogram["bin_high"]).all()


def test_headline_names_its_numbers_and_takes_subnets_at_the_last_day():
    rows = [
        *sample_rows("emission_hhi", "network", None, 1.0, sample(40), "ratio"),
        *sample_rows("emission_hhi", "network", None, 2.0, sample(40), "ratio"),
    ]
    subnet_rows = [
        row(quantity, "subnet", 5, day, statistic, level, ESTIMATE, 40, "TAO/alpha")
        for day in (1.0, 2.0)
        for quantity, statistic, level in (
            ("price", "mean", np.nan),
            ("price", "quantile", 0.5),
            ("below_bar", "probability", np.nan),
        )
    ]
    start, end = portfolio_samples()
    tables = {
        "network": frame(rows),
        "subnets": frame(subnet_rows),
        "portfolio": frame(list(portfolio_rows(start, [end], dict.fromkeys((4, 19, 0), 1.0)))),
    }
    metrics = headline(tables)
    of_network = [(m.name, m.day) for m in metrics if m.scope == "network"]
    names = ("emission_hhi", "emission_hhi_q05", "emission_hhi_median", "emission_hhi_q95")
    assert of_network == [(name, day) for day in (1.0, 2.0) for name in names]
    of_subnets = [(m.name, m.netuid, m.day) for m in metrics if m.scope == "subnet"]
    assert of_subnets == [("price", 5, 2.0), ("below_bar", 5, 2.0)]
    assert {"loss_spot_var_95", "loss_realizable_es_99", "max_drawdown_q95"} <= {
        m.name for m in metrics if m.scope == "portfolio"
    }
    positions = [m for m in metrics if m.name == "loss_spot_es_contribution_95"]
    assert [m.netuid for m in positions] == [4, 19, 0]
    assert all(m.netuid is None for m in metrics if m.scope in ("network", "portfolio"))
    identities = [(m.name, m.scope, m.netuid, m.day) for m in metrics]
    assert len(identities) == len(set(identities))
