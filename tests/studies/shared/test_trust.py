"""The trust badge: what was back-tested is said of what was tested, and of nothing else."""

import dataclasses
import json
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from places import ROOT
from report_fixture import make_results

from dtaojax.api.notebook import run_snippet
from dtaojax.config.config import Config
from dtaojax.config.load import config_from_dict, load_config
from dtaojax.report.trust import trust_of, trust_of_each
from dtaojax.results.contract import Results, load, save
from dtaojax.results.read import read
from dtaojax.studies.backtest.prices.backtest import held_so_far_ahead
from dtaojax.studies.backtest.prices.config import load_backtest
from dtaojax.studies.backtest.prices.groups import BASKET_LABEL, MATURE
from dtaojax.studies.run.page.headline import headline
from dtaojax.studies.run.page.page import AUDIENCES, render_report
from dtaojax.studies.run.page.subnet_page import render_subnet
from dtaojax.studies.shared.trust import (
    BACK_TESTS,
    KINDS,
    TESTED_DEMAND,
    TESTED_DEMAND_SHA256,
    demand_digest,
    trust,
    trust_of_study,
)

MAINNET = ROOT / "configs" / "mainnet.toml"


def mainnet(*overrides: str) -> Config:
    return load_config(MAINNET, overrides)


def verdict(kind: str, *overrides: str) -> tuple[str, str]:
    (found,) = [each for each in trust(mainnet(*overrides))["kinds"] if each["kind"] == kind]
    return found["result"], found["text"]


def test_the_tested_demand_is_the_shipped_one_and_the_default() -> None:
    assert demand_digest(mainnet().demand) == TESTED_DEMAND_SHA256
    assert demand_digest(Config().demand) == TESTED_DEMAND_SHA256
    assert trust(Config())["demand"] == TESTED_DEMAND == "calibrated (now_2026)"


def test_every_back_test_is_of_a_known_kind_and_stands_in_the_docs() -> None:
    page = (ROOT / "docs" / "backtest.md").read_text(encoding="utf-8")
    for test in BACK_TESTS:
        assert test.kind in KINDS
        assert test.first_day <= test.last_day
        for number in re.findall(r"\d+\.\d+", test.figure):
            assert number in page, test


@pytest.mark.parametrize(
    ("kind", "horizon", "result", "text"),
    [
        ("prices", 1, "held", "held to 30 days"),
        ("prices", 30, "held", "held to 30 days"),
        ("prices", 90, "not tested", "held to 30 days, not tested at 90"),
        ("losses", 1, "held", "held to 7 days"),
        ("losses", 7, "held", "held to 7 days"),
        ("losses", 14, "not tested", "held to 7 days, not tested at 14"),
        (
            "losses",
            30,
            "not held",
            "held to 7 days, NOT held 30 days ahead (far too careful: 0.03 % exceeded a VaR 99 %)",
        ),
        (
            "losses",
            90,
            "not tested",
            "held to 7 days, NOT held 30 days ahead (far too careful: 0.03 % exceeded a VaR "
            "99 %), not tested at 90",
        ),
        ("concentration", 3, "held", "held to 30 days"),
        ("concentration", 60, "not tested", "held to 30 days, not tested at 60"),
        ("baskets", 1, "held", "held to 1 day"),
        ("baskets", 30, "not held", "held to 1 day, NOT held 7 and 30 days ahead (too narrow)"),
    ],
)
def test_a_kind_is_trusted_as_far_ahead_as_it_was_tested(
    kind: str, horizon: float, result: str, text: str
) -> None:
    assert verdict(kind, f"run.horizon_days={horizon}") == (result, text)


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        ("demand.stochastic_variance_flow.drift=0.0001", "stochastic_variance_flow.drift"),
        ("demand.stochastic_variance_flow.level.sd=0.7", "stochastic_variance_flow.level"),
        ("demand.emission_selling.miner=0.71", "emission_selling.miner"),
        ('demand=[{process="student_flow"}]', "another than the calibrated one"),
        ("demand=[]", "another than the calibrated one"),
        ("mechanism=launch_2025", "the rules are launch_2025"),
        ("mechanism.gate.rank=33", "gate_rank_2026 with changed parameters"),
        ("cohorts={}", "cohorts"),
    ],
)
def test_what_differs_from_the_tested_run_is_not_tested(override: str, reason: str) -> None:
    found = trust(mainnet(override))
    assert not found["back_tested"]
    assert reason in " ".join(found["reasons"])
    assert "Not back-tested: " in found["sentence"]
    assert {each["result"] for each in found["kinds"]} == {"not tested"}
    assert not any(each["tests"] for each in found["kinds"])


def test_a_drawn_network_is_not_tested() -> None:
    found = trust(config_from_dict({"network": {"synthetic": {"subnets": 8}}}))
    assert found["reasons"] == ["the network is drawn at random"]


