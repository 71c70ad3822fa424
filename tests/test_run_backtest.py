"""``dtaojax backtest`` of a whole run: scores against closed forms, and bad input is named."""

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from browser import Chromium, complaints
from scipy import stats

from dtaojax import cli
from dtaojax.backtest.whole import score_network, score_subnets
from dtaojax.network import NetworkError, load_network
from dtaojax.network.outcome import read_outcomes
from dtaojax.network.write import write_network
from dtaojax.pipeline.run_backtest import read_run_backtest, run_run_backtest
from dtaojax.scoring.brier import brier

DAY = 7_200
CONFIG = """
title = "A made-up outcome"
run = "run.toml"
rival = ["behaviour=frozen"]
[[outcomes]]
file = "weights.csv"
[[outcomes]]
file = "later.csv"
"""
RUN = """
behaviour = "until_2026_08_07"
[run]
paths = 32
step_blocks = 7200
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a config, a run, and two later states that are the start with other blocks."""
    home = tmp_path_factory.mktemp("whole")
    (home / "whole.toml").write_text(CONFIG)
    (home / "run.toml").write_text(RUN)
    start = load_network("finney_8791253")
    moved = start.moving_price * np.linspace(0.9, 1.1, start.n_subnets)
    reborn, begun = start.registered_at.copy(), start.first_emission_block.copy()
    reborn[3] = begun[3] = start.block + DAY
    later = dataclasses.replace(
        start,
        name="later",
        block=start.block + 3 * DAY,
        moving_price=moved,
        registered_at=reborn,
        first_emission_block=begun,
    )
    write_network(later, home / "later.csv")
    rows = [
        {
            "block": start.block + day * DAY,
            "netuid": netuid,
            "moving_price": start.moving_price[at],
            "miner_burned": start.miner_burned[at],
            "emission_enabled": int(start.emission_enabled[at]),
        }
        for day in (-1, 2, 3)
        for at, netuid in enumerate(start.netuid)
    ]
    pd.DataFrame(rows).to_csv(home / "weights.csv", index=False)
    return home


@pytest.fixture(scope="module")
def finished(folder: Path) -> Path:
    """The folder of a finished back-test."""
    inputs = read_run_backtest(folder / "whole.toml", [])
    out = folder / "out"
    run_run_backtest(inputs, out)
    return out


def test_intervals_of_a_right_forecast_cover_what_they_promise() -> None:
    random = np.random.default_rng(1)
    samples = random.normal(size=(400, 3_000))
    samples[:, ::3] = np.maximum(samples[:, ::3], 0.0)
    outcome = random.normal(size=3_000)
    outcome[::3] = np.maximum(outcome[::3], 0.0)
    scores = score_subnets({"forecast": samples}, outcome, np.zeros(3_000), (0.5, 0.95), 7)
    assert scores["coverage_0.5"] == pytest.approx(0.5, abs=0.04)
    assert scores["coverage_0.95"] == pytest.approx(0.95, abs=0.02)


def test_scores_of_a_normal_forecast_are_the_closed_form() -> None:
    """CRPS of N(0, 1) at y (Gneiting and Raftery 2007): y (2 Phi - 1) + 2 phi - 1 / sqrt(pi)."""
    levels = (np.arange(20_000) + 0.5) / 20_000
    samples = stats.norm.ppf(levels)[:, None]
    for outcome in (0.0, 1.3):
        exact = outcome * (2 * stats.norm.cdf(outcome) - 1) + 2 * stats.norm.pdf(outcome)
        exact -= 1 / np.sqrt(np.pi)
        row = score_network({"forecast": samples[:, 0]}, outcome, 0.25, (0.95,))
        assert row["crps_forecast"] == pytest.approx(exact, abs=1e-3)
        assert row["crps_unchanged"] == abs(0.25 - outcome)
        assert row["inside_0.95"]
        assert row["high_0.95"] == pytest.approx(1.96, abs=1e-2)


def test_a_brier_score_is_the_mean_squared_distance() -> None:
    assert brier(np.array([0.0, 0.5, 0.9]), np.array([False, True, True])) == pytest.approx(
        (0.0 + 0.25 + 0.01) / 3
    )


