"""The main job, end to end on a small network: files, numbers, repeatability and failures."""

import dataclasses
import errno
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from small_run import CONFIG, HOSTILE, NETUIDS, PATHS, REPORT_DAYS, small_rows, write_network
from worlds import live_mechanism

from dtaojax.assembly import build_network, build_world
from dtaojax.assembly import world as world_module
from dtaojax.config.load import load_config
from dtaojax.demand.process import DemandProcess
from dtaojax.inputs import read_inputs
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.network import load_network
from dtaojax.results.contract import ESTIMATE_COLUMNS, SCHEMA_VERSION, ResultsError, load
from dtaojax.schema.errors import ConfigError
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.storage import UNFINISHED, replaced, verify
from dtaojax.studies.run import output_limits
from dtaojax.studies.run import simulate as run_module
from dtaojax.studies.run.output_limits import MOST
from dtaojax.studies.run.path_table import PathTableReader, PathTableWriter, column_name
from dtaojax.studies.run.simulate import run_report
from dtaojax.studies.shared.folder import claimed
from dtaojax.version import __version__
from dtaojax.world.followers.network import EMISSION_FLOW_FIGURES
from dtaojax.world.observation import NETWORK_SCALARS, observe_network
from dtaojax.world.world import World

FILES = {
    "report.html",
    "summary.json",
    "manifest.json",
    "network.parquet",
    "subnets.parquet",
    "portfolio.parquet",
    "initial.parquet",
    "convergence.parquet",
    "losses.parquet",
    "batches.parquet",
    "paths.parquet",
}
METRIC_KEYS = [
    "name", "scope", "netuid", "day", "value", "standard_error", "ci_low", "ci_high", "n_paths",
    "unit",
]  # fmt: skip


