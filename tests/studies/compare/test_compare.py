"""Runs held side by side: what differs, and what cannot be compared."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from browser import Chromium, complaints
from made_runs import DAYS, PATHS, UNITS, make_run
from small_run import CONFIG, HOSTILE, small_rows, write_network

from dtaojax import chain, cli
from dtaojax.commands.compare import differences_table
from dtaojax.config.config import Config
from dtaojax.config.load import config_from_dict
from dtaojax.inputs import Inputs, gather
from dtaojax.network import load_network
from dtaojax.results.contract import ResultsError, load, save
from dtaojax.schema.errors import ConfigError
from dtaojax.storage import opened, seal
from dtaojax.studies.compare.compare import CounterfactualRun, compare_finished, write_comparison
from dtaojax.studies.compare.inputs import plan_comparison
from dtaojax.studies.compare.page.page import render_comparison
from dtaojax.studies.compare.result import DIFFERENCE_COLUMNS, PART_COLUMNS, ComparisonResult
from dtaojax.studies.compare.take_apart import counterfactuals
from dtaojax.studies.shared.finished import read_finished
from dtaojax.terminal.console import err


def held(*folders: Path) -> ComparisonResult:
    planned = plan_comparison(folders, [], [], None)
    return compare_finished([each.read() for each in planned.runs])


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    base = tmp_path_factory.mktemp("runs")
    shift = {"total_tao_in": 7.0, "value_realizable[4]": -2.0}
    return {
        "base": make_run(base / "base"),
        "shifted": make_run(base / "shifted", shift=shift),
        "other": make_run(base / "other", luck=0.5, shift={"sum_price": 1.0}),
    }


@pytest.fixture(scope="module")
def found(folders: dict[str, Path]) -> ComparisonResult:
    return held(folders["base"], folders["shifted"], folders["other"])


def paired(comparison: ComparisonResult) -> pd.DataFrame:
    table = comparison.differences
    return table[table["pairing"] == "paired"]


def test_a_run_differs_from_itself_by_exactly_nothing(
    folders: dict[str, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    comparison = held(folders["base"], folders["base"])
    numbers = ["difference", "standard_error", "ci_low", "ci_high"]
    assert (paired(comparison)[numbers] == 0.0).all(axis=None)
    assert (comparison.differences["difference"] == 0.0).all()
    assert comparison.labels == ["base", "base (2)"]
    assert "the same on every path" in render_comparison(comparison)
    err().print(differences_table(comparison))
    said = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
    assert len(said) > 1
    assert all("none, the same on every path" in line for line in said[1:])


def test_a_known_shift_is_found_exactly_and_nowhere_else(folders: dict[str, Path]) -> None:
    table = paired(held(folders["base"], folders["shifted"]))
    expected = pd.Series(0.0, index=table.index)
    later = table["day"] > 0.0
    touched = {
        "total_tao_in": 7.0,
        "value_realizable": -2.0,
        "loss_realizable": 2.0,
    }
    for quantity, shift in touched.items():
        about = table["netuid"].isna() | (table["netuid"] == 4)
        expected[later & about & (table["quantity"] == quantity)] = shift
    np.testing.assert_allclose(table["difference"], expected, rtol=0, atol=1e-10)
    at_root = (table["netuid"] == 19) & (table["statistic"] == "mean")
    assert (table.loc[at_root, "standard_error"] == 0.0).all()


def test_exchanging_the_runs_turns_every_sign(folders: dict[str, Path]) -> None:
    there = held(folders["base"], folders["other"]).differences
    back = held(folders["other"], folders["base"]).differences
    assert len(there) == len(back)
    np.testing.assert_allclose(back["difference"], -there["difference"], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(back["standard_error"], there["standard_error"], rtol=1e-9)
    np.testing.assert_allclose(back["ci_low"], -there["ci_high"], rtol=1e-9, atol=1e-12)


def with_batches(folder: Path, luck: np.ndarray, shift: float) -> Path:
    """Gives a made run batches of four paths, in which one subnet's price has moved."""
    results = load(folder)
    first = np.arange(0, PATHS, 4)
    used = np.add.reduceat(read_finished(folder, "run").used, first, dtype=np.int64)
    netuid = int(results.tables["subnets"]["netuid"].iloc[0])
    figures = {"first_path": first, "used": used, f"price[{netuid}]": luck[: len(first)] + shift}
    results.tables["batches"] = pd.DataFrame(figures)
    results.manifest["tables"].append("batches")
    save(results, folder)
    return folder


