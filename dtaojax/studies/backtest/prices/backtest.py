"""Back-tests of prices: a config and a history in, a folder with tables and a report out."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from dtaojax.calibration import DriftingVariance, StochasticVariance
from dtaojax.execution import runtime
from dtaojax.history import Panel, find_history, read_panel
from dtaojax.results.contract import ResultsError
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.studies.backtest.prices.config import BacktestConfig, load_backtest
from dtaojax.studies.backtest.prices.forecasters import Forecaster, HistoricalSimulation, RandomWalk
from dtaojax.studies.backtest.prices.groups import BASKET_LABEL, MATURE, depth_labels, groups
from dtaojax.studies.backtest.prices.page.page import render_backtest
from dtaojax.studies.backtest.prices.result import (
    ALLOWED,
    HEADLINE_LEVEL,
    HEADLINE_VAR,
    TABLES,
    BacktestResults,
)
from dtaojax.studies.backtest.prices.roll import Outcomes, RollPlan, roll
from dtaojax.studies.backtest.prices.score_tables import (
    coverage_table,
    crps_table,
    exceedance_table,
    pit_table,
    shortfall_table,
    skill_table,
)
from dtaojax.studies.backtest.study import leave_results, provenance
from dtaojax.studies.shared.trust import BackTest, trust_of_back_test

_WARM_UP_DAYS: Final = 60
"""History before the first origin, where the config does not name one [days]."""


@dataclass(frozen=True)
class BacktestInputs:
    """A config, the history it names, and the origins that both allow."""

    config: BacktestConfig
    file: Path
    panel: Panel
    plan: RollPlan


def read_backtest(config_file: Path, overrides: Sequence[str]) -> BacktestInputs:
    """Read a config and its history.

    Raises:
        ConfigError: the config is wrong, or does not fit the history.
        HistoryError: the history is wrong.
    """
    config = load_backtest(config_file, overrides)
    file = find_history(config.history.file, config_file.parent)
    panel = read_panel(file, config.history.source)
    origins = _origins(config, panel, str(config_file))
    forecast, judgement = config.forecast, config.judgement
    plan = RollPlan(
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
    """Return the days that are origins: those asked for on which prices are known."""
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
    """Roll the forecasts, score them, and write tables and report.

    Args:
        inputs: config and history.
        folder: for the results; made if it does not exist.
        progress: told the number of origins done.

    Returns:
        The report's path.

    Raises:
        ResultsError: the folder cannot be written, or nothing could be judged.
    """
    return leave_results(folder, TABLES, lambda: _judged(inputs, folder, progress), render_backtest)


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


def _manifest(
    inputs: BacktestInputs, outcomes: Outcomes, wall_times: dict[str, float]
) -> dict[str, Any]:
    config, panel, plan = inputs.config, inputs.panel, inputs.plan
    dates = panel.dates[list(plan.origins)]
    return {
        **provenance(config, "Did the forecasts hold?"),
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


_DIGITS: Final[Mapping[str, int]] = {"prices": 6, "baskets": 2}
"""Decimals of a coverage that its errors allow: there is one basket a day, known to points."""
_EXCEEDED: Final = (1.0 / 3.0, 2.0)
"""How often a loss may be beyond the VaR, in times of what is promised."""


def held_so_far_ahead(config: BacktestConfig, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the badge of the first forecaster, for the manifest; JSON types only.

    Args:
        config: of the back-test.
        tables: ``coverage`` and ``exceedances``.
    """
    name = config.forecast.forecasters[0]
    coverage, exceedances = (
        tables[key][tables[key]["forecaster"] == name] for key in ("coverage", "exceedances")
    )
    tests = [
        *_intervals("prices", coverage, MATURE),
        *_losses(exceedances),
        *_intervals("baskets", coverage, BASKET_LABEL),
    ]
    return trust_of_back_test(f"{name.replace('_', ' ')}, learnt anew as time went on", tests)


def _intervals(kind: str, coverage: pd.DataFrame, group: str) -> Iterator[BackTest]:
    for horizon, row in _nearest(coverage, group, HEADLINE_LEVEL):
        apart = abs(round(row["coverage"], _DIGITS[kind]) - row["level"])
        held = apart <= ALLOWED + 1e-9
        figure = f"{row['level']:.0%} intervals held {row['coverage']:.1%} of outcomes"
        yield BackTest(kind, horizon, horizon, False, bool(held), "", figure)


def _losses(exceedances: pd.DataFrame) -> Iterator[BackTest]:
    for horizon, row in _nearest(exceedances, MATURE, HEADLINE_VAR):
        least, most = (times * (1.0 - row["level"]) for times in _EXCEEDED)
        held = least <= row["rate"] <= most
        figure = f"{row['rate']:.2%} were beyond the VaR {row['level']:.0%}"
        yield BackTest("losses", horizon, horizon, False, bool(held), "", figure)


def _nearest(table: pd.DataFrame, group: str, level: float) -> Iterator[tuple[float, pd.Series]]:
    """Yield horizons [days], rising, and a group's row of the level nearest to the one wanted."""
    rows = table[table["group"] == group]
    for horizon in sorted(set(rows["horizon"])):
        found = rows[rows["horizon"] == horizon]
        yield float(horizon), found.iloc[(found["level"] - level).abs().argmin()]