class Bench:
    """A folder with a config and its network, where runs are made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "bench.toml"
        self.config.write_text(CONFIG)
        write_network(folder / "small.csv", small_rows())

    def run(self, name: str, *overrides: str, progress: Callable[[int], None] = int) -> Path:
        """Runs into a folder of this name, which is returned."""
        target = self.folder / name
        report = run_report(read_inputs(self.config, overrides), target, progress)
        assert report == target / "report.html"
        return target


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"))


class Finished(NamedTuple):
    """A run and the number of paths that its progress told of, in order."""

    folder: Path
    progress: list[int]

    def json(self, name: str) -> dict:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / f"{name}.parquet")

    @property
    def report(self) -> str:
        return (self.folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def done(bench) -> Finished:
    progress: list[int] = []
    return Finished(bench.run("base", progress=progress.append), progress)


# --- what a run leaves ---------------------------------------------------------------------------


def test_run_writes_all_promised_files_the_manifest_last(done):
    assert {path.name for path in done.folder.iterdir()} == FILES
    written = {path.name: path.stat().st_mtime_ns for path in done.folder.iterdir()}
    assert max(written, key=written.__getitem__) == "manifest.json"
    assert set(done.json("manifest.json")["files"]) == FILES - {"manifest.json"}
    assert verify(done.folder).faults == ()


def test_progress_counts_every_path_once_in_order(done):
    assert done.progress == [8, 16]


def test_summary_has_a_record_of_ten_keys_for_each_number(done):
    summary = done.json("summary.json")
    assert list(summary) == ["schema_version", "trust", "metrics"]
    assert summary["schema_version"] == SCHEMA_VERSION
    for metric in summary["metrics"]:
        assert list(metric) == METRIC_KEYS
        # Too few paths cannot tell a number of the tail, an error, or an end: these are null.
        known = [metric[key] for key in ("ci_low", "value", "ci_high") if metric[key] is not None]
        assert known == sorted(known)
        assert metric["standard_error"] is None or metric["standard_error"] >= 0.0
        if metric["value"] is None:
            assert re.search("_(var|es)(_contribution)?_9[59]", metric["name"]), metric["name"]
            assert (metric["ci_low"], metric["ci_high"]) == (None, None)
        assert metric["n_paths"] == PATHS
        assert metric["unit"]
        assert metric["scope"] in ("network", "subnet", "portfolio", "position")
    identities = [tuple(metric[key] for key in METRIC_KEYS[:4]) for metric in summary["metrics"]]
    assert len(identities) == len(set(identities))


def test_summary_speaks_of_all_that_was_asked(done):
    metrics = done.json("summary.json")["metrics"]
    days = {(metric["scope"], metric["day"]) for metric in metrics}
    assert days == {
        *(("network", day) for day in [0.0, *REPORT_DAYS]),
        ("subnet", 2.0),
        *(("portfolio", day) for day in (0.0, 1.0, 2.0)),
        *(("position", day) for day in (0.0, 1.0, 2.0)),
    }
    names = {metric["name"] for metric in metrics}
    assert set(NETWORK_SCALARS) <= names
    assert {"price", "emission_share", "tao_in", "below_bar", "next_pruned"} <= names
    for valuation in ("spot", "realizable"):
        for statistic in ("var_95", "var_99", "es_95", "es_99"):
            assert f"loss_{valuation}_{statistic}" in names
        assert f"loss_{valuation}_es_contribution_99" in names
    assert "max_drawdown" in names


def test_subnet_table_has_the_promised_columns_levels_and_days(done):
    table = done.table("subnets")
    assert tuple(table.columns) == ESTIMATE_COLUMNS
    assert sorted(table["day"].unique()) == [0.0, *REPORT_DAYS]
    assert sorted(table["netuid"].unique()) == list(NETUIDS[1:])
    quantiles = table[table["statistic"] == "quantile"]
    for _, group in quantiles.groupby(["quantity", "netuid", "day"]):
        assert group["level"].tolist() == [
            0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.995,
        ]  # fmt: skip
        assert group["value"].is_monotonic_increasing
    others = table[table["statistic"] != "quantile"]
    assert others["level"].isna().all()
    assert set(others["statistic"]) == {"mean", "probability"}
    assert not table.duplicated(["quantity", "netuid", "day", "statistic", "level"]).any()


def test_start_is_known_exactly(done):
    table = done.table("subnets")
    start = table[table["day"] == 0.0]
    assert (start["standard_error"] == 0.0).all()
    network = load_network(done.folder.parent / "small.csv")
    prices = start[(start["quantity"] == "price") & (start["statistic"] == "mean")]
    expected = network.tao_in / network.alpha_in
    np.testing.assert_allclose(prices["value"], expected, rtol=1e-14)
    held = start[(start["quantity"] == "moving_price") & (start["level"] == 0.5)]
    np.testing.assert_allclose(held["value"], network.moving_price, rtol=1e-14)


def test_network_table_is_made_of_the_figures_of_the_paths(done):
    paths, table = done.table("paths"), done.table("network")
    assert paths["path"].tolist() == list(range(PATHS))
    assert paths["lost_on_day"].isna().all()
    for record in table.itertuples():
        figures = paths[column_name(record.quantity, record.day)]
        if record.statistic == "mean":
            assert record.value == pytest.approx(figures.mean(), rel=1e-12)
        elif (figures == 0.0).mean() >= record.level and figures.min() == 0.0:
            # A part of paths at 0 is exactly 0 at the levels up to it.
            assert record.value == 0.0
        else:
            assert record.value == pytest.approx(figures.quantile(record.level), rel=1e-12)
    assert set(table["quantity"]) == {
        *NETWORK_SCALARS,
        *(figure.name for figure in EMISSION_FLOW_FIGURES),
    }
    assert sorted(table["day"].unique()) == [0.0, *REPORT_DAYS]


def test_losses_are_the_start_less_the_end_of_every_path(done):
    paths, table = done.table("paths"), done.table("portfolio")
    losses = sum(
        paths[column_name(f"value_realizable[{netuid}]", 0.0)]
        - paths[column_name(f"value_realizable[{netuid}]", 2.0)]
        for netuid in (4, 19, 0)
    )
    of = table[(table["quantity"] == "loss_realizable") & (table["scope"] == "portfolio")]
    of = of[of["day"] == 2.0].set_index(["statistic", "level"])["value"]
    assert of["mean"].iloc[0] == pytest.approx(losses.mean(), rel=1e-9)
    assert of["quantile", 0.995] == pytest.approx(np.quantile(losses, 0.995), rel=1e-12)
    # Sixteen paths tell nothing of the worst one in a hundred.
    assert np.isnan(of["es", 0.99])
    histogram = done.table("losses")
    counts = histogram.groupby(["day", "valuation"])["count"].sum()
    assert counts.to_dict() == {
        (day, valuation): PATHS for day in (1.0, 2.0) for valuation in ("spot", "realizable")
    }
    spot = sum(paths[column_name(f"value_spot[{netuid}]", 2.0)] for netuid in (4, 19, 0))
    sale = sum(paths[column_name(f"value_realizable[{netuid}]", 2.0)] for netuid in (4, 19, 0))
    assert (sale < spot).all()


def test_initial_table_is_the_networks_state(done):
    table, network = done.table("initial"), load_network(done.folder.parent / "small.csv")
    assert table["netuid"].tolist() == network.netuid.tolist()
    assert table["name"].tolist() == list(network.names)
    np.testing.assert_array_equal(table["tao_in"], network.tao_in)
    assert table["in_emit_set"].tolist() == network.started.tolist()
    assert table["position_alpha"].tolist() == [0.0, 0.0, 1000.0, 5000.0, 0.0, 0.0]
    assert table["gated_share"].sum() == pytest.approx(1.0)
    assert table.loc[~table["in_emit_set"], "rank"].isna().all()


def test_manifest_says_how_the_numbers_were_made(done, bench):
    manifest = done.json("manifest.json")
    config = load_config(bench.config)
    assert manifest["schema_version"] == SCHEMA_VERSION
    assert manifest["dtaojax_version"] == __version__
    assert manifest["config"] == config.model_dump(mode="json")
    assert manifest["config_hash"] == config.config_hash
    assert manifest["config_file"] == "bench.toml"
    assert manifest["seed"] == config.run.seed
    assert {"python", "jax", "jaxlib", "numpy"} <= manifest["versions"].keys()
    assert manifest["run"]["device"].startswith(jax.default_backend())
    assert manifest["run"]["precision"] == "float64"
    assert manifest["run"]["report_days"] == REPORT_DAYS
    assert manifest["paths"] == {"requested": 16, "used": 16, "lost": 0, "lost_reasons": {}}
    assert manifest["network"]["block"] == 8_791_253
    assert set(manifest["wall_times"]) == {"setup_s", "simulate_s", "metrics_s"}
    assert all(seconds > 0.0 for seconds in manifest["wall_times"].values())
    assert {f"{name}.parquet" for name in manifest["tables"]} == {
        name for name in FILES if name.endswith(".parquet")
    }
    assert any("paths are too few" in warning for warning in manifest["warnings"])
    assert all({"topic", "text"} == set(entry) for entry in manifest["assumptions"])


def test_results_can_be_read_back(done):
    results = load(done.folder)
    manifest = done.json("manifest.json")
    assert results.manifest | {key: manifest[key] for key in ("files", "digest")} == manifest
    assert len(results.metrics) == len(done.json("summary.json")["metrics"])
    assert set(results.tables) == {*TABLES, "batches"} - {"paths"}


def test_hostile_names_are_text_in_the_report(done):
    report = done.report
    assert HOSTILE[1] not in report
    assert html.escape(HOSTILE[1], quote=False).split("alert")[0] in report
    assert "[red]x[/red]" in report
    for hidden in "\x1b\x07\x9b\u202e\u2066":
        assert hidden not in report
    assert r"\u202e\u2066evil" in report


# --- the same numbers again ----------------------------------------------------------------------

TABLES = ("network", "subnets", "portfolio", "initial", "losses", "convergence", "paths")


def content(folder: Path) -> dict[str, str]:
    """Digests of all numbers of a run."""
    found = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    digests = {
        name: hashlib.sha256(table.to_csv(float_format="%.17g").encode()).hexdigest()
        for name, table in found.items()
    }
    summary = (folder / "summary.json").read_bytes()
    return digests | {"summary": hashlib.sha256(summary).hexdigest()}


def test_same_seed_gives_the_same_numbers(done, bench):
    again = bench.run("again")
    assert content(again) == content(done.folder)
    before, after = done.json("manifest.json"), Finished(again, []).json("manifest.json")
    for manifest in (before, after):
        # The report tells when it was made.
        del manifest["created"], manifest["wall_times"], manifest["digest"]
        del manifest["files"]["report.html"]
    assert before == after


def test_size_of_a_block_changes_no_number(done, bench):
    other = bench.run("narrow", "run.block_paths=4")
    assert content(other) == content(done.folder)


@pytest.mark.exhaustive
def test_block_that_is_left_open_is_the_devices_and_changes_no_number(done, bench):
    config = bench.folder / "open.toml"
    config.write_text(CONFIG.replace("block_paths = 8\n", ""))
    folder = bench.folder / "open"
    run_report(read_inputs(config, ()), folder, int)
    manifest = Finished(folder, []).json("manifest.json")
    assert manifest["config"]["run"]["block_paths"] is None
    assert manifest["run"]["block_paths"] == 32
    assert content(folder) == content(done.folder)


@pytest.mark.exhaustive
def test_two_devices_change_no_number(done, bench):
    folder = bench.folder / "devices"
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=2", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-m", "dtaojax", "run", bench.config, "--out", folder]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | flags)
    assert content(folder) == content(done.folder)


def test_another_seed_gives_other_numbers(done, bench):
    other = Finished(bench.run("seed", "run.seed=7"), [])
    for name in ("network", "subnets", "portfolio", "paths"):
        assert not other.table(name).equals(done.table(name))
    assert other.table("initial").equals(done.table("initial"))
    assert other.json("manifest.json")["seed"] == 7


def test_more_paths_keep_the_paths_that_there_were(done, bench):
    more = Finished(bench.run("more", "run.paths=20"), [])
    pd.testing.assert_frame_equal(more.table("paths")[:PATHS], done.table("paths"))


# --- lost paths and no portfolio -----------------------------------------------------------------


class Numbered(DemandProcess):
    """Wants nothing, and knows on which path it is."""

    def begin(self, path, subnets, state):
        return path

    def intents(self, memory, clock, subnets, state, paid):
        nothing = jnp.zeros_like(state.alpha_out)
        return Intents(nothing, nothing), memory


class Fragile(World):
    """Every fourth path breaks on the first day."""

    def advance(self, carry, number):
        after = super().advance(carry, number)
        (path,) = after.memories
        breaks = (path % 4 == 1) & (number == 7)
        moving_price = jnp.where(breaks, jnp.nan, after.state.moving_price)
        return after._replace(state=dataclasses.replace(after.state, moving_price=moving_price))


def rebuilt(world: World, kind: type[World], **changed) -> World:
    fields = {field.name: getattr(world, field.name) for field in dataclasses.fields(world)}
    return kind(**fields | changed)


@pytest.fixture(scope="module")
def holed(bench) -> Finished:
    """A run without a portfolio that loses every fourth path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            world_module,
            "build_world",
            lambda *given: rebuilt(build_world(*given), Fragile, demand=(Numbered(),)),
        )
        overrides = ("portfolio.root_tao=0", "portfolio.alpha={}", "run.paths=18")
        return Finished(bench.run("holed", *overrides), [])