def test_subnets_are_paired_by_batches_where_runs_kept_them(tmp_path: Path) -> None:
    luck = np.random.default_rng(4).standard_normal(PATHS)
    base = with_batches(make_run(tmp_path / "base"), luck, 0.0)
    moved = with_batches(make_run(tmp_path / "moved"), luck, 0.25)
    table = held(base, moved).differences
    subnets = table[table["scope"] == "subnet"]
    prices = subnets[(subnets["quantity"] == "price") & (subnets["pairing"] == "paired")]
    assert len(prices) == 1
    assert prices["difference"].iloc[0] == pytest.approx(0.25)
    # Luck is common to both, and cancels.
    assert prices["standard_error"].iloc[0] == pytest.approx(0.0, abs=1e-12)
    assert prices["n_paths"].iloc[0] == PATHS
    assert (subnets[subnets["quantity"] != "price"]["pairing"] == "bound").all()


def test_a_batch_with_a_path_lost_in_one_run_only_is_left_out_of_single_subnets(
    tmp_path: Path,
) -> None:
    luck = np.zeros(PATHS)
    base = with_batches(make_run(tmp_path / "base"), luck, 0.0)
    lossy = with_batches(make_run(tmp_path / "lossy", lost=(3,)), luck, 1.0)
    table = held(base, lossy).differences
    price = table[(table["quantity"] == "price") & (table["pairing"] == "paired")].iloc[0]
    assert price["n_paths"] == PATHS - 4
    assert price["difference"] == pytest.approx(1.0)


def test_every_headline_number_has_its_difference(found: ComparisonResult) -> None:
    assert tuple(found.differences.columns) == DIFFERENCE_COLUMNS
    for run in ("shifted", "other"):
        table = paired(found)
        mine = table[table["run"] == run]
        network = {(name, day) for name in UNITS for day in DAYS}
        assert network <= set(zip(mine["name"], mine["day"], strict=True))
        for tail in ("var_95", "es_95", "var_99", "q05", "median", "q95"):
            assert f"loss_realizable_{tail}" in set(mine["name"])
        # 400 paths are too few for it, so that both runs withhold it.
        assert "loss_realizable_es_99" not in set(mine["name"])
        assert {4, 19, 0} == set(mine.loc[mine["scope"] == "position", "netuid"])
        exact = mine["value"] - mine["baseline_value"]
        np.testing.assert_allclose(mine["difference"], exact, rtol=1e-9, atol=1e-10)
    subnets = found.differences[found.differences["scope"] == "subnet"]
    assert (subnets["pairing"] == "bound").all()
    assert subnets["day"].unique().tolist() == [DAYS[-1]]
    bound = subnets["value_error"] + subnets["baseline_error"]
    np.testing.assert_allclose(subnets["standard_error"], bound, rtol=1e-12)


def test_a_path_lost_in_one_run_is_left_out_of_both_and_told(tmp_path: Path) -> None:
    one = make_run(tmp_path / "one")
    other = make_run(tmp_path / "other", lost=[3, 5])
    comparison = held(one, other)
    table = paired(comparison)
    assert set(table["n_paths"]) == {PATHS - 2}
    assert (table["difference"] == 0.0).all()
    (warning,) = comparison.manifest["warnings"]
    assert "2 of one" in warning


