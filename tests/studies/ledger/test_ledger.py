"""``dtaojax ledger``: what was said beforehand is kept as it was, and scored as it came."""

import dataclasses
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from browser import Chromium, complaints
from made_runs import make_run
from places import TESTS
from scipy import stats

from dtaojax import cli
from dtaojax.config.load import config_from_dict
from dtaojax.inputs import gather, network_digest
from dtaojax.network import NetworkError, NetworkTable, load_network
from dtaojax.network.write import write_network
from dtaojax.report.trust import trust_of
from dtaojax.results.contract import QUANTILE_LEVELS, ResultsError, load
from dtaojax.scoring.scores import (
    PitInterval,
    crps_of_quantiles,
    inside_part,
    place,
    place_histogram,
)
from dtaojax.studies.ledger import store
from dtaojax.studies.ledger.badge import record_in_words
from dtaojax.studies.ledger.forecast import LEVEL_COLUMNS, Forecast, LaterState, date_of
from dtaojax.studies.ledger.ledger import add_run, report_ledger, track_record, with_record
from dtaojax.studies.ledger.record import horizon_group, record_of
from dtaojax.studies.ledger.schema import Met
from dtaojax.studies.ledger.scoring import score
from dtaojax.studies.ledger.store import add_forecast, add_scores, read_ledger
from dtaojax.studies.run.simulate import run_report

LEVELS = np.array(QUANTILE_LEVELS)
DAY = 7_200
BLOCK = 8_791_253
BEFORE = date_of(BLOCK) + timedelta(hours=1)
AFTER = date_of(BLOCK) + timedelta(days=100)


# --- scores of quantiles -----------------------------------------------------------------------


def test_the_score_of_quantiles_is_the_integral_of_the_squared_distance() -> None:
    quantiles = np.array([[-3.0, -2.0, -2.0, -1.0, 0.0, 0.5, 0.5, 0.5, 2.0, 3.0, 7.0]])
    x = np.linspace(-20.0, 20.0, 400_001)
    for outcome in (-9.0, -2.0, 0.2, 0.5, 6.0, 11.0):
        # Right-continuous: of equal quantiles the last is the probability up to them.
        last = [int(np.flatnonzero(quantiles[0] == q)[-1]) for q in np.unique(quantiles[0])]
        first = [int(np.flatnonzero(quantiles[0] == q)[0]) for q in np.unique(quantiles[0])]
        knots = np.unique(quantiles[0])
        at = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
        part = (x - knots[at]) / (knots[at + 1] - knots[at])
        low, high = LEVELS[np.array(last)[at]], LEVELS[np.array(first)[at + 1]]
        cdf = np.where(x < knots[0], 0.0, np.where(x >= knots[-1], 1.0, low + part * (high - low)))
        exact = np.trapezoid((cdf - (x >= outcome)) ** 2, x)
        found = crps_of_quantiles(LEVELS, quantiles, np.array([outcome]))[0]
        assert found == pytest.approx(exact, abs=2e-4), outcome


def test_the_score_of_a_normal_forecast_is_near_the_closed_form_and_of_a_point_the_distance() -> (
    None
):
    """CRPS of N(0, 1) at y (Gneiting and Raftery 2007): y (2 Phi - 1) + 2 phi - 1 / sqrt(pi)."""
    quantiles = stats.norm.ppf(LEVELS)[None]
    for outcome in (0.0, 0.7, 1.8):
        exact = outcome * (2 * stats.norm.cdf(outcome) - 1) + 2 * stats.norm.pdf(outcome)
        exact -= 1 / np.sqrt(np.pi)
        found = crps_of_quantiles(LEVELS, quantiles, np.array([outcome]))[0]
        assert found == pytest.approx(exact, rel=0.05)
    point = np.full((1, len(LEVELS)), 4.0)
    assert crps_of_quantiles(LEVELS, point, np.array([1.5])) == pytest.approx([2.5])


def test_a_quantile_that_is_not_known_changes_nothing_where_the_others_tell_it() -> None:
    quantiles = np.linspace(1.0, 2.0, 201)[(LEVELS * 200).astype(int)][None]
    holed = quantiles.copy()
    holed[0, [3, 7]] = np.nan
    outcome = np.array([1.31])
    assert crps_of_quantiles(LEVELS, holed, outcome) == pytest.approx(
        crps_of_quantiles(LEVELS, quantiles, outcome)
    )
    assert place(LEVELS, holed, outcome).low == pytest.approx([0.31])


