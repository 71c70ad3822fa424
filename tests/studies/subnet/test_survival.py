"""`dtaojax subnet`: support keeps a subnet that would be pruned, on the same random paths."""

import io
import json
import sys
from pathlib import Path

import pandas as pd
import pytest
from small_run import EMBEDDED, embedded_rows, write_network

from dtaojax import cli
from dtaojax.config.load import load_config
from dtaojax.schema.errors import ConfigError
from dtaojax.studies.subnet.config import support_config
from dtaojax.studies.subnet.page import render_survival, sentence

CONFIG = """
behaviour = "frozen"
[mechanism]
preset = "gate_rank_2026"
registration = { limit = 5, immunity_blocks = 0, rate_limit_blocks = 0 }
[arrivals]
rate = 0.0
budget_median = 100000.0
waves = [{ day = 2.0, count = 1 }]
[run]
paths = 8
horizon_days = 3
block_paths = 8
"""
WEAKEST = 1
"""Of the five subnets below, the one with the lowest moving price."""
ENOUGH = 8_000.0
"""TAO that lift its price above that of the next one [TAO]."""


def called(*words: str) -> tuple[int, str, str]:
    """The command in this process: exit code, answer, and what else it said."""
    out, told = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["dtaojax", "subnet", *words])
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", told)
        with pytest.raises(SystemExit) as left:
            cli.main()
    return int(left.value.code or 0), out.getvalue(), told.getvalue()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A full network of five subnets, and a config under which one more registers on day 2."""
    folder = tmp_path_factory.mktemp("desk")
    write_network(folder / "small.csv", embedded_rows((0, 1, 3, 4, 19, 64)))
    (folder / "full.toml").write_text(CONFIG)
    return folder


@pytest.fixture(scope="module")
def study(desk: Path) -> tuple[dict, str, Path]:
    """The study of the weakest subnet, what was answered, and its folder."""
    folder = desk / "out"
    code, out, told = called(
        str(WEAKEST), "--support", f"{ENOUGH:g},0", "--days", "3", "--paths", "8",
        "--network", str(desk / "small.csv"), "--config", str(desk / "full.toml"),
        "--out", str(folder),
    )  # fmt: skip
    assert code == 0, told
    return json.loads((folder / "survival.json").read_text()), out, folder


def chance(study: dict, support: float, event: str) -> dict:
    """A row of the study."""
    return next(
        row for row in study["chances"] if row["support"] == support and row["event"] == event
    )


def test_the_weakest_is_pruned_without_support_and_stays_with_enough(study) -> None:
    found, _, _ = study
    assert chance(found, 0.0, "deregistered")["value"] >= 0.75
    assert chance(found, ENOUGH, "deregistered")["value"] == 0.0


def test_chances_of_an_amount_add_up_to_one(study) -> None:
    table = pd.DataFrame(study[0]["chances"])
    assert table.groupby("support")["value"].sum().tolist() == pytest.approx([1.0, 1.0], abs=0.0)


def test_differences_are_those_of_the_chances_on_the_same_paths(study) -> None:
    found, _, _ = study
    first, second = (chance(found, each, "deregistered") for each in (0.0, ENOUGH))
    assert first["difference"] == 0.0 or first["difference"] is None
    assert second["difference"] == pytest.approx(second["value"] - first["value"])


def test_the_answer_names_every_amount(study) -> None:
    _, said, folder = study
    assert "without support" in said
    assert "with 8,000 TAO of support" in said
    assert f"report: {folder / 'report.html'}" in said


def test_every_amount_is_a_run_beside_the_page(study) -> None:
    _, _, folder = study
    for amount in ("0", "8000"):
        run = folder / "runs" / f"support-{amount}"
        manifest = json.loads((run / "manifest.json").read_text())
        assert manifest["config"]["report"] == {"audience": "owner", "subnet": WEAKEST}
        assert (run / "report.html").is_file()


def test_the_page_holds_the_chances_of_the_study(study) -> None:
    found, _, folder = study
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page == render_survival(found)
    assert "Survival against support" in page
    assert page.count("gone (deregistered)") >= 3


def test_a_run_without_registrations_says_that_nobody_can_go() -> None:
    assert "no registrations" in sentence({"chances": []})


@pytest.mark.parametrize("amounts", ["much", "-1", "0,0", "inf", ""])
def test_what_is_no_list_of_amounts_is_refused(tmp_path: Path, amounts: str) -> None:
    code, _, told = called("1", f"--support={amounts}", "--out", str(tmp_path / "out"))
    assert code == 2
    assert "--support" in told
    assert not (tmp_path / "out").exists()


def test_an_unknown_subnet_is_refused_before_anything_is_written(desk: Path) -> None:
    code, _, told = called(
        "77", "--network", str(desk / "small.csv"), "--config", str(desk / "full.toml"),
        "--out", str(desk / "none"),
    )  # fmt: skip
    assert code == 2
    assert "77" in told
    assert not (desk / "none").exists()


def test_support_changes_nothing_of_the_default_run_but_the_purchase() -> None:
    from dtaojax.config.examples import example_folder

    default = load_config(example_folder() / "mainnet.toml")
    config = support_config(59, 300.0, EMBEDDED, 90.0)
    *others, bought = config.demand
    assert tuple(others) == default.demand
    assert (bought.process, bought.netuids, bought.tao) == ("pump", (59,), 300.0)
    assert bought.hold_days > config.run.horizon_days
    assert config.portfolio.is_empty
    with pytest.raises(ConfigError, match="tao"):
        support_config(59, 1e12, EMBEDDED, 90.0)


def test_support_is_held_to_a_horizon_that_was_set_longer() -> None:
    config = support_config(59, 300.0, EMBEDDED, 10.0, ["run.horizon_days=60"])
    assert config.demand[-1].hold_days > config.run.horizon_days == 60.0


def test_more_amounts_than_a_comparison_holds_are_refused_before_anything_is_run(
    desk: Path,
) -> None:
    code, _, told = called(
        "1", "--support", "0,1,2,3,4,5,6", "--network", str(desk / "small.csv"),
        "--config", str(desk / "full.toml"), "--out", str(desk / "many"),
    )  # fmt: skip
    assert code == 2
    assert "7" in told
    assert not (desk / "many").exists()