def test_tables_are_written_as_they_are(found: ComparisonResult, tmp_path: Path) -> None:
    page = write_comparison(found, tmp_path / "out")
    assert page.name == "report.html"
    for read, name in ((pd.read_csv, "differences.csv"), (pd.read_parquet, "differences.parquet")):
        table = read(tmp_path / "out" / name)
        assert table["difference"].tolist() == found.differences["difference"].tolist()
    manifest = json.loads((tmp_path / "out" / "compare.json").read_text())
    assert [run["label"] for run in manifest["runs"]] == ["base", "shifted", "other"]
    assert manifest["footing"] == {
        "seed": 2026, "paths": PATHS, "horizon_days": 2.0, "step_blocks": 360
    }  # fmt: skip


def test_page_is_small_alone_and_answers_first(found: ComparisonResult) -> None:
    page = render_comparison(found)
    assert len(page.encode()) < 1_000_000
    assert not re.search(r"(src|href)=\"(?!#|data:)", page)
    first = page[: page.index('id="differences"')]
    for question in ("Is emission spread wider?", "Is there more TAO", "Does a holder risk more?"):
        assert question in first
    # An independent run cannot show this; a paired one shows it without error.
    assert "+7" in first
    assert page == render_comparison(found)


_WORTH = re.compile(r"Independent runs would need (\S+) times the paths")
_ERRORS = ("value_error", "baseline_error", "standard_error")


def with_unknown(
    comparison: ComparisonResult, column: str, known: Sequence[str]
) -> ComparisonResult:
    """Takes one kind of error away from the network's means, but for the ``known`` figures."""
    table = comparison.differences.copy()
    means = (table["scope"] == "network") & (table["statistic"] == "mean")
    table.loc[means & ~table["quantity"].isin(known), column] = np.nan
    return dataclasses.replace(comparison, differences=table)


@pytest.mark.parametrize("column", _ERRORS)
def test_what_pairing_is_worth_is_told_by_the_figures_whose_errors_are_known(
    folders: dict[str, Path], column: str
) -> None:
    comparison = held(folders["base"], folders["other"])
    found = comparison.get(1, "sum_price", DAYS[-1])
    assert found is not None
    alone = found.value_error**2 + found.baseline_error**2
    (worth,) = _WORTH.findall(render_comparison(with_unknown(comparison, column, ["sum_price"])))
    assert float(worth) == pytest.approx(alone / found.standard_error**2, rel=0.05)
    assert float(worth) > 1.0


@pytest.mark.parametrize("column", _ERRORS)
def test_what_pairing_is_worth_is_not_told_where_no_error_is_known(
    folders: dict[str, Path], column: str
) -> None:
    comparison = held(folders["base"], folders["other"])
    page = render_comparison(with_unknown(comparison, column, ()))
    assert "times the paths" not in page


def test_the_rounding_of_an_equal_difference_does_not_tell_what_pairing_is_worth(
    folders: dict[str, Path],
) -> None:
    comparison = held(folders["base"], folders["shifted"])
    found = comparison.get(1, "total_tao_in", DAYS[-1])
    assert found is not None
    assert 0.0 < found.standard_error < 1e-12
    assert "times the paths" not in render_comparison(comparison)


def test_browser_opens_the_page_without_complaint(
    found: ComparisonResult, tmp_path: Path, chromium: Chromium
) -> None:
    assert complaints(chromium, write_comparison(found, tmp_path)) == []