def test_right_forecasts_cover_what_they_promise_also_where_values_have_a_probability() -> None:
    """Zero has a probability of anything from 0 to 1, as the emission of subnets has."""
    random = np.random.default_rng(3)
    shifts = random.uniform(-3.0, 3.0, 4_000)
    samples = np.maximum(random.normal(size=3_000)[None] + shifts[:, None], 0.0)
    quantiles = np.quantile(samples, LEVELS, axis=1, method="inverted_cdf").T
    outcome = np.maximum(random.normal(size=4_000) + shifts, 0.0)
    found = place(LEVELS, quantiles, outcome)
    assert 0.3 < np.mean(outcome == 0.0) < 0.7
    for level in (0.5, 0.8, 0.95):
        error = np.sqrt(level * (1 - level) / 4_000)
        assert inside_part(found, level).mean() == pytest.approx(level, abs=3 * error)
    density = place_histogram(found, 10)
    assert density.mean() == pytest.approx(1.0)
    assert density == pytest.approx(np.ones(10), abs=0.15)


def test_an_outcome_within_an_interval_is_inside_and_beyond_it_is_not() -> None:
    quantiles = np.tile(LEVELS, (3, 1))
    found = place(LEVELS, quantiles, np.array([0.9749999, 0.9750001, 0.3]))
    assert inside_part(found, 0.95).tolist() == [1.0, 0.0, 1.0]
    assert inside_part(found, 0.5).tolist() == [0.0, 0.0, 1.0]
    # Beyond the outermost quantile the place is only known to lie there.
    beyond = place(LEVELS, quantiles[:1], np.array([-1.0]))
    assert (beyond.low[0], beyond.high[0]) == (0.0, 0.005)
    assert place_histogram(PitInterval(np.array([0.0]), np.array([1.0])), 4).tolist() == [1.0] * 4


# --- the file ----------------------------------------------------------------------------------


def a_forecast(seed: int = 1, block: int = BLOCK, subnets: int = 59) -> Forecast:
    about = {
        "title": f"run {seed}",
        "config_hash": "c",
        "network": "n",
        "block": block,
        "seed": seed,
        "paths": 64,
        "rules": "gate_rank_2026",
        "demand": "calibrated",
        "behaviour": "frozen",
        "recipe": "r",
        "horizon_days": 30.0,
        "report_days": [7.0, 30.0],
    }
    random = np.random.default_rng(seed)
    quantiles = [
        ("price", netuid, day, "TAO/alpha", 1.0, *np.sort(random.lognormal(size=11)).tolist())
        for netuid in range(1, subnets + 1)
        for day in (7.0, 30.0)
    ]
    chances = [("below_bar", netuid, 7.0, 0.0, float(random.random())) for netuid in range(1, 60)]
    return Forecast(about, quantiles, chances)


def a_state(block: int = BLOCK + 7 * DAY, text: str = "s", whole: bool = True) -> LaterState:
    return LaterState({"block": block, "whole": whole, "digest": text, "file": f"{text}.csv"})


