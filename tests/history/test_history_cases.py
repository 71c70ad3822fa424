"""Histories behind public bug reports, as they were handed to the project; skipped without them."""

import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from places import ROOT

from dtaojax import cli
from dtaojax.history import HistoryError, Panel, read_closes, read_panel
from dtaojax.studies.backtest.prices.backtest import read_backtest, run_backtest

CASES = ROOT.parent / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.exists(), reason=f"there is no {CASES}")


def case(name: str) -> Path:
    (found,) = CASES.glob(f"{name.partition('/')[0]}_*/{name.partition('/')[2]}")
    return found


def kinds(panel: Panel) -> dict[str, int]:
    return {notice.kind: len(notice.places) for notice in panel.notices}


@pytest.mark.parametrize("name", ["20/root.csv", "20/idx.parquet", "14/agehole.csv"])
def test_these_are_read_as_the_plain_file(name: str) -> None:
    plain, panel = read_panel(case("01/base.csv")), read_panel(case(name))
    for part in ("dates", "netuid", "close", "tao_in", "age"):
        np.testing.assert_array_equal(getattr(panel, part), getattr(plain, part))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("01/base.csv", {}),
        ("01/runup.csv", {"dear": 2}),
        ("01/spike_last.csv", {"large_move": 1, "dear": 1}),
        ("02/badtick.csv", {"doubted": 1}),
        ("02/badtick4.csv", {"doubted": 4}),
        ("04/long_noage.csv", {"age_unknown": 12}),
        ("04/long_reuse.csv", {"age_unknown": 14, "looks_replaced": 2}),
        ("04/long_reuse_age.csv", {"replaced": 2}),
        ("04/reuse_noage.csv", {"age_unknown": 13, "looks_replaced": 1}),
        ("08/dst.csv", {}),
        ("08/mixnaive.csv", {}),
        ("14/agehole.csv", {"age_filled": 4}),
        ("20/root.csv", {"root": 62}),
    ],
)
def test_what_is_done_to_them_is_named(name: str, told: dict[str, int]) -> None:
    panel = read_panel(case(name))
    assert kinds(panel) == told
    assert np.isfinite(panel.close).sum() == len(panel.dates) * 12 - told.get("doubted", 0)


def test_re_used_netuids_are_the_same_with_and_without_ages() -> None:
    without, with_age = (
        read_panel(case("04/long_reuse.csv")),
        read_panel(case("04/long_reuse_age.csv")),
    )
    np.testing.assert_array_equal(without.netuid, with_age.netuid)
    np.testing.assert_array_equal(without.close, with_age.close)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("14/short.csv", r"line 301: has 3 cells where the header has 5; mend the row"),
        ("18/trailing1.csv", r"line 2: has 6 cells where the header has 5; mend the row"),
        ("18/trailing.csv", r"line 2, 3, 4, 5, 6 and 739 more: has 6 cells"),
        ("20/semi.csv", r"separated by semicolons; separate them by commas"),
    ],
)
def test_these_are_refused_with_one_line(name: str, message: str) -> None:
    with pytest.raises(HistoryError, match=message) as caught:
        read_panel(case(name))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["08/in/tao_dst.csv", "20/in/tao_case.csv", "20/in/tao_cg2.csv"])
def test_these_closes_are_read_as_the_plain_file(name: str) -> None:
    plain, found = read_closes(case("06/in/tao.csv")), read_closes(case(name))
    np.testing.assert_array_equal(found.dates, plain.dates)
    np.testing.assert_array_equal(found.close, plain.close)


@pytest.mark.parametrize(("config", "line"), [("u_tao_tick", 62), ("u_tao_big", 2)])
def test_these_closes_are_refused_by_a_run(
    config: str,
    line: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["run", str(case(f"06/{config}.toml")), "--out", str(tmp_path / "r")]
    monkeypatch.setattr(sys, "argv", ["dtaojax", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    assert re.search(rf"csv: line {line}\b.* USD", capsys.readouterr().err)
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize("name", ["spike_last.csv", "runup.csv"])
def test_cells_after_every_outcome_change_no_outcome(name: str, tmp_path: Path) -> None:
    found = []
    for file in ("base.csv", name):
        folder = tmp_path / file
        folder.mkdir()
        text = case("01/backtest.toml").read_text(encoding="utf-8").replace("FILE", file)
        (folder / "b.toml").write_text(text, encoding="utf-8")
        shutil.copy(case(f"01/{file}"), folder / file)
        out = run_backtest(read_backtest(folder / "b.toml", []), folder / "out").parent
        found.append(pd.read_parquet(out / "outcomes.parquet"))
    base, other = found
    if name == "runup.csv":
        # It differs from 07-20 on in the prices of one subnet, and loses none of its rows.
        assert len(other) == len(base)
    else:
        pd.testing.assert_frame_equal(base, other)
