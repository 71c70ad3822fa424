"""Words fit the run: its horizon, its units, who gains, and what is missing."""

import re
from html import unescape
from pathlib import Path

import pytest
from made_runs import make_run
from places import ROOT
from report_fixture import make_results
from typer.testing import CliRunner

import dtaojax
from dtaojax.cli import app
from dtaojax.config.load import load_config
from dtaojax.results.read import read
from dtaojax.schema.strict import filled_title
from dtaojax.studies.compare.compare import compare_finished
from dtaojax.studies.run.page.subnet_cards import subnet_cards
from dtaojax.studies.run.page.views import holder_sentence
from dtaojax.studies.shared.finished import read_finished


def shown(markup: object) -> str:
    """The words of a piece of a page, on one line."""
    text = unescape(re.sub(r"<[^>]+>", "", str(markup)))
    return " ".join(text.replace("\xa0", " ").split())


@pytest.mark.parametrize(("horizon", "words"), [(1.0, "1 day"), (7.0, "7 days"), (0.5, "0.5 days")])
def test_a_title_names_the_horizon_of_the_run(horizon: float, words: str) -> None:
    title = load_config(ROOT / "configs" / "mainnet.toml").title
    assert filled_title(title, horizon) == f"Bittensor mainnet, the next {words}"
    assert filled_title("My own title", horizon) == "My own title"


def test_no_shipped_title_of_a_run_names_another_horizon() -> None:
    for path in (ROOT / "configs").glob("**/*.toml"):
        if path.parent.name not in ("article", "demand") and "[attack]" not in path.read_text():
            assert not re.search(r'^title = .*\d+ days"', path.read_text(), re.MULTILINE), path


def test_a_comparison_says_a_warning_of_all_runs_once_and_names_those_of_some(
    tmp_path: Path,
) -> None:
    runs = [
        read_finished(make_run(tmp_path / name, manifest={"warnings": warnings}), name)
        for name, warnings in (
            ("a", ["few paths"]),
            ("b", ["few paths", "b only"]),
            ("c", ["few paths"]),
        )
    ]
    said = compare_finished(runs).manifest["warnings"]
    assert [text for text in said if "few paths" in text] == ["few paths"]
    assert [text for text in said if "b only" in text] == ["b: b only"]


def test_a_loss_is_told_in_tao_and_in_percent_of_what_is_held_today() -> None:
    evidence = read(make_results())
    table = evidence.portfolio
    assert table is not None
    loss = table.get("loss_realizable", 90.0, "var", 0.95)
    worth = table.get("value_realizable", 0.0)
    assert loss is not None
    assert worth is not None
    text = shown(holder_sentence(evidence))
    percent = re.search(r"\(that is ([−\d.]+) ± [\d.]+ % of today’s value", text)
    assert percent is not None, text
    assert float(percent[1].replace("−", "-")) == pytest.approx(
        100.0 * abs(loss.value) / worth.value, rel=0.05
    )


def test_what_the_pool_gains_is_not_called_the_owners() -> None:
    evidence = read(make_results())
    (earning,) = [
        card for card in subnet_cards(evidence, evidence.initial[64]) if "earn" in card.question
    ]
    told = " ".join(map(str, earning.points))
    assert "gains its pool" in told
    assert "not the owner" in told


def test_the_drawdown_is_said_to_be_too_small_wherever_it_is_named() -> None:
    from dtaojax.report.glossary import QUANTITIES

    term = QUANTITIES["max_drawdown"]
    assert "too small" in term.label
    assert "18 % of itself on day 1" in term.reading


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dtaojax.Run:
    return dtaojax.load_run(make_run(tmp_path_factory.mktemp("words") / "made"))


def test_missing_figures_are_refused_with_those_that_there_are(made: dtaojax.Run) -> None:
    with pytest.raises(KeyError, match='did you mean "emission_effective_number"'):
        made.paths("emission_effective_numbr")
    with pytest.raises(KeyError, match=r"not recorded on day 0\.123; days: "):
        made.paths("emission_effective_number", day=0.123)
    with pytest.raises(KeyError, match="netuids of positions: "):
        made.paths("loss_realizable", netuid=9999)
    with pytest.raises(KeyError, match="is no table of estimates of this run; must be one of"):
        made.to_xarray("losses")


@pytest.mark.parametrize(
    ("verb", "keys"),
    [
        ("tune", ("search.paths=8", "verify.paths=8")),
        ("stress", ("search.paths=8", "verify.paths=8")),
        ("sensitivity", ("paths=8",)),
    ],
)
def test_paths_of_several_kinds_are_refused_with_the_keys_that_set_them(
    verb: str, keys: tuple[str, ...]
) -> None:
    done = CliRunner().invoke(app, [verb, "any.toml", "--paths", "8"])
    assert done.exit_code == 2
    for key in keys:
        assert f"--set {key}" in " ".join(done.output.split())


GRID = "mechanism=gate_rank_2026,launch_2025"


def test_compare_takes_paths_and_seed_as_run_does(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text("")
    words = ["compare", str(config), "--grid", GRID, "--paths", "0"]
    done = CliRunner().invoke(app, words)
    assert "run.paths" in str(done.exception)


def test_simulate_takes_paths_and_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    import dtaojax.api.run as running

    asked = []
    monkeypatch.setattr(running, "simulate_inputs", lambda inputs, *_: asked.append(inputs.config))
    running.simulate({"run": {"paths": 9}}, {"run.seed": 3}, paths=16)
    running.simulate({"run": {"paths": 9}}, seed=5)
    assert [(config.run.paths, config.run.seed) for config in asked] == [(16, 3), (9, 5)]
