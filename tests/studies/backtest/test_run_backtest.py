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
from dtaojax.config.load import config_from_dict
from dtaojax.network import NetworkError, load_network
from dtaojax.network.outcome import read_outcomes
from dtaojax.network.write import write_network
from dtaojax.schema.errors import ConfigError
from dtaojax.scoring.scores import brier
from dtaojax.studies.backtest.runs.backtest import read_run_backtest, run_run_backtest
from dtaojax.studies.backtest.runs.look_ahead import looks_ahead
from dtaojax.studies.backtest.runs.scores import places, score_network, score_subnets, tenths

DAY = 7_200
ALONE = """
title = "A made-up outcome"
run = "run.toml"
outcomes = [{ file = "weights.csv" }, { file = "later.csv" }]
"""
CONFIG = """
title = "Made-up outcomes"
rival = ["behaviour=frozen"]
[[starts]]
name = "whole"
run = "run.toml"
outcomes = [{ file = "weights.csv" }, { file = "later.csv" }]
[[starts]]
name = "dated"
run = "run.toml"
changes = ["behaviour.emission_switch=frozen"]
given = ["the weather."]
outcomes = [{ file = "dated.csv", block = 8798453 }]
"""
RUN = """
behaviour = "until_2026_08_07"
[run]
paths = 32
step_blocks = 7200
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with configs, a run, and later states that are the start with other blocks."""
    home = tmp_path_factory.mktemp("whole")
    (home / "whole.toml").write_text(CONFIG)
    (home / "alone.toml").write_text(ALONE)
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
    dated = {
        "netuid": start.netuid,
        "name": start.names,
        "registered_block": start.registered_at,
        "tao_in": start.tao_in,
        "alpha_in": start.alpha_in,
        "alpha_out": start.alpha_out,
        "emission_share": np.linspace(0.0, 3.0, start.n_subnets),
        "moving_price": np.nan,
    }
    pd.DataFrame(dated).to_csv(home / "dated.csv", index=False)
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
    place = places(samples, outcome, 7)
    scores = score_subnets({"forecast": samples}, outcome, np.zeros(3_000), (0.5, 0.95), place)
    assert scores["coverage_0.5"] == pytest.approx(0.5, abs=0.04)
    assert scores["coverage_0.95"] == pytest.approx(0.95, abs=0.02)
    assert tenths(place) == pytest.approx([0.1] * 10, abs=0.025)


def test_outcomes_above_all_paths_fall_into_the_last_tenth() -> None:
    samples = np.random.default_rng(2).normal(size=(50, 40))
    assert tenths(places(samples, np.full(40, 9.0), 1)) == [*[0.0] * 9, 1.0]
    row = score_network({"forecast": samples[:, 0]}, 9.0, 0.0, (0.95,))
    assert (row["pit"], row["inside_0.95"]) == (1.0, False)


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
    found = read_outcomes([(folder / "weights.csv", None), (folder / "later.csv", None)], start)
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
        read_outcomes([(tmp_path / "bad.csv", None)], load_network("finney_8791253"))


def test_of_a_dated_snapshot_what_it_tells_is_known_and_no_more(folder: Path) -> None:
    start = load_network("finney_8791253")
    (outcome,) = read_outcomes([(folder / "dated.csv", start.block + DAY)], start)
    assert outcome.knows == ("price", "tao_in", "emission_share")
    assert outcome.shares is not None
    assert outcome.shares == pytest.approx(np.linspace(0.0, 1.0 / 64.0, 128))
    assert not outcome.gone.any()
    with pytest.raises(NetworkError, match="block is not known"):
        read_outcomes([(folder / "dated.csv", None)], start)
    with pytest.raises(NetworkError, match="not after the start"):
        read_outcomes([(folder / "dated.csv", start.block)], start)


def test_figures_that_have_seen_what_came_are_refused_unless_they_are_named(folder: Path) -> None:
    later = ["changes=['behaviour=until_2026_09_06']"]
    with pytest.raises(ConfigError) as caught:
        read_run_backtest(folder / "alone.toml", later)
    text = "behaviour until_2026_09_06 was fitted to data up to 2026-09-06, after the start on"
    assert f"{text} 2026-08-07" in str(caught.value)
    assert "set it to true to have this named on the page" in str(caught.value)
    (leg,) = read_run_backtest(folder / "alone.toml", [*later, "looks_ahead=true"]).legs
    assert len(leg.seen_later) == 1