class Elements(HTMLParser):
    """Counts elements by tag."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def test_hostile_names_of_subnets_and_runs_are_text(tmp_path: Path) -> None:
    names = {4: "<script>alert(1)</script>", 19: "\u202eevil\x1b[31m", 64: HOSTILE[1]}
    folders = [
        make_run(tmp_path / name, names=names)
        for name in ("<img src=x onerror=alert(1)>", "a\u202e\x07\nb")
    ]
    plain = [make_run(tmp_path / name) for name in ("a", "b")]
    page = render_comparison(held(*folders))
    tags = Elements(render_comparison(held(*plain))).tags
    assert sorted(Elements(page).tags) == sorted(tags)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", page)


# --- what cannot be compared ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("seed", 7, "run.seed: is 7, but 2026 in base; .* --set run.seed=2026"),
        ("run.horizon_days", 9.0, "run.horizon_days: is 9, but 2 in base; .*=2"),
        ("run.step_blocks", 7200, "run.step_blocks: is 7200, but 360 in base; .*=360"),
    ],
)
def test_runs_on_other_random_paths_are_refused_with_the_fix(
    folders: dict[str, Path], tmp_path: Path, key: str, value: object, message: str
) -> None:
    with pytest.raises(ConfigError, match=f"^strange: {message}"):
        held(folders["base"], make_run(tmp_path / "strange", manifest={key: value}))


def test_one_run_or_too_many_are_refused(folders: dict[str, Path]) -> None:
    for count in (1, 7):
        with pytest.raises(ConfigError, match=f"got {count}; give two to 6"):
            held(*[folders["base"]] * count)


def test_runs_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "run.toml").write_text("")
    places = [tmp_path / folder / "run.toml" for folder in ("a", "b", "a")]
    labels = [each.label for each in plan_comparison(places, [], [], None).runs]
    assert labels == ["a/run", "b/run", "a/run (2)"]


def test_options_that_change_nothing_are_refused(folders: dict[str, Path]) -> None:
    both = [folders["base"], folders["other"]]
    with pytest.raises(ConfigError, match="--set: changes configs, but only folders"):
        plan_comparison(both, ["run.seed=1"], [], None)
    with pytest.raises(ConfigError, match="--grid: changes one config"):
        plan_comparison(both, [], ["run.seed=1,2"], None)


def resealed(folder: Path, **changed: object) -> None:
    """Gives a folder the digests of the files that it holds now, and changes its manifest."""
    seal(folder, opened((folder / "manifest.json").read_bytes()) | changed)


def test_folder_without_single_paths_is_refused_with_the_fix(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    (folder / "paths.parquet").unlink()
    with pytest.raises(ResultsError, match=r"paths\.parquet: is missing, .* run the config again"):
        read_finished(folder, "run")


def test_damaged_paths_are_refused_by_their_name(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    file = folder / "paths.parquet"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(
        ResultsError, match=r"paths\.parquet: is not as it was written .*; run again"
    ):
        read_finished(folder, "run")
    resealed(folder)
    with pytest.raises(ResultsError, match=r"paths\.parquet: cannot be read .*; run again"):
        read_finished(folder, "run")


def test_paths_of_another_run_are_refused(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    table = pq.read_table(folder / "paths.parquet")
    pq.write_table(table.slice(0, 100), folder / "paths.parquet")
    resealed(folder)
    with pytest.raises(ResultsError, match=r"holds 100 paths .* speaks of 400 and 400; they are"):
        read_finished(folder, "run")
    pq.write_table(table.drop_columns(["sum_price@2"]), folder / "paths.parquet")
    resealed(folder)
    with pytest.raises(ResultsError, match=r"has no column 'sum_price@2', of which the tables"):
        held(folder, folder)


@pytest.mark.parametrize("version", [0, 2, None])
def test_results_of_another_schema_version_are_refused(tmp_path: Path, version: object) -> None:
    folder = make_run(tmp_path / "run")
    resealed(folder, schema_version=version)
    with pytest.raises(ResultsError, match=f"has schema version {version}, this dtaojax reads 1"):
        read_finished(folder, "run")


def test_manifest_that_does_not_fit_its_tables_is_refused(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", manifest={"run.report_days": [1.0, 2.0, 30.0]})
    with pytest.raises(ResultsError, match="manifest and tables are of different runs"):
        read_finished(folder, "run")


# --- the command ---------------------------------------------------------------------------------


def command(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["dtaojax", "compare", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


def test_command_runs_a_grid_of_one_config_and_compares_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_network(tmp_path / "small.csv", small_rows())
    (tmp_path / "run.toml").write_text(CONFIG)
    grid = "portfolio.root_tao=100.0,150.0"
    assert command(monkeypatch, "run.toml", "--grid", grid) == 0
    out = tmp_path / "runs" / "run-compare"
    assert capsys.readouterr().out == f"report: {Path('runs/run-compare/report.html')}\n"
    table = pd.read_parquet(out / "differences.parquet")
    assert table["run"].unique().tolist() == ["root_tao = 150.0"]
    start = table[(table["name"] == "value_spot") & (table["day"] == 0.0)]
    # Root stake owns its part of what lies in root's baskets at the start, less the take (§12.4).
    network = load_network(tmp_path / "small.csv")
    baskets = float(network.basket_alpha @ (network.tao_in / network.alpha_in))
    kept = 1.0 - Config().portfolio.delegate_take_u16 / chain.U16_MAX
    each = 1.0 + kept * baskets / network.root_tao
    assert start["difference"].item() == pytest.approx(50.0 * each, rel=1e-9)
    # A holder of root does not move the market: positions elsewhere meet the same prices.
    positions = table[(table["scope"] == "position") & (table["netuid"] == 4)]
    means = positions[positions["name"].isin(["loss_spot", "loss_realizable"])]
    assert (means[["difference", "standard_error"]] == 0.0).all(axis=None)
    # What was run is as good as given, and is not run again.
    written = (out / "runs" / "root_tao-=-150.0" / "manifest.json").stat().st_mtime_ns
    assert command(monkeypatch, "run.toml", "--grid", grid, "-q") == 0
    assert (out / "runs" / "root_tao-=-150.0" / "manifest.json").stat().st_mtime_ns == written


def test_configs_that_cannot_be_paired_are_refused_before_anything_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, seed in (("a", 1), ("b", 2)):
        (tmp_path / f"{name}.toml").write_text(f"[run]\nseed = {seed}\n")
    assert command(monkeypatch, tmp_path / "a.toml", tmp_path / "b.toml") == 2
    assert "b: run.seed: is 2, but 1 in a; path i of all runs" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.toml", "b.toml"]


def test_finished_runs_are_compared_without_jax(folders: dict[str, Path], tmp_path: Path) -> None:
    words = [str(folders["base"]), str(folders["other"]), "--out", str(tmp_path / "out"), "-q"]
    program = (
        "import sys\n"
        "from dtaojax import cli\n"
        f"sys.argv = ['dtaojax', 'compare', *{words!r}]\n"
        "try:\n"
        "    cli.main()\n"
        "except SystemExit as left:\n"
        "    print(left.code or 0, 'jax' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "0 False", done.stderr


# --- the rules, or the answer to them ------------------------------------------------------------


@pytest.fixture(scope="module")
def apart(folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> ComparisonResult:
    """Of seven TAO by which one run differs, three are there under the baseline's decisions."""
    folder = tmp_path_factory.mktemp("between")
    between = make_run(folder / "run", luck=0.25, shift={"total_tao_in": 3.0})
    runs = [read_finished(folders[name], name) for name in ("base", "shifted", "other")]
    third = CounterfactualRun("shifted", read_finished(between, "between"))
    return compare_finished(
        runs, [third, CounterfactualRun("other", None, "It has the same rules.")]
    )


