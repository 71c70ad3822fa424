"""Sweeps: designs over config values, a run a point, and one table."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_run import CONFIG, small_rows, write_network
from typer.testing import CliRunner

from dtaojax.cli import app
from dtaojax.execution.worker_pool import threads
from dtaojax.schema.errors import ConfigError
from dtaojax.studies.sweep.design import grid, sobol
from dtaojax.studies.sweep.sweep import run_sweep


def test_grid_holds_every_combination_the_last_key_varying_fastest() -> None:
    points = grid(["run.seed=1,2", "portfolio.root_tao=0,10"]).points
    values = [(point["run.seed"], point["portfolio.root_tao"]) for point in points]
    assert values == [("1", "0"), ("1", "10"), ("2", "0"), ("2", "10")]


def test_commas_within_a_value_do_not_divide_it() -> None:
    points = grid(["run.report_days=[1,2],[3]", "mechanism.gate={kind='a,b', q=[1]},x"]).points
    assert [point["run.report_days"] for point in points[::2]] == ["[1,2]", "[3]"]
    assert [point["mechanism.gate"] for point in points[:2]] == ["{kind='a,b', q=[1]}", "x"]


def test_sobol_points_fill_their_ranges_evenly() -> None:
    points = sobol(["a=-1.0:3.0", "b=10:13"], 64, seed=3).points
    real = np.array([float(point["a"]) for point in points])
    whole = np.array([int(point["b"]) for point in points])
    # A Sobol sequence puts one of 64 points into each of 64 equal intervals of every dimension.
    assert sorted(np.floor((real + 1.0) * 16).astype(int)) == list(range(64))
    assert np.bincount(whole - 10).tolist() == [16, 16, 16, 16]


def test_first_points_of_a_sobol_design_stay_when_it_grows() -> None:
    few, many = (sobol(["a=0.0:1.0"], points, seed=3).points for points in (5, 8))
    assert many[:5] == few


@pytest.mark.parametrize(
    ("design", "message"),
    [
        (lambda: grid(["run.seed"]), "must be written key=v1,v2"),
        (lambda: grid(["run.seed=1", "run.seed=2"]), "is given twice"),
        (lambda: sobol(["run.seed=1,2"], 2, 0), "key=low:high"),
        (lambda: sobol(["run.seed=a:b"], 2, 0), "with two numbers"),
    ],
)
def test_design_that_is_not_well_written_is_refused(design, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        design()


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sweep")
    write_network(folder / "small.csv", small_rows())
    file = folder / "run.toml"
    file.write_text(CONFIG)
    return file


def test_sweep_runs_each_point_once_and_tabulates_what_they_found(config: Path) -> None:
    out = config.parent / "out"
    ran: list[dict[str, str]] = []

    def sweep(*axes: str) -> pd.DataFrame:
        return run_sweep(config, (), grid(axes), out, lambda _, point: ran.append(point), threads)

    table = sweep("run.seed=1,2")
    assert [point["run.seed"] for point in ran] == ["1", "2"]
    assert table["run.seed"].tolist() == ["1", "2"]
    assert table["emission_hhi"].nunique() == 2
    assert (table["emission_hhi_se"] > 0.0).all()
    assert {"loss_realizable_es_95", "loss_realizable_es_95_se"} <= set(table)
    for folder in table["folder"]:
        assert (out / folder / "report.html").exists()

    larger = sweep("run.seed=1,2,3")
    assert [point["run.seed"] for point in ran] == ["1", "2", "3"]
    pd.testing.assert_frame_equal(larger[:2], table)
    pd.testing.assert_frame_equal(pd.read_parquet(out / "sweep.parquet"), larger)
    assert pd.read_csv(out / "sweep.csv")["run.seed"].tolist() == [1, 2, 3]


@pytest.mark.exhaustive
def test_the_terminal_says_of_which_points_anything_was_tested(
    config: Path,
) -> None:
    out = config.parent / "said"
    words = ("--grid", "portfolio.root_tao=1,2", "--set", "demand=[]", "--out", str(out))
    done = CliRunner().invoke(app, ["sweep", str(config), *words])
    assert done.exit_code == 0, done.output
    assert done.output.count("Not back-tested: the demand is another than the calibrated one") == 1


def test_all_points_are_checked_before_the_first_is_run(config: Path) -> None:
    ran: list[int] = []
    with pytest.raises(ConfigError, match=r"run\.paths"):
        run_sweep(
            config,
            (),
            grid(["run.paths=16,-1"]),
            config.parent / "bad",
            lambda index, _: ran.append(index),
            threads,
        )
    assert not ran