def test_lost_paths_are_counted_and_left_out_of_every_number(holed):
    paths = holed.table("paths").set_index("path")["lost_on_day"]
    assert paths[paths.notna()].to_dict() == {1: 1.0, 5: 1.0, 9: 1.0, 13: 1.0, 17: 1.0}
    for name in ("network", "subnets"):
        table = holed.table(name)
        assert (table["n_paths"] == 13).all()
        assert np.isfinite(table["value"]).all()
    for metric in holed.json("summary.json")["metrics"]:
        assert metric["n_paths"] == 13
        assert metric["value"] is not None
    # Without demand all used paths are the same, and a lost one would show.
    figures = holed.table("paths").query("lost_on_day.isna()").drop(columns=["path", "lost_on_day"])
    assert len(figures) == 13
    spread = figures.max() - figures.min()
    assert (spread <= 1e-12 * figures.abs().max()).all()


def test_lost_paths_are_reported_with_the_reason(holed):
    manifest = holed.json("manifest.json")
    assert manifest["paths"] == {
        "requested": 18,
        "used": 13,
        "lost": 5,
        "lost_reasons": {"a number was not finite by day 1": 5},
    }
    assert "a number was not finite by day 1" in holed.report


def test_run_without_a_portfolio_has_everything_else(holed):
    without = {"portfolio.parquet", "losses.parquet"}
    assert {path.name for path in holed.folder.iterdir()} == FILES - without
    assert {metric["scope"] for metric in holed.json("summary.json")["metrics"]} == {
        "network",
        "subnet",
    }
    assert not set(holed.json("manifest.json")["tables"]) & {"portfolio", "losses"}