def test_demand_tells_the_last_day_that_it_has_seen() -> None:
    def told(until: str) -> list[str]:
        process = {"process": "stochastic_variance_flow", "fitted_until": until}
        return looks_ahead(config_from_dict({"demand": [process]}), 8_791_253)

    assert told("2026-08-07") == []
    (text,) = told("2026-08-08")
    assert text.startswith("demand.stochastic_variance_flow was fitted to data up to 2026-08-08")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = 'x'\nstarts = []\nrun = 'run.toml'", "outcomes"),
        (CONFIG.replace("rival", "run = 'run.toml'\nrival"), "has no place beside starts"),
        (CONFIG.replace('"dated"', '"whole"'), "two of the name whole"),
    ],
)
def test_a_config_has_one_start_or_a_list_of_them(folder: Path, text: str, message: str) -> None:
    file = folder / "bad.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_run_backtest(file, [])


def test_a_dated_outcome_is_scored_in_what_it_tells(finished: Path) -> None:
    tables = {
        name: pd.read_parquet(finished / f"{name}.parquet")
        for name in ("subnets", "network", "events", "pit")
    }
    dated = {name: table[table.start == "dated"] for name, table in tables.items()}
    assert set(dated["subnets"].quantity) == {"price", "tao_in", "emission_share"}
    figures = set(dated["network"].quantity)
    assert {"sum_price", "total_tao_in", "emission_effective_number"} <= figures
    assert not {"starved_subnets", "chain_buy_share"} & figures
    assert set(dated["events"].event) == {"deregistered"}
    shares = np.linspace(0.0, 1.0 / 64.0, 128)
    row = dated["network"].set_index("quantity").loc["emission_effective_number"]
    assert row.outcome == pytest.approx(1.0 / np.sum(shares**2))
    parts = tables["pit"].groupby(["start", "day", "quantity"])["part"].sum()
    assert parts.to_numpy() == pytest.approx(1.0)


def test_the_page_says_what_a_run_was_told_and_what_no_outcome_tells(finished: Path) -> None:
    page = (finished / "report.html").read_text()
    assert "It was told: the weather." in page
    assert "does not tell moving prices of subnets: not scored." in page
    manifest = json.loads((finished / "manifest.json").read_text())
    assert [start["name"] for start in manifest["starts"]] == ["whole", "dated"]


def test_every_figure_of_every_date_is_scored(finished: Path) -> None:
    subnets = pd.read_parquet(finished / "subnets.parquet").query("start == 'whole'")
    assert set(subnets[subnets.day == 2].quantity) == {"moving_price", "emission_share"}
    assert set(subnets[subnets.day == 3].quantity) == {
        "price", "moving_price", "tao_in", "emission_share",
    }  # fmt: skip
    # Prices and reserves came out as at the start, so that "unchanged" is right but for one gone.
    kept = subnets[(subnets.quantity == "tao_in") & (subnets.day == 3)].iloc[0]
    assert kept.crps_unchanged == pytest.approx(1.0 / kept.subnets)
    assert kept.crps_forecast > 0.0
    network = pd.read_parquet(finished / "network.parquet").query("start == 'whole'")
    network = network.set_index(["quantity", "day"])
    assert ("sum_price", 2.0) not in network.index
    same = network.loc[("emission_effective_number", 2.0)]
    assert same.outcome == pytest.approx(same.at_start, rel=0.02)
    events = pd.read_parquet(finished / "events.parquet").query("start == 'whole'")
    events = events.set_index(["event", "day"])
    assert events.loc[("deregistered", 3.0)].happened == 1
    assert events.loc[("deregistered", 3.0)].brier_unchanged == pytest.approx(1 / 128)


def test_the_page_says_what_the_tables_say_and_opens_without_complaint(
    finished: Path, chromium: Chromium
) -> None:
    network = pd.read_parquet(finished / "network.parquet")
    rows = network[network.quantity == "emission_effective_number"]
    page = (finished / "report.html").read_text()
    assert f"on {int(rows['inside_0.95'].sum())} of 3 dates" in page
    assert f"CRPS {rows.crps_forecast.mean():.2f} against {rows.crps_frozen.mean():.2f}" in page
    assert complaints(chromium, finished / "report.html") == []


def test_the_first_screen_has_the_badge_of_the_run(finished: Path) -> None:
    page = (finished / "report.html").read_text(encoding="utf-8")
    badge = page[page.index('<aside class="trust"') : page.index("</aside>")]
    assert "Demand: calibrated" in badge
    assert "<bdi>whole</bdi>" in badge
    manifest = json.loads((finished / "manifest.json").read_text())
    assert all(start["trust"]["back_tested"] for start in manifest["starts"])


def test_the_command_prints_a_line_a_figure(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["backtest", str(folder / "alone.toml"), "--out", str(tmp_path / "o")]
    monkeypatch.setattr(sys, "argv", ["dtaojax", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    printed = capsys.readouterr()
    assert left.value.code == 0
    assert "emission effective number" in printed.err
    assert printed.out.strip().endswith("report.html")
    summary = json.loads((tmp_path / "o" / "summary.json").read_text())
    assert {v["of"] for v in summary["verdicts"]} == {"subnets", "network"}