def test_outcomes_are_states_after_the_start_each_once(folder: Path) -> None:
    start = load_network("finney_8791253")
    found = read_outcomes([folder / "weights.csv", folder / "later.csv"], start)
    assert [(o.state.block - start.block) // DAY for o in found] == [2, 3]
    assert [o.has_pools for o in found] == [False, True]
    # Registered a day after the start: gone on both dates, in the file that says so and the other.
    assert [np.flatnonzero(o.gone).tolist() for o in found] == [[3], [3]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="miner_burned"), "no column miner_burned"),
        (lambda t: t[t.netuid != 5], "its netuids are not those"),
        (lambda t: t.assign(moving_price=t.moving_price.where(t.index != 4, -1.0)), "line 6"),
        (lambda t: t[t.block < 8_791_253], "no block after the start"),
    ],
)
def test_a_file_that_is_no_outcome_is_refused(
    folder: Path,
    tmp_path: Path,
    change: Callable[[pd.DataFrame], pd.DataFrame],
    message: str,
) -> None:
    change(pd.read_csv(folder / "weights.csv")).to_csv(tmp_path / "bad.csv", index=False)
    with pytest.raises(NetworkError, match=message):
        read_outcomes([tmp_path / "bad.csv"], load_network("finney_8791253"))


def test_every_figure_of_every_date_is_scored(finished: Path) -> None:
    subnets = pd.read_parquet(finished / "subnets.parquet")
    assert set(subnets[subnets.day == 2].quantity) == {"moving_price", "emission_share"}
    assert set(subnets[subnets.day == 3].quantity) == {
        "price", "moving_price", "tao_in", "emission_share",
    }  # fmt: skip
    # Prices and reserves came out as at the start, so that "unchanged" is right but for one gone.
    kept = subnets[(subnets.quantity == "tao_in") & (subnets.day == 3)].iloc[0]
    assert kept.crps_unchanged == pytest.approx(1.0 / kept.subnets)
    assert kept.crps_forecast > 0.0
    network = pd.read_parquet(finished / "network.parquet").set_index(["quantity", "day"])
    assert ("sum_price", 2.0) not in network.index
    same = network.loc[("emission_effective_number", 2.0)]
    assert same.outcome == pytest.approx(same.start, rel=0.02)
    events = pd.read_parquet(finished / "events.parquet").set_index(["event", "day"])
    assert events.loc[("deregistered", 3.0)].happened == 1
    assert events.loc[("deregistered", 3.0)].brier_unchanged == pytest.approx(1 / 128)


def test_the_page_says_what_the_tables_say_and_opens_without_complaint(
    finished: Path, chromium: Chromium
) -> None:
    network = pd.read_parquet(finished / "network.parquet")
    rows = network[network.quantity == "emission_effective_number"]
    page = (finished / "report.html").read_text()
    assert f"on {int(rows['inside_0.95'].sum())} of 2 dates" in page
    assert f"CRPS {rows.crps_forecast.mean():.2f} against {rows.crps_frozen.mean():.2f}" in page
    assert complaints(chromium, finished / "report.html") == []


def test_the_first_screen_has_the_badge_of_the_run(finished: Path) -> None:
    page = (finished / "report.html").read_text(encoding="utf-8")
    badge = page[page.index('<aside class="trust"') : page.index("</aside>")]
    assert "Demand: calibrated" in badge
    assert json.loads((finished / "manifest.json").read_text())["trust"]["back_tested"]


def test_the_command_prints_a_line_a_figure(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["backtest", str(folder / "whole.toml"), "--out", str(tmp_path / "o")]
    monkeypatch.setattr(sys, "argv", ["dtaojax", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    printed = capsys.readouterr()
    assert left.value.code == 0
    assert "emission effective number" in printed.err
    assert printed.out.strip().endswith("report.html")
    summary = json.loads((tmp_path / "o" / "summary.json").read_text())
    assert {v["of"] for v in summary["verdicts"]} == {"subnets", "network"}
