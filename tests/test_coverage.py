"""Whether intervals hold the truth as often as they say, and whether that is counted rightly."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
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


def test_the_committed_table_is_of_this_script_and_keeps_what_is_promised() -> None:
    page = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    head = SCRIPT["INTRODUCTION"].format(repetitions=SCRIPT["REPETITIONS"])
    assert page.startswith(head), "run: scripts/coverage"
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    held = {row[0]: float(row[2].split()[0]) for row in rows if "±" in row[2]}
    assert len(held) > 50
    shortfalls = [cell for name, cell in held.items() if "_es_99" in name]
    assert shortfalls
    assert min(shortfalls) >= 93.0