@pytest.mark.parametrize(
    ("horizon", "result", "text"),
    [
        (3, "not tested", "NOT held 7 to 30 and 36 to 60 days ahead, not tested at 3"),
        (60, "not held", "NOT held 7 to 30 and 36 to 60 days ahead"),
        (90, "not tested", "NOT held 7 to 30 and 36 to 60 days ahead, not tested at 90"),
    ],
)
def test_concentration_with_burn_and_switch_frozen_did_not_hold(
    horizon: float, result: str, text: str
) -> None:
    frozen = ("behaviour=frozen", f"run.horizon_days={horizon}")
    assert verdict("concentration", *frozen) == (result, text)
    assert verdict("prices", "behaviour=frozen", "run.horizon_days=30")[0] == "held"
    notes = " ".join(trust(mainnet(*frozen))["notes"])
    assert "Miner burn and the emission switch are held as at the start." in notes


def test_behaviour_by_other_figures_is_not_tested() -> None:
    for changed in ("behaviour=until_2026_09_06", "behaviour.miner_burn.reach=0.5"):
        assert verdict("concentration", changed, "run.horizon_days=30")[0] == "not tested"
    notes = " ".join(trust(mainnet("behaviour.miner_burn.reach=0.5"))["notes"])
    assert "which were not tested" in notes


def test_other_registrations_leave_only_what_was_tested_without_any() -> None:
    assert verdict("prices", "arrivals.rate=0.0", "run.horizon_days=30")[0] == "held"
    pools = ("pools", "run.horizon_days=30")
    assert verdict(*pools)[0] == "held"
    assert verdict(*pools, "arrivals.rate=0.0")[0] == "not tested"
    assert verdict("concentration", "arrivals.rate=0.0", "run.horizon_days=10")[0] == "not tested"
    assert any("registrations" in note for note in trust(mainnet("arrivals.rate=0.0"))["notes"])


def test_other_seeds_sizes_and_holdings_are_as_tested() -> None:
    found = trust(mainnet("run.paths=16", "run.seed=1", "portfolio.root_tao=1.0", "title=x"))
    assert found == trust(mainnet())


def test_losses_are_judged_on_their_last_day_and_only_where_something_is_held() -> None:
    assert verdict("losses", "portfolio.loss_days=[1.0, 7.0]")[0] == "held"
    kinds = {each["kind"] for each in trust(config_from_dict({}))["kinds"]}
    assert not kinds & {"losses", "baskets", "dollars"}
    one = config_from_dict({"portfolio": {"alpha": {"4": 1.0}}})
    assert "baskets" not in {each["kind"] for each in trust(one)["kinds"]}


def test_a_failure_within_the_horizon_is_not_graded_as_open() -> None:
    badge = trust_of({"trust": trust(mainnet())})
    grades = {kind: each.grade for kind, each in badge.kinds.items()}
    assert grades["prices"] == "open"
    assert grades["losses"] == grades["baskets"] == "failed"
    assert grades["concentration"] == "open"
    short = trust_of({"trust": trust(mainnet("run.horizon_days=1"))})
    assert short.kinds["losses"].grade == "held"


def test_a_run_of_an_older_version_counts_as_not_tested() -> None:
    badge = trust_of({})
    assert "not tested" in " ".join(badge.lines)
    assert badge.of("losses").text == "not tested"


def test_badges_of_several_runs_are_said_once_where_they_are_the_same() -> None:
    ours, theirs = ({"trust": trust(mainnet(each))} for each in ("title=a", "demand=[]"))
    assert [badge.runs for badge in trust_of_each(["a", "b"], [ours, ours])] == [""]
    both = trust_of_each(["a", "b", "c"], [ours, theirs, ours])
    assert [badge.runs for badge in both] == ["a, c", "b"]


def test_a_manifest_keeps_the_badge_as_json() -> None:
    found = trust(mainnet())
    assert json.loads(json.dumps(found)) == found


