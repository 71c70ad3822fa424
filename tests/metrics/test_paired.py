"""Differences of paired samples: their values, their errors, and how often intervals hold."""

from collections.abc import Callable

import numpy as np
import pytest

from dtaojax.metrics.estimate import Estimate, mean_of_sample, quantile_of_sample
from dtaojax.metrics.paired import (
    batch_difference,
    bounded_difference,
    event_correlation,
    mean_difference,
    quantile_difference,
    shortfall_difference,
)
from dtaojax.metrics.tail import expected_shortfall, value_at_risk

PATHS = 512

Measure = Callable[[np.ndarray, np.ndarray], Estimate]


def shortfall(confidence: float) -> Measure:
    return lambda a, b: shortfall_difference((a, a), (b, b), confidence)


MEASURES: dict[str, Measure] = {
    "mean": mean_difference,
    "5 %": lambda a, b: quantile_difference(a, b, 0.05),
    "median": lambda a, b: quantile_difference(a, b, 0.5),
    "VaR 95 %": lambda a, b: quantile_difference(a, b, 0.95),
    "VaR 99 %": lambda a, b: quantile_difference(a, b, 0.99),
    "ES 95 %": shortfall(0.95),
    "ES 99 %": shortfall(0.99),
}


def samples(random: np.random.Generator, paths: int = PATHS) -> tuple[np.ndarray, np.ndarray]:
    """Heavy-tailed pairs with a correlation of 0.8, of different place and scale."""
    shared, own = random.standard_t(4, size=(2, paths))
    return shared, 0.5 + 1.1 * (0.8 * shared + 0.6 * own)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_a_sample_differs_from_itself_by_exactly_nothing(measure: Measure) -> None:
    sample, _ = samples(np.random.default_rng(1))
    assert [float(number) for number in measure(sample, sample)] == [0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_a_shift_of_every_path_is_found_without_error(measure: Measure) -> None:
    sample, _ = samples(np.random.default_rng(2))
    found = measure(sample, sample + 3.0)
    assert found.value == pytest.approx(3.0, abs=1e-12)
    assert found.standard_error == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_exchanging_the_runs_turns_the_sign(measure: Measure) -> None:
    one, other = samples(np.random.default_rng(3))
    there, back = measure(one, other), measure(other, one)
    assert back.value == pytest.approx(-there.value, rel=1e-12)
    assert back.standard_error == pytest.approx(there.standard_error, rel=1e-12)
    assert back.ci_low == pytest.approx(-there.ci_high, rel=1e-12)


def test_differences_are_those_of_the_single_estimates() -> None:
    one, other = samples(np.random.default_rng(4))
    for name, single in (
        ("mean", mean_of_sample),
        ("median", lambda sample: quantile_of_sample(sample, 0.5)),
        ("VaR 99 %", lambda sample: value_at_risk(sample, 0.99)),
        ("ES 95 %", lambda sample: expected_shortfall(sample, 0.95)),
    ):
        expected = single(other).value - single(one).value
        assert MEASURES[name](one, other).value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", ["mean", "5 %", "median", "VaR 95 %", "ES 95 %"])
def test_errors_agree_with_a_bootstrap_over_paths(name: str) -> None:
    random = np.random.default_rng(5)
    one, other = samples(random, 2_000)
    draws = random.integers(0, 2_000, size=(800, 2_000))
    resampled = [float(MEASURES[name](one[draw], other[draw]).value) for draw in draws]
    # Quantiles' errors come from a few order statistics: 2,000 paths fix them to some 15 %.
    tolerance = 0.05 if name == "mean" else 0.35
    expected = float(np.std(resampled))
    assert MEASURES[name](one, other).standard_error == pytest.approx(expected, rel=tolerance)


@pytest.mark.parametrize("name", ["5 %", "median", "VaR 95 %", "ES 95 %"])
def test_intervals_hold_as_often_as_they_promise(name: str) -> None:
    random = np.random.default_rng(6)
    large = [np.sort(sample) for sample in samples(random, 2_000_000)]
    level = {"5 %": 0.05, "median": 0.5}.get(name, 0.95)
    cut = int(level * len(large[0]))
    truth = [sample[cut:].mean() if name.startswith("ES") else sample[cut] for sample in large]
    held = 0
    for _ in range(400):
        found = MEASURES[name](*samples(random))
        held += bool(found.ci_low <= truth[1] - truth[0] <= found.ci_high)
    # 95 % of 400 repetitions have a standard error of 1.1 points; quantiles are conservative.
    assert 0.915 <= held / 400 <= 0.995


def test_correlation_of_events_is_pearsons() -> None:
    one, other = samples(np.random.default_rng(7))
    first, second = one < 0.3, other < 1.0
    expected = np.corrcoef(first, second)[0, 1]
    assert event_correlation(first, second) == pytest.approx(expected, rel=1e-12)
    assert event_correlation(first, np.ones(PATHS, bool)) == 0.0


def test_pairing_makes_errors_smaller_and_the_bound_holds_them() -> None:
    one, other = samples(np.random.default_rng(8))
    alone = [mean_of_sample(sample) for sample in (one, other)]
    paired = mean_difference(one, other).standard_error
    assert paired < np.hypot(alone[0].standard_error, alone[1].standard_error)
    assert paired < bounded_difference(*alone).standard_error
    # The bound is reached where one run falls as the other rises.
    against = mean_difference(one, -one).standard_error
    bound = bounded_difference(mean_of_sample(one), mean_of_sample(-one)).standard_error
    assert against == pytest.approx(bound, rel=1e-12)


def test_batches_pair_as_single_paths_do() -> None:
    random = np.random.default_rng(9)
    one, other = samples(random, 4_096)
    paths = mean_difference(one, other)
    whole = batch_difference(one, other, np.ones(4_096, int))
    np.testing.assert_allclose(whole, paths, rtol=1e-12)
    halves = [sample.reshape(256, 16).mean(axis=1) for sample in (one, other)]
    batches = batch_difference(*halves, np.full(256, 16))
    assert batches.value == pytest.approx(paths.value, rel=1e-12)
    assert batches.standard_error == pytest.approx(paths.standard_error, rel=0.15)


def test_batches_count_by_their_paths() -> None:
    ours, theirs, used = np.zeros(3), np.array([1.0, 2.0, 4.0]), np.array([8, 8, 4])
    found = batch_difference(ours, theirs, used)
    assert found.value == pytest.approx((8 * 1.0 + 8 * 2.0 + 4 * 4.0) / 20)
    # Cochran's ratio estimate: of the weights times the deviations.
    terms = used * (theirs - found.value) * 3 / 20
    assert found.standard_error == pytest.approx(terms.std(ddof=1) / np.sqrt(3))


def test_intervals_of_batches_hold_as_often_as_they_promise() -> None:
    random, held = np.random.default_rng(10), 0
    for _ in range(400):
        one, other = (each.reshape(128, 8).mean(axis=1) for each in samples(random, 1_024))
        found = batch_difference(one, other, np.full(128, 8))
        held += bool(found.ci_low <= 0.5 <= found.ci_high)
    assert 0.92 <= held / 400 <= 0.98