def came(value: float, forecast: int = 1, day: float = 7.0) -> Met:
    prices = [("price", netuid, value) for netuid in range(1, 60)]
    return Met(forecast, day, [("below_bar", 1, 1.0), *prices])


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with two forecasts, one of them scored."""
    file = tmp_path / "ledger.sqlite"
    for seed in (1, 2):
        add_forecast(file, a_forecast(seed), BEFORE)
    add_scores(file, a_state(), [came(1.0)], AFTER)
    return file


def test_what_is_read_is_what_was_added(ledger: Path) -> None:
    content = read_ledger(ledger)
    first = [row[1:] for row in content.rows["quantiles"] if row[0] == 1]
    assert sorted(first) == sorted(a_forecast(1).quantiles)
    assert content.forecasts[2].about == a_forecast(2).about
    assert content.forecasts[2].added == BEFORE
    assert [(s.state, s.forecast, s.day) for s in content.scores.values()] == [(3, 1, 7.0)]


def test_adding_and_scoring_twice_changes_no_byte(ledger: Path) -> None:
    before = ledger.read_bytes()
    kept, is_new, head = add_forecast(ledger, a_forecast(1), AFTER)
    assert (kept.number, kept.added, is_new) == (1, BEFORE, False)
    fresh, same = add_scores(ledger, a_state(), [came(2.0)], AFTER)
    assert (fresh, same) == ([], head)
    assert ledger.read_bytes() == before
    assert not list(ledger.parent.glob("*journal*"))


def test_the_same_answer_to_the_same_question_is_one_forecast_and_another_is_not() -> None:
    run = a_forecast(1)
    later = dataclasses.replace(run, about={**run.about, "created": "later", "title": "again"})
    assert later.name == run.name
    assert a_forecast(2).name != run.name
    assert dataclasses.replace(run, about={**run.about, "seed": 9}).name != run.name


def broken_by(change: Callable[[Path], None], ledger: Path, what: str) -> None:
    change(ledger)
    before = ledger.read_bytes()
    for act in (
        lambda: read_ledger(ledger),
        lambda: add_forecast(ledger, a_forecast(7), BEFORE),
        lambda: add_scores(ledger, a_state(text="x"), [came(1.0)], AFTER),
    ):
        with pytest.raises(ResultsError, match=what) as refused:
            act()
        assert str(refused.value).startswith(f"{ledger}: ")
        assert "\n" not in str(refused.value)
    assert ledger.read_bytes() == before


def run_sql(*texts: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with closing(sqlite3.connect(file)) as connection, connection:
            for text in texts:
                connection.execute(text)

    return change


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda f: f.write_bytes(b""), "the file is empty"),
        (lambda f: f.write_text("a,b\n1,2\n" * 900), "not a database"),
        (lambda f: f.write_bytes(f.read_bytes()[:-4096]), "malformed"),
        (lambda f: f.write_bytes(f.read_bytes()[:20_000]), "malformed"),
        (run_sql("PRAGMA application_id = 7"), "a database of something else"),
        (run_sql("PRAGMA user_version = 99"), "version 99, this dtaojax reads 1"),
        (run_sql("UPDATE quantiles SET q0_5 = q0_5 * 1.0000001 WHERE netuid = 5"), "addition 1"),
        (run_sql("UPDATE outcomes SET value = 2.0 WHERE netuid = 5"), "addition 4"),
        (run_sql("UPDATE log SET added = '2020-01-01T00:00:00+00:00'"), "row 1 of the log"),
        (run_sql("DELETE FROM outcomes"), "addition 4"),
        (run_sql("DELETE FROM log WHERE number = 4"), "never added"),
        (
            run_sql(*(f"DELETE FROM {t} WHERE {c} = 1" for t, c in (
                ("log", "number"), ("forecasts", "id"), ("quantiles", "forecast"),
                ("probabilities", "forecast"),
            ))),
            "addition 1",
        ),
        (run_sql("ALTER TABLE states ADD COLUMN more TEXT"), "tables are others"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_as_it_was_written_is_refused_and_left_alone(
    ledger: Path, change: Callable[[Path], None], what: str
) -> None:
    broken_by(change, ledger, what)


def test_no_flipped_bit_is_ever_a_number(ledger: Path) -> None:
    """Either the file is refused, or the bit lies where nothing is kept."""
    whole, text = read_ledger(ledger), ledger.read_bytes()
    random = np.random.default_rng(5)
    refused = 0
    for at in random.integers(0, len(text), 150):
        flipped = bytearray(text)
        flipped[at] ^= 1 << int(random.integers(8))
        ledger.write_bytes(flipped)
        try:
            assert read_ledger(ledger) == whole
        except ResultsError:
            refused += 1
    assert refused > 75


def test_a_ledger_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no such ledger; begin one with: dtaojax ledger add"):
        read_ledger(tmp_path / "none.sqlite")
    assert not list(tmp_path.iterdir())


def test_writers_wait_for_each_other_and_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "new" / "ledger.sqlite"
    threads = [
        threading.Thread(target=add_forecast, args=(file, a_forecast(seed), BEFORE))
        for seed in range(1, 9)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    titles = {kept.about["title"] for kept in read_ledger(file).forecasts.values()}
    assert titles == {f"run {seed}" for seed in range(1, 9)}
    assert [each.name for each in file.parent.iterdir()] == ["ledger.sqlite"]


def test_a_writer_waits_until_another_has_ended_and_says_so_when_it_does_not(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(ledger, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(store, "PATIENCE", 0.1)
        with pytest.raises(ResultsError, match="another process has been writing this ledger"):
            add_forecast(ledger, a_forecast(3), BEFORE)
        monkeypatch.setattr(store, "PATIENCE", 60.0)
        ending = threading.Timer(0.3, lambda: other.execute("ROLLBACK"))
        ending.start()
        begun = time.monotonic()
        assert add_forecast(ledger, a_forecast(3), BEFORE)[1]
        assert time.monotonic() - begun >= 0.2
        ending.join()


KILLED = """
import os, sqlite3, sys
from datetime import datetime, UTC
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from test_ledger import BEFORE, a_forecast
from dtaojax.config.load import config_from_dict
from dtaojax.studies.ledger import store