def on_page(text: str) -> str:
    """What a page shows, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", text)).replace("\xa0", " ").split())


def made_results(**changes: object) -> Results:
    results = make_results()
    return dataclasses.replace(results, manifest=results.manifest | changes)


def test_the_first_screen_of_every_view_has_the_badge_before_its_first_number() -> None:
    results = made_results(trust=trust(mainnet()))
    pages = [render_report(results, audience) for audience in AUDIENCES]
    pages += [render_report(results, "owner", 64), render_subnet(results, 64)]
    for page in pages:
        answer = page[page.index('<section id="answer">') :]
        badge = answer[: answer.index("</aside>")]
        assert "<data" not in badge
        text = on_page(badge)
        assert "Demand: calibrated (now_2026)." in text
        for each in trust(mainnet())["kinds"]:
            assert each["text"] in text


def test_each_card_and_group_of_numbers_says_how_far_it_was_tested() -> None:
    page = render_report(made_results(trust=trust(mainnet())))
    for kind in ("concentration", "pools", "losses"):
        assert on_page(page).count(f"Back-test: {verdict(kind)[1]}") >= 2, kind
    other = on_page(render_report(made_results(trust=trust(mainnet("mechanism=launch_2025")))))
    assert "Not back-tested: the rules are launch_2025." in other
    assert "Back-test: held" not in other
    assert "Back-test: not tested" in other


def test_a_notebook_shows_the_badge_and_the_heading_of_every_group() -> None:
    evidence = read(made_results(trust=trust(mainnet())))
    shown = run_snippet(evidence)
    assert "Demand: calibrated (now_2026)." in on_page(shown[: shown.index("</caption>")])
    labels = re.findall(r"<tr><t[dh][^>]*>([^<]*)", shown)
    for group in headline(evidence):
        place = next(i for i, text in enumerate(labels) if text.startswith(group.heading))
        assert labels[place + 1] == group.rows[0].label


def test_summary_and_manifest_carry_the_badge(tmp_path: Path) -> None:
    found = trust(mainnet())
    save(made_results(trust=found), tmp_path)
    for name in ("summary.json", "manifest.json"):
        assert json.loads((tmp_path / name).read_text())["trust"] == found
    assert load(tmp_path).manifest["trust"] == found


# --- studies of many runs, and back-tests themselves ----------------------------------------------


def test_a_study_of_runs_that_share_a_badge_has_it() -> None:
    alike = {"A1": [mainnet(), mainnet("run.seed=2")], "A2": [mainnet("title=b")]}
    assert trust_of_study(alike, "cases") == trust(mainnet())


def test_a_study_says_of_how_many_parts_each_reason_holds() -> None:
    others = [mainnet("mechanism=launch_2025"), mainnet("mechanism=launch_2025", "demand=[]")]
    found = trust_of_study({"A1": others, "A2": [mainnet("demand=[]")], "A3": [mainnet()]}, "cases")
    assert not found["back_tested"]
    assert found["reasons"] == [
        "the demand is another than the calibrated one (2 of 3 cases)",
        "the rules are launch_2025 (1 of 3)",
    ]
    assert found["notes"] == ["Runs of A3 are among those that were tested."]
    assert "Demand: that of each of the cases." in trust_of({"trust": found}).lines


def summary_tables(year: str) -> dict[str, pd.DataFrame]:
    """What the committed back-test of a year found of mature subnets."""
    text = (ROOT / "reports" / "backtest" / year / "summary.json").read_text(encoding="utf-8")
    return {key: pd.DataFrame(json.loads(text)[key]) for key in ("coverage", "exceedances")}


@pytest.mark.parametrize(
    ("coverage", "prices", "baskets"),
    [(0.95, True, True), (0.972, False, True), (0.978, False, False), (0.931, True, True),
     (0.926, False, True), (0.92, False, False)],
)  # fmt: skip
def test_baskets_are_judged_in_whole_per_cent_and_prices_exactly(
    coverage: float, prices: bool, baskets: bool
) -> None:
    config = load_backtest(ROOT / "configs" / "backtest_2025.toml", [])
    row = {"forecaster": config.forecast.forecasters[0], "horizon": 1, "level": 0.95}
    both = [row | {"group": group, "coverage": coverage} for group in (MATURE, BASKET_LABEL)]
    exceeded = [row | {"group": MATURE, "level": 0.99, "rate": 0.02}]
    tables = {"coverage": pd.DataFrame(both), "exceedances": pd.DataFrame(exceeded)}
    found = {each["kind"]: each for each in held_so_far_ahead(config, tables)["kinds"]}
    assert found["losses"]["result"] == "held"
    assert (found["prices"]["result"] == "held") == prices
    assert (found["baskets"]["result"] == "held") == baskets


@pytest.mark.parametrize("year", ["2025", "2026"])
def test_the_table_of_back_tests_is_what_the_committed_back_tests_found(year: str) -> None:
    # The process of the calibrated demand, whichever else a study judges first.
    ours = 'forecast.forecasters=["stochastic_variance"]'
    config = load_backtest(ROOT / "configs" / f"backtest_{year}.toml", [ours])
    found = held_so_far_ahead(config, summary_tables(year))
    seen = {
        (each["kind"], test["first_day"]): test["held"]
        for each in found["kinds"]
        for test in each["tests"]
    }
    assert {kind for kind, _ in seen} == {"prices", "losses"}
    for test in BACK_TESTS:
        if not test.whole_run and (test.kind, test.first_day) in seen:
            assert seen[test.kind, test.first_day] == test.held, test
    if year == "2025":
        texts = {each["kind"]: each["text"] for each in found["kinds"]}
        assert texts == {
            "prices": "held to 30 days",
            "losses": "held to 7 days, NOT held 30 days ahead",
        }
    assert json.loads(json.dumps(found)) == found
