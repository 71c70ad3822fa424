"""Runs that end when their numbers are precise enough."""

import json
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from small_run import CONFIG, small_rows, write_network
from threads import run
from walks import BINS, walk

from dtaojax.config.load import config_from_dict
from dtaojax.config.run import WATCH_EVERY, PrecisionTargetConfig, Watchable
from dtaojax.engine.chunk import Plan
from dtaojax.execution import runtime
from dtaojax.inputs import read_inputs
from dtaojax.metrics.tail import expected_shortfall
from dtaojax.schema.errors import ConfigError
from dtaojax.studies.run.precision import PrecisionWatch
from dtaojax.studies.run.simulate import run_report

NAMES = ("emission_hhi", "value_spot[4]", "value_spot[0]", "max_drawdown")


def target(error: float, *of: str) -> PrecisionTargetConfig:
    return PrecisionTargetConfig.model_validate({"relative_error": error, "of": of})


def figures(paths: int) -> np.ndarray:
    """Of paths at the start and the horizon; every tenth is lost."""
    random = np.random.default_rng(4)
    return random.lognormal(0.0, 0.5, (paths, 2, len(NAMES)))


def lost(paths: int) -> np.ndarray:
    return np.where(np.arange(paths) % 10 == 3, 1, -1)


def ends_after(watch: PrecisionWatch, chunk: int, most: int) -> int:
    scalars, lost_at = figures(most), lost(most)
    for first in range(0, most, chunk):
        stop = min(first + chunk, most)
        watch.take(scalars[first:stop], lost_at[first:stop])
        if watch.enough(stop):
            return stop
    return most


def test_run_ends_at_the_first_look_at_which_every_error_is_small_enough() -> None:
    most = 40_000
    watch = PrecisionWatch(target(0.015, "emission_hhi", "loss_spot_es_95"), NAMES, most)
    stop = ends_after(watch, 1024, most)
    assert WATCH_EVERY < stop < most

    def errors(paths: int) -> list[float]:
        used = figures(most)[:paths][lost(most)[:paths] < 0]
        hhi = used[:, 1, 0]
        losses = used[:, 0, 1:3].sum(axis=1) - used[:, 1, 1:3].sum(axis=1)
        shortfall = expected_shortfall(losses, 0.95)
        return [
            hhi.std(ddof=1) / np.sqrt(len(hhi)) / hhi.mean(),
            float(shortfall.standard_error / shortfall.value),
        ]

    assert watch.summary()["reached"] == pytest.approx(
        dict(zip(("emission_hhi", "loss_spot_es_95"), errors(stop), strict=True))
    )
    assert max(errors(stop)) <= 0.015
    assert max(errors(int(stop / 1.3))) > 0.015
    assert watch.summary()["met"]
    assert not watch.warnings()


@pytest.mark.parametrize("chunk", [64, 256])
def test_run_ends_after_the_same_path_however_it_is_divided(chunk: int) -> None:
    most = 20_000
    watches = [PrecisionWatch(target(0.01, "emission_hhi"), NAMES, most) for _ in range(2)]
    stops = [
        ends_after(watch, size, most) for watch, size in zip(watches, (chunk, 1024), strict=True)
    ]
    assert stops[0] == stops[1] < most


def test_precision_that_is_not_reached_is_said() -> None:
    watch = PrecisionWatch(target(1e-4, "emission_hhi"), NAMES, 3000)
    assert ends_after(watch, 512, 3000) == 3000
    assert not watch.summary()["met"]
    (warning,) = watch.warnings()
    assert "is not reached after 3,000 paths: emission_hhi 1." in warning


def test_paths_that_are_all_lost_are_never_precise() -> None:
    watch = PrecisionWatch(target(0.5, "emission_hhi"), NAMES, 1024)
    watch.take(figures(1024), np.ones(1024, int))
    assert not watch.enough(1024)


def test_engine_that_is_stopped_finds_what_a_shorter_run_finds() -> None:
    def found(paths: int, stop: int) -> tuple[object, list[np.ndarray]]:
        seen: list[np.ndarray] = []
        plan = Plan(paths, (1, 2), 64, 64)
        statistics = run(
            walk(),
            BINS,
            plan,
            lambda first, scalars, lost_at: seen.append(scalars),
            int,
            workers=2,
            enough=lambda done: done >= stop,
        )
        return statistics, seen

    stopped, seen = found(1024, 192)
    whole, expected = found(192, 192)
    np.testing.assert_array_equal(np.concatenate(seen), np.concatenate(expected))
    for one, other in zip(stopped[2:5], whole[2:5], strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(stopped.counts.bins, whole.counts.bins)


def results(folder: Path, *overrides: str) -> Path:
    config = folder / "run.toml"
    config.write_text(CONFIG)
    write_network(folder / "small.csv", small_rows())
    out = folder / str(len(overrides))
    run_report(read_inputs(config, ("run.block_paths=64", *overrides)), out, int)
    return out


def test_results_are_those_of_a_run_of_that_many_paths(tmp_path: Path) -> None:
    wish = "run.precision_target={relative_error=0.5, of=['emission_hhi', 'loss_spot_es_95']}"
    early = results(tmp_path, "run.paths=3000", wish)
    fixed = results(tmp_path, "run.paths=1024")
    assert (early / "summary.json").read_bytes() == (fixed / "summary.json").read_bytes()
    for table in fixed.glob("*.parquet"):
        pd.testing.assert_frame_equal(
            pd.read_parquet(early / table.name), pd.read_parquet(table), check_exact=True
        )
    manifest = json.loads((early / "manifest.json").read_text())
    assert manifest["paths"]["requested"] == manifest["paths"]["used"] == 1024
    assert manifest["precision"]["met"]
    assert manifest["precision"]["most_paths"] == 3000
    assert set(manifest["precision"]["reached"]) == {"emission_hhi", "loss_spot_es_95"}
    metrics = json.loads((fixed / "summary.json").read_text())["metrics"]
    assert set(get_args(Watchable)) <= {metric["name"] for metric in metrics}


@pytest.mark.parametrize(
    ("run_table", "message"),
    [
        ({"of": ["emission_hhi"]}, "relative_error"),
        ({"relative_error": 0.0}, "relative_error"),
        ({"relative_error": 0.01, "of": ["hhi"]}, "emission_hhi"),
        ({"relative_error": 0.01, "of": ["loss_spot_es_99"]}, "nothing is held"),
    ],
)
def test_target_that_cannot_be_met_is_refused(run_table: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        config_from_dict({"run": {"precision_target": run_table}})


def test_blocks_must_fit_between_two_looks() -> None:
    table = {"precision_target": {"relative_error": 0.1}, "block_paths": 2 * WATCH_EVERY}
    with pytest.raises(ConfigError, match=r"run\.block_paths.*at most 1024"):
        config_from_dict({"run": table})


def test_blocks_that_are_left_open_fit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jax.default_backend", lambda: "gpu")
    run = config_from_dict({"run": {"paths": 10**6}}).run
    watched = run.model_copy(update={"precision_target": target(0.1, "emission_hhi")})
    asked = watched.model_copy(update={"block_paths": 4})
    assert [runtime.block_paths(each, 128, 2) for each in (run, watched, asked)] == [
        8192,
        WATCH_EVERY,
        4,
    ]
