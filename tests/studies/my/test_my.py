"""`dtaojax my`: the newest network is found, holdings become a config, the answer is the run's."""

import json
import re
import sys
from pathlib import Path

import pytest
from small_run import CONFIG, small_rows, write_network

from dtaojax import cli
from dtaojax.network import NetworkError, newest_network
from dtaojax.schema.errors import ConfigError
from dtaojax.studies.my.config import Holdings, holdings_config
from dtaojax.terminal import options as command

EMBEDDED = "finney_8791253"
FACTS = 'block = {block}\ntotal_issuance = 11206919.3\nname = "mine"\n'


def snapshot(folder: Path, block: int) -> Path:
    """A file as `dtaojax snapshot` names it; its table is not read here."""
    file = folder / f"finney_{block}.csv"
    file.write_text("netuid\n")
    file.with_suffix(".toml").write_text(FACTS.format(block=block))
    return file


def test_without_snapshots_the_newest_network_is_an_embedded_one(tmp_path: Path) -> None:
    assert newest_network(tmp_path).file == EMBEDDED


def test_the_snapshot_of_the_highest_block_is_the_newest(tmp_path: Path) -> None:
    snapshot(tmp_path, 9_100_000)
    newest = snapshot(tmp_path, 9_200_000)
    found = newest_network(tmp_path)
    assert (found.file, found.name, found.block) == (str(newest), "mine", 9_200_000)


def test_an_older_snapshot_does_not_take_the_place_of_the_embedded_network(tmp_path: Path) -> None:
    snapshot(tmp_path, 8_000_000)
    assert newest_network(tmp_path).file == EMBEDDED


def test_other_tables_and_snapshots_without_facts_are_no_networks(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("date\n")
    (tmp_path / "prices.toml").write_text("anything = 1\n")
    (tmp_path / "finney_9300000.csv").write_text("netuid\n")
    assert newest_network(tmp_path).file == EMBEDDED


def test_a_snapshot_with_broken_facts_is_named(tmp_path: Path) -> None:
    snapshot(tmp_path, 9_100_000).with_suffix(".toml").write_text('block = "late"\n')
    with pytest.raises(NetworkError, match="finney_9100000"):
        newest_network(tmp_path)


def test_holdings_take_the_place_of_the_examples_portfolio() -> None:
    config = holdings_config(Holdings({4: 12.5}, 7.0, 350.0), EMBEDDED, 30.0)
    assert dict(config.portfolio.alpha) == {4: 12.5}
    assert config.portfolio.root_tao == 7.0
    assert config.tao_usd is not None
    assert config.tao_usd.start == 350.0
    assert config.run.horizon_days == 30.0
    assert config.report.audience == "holder"


def test_rules_demand_and_behaviour_are_those_of_the_default_run() -> None:
    from dtaojax.config.examples import example_folder
    from dtaojax.config.load import load_config

    default = load_config(example_folder() / "mainnet.toml")
    config = holdings_config(Holdings({4: 1.0}), EMBEDDED, 90.0)
    for part in ("mechanism", "demand", "behaviour", "arrivals", "network"):
        assert getattr(config, part) == getattr(default, part), part
    assert config.tao_usd is None


def test_an_impossible_horizon_is_refused_as_any_config_is() -> None:
    with pytest.raises(ConfigError, match="horizon_days"):
        holdings_config(Holdings({4: 1.0}), EMBEDDED, -1.0)


@pytest.fixture
def call(monkeypatch, capsys):
    """The command, in this process."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dtaojax", "my", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        return int(left.value.code or 0), *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "nothing of what you hold"),
        (("--alpha", "four"), "no position"),
        (("--alpha", "4=much"), "no position"),
        (("--alpha", "4=1", "--alpha", "4=2"), "twice"),
        (("--alpha", "4=-1"), "portfolio.alpha"),
        (("--alpha", "4999=1"), "4999"),
    ],
)
def test_what_is_no_holding_is_refused_and_nothing_is_written(call, tmp_path, words, said) -> None:
    folder = tmp_path / "answer"
    code, _, told = call(*words, "--network", EMBEDDED, "--out", folder)
    assert code == 2
    assert said in " ".join(told.split())
    assert not folder.exists()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small network and a config that is soon run."""
    folder = tmp_path_factory.mktemp("desk")
    write_network(folder / "small.csv", small_rows())
    (folder / "quick.toml").write_text(CONFIG)
    return folder


@pytest.fixture(scope="module")
def answered(desk: Path) -> tuple[str, str, Path]:
    """What the command says about two positions and root, and its folder."""
    import contextlib
    import io

    out, told, folder = io.StringIO(), io.StringIO(), desk / "answer"
    words = ["dtaojax", "my", "--alpha", "4=1000", "--alpha", "19=5000", "--root", "100"]
    words += ["--network", str(desk / "small.csv"), "--config", str(desk / "quick.toml")]
    words += ["--days", "2", "--usd", "350", "--paths", "16", "--out", str(folder)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", words)
        patch.setenv("COLUMNS", "200")
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", told)
        with pytest.raises(SystemExit) as left, contextlib.suppress(BrokenPipeError):
            cli.main()
    assert not left.value.code, told.getvalue()
    return out.getvalue(), told.getvalue(), folder


def test_the_first_line_names_the_state_and_calls_it_old(answered) -> None:
    _, told, _ = answered
    first = told.splitlines()[0]
    assert "block 8,791,253" in first
    assert "2026-08-07" in first
    assert re.search(r"\d+ days OLD", first)
    assert "dtaojax snapshot" in first


def test_the_answer_is_the_runs(answered) -> None:
    said, _, folder = answered
    metrics = json.loads((folder / "summary.json").read_text())["metrics"]
    worth = {
        metric["name"]: metric["value"]
        for metric in metrics
        if metric["scope"] == "portfolio" and metric["day"] == 2.0
    }
    line = next(line for line in said.splitlines() if line.startswith("worth then, median"))
    shown = float(re.findall(r"\d[\d,.]*", line)[0].replace(",", ""))
    error = float(re.findall(r"\d[\d,.]*", line)[1].replace(",", ""))
    assert abs(shown - worth["value_realizable_median"]) <= error
    assert "SN4" in said
    assert "SN19" in said
    assert re.search(r"root +100 TAO", said)
    assert "USD" in said


def test_too_few_paths_for_a_tail_are_said(answered) -> None:
    said, _, _ = answered
    line = next(line for line in said.splitlines() if "ES 95" in line)
    assert "needs 200 paths" in line


def test_a_new_state_is_not_called_old(monkeypatch) -> None:
    from dtaojax.schema.dates import time_of

    monkeypatch.setattr(command, "_now", lambda: time_of(9_000_000 + 7_200))
    assert command._age("finney", 9_000_000).endswith(", 1.0 days ago")


def test_the_report_speaks_to_a_holder(answered) -> None:
    _, _, folder = answered
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["config"]["report"]["audience"] == "holder"
    assert (folder / "report.html").is_file()