def test_all_paths_lost_is_refused_and_leaves_no_report(bench, monkeypatch):
    def poisoned(config, network):
        world = build_world(config, network)
        start = dataclasses.replace(world.start, moving_price=world.start.moving_price * jnp.nan)
        return rebuilt(world, World, start=start)

    monkeypatch.setattr(world_module, "build_world", poisoned)
    with pytest.raises(ResultsError, match=r"all 16 paths turned non-finite.*lower sd_at_1000_tao"):
        bench.run("lost")
    assert not left_in(bench.folder / "lost") & {"report.html", "manifest.json", "summary.json"}


def test_more_tao_than_there_can_be_is_refused_and_leaves_no_report(bench, monkeypatch):
    def flooded(config, network):
        world = build_world(config, network)
        pools = dataclasses.replace(world.start.pools, tao_in=1e3 * world.start.pools.tao_in)
        return rebuilt(world, World, start=dataclasses.replace(world.start, pools=pools))

    monkeypatch.setattr(world_module, "build_world", flooded)
    with pytest.raises(ResultsError, match=r"total_tao_in \(mean, day 0\).*16 of 16 paths"):
        bench.run("flooded")
    assert not left_in(bench.folder / "flooded") & {"report.html", "manifest.json", "summary.json"}


def test_paths_beyond_what_can_be_are_among_the_warnings(bench, monkeypatch):
    limits = {"TAO": MOST["TAO"], "TAO/alpha": 1e-3}
    monkeypatch.setattr(output_limits, "MOST", limits)
    monkeypatch.setattr(run_module, "refuse_nonsense", lambda *found: None)
    folder = bench.run("wild")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert any("16 of 16 paths hold more TAO" in text for text in manifest["warnings"])
    assert "16 of 16 paths hold more TAO" in (folder / "report.html").read_text()