def test_parts_of_a_difference_add_up_to_it_on_every_number(apart: ComparisonResult) -> None:
    assert apart.parts is not None
    assert tuple(apart.parts.columns) == PART_COLUMNS
    assert set(apart.parts["run"]) == {"shifted"}
    keys = ["quantity", "scope", "netuid", "day", "statistic", "level"]
    whole = apart.differences[apart.differences["run"] == "shifted"].set_index(keys)["difference"]
    parts = apart.parts.groupby(keys, dropna=False)["difference"].sum()
    assert len(parts) == len(whole)
    np.testing.assert_allclose(parts.loc[whole.index], whole, rtol=1e-9, atol=1e-9)
    # Luck that only the third run has is in both parts with opposite signs, and in their errors.
    rules, answer = (apart.part(part, 1, "total_tao_in", DAYS[-1]) for part in ("rules", "answer"))
    assert rules is not None
    assert answer is not None
    assert rules.standard_error == pytest.approx(answer.standard_error)
    assert rules.standard_error > 0.0
    assert abs(rules.difference - 3.0) < 4.0 * rules.standard_error
    assert abs(answer.difference - 4.0) < 4.0 * answer.standard_error


def test_a_page_tells_the_parts_or_why_there_are_none(
    apart: ComparisonResult, found: ComparisonResult
) -> None:
    page = render_comparison(apart)
    section = page[page.index('id="parts"') :]
    assert "The rules alone make" in section
    assert "other: not taken apart. It has the same rules." in section
    assert 'id="parts"' not in render_comparison(found)
    assert apart.part("rules", 2, "total_tao_in", DAYS[-1]) is None


