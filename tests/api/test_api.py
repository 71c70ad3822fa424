"""The Python interface: small, lazy, and the same numbers as the command line."""

from __future__ import annotations

import dataclasses
import gc
import json
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray
from made_runs import PATHS as MADE_PATHS
from made_runs import make_run
from small_run import CONFIG, PATHS, small_rows, write_network

import dtaojax
from dtaojax.api.configs import read_config
from dtaojax.api.notebook import progress_bar, search_snippet
from dtaojax.config.load import load_config
from dtaojax.results.contract import ResultsError
from dtaojax.schema.errors import ConfigError


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("api")
    write_network(folder / "small.csv", small_rows())
    file = folder / "run.toml"
    file.write_text(CONFIG)
    return file


@pytest.fixture(scope="module")
def run(config: Path) -> dtaojax.Run:
    return dtaojax.simulate(config, progress=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("made") / "made")


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("jax", "numpy", "pandas", "pydantic", "matplotlib", "rich")
    program = (
        "import sys, dtaojax\n"
        f"before = [name for name in {heavy!r} if name in sys.modules]\n"
        "known = {'simulate', 'compare', 'tune', 'stress', 'sensitivity'} <= set(dir(dtaojax))\n"
        "dtaojax.load_network('finney_8791253')\n"
        "print(before, known, 'jax' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "[] True False\n", done.stderr


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'simulat'"):
        dtaojax.simulat  # noqa: B018


def test_a_verb_is_a_function_even_when_its_module_is_loaded() -> None:
    import dtaojax.studies.tune.run

    assert callable(dtaojax.tune)
    assert isinstance(dtaojax.studies, types.ModuleType)


def test_a_run_gives_what_its_folder_holds(run: dtaojax.Run) -> None:
    summary = json.loads((run.folder / "summary.json").read_text())["metrics"]
    assert run.summary["name"].tolist() == [metric["name"] for metric in summary]
    values = np.array([metric["value"] for metric in summary], dtype=float)
    np.testing.assert_array_equal(run.summary["value"].to_numpy(dtype=float), values)
    for table in ("network", "subnets", "portfolio", "initial"):
        pd.testing.assert_frame_equal(
            getattr(run, table), pd.read_parquet(run.folder / f"{table}.parquet")
        )
    assert run.report.is_file()
    assert f"{PATHS} paths" in repr(run)


def test_single_paths_make_the_means_of_the_tables(run: dtaojax.Run) -> None:
    portfolio = run.portfolio
    at_end = portfolio[(portfolio["day"] == 2.0) & (portfolio["statistic"] == "mean")]
    for quantity in ("value_spot", "value_realizable", "loss_spot", "loss_realizable"):
        rows = at_end[(at_end["quantity"] == quantity) & (at_end["scope"] == "portfolio")]
        sample = run.paths(quantity)
        assert sample.shape == (PATHS,)
        assert sample.mean() == pytest.approx(rows["value"].item(), rel=1e-12)
    parts = at_end[(at_end["quantity"] == "loss_spot") & (at_end["netuid"] == 4)]
    mean = run.paths("loss_spot", day=2.0, netuid=4).mean()
    assert mean == pytest.approx(parts["value"].item(), rel=1e-12)
    with pytest.raises(KeyError, match=r"nothing.* is no figure of paths"):
        run.paths("nothing")


def test_configs_may_be_files_tables_or_objects_with_the_same_numbers(
    config: Path, run: dtaojax.Run
) -> None:
    again = dtaojax.simulate(load_config(config), {"title": "again"}, progress=False)
    np.testing.assert_array_equal(again.paths("total_tao_in"), run.paths("total_tao_in"))
    assert again.manifest["title"] == "again"
    with pytest.raises(ConfigError, match=r"run\.paths"):
        dtaojax.simulate({"run": {"paths": 0}})
    with pytest.raises(ConfigError, match=r"run\.pathz"):
        dtaojax.simulate(config, {"run.pathz": 4})


def test_changes_are_made_before_defaults_are_filled_in(config: Path) -> None:
    text = config.read_text().replace("report_days = [0.05, 1.0, 2.0]\n", "")
    whole = config.with_name("whole.toml")
    whole.write_text(text.replace("loss_days = [1.0, 2.0]\n", ""))
    shorter = read_config(whole, {"run.horizon_days": 1.0, "portfolio.alpha": {4: 7.0}})
    assert shorter.run.report_days == (1.0,)
    assert shorter.portfolio.alpha == {4: 7.0}
    with pytest.raises(ConfigError, match=r"toml: run\.paths: is 0") as caught:
        read_config(whole, {"run.paths": 0})
    assert "--set" not in str(caught.value)


def test_a_network_in_memory_takes_the_place_of_the_configs(config: Path, run: dtaojax.Run) -> None:
    network = dtaojax.load_network(config.parent / "small.csv")
    deeper = dataclasses.replace(network, tao_in=2.0 * network.tao_in)
    found = dtaojax.simulate(config, network=deeper, progress=False)
    start = found.paths("total_tao_in", day=0.0)
    np.testing.assert_allclose(start, 2.0 * run.paths("total_tao_in", day=0.0), rtol=1e-12)
    assert found.manifest["network"]["file"] is None
    assert run.manifest["network"]["file"] == "small.csv"


def test_a_folder_that_nobody_named_goes_with_what_holds_it(made: Path) -> None:
    found = dtaojax.compare(made, made)
    folder = found.folder
    assert folder.is_dir()
    del found
    gc.collect()
    assert not folder.exists()
    assert made.is_dir()
    with pytest.raises(ResultsError, match="give the folder of a finished run"):
        dtaojax.load_run(folder)


def test_runs_and_folders_are_compared_and_stay_as_they_were(made: Path, tmp_path: Path) -> None:
    base = dtaojax.load_run(made)
    other = make_run(tmp_path / "other", shift={"total_tao_in": 5.0}, lost=[1, 2])
    found = dtaojax.compare(base, other, labels=["now", "later"])
    table = found.differences
    mine = table[(table["name"] == "total_tao_in") & (table["day"] == 2.0)]
    assert mine["difference"].item() == pytest.approx(5.0, rel=1e-9)
    assert mine["n_paths"].item() == MADE_PATHS - 2
    assert len(base.paths("total_tao_in")) == MADE_PATHS
    assert found.labels == ["now", "later"]
    assert "later against now" in repr(found)
    assert found.report.is_file()
    with pytest.raises(ConfigError, match="labels: are 1, but there are 2 runs"):
        dtaojax.compare(base, other, labels=["one"])
    with pytest.raises(ConfigError, match="grid: changes one config"):
        dtaojax.compare(base, grid={"run.seed": [1, 2]})


def test_notebooks_show_results_as_tables_of_text(made: Path, tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>\u202e"
    run = dtaojax.load_run(make_run(tmp_path / "run", manifest={"title": hostile}))
    found = dtaojax.compare(run, made, labels=[hostile, "made"])
    search = {
        "title": hostile,
        "parameters": [{"key": "mechanism.gate.rank", "start": 1.0, "found": 2.0}],
        "held_out": [],
    }
    for page in (run._repr_html_(), found._repr_html_(), search_snippet(search)):
        assert page.startswith("<table>")
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert "\u202e" not in page
    assert "±" in run._repr_html_()


def test_progress_in_a_notebook_is_one_bar_that_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    class Handle:
        def update(self, page: str) -> None:
            shown.append(page)

    def display(page: str, display_id: bool) -> Handle:
        shown.append(page)
        return Handle()

    ipython: Any = types.ModuleType("IPython")
    ipython.get_ipython = lambda: types.SimpleNamespace(kernel=True)
    ipython.display = types.ModuleType("IPython.display")
    ipython.display.HTML, ipython.display.display = str, display
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", ipython.display)
    with progress_bar("simulating paths", 8, wanted=True) as show_done:
        show_done(4)
        show_done(8)
    assert 'value="0" max="8"' in shown[0]
    assert 'value="8" max="8"' in shown[-1]
    with progress_bar("simulating paths", 8, wanted=False) as show_done:
        show_done(8)
    assert len(shown) <= 3


def test_tables_become_datasets(made: Path) -> None:
    data = dtaojax.load_run(made).to_xarray("network")
    assert isinstance(data, xarray.Dataset)
    table = dtaojax.load_run(made).network
    row = table[(table["quantity"] == "sum_price") & (table["day"] == 1.0)]
    median = data["sum_price"].sel(day=1.0, statistic="quantile 0.5")
    assert float(median) == row[row["level"] == 0.5]["value"].item()
    for name in ("network", "subnets"):
        table, data = getattr(dtaojax.load_run(made), name), dtaojax.load_run(made).to_xarray(name)
        for each in table.itertuples():
            level = "" if pd.isna(each.level) else f" {each.level:g}"
            place = {"day": each.day, "statistic": f"{each.statistic}{level}"}
            if not pd.isna(each.netuid):
                place["netuid"] = each.netuid
            for variable, number in (
                (each.quantity, each.value),
                (f"{each.quantity}_error", each.standard_error),
            ):
                np.testing.assert_equal(data[variable].sel(place).item(), number)
    found = dtaojax.compare(made, made, labels=["one", "other"])
    differences = found.to_xarray()["difference"]
    assert float(differences.sel(run="other", name="sum_price", netuid=-1, day=1.0)) == 0.0


def test_datasets_say_what_they_need(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(ImportError, match="pip install xarray"):
        dtaojax.load_run(made).to_xarray()