# --- failures ------------------------------------------------------------------------------------


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


LOOKS_WHOLE = {"report.html", "manifest.json", "summary.json"}


class Broken(Exception):
    """Something unforeseen."""


def raising(error: Exception) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("where", ["simulating", "run_tables", "headline", "save", "write_report"])
def test_run_that_fails_in_the_middle_leaves_the_earlier_result_and_a_mark(
    bench, done, monkeypatch, where
):
    fresh, used = bench.folder / f"fresh_{where}", bench.folder / f"used_{where}"
    shutil.copytree(done.folder, used)
    progress = int
    if where == "simulating":
        progress = raising(Broken())
    else:
        monkeypatch.setattr(run_module, where, raising(Broken()))
    for folder in (fresh, used):
        with pytest.raises(Broken):
            bench.run(folder.name, "run.seed=9", progress=progress)
        with pytest.raises(ResultsError, match="dtaojax run is at work here or was broken off"):
            load(folder)
    assert left_in(fresh) == {UNFINISHED}
    assert left_in(used) == {*FILES, UNFINISHED}
    for name in FILES:
        assert (used / name).read_bytes() == (done.folder / name).read_bytes()


def test_full_disk_is_refused_with_the_folder_and_the_way_out(bench, monkeypatch):
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(PathTableWriter, "write", raising(full))
    with pytest.raises(ResultsError) as caught:
        bench.run("full")
    assert str(caught.value).startswith(f"{bench.folder / 'full'}: cannot be written (No space")
    assert "--out" in str(caught.value)
    assert not left_in(bench.folder / "full") & LOOKS_WHOLE


def test_bad_folder_is_refused_before_anything_is_computed(bench, monkeypatch):
    monkeypatch.setattr(world_module, "build_world", raising(Broken()))
    with pytest.raises(ResultsError, match=r"small\.csv/deeper: cannot be written .* --out"):
        bench.run("small.csv/deeper")


# --- the output folder ---------------------------------------------------------------------------


def test_only_files_of_a_run_are_removed_from_its_folder(tmp_path):
    for name in ("mine.parquet", "notes.txt", "summary.json", "network.parquet"):
        (tmp_path / name).write_text("x")
    with claimed(tmp_path, "finney_8791253"):
        with replaced(tmp_path, "run") as new:
            (new / "losses.parquet").write_text("y")
        with replaced(tmp_path, "run") as new:
            (new / "summary.json").write_text("z")
    assert left_in(tmp_path) == {
        "mine.parquet", "notes.txt", "network.parquet", "summary.json", "manifest.json"
    }  # fmt: skip
    assert (tmp_path / "summary.json").read_text() == "z"


def test_network_file_is_never_replaced_by_results(tmp_path):
    network = tmp_path / "network.parquet"
    network.write_text("the state")
    (tmp_path / "sub").mkdir()
    with (
        pytest.raises(ResultsError, match=r"holds the network file network\.parquet"),
        claimed(tmp_path / "sub" / "..", network),
    ):
        pass
    with claimed(tmp_path / "sub", network), replaced(tmp_path / "sub", "run"):
        pass
    assert network.read_text() == "the state"


