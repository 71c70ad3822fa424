"""Whether intervals hold the truth as often as they say, and whether that is counted rightly."""

from __future__ import annotations

import runpy

import numpy as np
import pytest
from places import ROOT

from dtaojax.metrics.estimate import quantile_of_sample

SCRIPT = runpy.run_path(str(ROOT / "scripts" / "coverage.py"))
CASES = {f"{name}, {paths} paths": (paths, case) for name, paths, case in SCRIPT["known"]()}
REPETITIONS = 300

HEAVIEST = "Student-t losses, 2.4 degrees: ES 95 %"
"""Its influence has no third moment, and no interval from moments holds it quite often enough."""


@pytest.mark.parametrize("name", CASES)
def test_intervals_of_known_figures_hold_them(name: str) -> None:
    paths, case = CASES[name]
    found = SCRIPT["measured"](case, paths, REPETITIONS)
    # Of 300 repetitions, 95 % have a standard error of 1.3 points.
    least = 0.88 if name.startswith(HEAVIEST) else 0.91
    assert least <= found.held <= 0.995
    assert found.withheld == found.unknown == 0.0


def test_an_interval_without_skewness_would_not_pass() -> None:
    """The same measurement finds fault with plus and minus 1.96 standard errors."""
    (name,) = (name for name in CASES if name.startswith("0 but on 1 %"))
    paths, case = CASES[name]

    def symmetric(sample: np.ndarray) -> tuple[float, float, float, float]:
        value, error, *_ = case.estimate(sample)
        return value, error, value - 1.96 * error, value + 1.96 * error

    found = SCRIPT["measured"](case._replace(estimate=symmetric), paths, REPETITIONS)
    assert found.held < 0.85


def test_misses_unknown_ends_and_withheld_numbers_are_counted_apart() -> None:
    nan = np.nan
    value = np.array([[1.0, 5.0], [2.0, nan], [3.0, nan], [9.0, 5.0]])
    low = np.array([[0.0, 4.0], [1.5, nan], [nan, nan], [8.0, 4.0]])
    high = np.array([[1.2, 6.0], [2.5, nan], [4.0, nan], [9.5, nan]])
    found = SCRIPT["coverage"](low, high, value, np.array([2.0, 5.0]))
    # Of eight estimates six are given; one lies below the truth and one above it.
    assert found.withheld == pytest.approx(2 / 8)
    assert (found.above, found.below) == pytest.approx((1 / 6, 1 / 6))
    assert found.held == pytest.approx(4 / 6)
    assert found.unknown == pytest.approx(2 / 6)


def test_the_truths_own_error_is_allowed_for() -> None:
    """Intervals of means of few repetitions, each of which is a large part of what truth is."""
    random, parts, held = np.random.default_rng(5), 4, []
    keys = [("figure", "network", None)]
    figures = SCRIPT["Figures"]
    for _ in range(300):
        means = random.standard_normal(parts)
        numbers = [np.array([[mean, 1.0, mean - 1.96, mean + 1.96]]) for mean in means]
        truth = figures(keys, np.array([[means.mean(), 0.5, 0.0, 0.0]]))
        repeated = [figures(keys, each) for each in numbers]
        (found,) = SCRIPT["tabulated"](repeated, truth, 1 / parts).values()
        held.append(found.held)
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(("level", "value"), [(0.05, 2.0), (0.5, 6.0), (0.95, 11.0)])
def test_chances_of_a_counts_quantile_are_those_of_drawing_it(level: float, value: float) -> None:
    random = np.random.default_rng(4)
    pool = random.poisson(6.2, 40_000).astype(float)
    found = SCRIPT["shared"](pool, level, 128)
    assert found.value == value
    assert (found.below, found.upto) == ((pool < value).mean(), (pool <= value).mean())
    estimates = [quantile_of_sample(random.choice(pool, 128), level) for _ in range(2_000)]
    drawn = np.array(estimates, dtype=float)
    # 4 standard errors of 2,000 repetitions at their largest.
    assert (drawn[:, 0] == value).mean() == pytest.approx(found.alone, abs=0.045)
    held = ((drawn[:, 2] <= value) & (value <= drawn[:, 3])).mean()
    assert held == pytest.approx(found.exact, abs=4 * np.sqrt(0.05 * 0.95 / 2_000))
    assert found.exact >= max(found.alone, 0.95)


def test_without_ties_the_interval_of_a_counts_quantile_holds_95_percent() -> None:
    pool = np.random.default_rng(5).poisson(6.2, 40_000).astype(float)
    as_it_is, apart = SCRIPT["measured_shared"](pool, 0.95, 128, 1_000)
    assert as_it_is.held >= 0.97
    assert apart.held == pytest.approx(0.95, abs=3 * np.sqrt(0.05 * 0.95 / 1_000))


def cells(section: str) -> dict[str, list[float]]:
    """The numbers of a table's rows, by figure; of a part with its error, the part."""
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:3] == "| `"]
    return {
        row[0]: [float(cell.split()[0].replace(",", "")) for cell in row[1:]]
        for row in rows
        if "withheld" not in row and row[-1] != "100 %"
    }


def test_the_committed_table_is_of_this_script_and_keeps_what_is_promised() -> None:
    page = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    head = SCRIPT["INTRODUCTION"].format(repetitions=SCRIPT["REPETITIONS"])
    assert page.startswith(head), "run: scripts/coverage"
    *_, headline, counts, tails = page.split("\n## ")
    held = {name: row[1] for name, row in cells(headline).items()}
    assert len(held) > 90
    assert {name: part for name, part in held.items() if not 93.0 <= part <= 97.0} == {}
    assert {name: row for name, row in cells(tails).items() if not 93.0 <= row[1] <= 97.0} == {}
    assert any("_es_99" in name for name in cells(tails))
    assert cells(counts)
    for _, _, _, alone, exact, measured, apart in cells(counts).values():
        assert exact >= max(95.0, alone)
        assert measured == pytest.approx(exact, abs=1.0)
        assert 93.0 <= apart <= 97.0