file, connect = Path(sys.argv[1]), sqlite3.connect
told = []
for steps in [50, 500, 2_000, 5_000, 9_000, 14_000, 20_000, 30_000, 10**9]:
    old = store.read_ledger(file)
    child = os.fork()
    if child == 0:
        def dying(*words, **options):
            connection = connect(*words, **options)
            # So small a cache writes pages into the file before the transaction ends.
            connection.execute("PRAGMA cache_size = 2")
            connection.set_progress_handler(lambda: os._exit(9), steps)
            return connection
        sqlite3.connect = dying
        store.add_forecast(file, a_forecast(3, subnets=1_200), BEFORE)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    was_writing = file.with_name(file.name + "-journal").exists()
    new = store.read_ledger(file)
    told.append(f"{code}:{len(new.forecasts)}:{new == old}:{was_writing}")
print(" ".join(told))
"""


def test_a_writer_that_is_killed_leaves_the_old_or_the_new_content(ledger: Path) -> None:
    words = [sys.executable, "-c", KILLED, str(ledger), str(TESTS), str(Path(__file__).parent)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = [tuple(each.split(":")) for each in done.stdout.split()]
    killed = [each for each in found if each[0] == "9"]
    assert len(killed) >= 5
    assert all(each[1:3] == ("2", "True") for each in killed), done.stdout
    assert "True" in {each[3] for each in killed}, "none was killed while it wrote"
    ended = [each for each in found if each[0] != "9"]
    assert ended[0] == ("0", "3", "False", "False"), done.stdout


# --- the record --------------------------------------------------------------------------------


def test_only_what_was_there_before_its_outcome_counts(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    due = date_of(BLOCK + 7 * DAY)
    add_forecast(file, a_forecast(1), due - timedelta(seconds=1))
    add_forecast(file, a_forecast(2), due)
    add_forecast(file, a_forecast(3), BEFORE)
    add_scores(file, a_state(), [came(1.0), came(1.0, forecast=2)], AFTER)
    content = read_ledger(file)
    record = record_of(content)
    by_forecast = record.cases.groupby("forecast")["counted"].unique().map(list)
    assert by_forecast.to_dict() == {1: [True], 2: [False]}
    told = record_in_words(content, "l", recipe="r")
    assert (told["counted"]["forecasts"], told["in_hindsight"]["forecasts"]) == (1, 1)
    assert told["waiting"] == 1
    assert told["counted"]["outcomes"] == 59
    assert "1 forecast was added after an outcome" in told["sentence"]
    assert "not counted" in told["sentence"]
    # A later block comes at this time or later, so what is said to be earlier was.
    assert date_of(BLOCK).isoformat() == "2026-08-07T08:35:00+00:00"


def test_the_tables_are_means_over_the_cases(ledger: Path) -> None:
    record = record_of(read_ledger(ledger))
    (row,) = record.coverage.to_dict("records")
    quantiles = np.array([r[5:] for r in a_forecast(1).quantiles if r[2] == 7.0])
    columns = list(LEVEL_COLUMNS)
    for level in (0.5, 0.8, 0.95):
        low = quantiles[:, [abs(c - (0.5 - level / 2)) < 1e-9 for c in columns]][:, 0]
        high = quantiles[:, [abs(c - (0.5 + level / 2)) < 1e-9 for c in columns]][:, 0]
        inside = (low <= 1.0) & (high >= 1.0)
        assert row[f"coverage_{level:g}"] == pytest.approx(inside.mean())
        assert row[f"binomial_{level:g}"] == pytest.approx(np.sqrt(level * (1 - level) / 59))
    assert row["crps"] == pytest.approx(crps_of_quantiles(LEVELS, quantiles, np.ones(59)).mean())
    assert row["crps_unchanged"] == 0.0
    # One date tells nothing of how dates differ.
    assert np.isnan(row["blocked_0.95"])
    (chance,) = record.briers.to_dict("records")
    assert chance["brier"] == pytest.approx((a_forecast(1).probabilities[0][4] - 1.0) ** 2)
    assert chance["brier_unchanged"] == 1.0
    assert record.places.groupby("quantity")["density"].mean().tolist() == [pytest.approx(1.0)]


def test_cases_of_a_run_without_the_80_percent_interval_are_not_in_its_coverage(
    tmp_path: Path,
) -> None:
    file = tmp_path / "ledger.sqlite"
    whole, old = a_forecast(1), a_forecast(2)
    cut = [
        tuple(None if column in (8, 12) else value for column, value in enumerate(row))
        for row in old.quantiles
    ]
    add_forecast(file, whole, BEFORE)
    add_forecast(file, dataclasses.replace(old, quantiles=cut), BEFORE)
    add_scores(file, a_state(), [came(1.0), came(1.0, forecast=2)], AFTER)
    (row,) = record_of(read_ledger(file)).coverage.to_dict("records")
    assert (row["cases"], row["cases_0.95"], row["cases_0.8"]) == (118, 118, 59)


def test_errors_over_dates_are_larger_where_cases_of_a_date_go_together(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    for number in range(12):
        block = BLOCK + 40 * number * DAY
        add_forecast(file, a_forecast(number, block), BEFORE)
        value = 1.0 if number % 2 else 1e6
        state = a_state(block + 7 * DAY, f"s{number}")
        newest = max(read_ledger(file).forecasts)
        add_scores(file, state, [came(value, forecast=newest)], AFTER)
    (row,) = record_of(read_ledger(file)).coverage.to_dict("records")
    assert (row["dates"], row["cases"]) == (12, 12 * 59)
    assert row["blocked_0.95"] > 5 * row["binomial_0.95"]


def test_a_corrected_state_is_told_apart_and_stands_for_the_earlier(ledger: Path) -> None:
    add_scores(ledger, a_state(text="corrected"), [came(1e6)], AFTER)
    content = read_ledger(ledger)
    record = record_of(content)
    assert record.states["in_force"].tolist() == [False, True]
    assert record.cases["outcome"].unique().tolist() == [1e6]
    assert record_in_words(content, "l")["corrected"] == 1
    # Weights of the same block say less than the whole state, whenever they come.
    add_scores(ledger, a_state(text="weights", whole=False), [came(2.0)], AFTER)
    assert record_of(read_ledger(ledger)).cases["outcome"].unique().tolist() == [1e6]


def test_horizons_fall_into_groups() -> None:
    found = [horizon_group(day) for day in (0.5, 1.0, 1.1, 30.0, 89.0, 91.0)]
    assert found == [1.0, 1.0, 3.0, 30.0, 90.0, np.inf]


# --- runs and states ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def start() -> NetworkTable:
    return load_network("finney_8791253")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, start: NetworkTable) -> Path:
    """A made-up run of the embedded network over two days."""
    told = {
        "identity": {"network": network_digest(start)},
        "config": {"arrivals": {"rate": 0.0}, "run": {"horizon_days": 2.0}},
    }
    return make_run(tmp_path_factory.mktemp("ledger") / "run", manifest=told)


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory, start: NetworkTable) -> Path:
    """The start two days later with other prices, that corrected, and weights of a day before."""
    home = tmp_path_factory.mktemp("states")
    reborn, begun = start.registered_at.copy(), start.first_emission_block.copy()
    reborn[3] = begun[3] = start.block + DAY
    later = dataclasses.replace(
        start,
        block=start.block + 2 * DAY,
        tao_in=1.01 * start.tao_in,
        moving_price=1.02 * start.moving_price,
        registered_at=reborn,
        first_emission_block=begun,
    )
    write_network(later, home / "later.csv")
    shutil.copy(home / "later.csv", home / "renamed.csv")
    shutil.copy(home / "later.toml", home / "renamed.toml")
    write_network(dataclasses.replace(later, tao_in=1.03 * start.tao_in), home / "mended.csv")
    write_network(dataclasses.replace(later, block=start.block + 5 * DAY), home / "far.csv")
    rows = {
        "block": start.block + 2 * DAY - 360,
        "netuid": start.netuid,
        "moving_price": start.moving_price,
        "miner_burned": start.miner_burned,
        "emission_enabled": start.emission_enabled.astype(int),
    }
    pd.DataFrame(rows).to_csv(home / "weights.csv", index=False)
    return home


@pytest.fixture
def written(tmp_path: Path, run: Path) -> Path:
    """A ledger with the run."""
    file = tmp_path / "ledger.sqlite"
    add_run(file, run, BEFORE)
    return file


def test_a_run_is_kept_with_its_identity_and_quantiles(written: Path, run: Path) -> None:
    content = read_ledger(written)
    about = content.forecasts[1].about
    results = load(run)
    assert about["config_hash"] == results.manifest["config_hash"]
    assert (about["block"], about["seed"], about["rules"]) == (BLOCK, 2026, "gate_rank_2026")
    table = results.tables["subnets"]
    rows = table[(table["quantity"] == "price") & (table["netuid"] == 64) & (table["day"] == 2.0)]
    told = rows[rows["statistic"] == "quantile"].set_index("level")["value"]
    (kept,) = [r for r in content.rows["quantiles"] if r[1:4] == ("price", 64, 2.0)]
    assert list(kept[6:]) == [told[level] for level in QUANTILE_LEVELS]
    assert {row[1] for row in content.rows["probabilities"]} == {"below_bar", "deregistered"}
    assert not add_run(written, run, AFTER).is_new


def test_a_state_scores_what_is_due_once(written: Path, states: Path, start: NetworkTable) -> None:
    (verdict,) = score(written, [states / "later.csv"], AFTER)
    assert (verdict.fate, verdict.block) == ("scored", start.block + 2 * DAY)
    cases = record_of(read_ledger(written)).cases.set_index(["quantity", "netuid"])
    at = start.row_of(64)
    price = 1.01 * start.tao_in[at] / start.alpha_in[at]
    assert cases.loc[("price", 64)].outcome == pytest.approx(price, rel=1e-9)
    assert cases.loc[("price", int(start.netuid[3]))].outcome == 0.0
    total = cases.loc[("total_tao_in", -1)].outcome
    assert total == pytest.approx(1.01 * start.tao_in.sum())
    events = record_of(read_ledger(written)).events
    assert events[events["event"] == "deregistered"]["outcome"].sum() == 1.0
    before = written.read_bytes()
    for again in ("later.csv", "renamed.csv"):
        (verdict,) = score(written, [states / again], AFTER)
        assert verdict.fate == "scored before"
    assert written.read_bytes() == before
    (verdict,) = score(written, [states / "mended.csv"], AFTER)
    assert verdict.fate == "scored"
    assert record_of(read_ledger(written)).states["in_force"].tolist() == [False, True]


def test_no_report_day_is_stretched_to_a_state(written: Path, states: Path) -> None:
    (verdict,) = score(written, [states / "far.csv"], AFTER)
    assert verdict.fate == "no report day near"
    assert "of day 5.00, and day 2 is the nearest" in verdict.why
    assert not read_ledger(written).states
    (verdict,) = score(written, [states / "far.csv"], AFTER, tolerance=3.0)
    assert verdict.fate == "scored"
    (verdict,) = score(written, ["finney_8791253"], AFTER)
    assert verdict.fate == "not later"


def test_weights_alone_score_what_they_tell_and_need_to_know_what_is_gone(
    written: Path, states: Path
) -> None:
    with pytest.raises(NetworkError, match="nothing of which subnets are gone; give a whole state"):
        score(written, [states / "weights.csv"], AFTER)
    found = score(written, [states / "weights.csv", states / "later.csv"], AFTER)
    assert [verdict.fate for verdict in found] == ["scored", "scored"]
    content = read_ledger(written)
    weights = next(n for n, state in content.states.items() if not state.about["whole"])
    cases = record_of(content).cases
    told = set(cases[cases["state"] == weights]["quantity"])
    assert "moving_price" in told
    assert not told & {"price", "tao_in", "sum_price", "total_tao_in"}
    gone = record_of(content).events
    gone = gone[(gone["event"] == "deregistered") & (gone["state"] == weights)]
    assert gone["outcome"].sum() == 1.0


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ({"config": {"network": {"synthetic": {"subnets": 8}}}}, "drawn at random"),
        ({"config": {"mechanism": "no_such"}}, "not one of this version"),
        ({"identity": {}}, "not a run of which a forecast can be kept"),
    ],
)
def test_a_run_that_no_state_can_score_is_refused(
    tmp_path: Path, told: dict[str, object], what: str
) -> None:
    folder = make_run(tmp_path / "run", manifest={"identity": {"network": "n"}, **told})
    with pytest.raises(ResultsError, match=what):
        add_run(tmp_path / "ledger.sqlite", folder, BEFORE)
    assert not (tmp_path / "ledger.sqlite").exists()


# --- what is shown -----------------------------------------------------------------------------


def test_the_badge_tells_the_record_good_or_bad(
    written: Path, run: Path, states: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    score(written, [states / "later.csv"], AFTER)
    results = load(run)
    assert with_record(results, None) is results
    told = track_record(None, written)
    assert told is not None
    badge = trust_of(with_record(results, written).manifest)
    assert badge.record is not None
    percent = 100 * told["counted"]["coverage_95"]
    assert f"{percent:.0f} % of {told['counted']['outcomes']:,} outcomes" in badge.record.text
    held = 0.93 <= told["counted"]["coverage_95"] <= 0.97
    assert badge.record.grade == ("held" if held else "failed")
    assert badge.lines[-2] == f"Track record (ledger.sqlite): {told['sentence']}"
    monkeypatch.setenv("DTAOJAX_LEDGER", str(written))
    assert track_record(None) == told
    written.write_bytes(b"")
    with pytest.raises(ResultsError, match="the file is empty"):
        with_record(results, None)


def test_a_run_that_would_tell_of_a_broken_ledger_does_not_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.sqlite").write_bytes(b"")
    monkeypatch.setenv("DTAOJAX_LEDGER", str(tmp_path / "broken.sqlite"))
    inputs = gather(config_from_dict({"run": {"paths": 4}}), "config")
    with pytest.raises(ResultsError, match="the file is empty"):
        run_report(inputs, tmp_path / "out", lambda done: None)
    assert not (tmp_path / "out").exists()


def test_the_page_says_what_the_tables_say_and_opens_without_complaint(
    written: Path, states: Path, run: Path, tmp_path: Path, chromium: Chromium
) -> None:
    score(written, [states / "later.csv"], AFTER)
    shutil.copytree(run, tmp_path / "run")
    other = make_run(tmp_path / "other", luck=0.5, manifest=_told(run))
    add_run(written, other, AFTER)
    score(written, [states / "later.csv"], AFTER)
    page = report_ledger(written, tmp_path / "out", AFTER)
    text = page.read_text()
    coverage = pd.read_parquet(tmp_path / "out" / "coverage.parquet")
    assert set(coverage["counted"]) == {True, False}
    first = coverage[(coverage["quantity"] == "price") & coverage["counted"]].iloc[0]
    assert f"1 to 3 days: {100 * first['coverage_0.5']:.0f} % in 50 %" in text
    assert "Added after the outcome (not counted)" in text
    assert read_ledger(written).head in text
    assert complaints(chromium, page) == []


def _told(run: Path) -> dict[str, Any]:
    manifest = load(run).manifest
    return {key: manifest[key] for key in ("identity", "config")} | {"seed": 7}


def test_an_empty_ledger_has_a_page(tmp_path: Path) -> None:
    store.make_ledger(tmp_path / "ledger.sqlite")
    page = report_ledger(tmp_path / "ledger.sqlite", tmp_path / "out", AFTER)
    assert "Nothing has been scored yet" in page.read_text()


def test_the_commands_add_score_and_report(
    run: Path,
    states: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def give(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dtaojax", *words])
        with pytest.raises(SystemExit) as left:
            cli.main()
        printed = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, printed.out.strip(), printed.err

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DTAOJAX_LEDGER", raising=False)
    code, out, _ = give("ledger", "add", str(run))
    assert (code, out.split(",")[0]) == (0, "ledger: ledger.sqlite")
    code, out, err = give("ledger", "score", str(states / "later.csv"))
    assert (code, out) == (0, "ledger: ledger.sqlite, 1 scored")
    assert "forecast 1: scored (its day 2 against day 2.00)" in err
    code, out, _ = give("ledger", "report", "--quiet")
    assert (code, out) == (0, os.path.join("runs", "ledger", "report.html"))
    code, _, err = give("ledger", "report", "--ledger", "none.sqlite")
    assert code == 2
    assert err.count("\n") == 1
    shutil.copytree(run, tmp_path / "mine")
    code, _, _ = give("report", "mine", "--ledger", "ledger.sqlite")
    assert code == 0
    assert "Track record (ledger.sqlite)" in (tmp_path / "mine" / "report.html").read_text()
