"""Back-tests: a config and a history in, a folder with tables and a report out."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from dtaojax.calibration import DriftingVariance, StochasticVariance
from dtaojax.execution import runtime
from dtaojax.history import Panel, find_history, read_panel
from dtaojax.results.contract import SCHEMA_VERSION, ResultsError
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.storage import result_folder, write_json, writing
from dtaojax.studies.backtest.config import BacktestConfig, load_backtest
from dtaojax.studies.backtest.forecasts.classes import depth_labels
from dtaojax.studies.backtest.forecasts.forecaster import Forecaster
from dtaojax.studies.backtest.forecasts.groups import groups
from dtaojax.studies.backtest.forecasts.historical import HistoricalSimulation
from dtaojax.studies.backtest.forecasts.random_walk import RandomWalk
from dtaojax.studies.backtest.forecasts.roll import Outcomes, Plan, roll
from dtaojax.studies.backtest.forecasts.tables import (
    coverage_table,
    crps_table,
    pit_table,
    skill_table,
)
from dtaojax.studies.backtest.forecasts.tail_tables import exceedance_table, shortfall_table
from dtaojax.studies.backtest.page.page import FILE_NAME, write_backtest_page
from dtaojax.studies.backtest.result import TABLES, BacktestResults
from dtaojax.studies.backtest.trust import held_so_far_ahead
from dtaojax.studies.shared.outputs import refuse_replacing
from dtaojax.version import __version__

_WARM_UP_DAYS: Final = 60
"""History before the first origin, where the config does not name one [days]."""


@dataclass(frozen=True)
class BacktestInputs:
    """A config, the history it names, and the origins that both allow."""

    config: BacktestConfig
    file: Path
    panel: Panel
    plan: Plan


def read_backtest(config_file: Path, overrides: Sequence[str]) -> BacktestInputs:
    """Reads a config and its history.

    Raises:
        ConfigError: the config is wrong, or does not fit the history.
        HistoryError: the history is wrong.
    """
    config = load_backtest(config_file, overrides)
    file = find_history(config.history.file, config_file.parent)
    panel = read_panel(file, config.history.source)
    origins = _origins(config, panel, str(config_file))
    forecast, judgement = config.forecast, config.judgement
    plan = Plan(
        origins=origins,
        horizons=forecast.horizons,
        paths=forecast.paths,
        seed=forecast.seed,
        refit_days=forecast.refit_days,
        var_levels=judgement.var_levels,
        mature_days=judgement.mature_days,
    )
    return BacktestInputs(config, file, panel, plan)


def _origins(config: BacktestConfig, panel: Panel, where: str) -> tuple[int, ...]:
    """Days of the history that are origins: those asked for on which prices are known."""
    asked = config.origins
    begin, end = panel.dates[0], panel.dates[-1]
    first = begin + _WARM_UP_DAYS if asked.first is None else np.datetime64(asked.first)
    last = end - 1 if asked.last is None else np.datetime64(asked.last)
    known = np.isfinite(panel.close).any(axis=1)
    steps = np.arange(panel.n_days) - int((first - begin).astype(int))
    wanted = (steps >= 0) & (steps % asked.step_days == 0) & (panel.dates <= min(last, end - 1))
    chosen = np.flatnonzero(wanted & known)
    if len(chosen) == 0 or first <= begin:
        text = (
            f"leaves no origin from {first} to {last} with prices before and after; the history "
            f"runs from {begin} to {end}"
        )
        raise ConfigError(where, [Problem("origins", text)])
    return tuple(int(day) for day in chosen)


def run_backtest(
    inputs: BacktestInputs, folder: Path, progress: Callable[[int], None] = lambda done: None
) -> Path:
    """Rolls the forecasts, scores them, and writes tables and report.

    Args:
        inputs: config and history.
        folder: for the results; made if it does not exist.
        progress: told the number of origins done.

    Returns:
        The report's path.

    Raises:
        ResultsError: the folder cannot be written, or nothing could be judged.
    """
    tables = (f"{name}.parquet" for name in TABLES)
    files = ("summary.json", FILE_NAME, *tables)
    refuse_replacing(folder, files)
    with result_folder(folder, "backtest") as new:
        _write(_judged(inputs, folder, progress), new)
    return folder / FILE_NAME


def _judged(
    inputs: BacktestInputs, folder: Path, progress: Callable[[int], None]
) -> BacktestResults:
    runtime.configure("float64")
    started = time.perf_counter()
    outcomes = roll(inputs.panel, _forecasters(inputs.config), inputs.plan, progress)
    rolled = time.perf_counter()
    if outcomes.table.empty:
        raise ResultsError(
            f"{folder}: no forecast met an outcome; shorten forecast.horizons or lengthen the "
            "history"
        )
    tables = _tables(inputs, outcomes)
    wall_times = {"forecast_s": rolled - started, "score_s": time.perf_counter() - rolled}
    manifest = _manifest(inputs, outcomes, wall_times) | {
        "trust": held_so_far_ahead(inputs.config, tables)
    }
    return BacktestResults(manifest, tables)


def _forecasters(config: BacktestConfig) -> list[Forecaster]:
    known: dict[str, Forecaster] = {
        "drifting_variance": DriftingVariance("drifting_variance"),
        "stochastic_variance": StochasticVariance("stochastic_variance"),
        "random_walk": RandomWalk(config.forecast.window_days),
        "historical": HistoricalSimulation(config.forecast.memory_days),
    }
    return [known[name] for name in config.forecast.forecasters]


def _tables(inputs: BacktestInputs, outcomes: Outcomes) -> dict[str, pd.DataFrame]:
    judgement = inputs.config.judgement
    found = list(groups(outcomes.table, judgement.mature_days, depth_labels(inputs.panel)))
    tables = {
        "coverage": coverage_table(found, judgement.interval_levels),
        "exceedances": exceedance_table(found, judgement.var_levels),
        "shortfall": shortfall_table(found, judgement.var_levels, outcomes.tails),
        "pit": pit_table(found),
        "crps": crps_table(found),
        "skill": skill_table(found),
        "counts": outcomes.counts,
        "outcomes": outcomes.table,
    }
    assert tuple(tables) == TABLES
    return tables


def _write(results: BacktestResults, new: Path) -> None:
    """Writes the tables, the summary, the page and the manifest."""
    with writing(new):
        for name, table in results.tables.items():
            table.to_parquet(new / f"{name}.parquet", index=False)
        write_json(new / "summary.json", results.summary())
        write_json(new / "manifest.json", results.manifest)
    write_backtest_page(results, new)


def _manifest(
    inputs: BacktestInputs, outcomes: Outcomes, wall_times: dict[str, float]
) -> dict[str, Any]:
    config, panel, plan = inputs.config, inputs.panel, inputs.plan
    dates = panel.dates[list(plan.origins)]
    return {
        "schema_version": SCHEMA_VERSION,
        "command": "backtest",
        "title": config.title or "Did the forecasts hold?",
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "dtaojax_version": __version__,
        "config": config.model_dump(mode="json"),
        "config_hash": config.config_hash,
        "config_file": None if config.source is None else config.source.name,
        "history": {
            "file": inputs.file.name,
            "sha256": hashlib.sha256(inputs.file.read_bytes()).hexdigest(),
            "source": config.history.source,
            "regime": config.history.regime,
            "first": str(panel.dates[0]),
            "last": str(panel.dates[-1]),
            "series": panel.n_series,
            "prices": int(np.isfinite(panel.close).sum()),
            "notices": [notice.as_json() for notice in panel.notices],
        },
        "origins": {"first": str(dates[0]), "last": str(dates[-1]), "number": len(dates)},
        "fits": outcomes.fits,
        "versions": runtime.versions(),
        "wall_times": wall_times,
    }