def test_parts_are_written_beside_the_differences(apart: ComparisonResult, tmp_path: Path) -> None:
    write_comparison(apart, tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "parts.csv")
    assert apart.parts is not None
    assert table["difference"].tolist() == apart.parts["difference"].tolist()
    manifest = json.loads((tmp_path / "out" / "compare.json").read_text())
    assert manifest["taken_apart"][1] == {"run": "other", "reason": "It has the same rules."}


def inputs_of(**tables: object) -> Inputs:
    base = {"behaviour": "until_2026_09_06", "run": {"step_blocks": 360}}
    return gather(config_from_dict(base | tables), "config")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, "has the rules of first"),
        (
            {"mechanism": "netflow_2026", "latent": {"sector": {"kind": "drawn"}}},
            "in more than the rules: latent",
        ),
        ({"mechanism": "netflow_2026", "behaviour": "frozen"}, "in more than the rules: behaviour"),
        ({"mechanism": "netflow_2026", "title": "t", "output": {"folder": "o"}}, ""),
    ],
)
def test_a_difference_is_taken_apart_where_only_the_rules_differ(
    tmp_path: Path, changed: dict[str, object], reason: str
) -> None:
    (found,) = counterfactuals(["first", "second"], [inputs_of(), inputs_of(**changed)], tmp_path)
    assert reason in found.reason
    assert (found.inputs is None) == bool(reason)


def test_frozen_owners_and_folders_have_no_answer_to_the_rules(tmp_path: Path) -> None:
    still = [inputs_of(behaviour="frozen", mechanism=rules) for rules in
             ("gate_rank_2026", "netflow_2026")]  # fmt: skip
    (found,) = counterfactuals(["a", "b"], still, tmp_path)
    assert "behaviour is frozen" in found.reason
    (found,) = counterfactuals(["a", "b"], [still[0], None], tmp_path)
    assert "b was given as a folder" in found.reason


def test_command_takes_a_difference_of_rules_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_network(tmp_path / "small.csv", small_rows())
    lively = 'behaviour = { fit = "until_2026_09_06", emission_switch.batch.rate = 5.0 }\n'
    (tmp_path / "run.toml").write_text(lively + CONFIG + "step_blocks = 360\n")
    grid = "mechanism=netflow_2026,gate_rank_2026"
    assert command(monkeypatch, "run.toml", "--grid", grid, "--take-apart") == 0
    said = capsys.readouterr().err
    assert "by the rules" in said
    out = tmp_path / "runs" / "run-compare"
    parts = pd.read_csv(out / "parts.csv")
    means = parts[(parts["scope"] == "network") & (parts["statistic"] == "mean")]
    whole = pd.read_csv(out / "differences.csv").set_index(["name", "netuid", "day"])["difference"]
    for (name, netuid, day), rows in means.groupby(["name", "netuid", "day"], dropna=False):
        assert rows["difference"].sum() == pytest.approx(whole[name, netuid, day], abs=1e-6)
    # Rules differ from the first block on; nobody decides anything before the second day.
    first = means[means["name"] == "emission_effective_number"]
    assert (first[first["part"] == "rules"]["difference"] != 0.0).all()
    answer = means[means["part"] == "answer"].set_index("day")["difference"]
    assert (answer.loc[:1.0] == 0.0).all()
    third = load(out / "runs" / "gate_rank_2026-decided-as-under-netflow_2026")
    assert any(
        "no forecast, but half of a comparison" in each for each in third.manifest["warnings"]
    )
    assert "leader" in third.manifest["identity"]
