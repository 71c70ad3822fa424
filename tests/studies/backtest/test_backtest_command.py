"""``dtaojax backtest``: a config and a history in, tables and a report out; bad input is named."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from browser import Chromium, complaints
from places import ROOT

from dtaojax import cli
from dtaojax.schema.errors import ConfigError
from dtaojax.studies.backtest.prices.backtest import read_backtest, run_backtest
from dtaojax.studies.backtest.prices.config import load_backtest
from dtaojax.studies.backtest.prices.result import TABLES

CONFIG = """
title = "A made-up history"
[history]
file = "panel.csv"
[origins]
first = 2025-06-20
last = 2025-07-05
[forecast]
horizons = [1, 3]
paths = 200
forecasters = ["random_walk", "historical"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a config and a panel of eight subnets over 80 days."""
    home = tmp_path_factory.mktemp("backtest")
    (home / "small.toml").write_text(CONFIG)
    walk = np.cumsum(0.05 * np.random.default_rng(0).normal(size=(80, 8)), axis=0)
    dates = pd.date_range("2025-05-01", periods=80).astype(str)
    table = pd.DataFrame(
        {
            "date": np.repeat(dates, 8),
            "netuid": np.tile(np.arange(1, 9), 80),
            "close": 0.02 * np.exp(walk).ravel(),
            "days_since_start": np.repeat(np.arange(80), 8) + np.tile(np.arange(8) * 10.0, 80),
        }
    )
    table.to_csv(home / "panel.csv", index=False)
    return home


@pytest.fixture(scope="module")
def report(folder: Path) -> Path:
    return run_backtest(read_backtest(folder / "small.toml", []), folder / "out")


def test_a_run_leaves_tables_a_summary_and_a_report(report: Path) -> None:
    out = report.parent
    assert {file.name for file in out.iterdir()} == {
        "report.html",
        "summary.json",
        "manifest.json",
        *(f"{name}.parquet" for name in TABLES),
    }
    summary = json.loads((out / "summary.json").read_text())
    assert [verdict["horizon"] for verdict in summary["verdicts"]] == [1, 3]
    assert {row["level"] for row in summary["coverage"]} == {0.5, 0.8, 0.95, 0.99}
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["origins"] == {"first": "2025-06-20", "last": "2025-07-05", "number": 16}
    assert manifest["history"]["series"] == 8


def test_the_report_says_whether_forecasts_held_and_needs_no_network(report: Path) -> None:
    page = report.read_text(encoding="utf-8")
    assert "For mature subnets, random walk forecasts" in page
    for word in ("coverage-1", "pit-historical-3", "Kupiec", "CRPS", "120 days and older"):
        assert word in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_the_first_screen_says_what_made_the_forecasts_and_how_far_ahead_they_held(
    report: Path,
) -> None:
    page = report.read_text(encoding="utf-8")
    badge = page[page.index('<aside class="trust"') : page.index("</aside>")]
    assert "Demand: random walk, learnt anew as time went on." in badge
    for kind in ("Prices", "Losses", "Baskets of many subnets"):
        assert f"<b>{kind}:</b>" in badge
    assert page.index("</aside>") < page.index('<ul class="cards">')


def test_browser_opens_the_page_without_complaint(report: Path, chromium: Chromium) -> None:
    assert complaints(chromium, report) == []


def test_the_same_config_gives_the_same_numbers(folder: Path, report: Path) -> None:
    again = run_backtest(read_backtest(folder / "small.toml", []), folder / "again").parent
    for name in TABLES:
        first, second = (
            pd.read_parquet(place / f"{name}.parquet") for place in (report.parent, again)
        )
        pd.testing.assert_frame_equal(first, second)


def test_days_that_the_history_does_not_have_are_refused(folder: Path) -> None:
    late = ["origins.first=2025-09-01", "origins.last=2025-09-30"]
    with pytest.raises(ConfigError, match=r"origins: leaves no origin .* from 2025-05-01"):
        read_backtest(folder / "small.toml", late)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("forecast.horizon=[1]", 'did you mean "horizons"'),
        ('origins.first="2025-06-20"', "must be a date without quotes"),
        ("origins.last=2025-06-01", "is 2025-06-01, before origins.first"),
        ("forecast.horizons=[7, 1]", r"must rise and hold each value once: write \[1, 7\]"),
        ('forecast.forecasters=["a"]', "must be one of"),
        ('forecast.forecasters=["historical", "historical"]', "stands already"),
        ("judgement.var_levels=[1.5]", "must be below 1"),
        ("forecast.paths=10", "must be at least 100"),
    ],
)
def test_bad_configs_are_refused_with_the_fix(folder: Path, override: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_backtest(folder / "small.toml", [override])


def test_a_missing_history_is_one_message_and_exit_code_2(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["backtest", str(folder / "small.toml"), "--set", "history.file=none.csv"]
    monkeypatch.setattr(sys, "argv", ["dtaojax", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    assert "none.csv: there is no such file" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize("name", ["backtest_2025.toml", "backtest_2026.toml"])
def test_configs_that_come_with_the_project_are_valid(name: str) -> None:
    load_backtest(ROOT / "configs" / name)


def run_changed(folder: Path, tmp_path: Path, day: int, netuid: int, close: float) -> Path:
    """A back-test of the panel with one other close, baselines alone."""
    table = pd.read_csv(folder / "panel.csv")
    table.loc[8 * day + netuid - 1, "close"] = close
    table.to_csv(tmp_path / "panel.csv", index=False)
    (tmp_path / "small.toml").write_text(CONFIG)
    return run_backtest(read_backtest(tmp_path / "small.toml", []), tmp_path / "out").parent


def test_a_close_after_every_outcome_changes_no_table(
    folder: Path, report: Path, tmp_path: Path
) -> None:
    """The last outcome is of 07-08, day 68."""
    changed = run_changed(folder, tmp_path, day=79, netuid=5, close=0.62)
    for name in TABLES:
        first, second = (
            pd.read_parquet(place / f"{name}.parquet") for place in (report.parent, changed)
        )
        pd.testing.assert_frame_equal(first, second)


def test_a_bad_quote_is_in_no_outcome_and_is_named(
    folder: Path, report: Path, tmp_path: Path
) -> None:
    """On day 60, within the origins: as outcome of days 59 and 57, and as an origin itself."""
    changed = run_changed(folder, tmp_path, day=60, netuid=5, close=0.62)
    counts = pd.read_parquet(changed / "counts.parquet").set_index("horizon")
    before = pd.read_parquet(report.parent / "counts.parquet").set_index("horizon")
    assert before.doubted.tolist() == [0, 0]
    assert counts.doubted.tolist() == [2, 2]
    assert (before.judged - counts.judged).tolist() == [2, 2]
    assert counts.asked.equals(before.asked)
    earlier = [
        pd.read_parquet(place / "outcomes.parquet").query("day + horizon < 60")
        for place in (report.parent, changed)
    ]
    pd.testing.assert_frame_equal(*(table.reset_index(drop=True) for table in earlier))
    (notice,) = json.loads((changed / "manifest.json").read_text())["history"]["notices"]
    assert notice["kind"] == "doubted"
    assert notice["stretches"][0]["lines"] == [486, 486]
    page = (changed / "report.html").read_text(encoding="utf-8")
    assert "Of the history: 1 row doubted as a bad quote" in page
    assert "0.62 is" in page[page.index("What was made of the rows of the history") :]


def test_what_was_done_to_a_history_is_said_on_the_terminal(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run_changed(folder, tmp_path, day=60, netuid=5, close=0.62)
    monkeypatch.setattr(
        sys, "argv", ["dtaojax", "backtest", str(tmp_path / "small.toml"), "--out", str(tmp_path)]
    )
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code in (0, None)
    assert "note: 1 row doubted as a bad quote" in capsys.readouterr().err