def test_folders_on_the_way_are_made(tmp_path):
    with claimed(tmp_path / "a" / "b", "finney_8791253"):
        pass
    assert left_in(tmp_path / "a" / "b") == set()


# --- parts ---------------------------------------------------------------------------------------


def test_path_table_returns_figures_of_used_paths_in_order(tmp_path):
    file, days = tmp_path / "paths.parquet", (0.0, 0.05, 1.0)
    random = np.random.default_rng(1)
    figures = random.standard_normal((10, 3, 2))
    lost_at = np.array([-1, 2, -1, -1, 1, -1, -1, -1, -1, 0])
    with PathTableWriter(file, ("a", "b"), days) as writer:
        for start, stop in ((0, 4), (4, 8), (8, 10)):
            writer.write(start, figures[start:stop], lost_at[start:stop])
    table = pd.read_parquet(file)
    lost = table["lost_on_day"]
    assert lost[lost.notna()].to_dict() == {1: 1.0, 4: 0.05, 9: 0.0}
    reader = PathTableReader(file)
    np.testing.assert_array_equal(reader.sample("b", 0.05), figures[lost_at < 0, 1, 1])


@pytest.mark.parametrize("days", [(100.0, 100.0 + 1 / 7200), (0.05, 0.1), (1.0, 1.0 + 1e-9)])
def test_days_a_block_apart_have_columns_of_their_own(days: Sequence[float]):
    assert len({column_name("price", day) for day in days}) == len(days)
    assert column_name("price", 5.0) == "price@5"


@eqx.filter_jit
def observed(subnets: Subnets, state: NetworkState) -> jax.Array:
    return observe_network(live_mechanism(), subnets, state, 864_000).scalars


def test_figures_stay_numbers_when_nothing_is_emitted_and_pools_are_empty(tmp_path):
    network = write_network(tmp_path / "small.csv", small_rows())
    subnets, state = build_network(load_network(network), MechanismConfig())

    def figures(**changed) -> dict[str, float]:
        found = observed(subnets, dataclasses.replace(state, **changed)).tolist()
        assert all(np.isfinite(found))
        return dict(zip(NETWORK_SCALARS, found, strict=True))

    assert figures()["chain_buy_share"] > 0.0
    assert figures(total_issuance=jnp.asarray(21e6))["chain_buy_share"] == 0.0
    nothing = jnp.zeros_like(state.pools.tao_in)
    empty = figures(pools=dataclasses.replace(state.pools, tao_in=nothing))
    assert (empty["total_tao_in"], empty["tao_in_hhi"], empty["sum_price"]) == (0.0, 0.0, 0.0)


# --- registrations -------------------------------------------------------------------------------

BUSY = (
    "arrivals.rate=40.0",
    "arrivals.budget_median=5000.0",
    "mechanism.registration.limit=6",
    "mechanism.registration.immunity_blocks=0",
    "mechanism.registration.rate_limit_blocks=360",
    "mechanism.registration.reduction_interval_blocks=2000",
)


@pytest.fixture(scope="module")
def busy(bench) -> Finished:
    return Finished(bench.run("busy", *BUSY), [])


def test_deregistrations_reach_tables_and_report(busy):
    subnets = busy.table("subnets").query("quantity == 'deregistered'")
    assert set(subnets["netuid"]) == set(NETUIDS) - {0}
    by_day = subnets.groupby("day")["value"].sum()
    assert by_day[0.0] == 0.0
    assert by_day.is_monotonic_increasing
    network = busy.table("network").query("statistic == 'mean'").set_index(["quantity", "day"])
    assert network["value"]["registered_subnets", 2.0] == 6.0
    assert network["value"]["deregistrations", 2.0] >= by_day[2.0] > 0.0
    assert "Probability of being deregistered by day 2" in busy.report
    assert "is registered when the lock cost is within a budget" in busy.report


def test_what_a_registration_costs_must_be_known(tmp_path):
    config = tmp_path / "own.toml"
    config.write_text('[network]\nfile = "small.csv"\n')
    write_network(tmp_path / "small.csv", small_rows())
    facts = tmp_path / "small.toml"
    lines = facts.read_text().splitlines()
    facts.write_text("\n".join(line for line in lines if not line.startswith("last_lock")))
    with pytest.raises(ConfigError, match=r"network\.last_lock_cost: is not known"):
        read_inputs(config, ())
    assert read_inputs(config, ("arrivals.rate=0.0",)).network.last_lock_cost is None
