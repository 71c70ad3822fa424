"""Back-tests of whole runs: a run's config and later states in, scores and a page out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from dtaojax import __version__, chain
from dtaojax.backtest.whole import score_network, score_subnets
from dtaojax.config import RunBacktestConfig, load_run_backtest
from dtaojax.experiments.record import Record
from dtaojax.history import find_history
from dtaojax.ledger.record import RELATIVE
from dtaojax.network import NetworkTable
from dtaojax.network.outcome import Outcome, read_outcomes
from dtaojax.pipeline import runtime
from dtaojax.pipeline.inputs import Inputs, read_inputs
from dtaojax.pipeline.observed import observe_outcome
from dtaojax.pipeline.outputs import refuse_replacing
from dtaojax.pipeline.trace import trace_at
from dtaojax.pipeline.trust import trust
from dtaojax.report.run_backtest_page import write_run_backtest_page
from dtaojax.report.run_backtest_results import TABLES, RunBacktestResults
from dtaojax.results import SCHEMA_VERSION
from dtaojax.scoring.brier import brier
from dtaojax.storage import result_folder, write_json, writing

FORECAST: Final = "forecast"
"""The run that is judged."""


@dataclass(frozen=True)
class RunBacktestInputs:
    """A config, the runs it names, and the states that came."""

    config: RunBacktestConfig
    runs: Mapping[str, Inputs]
    outcomes: Sequence[Outcome]

    @property
    def start(self) -> NetworkTable:
        """The state from which is forecast."""
        return self.runs[FORECAST].network

    def days(self, outcome: Outcome) -> float:
        """Days from the start to an outcome."""
        return (outcome.state.block - self.start.block) / chain.BLOCKS_PER_DAY


def read_run_backtest(config_file: Path, overrides: Sequence[str]) -> RunBacktestInputs:
    """Read a config, the run that it names, and the states that came.

    The horizon of the run is set to the last state.

    Raises:
        ConfigError: a config is wrong.
        NetworkError: a network or an outcome is wrong.
        HistoryError: a history is wrong.
    """
    config = load_run_backtest(config_file, overrides)
    run, beside = config.beside(config.run), config_file.parent
    start = read_inputs(run, config.changes).network
    files = [find_history(outcome.file, beside) for outcome in config.outcomes]
    outcomes = read_outcomes(files, start)
    last = (outcomes[-1].state.block - start.block) / chain.BLOCKS_PER_DAY
    horizon = f"run.horizon_days={max(1, int(np.ceil(last)))}"
    changes = {FORECAST: config.changes, config.rival_name: (*config.changes, *config.rival)}
    runs = {name: read_inputs(run, [*made, horizon]) for name, made in changes.items()}
    return RunBacktestInputs(config, runs, outcomes)


def run_run_backtest(
    inputs: RunBacktestInputs, folder: Path, progress: Callable[[int], None] = lambda done: None
) -> Path:
    """Simulate both runs, score them against what came, and write tables and page.

    Args:
        inputs: config, runs and outcomes.
        folder: for the results; made if it does not exist.
        progress: told the number of runs done.

    Returns:
        The page's path.

    Raises:
        ResultsError: the folder cannot be written, or holds what was read.
    """
    files = ("report.html", "summary.json", *(f"{name}.parquet" for name in TABLES))
    refuse_replacing(folder, files)
    with result_folder(folder, "backtest") as new:
        _write(_scored(inputs, progress), new)
    return folder / "report.html"


def _scored(inputs: RunBacktestInputs, progress: Callable[[int], None]) -> RunBacktestResults:
    runtime.configure(inputs.runs[FORECAST].config.run.precision)
    started = time.perf_counter()
    days = [inputs.days(outcome) for outcome in inputs.outcomes]
    records: dict[str, Record] = {}
    for number, (name, run) in enumerate(inputs.runs.items(), 1):
        steps = [run.config.run.step_of(day) for day in days]
        records[name] = trace_at(run, steps)
        progress(number)
    tables = _tables(inputs, records)
    wall = {"total_s": time.perf_counter() - started}
    return RunBacktestResults(_manifest(inputs, records, wall), tables)


def _tables(inputs: RunBacktestInputs, records: Mapping[str, Record]) -> dict[str, pd.DataFrame]:
    levels = inputs.config.levels
    seed = inputs.runs[FORECAST].config.run.seed
    subnets, network, events = [], [], []
    first = next(iter(records.values()))
    for moment, outcome in enumerate(inputs.outcomes, 1):
        at = {"day": inputs.days(outcome), "block": outcome.state.block}
        seen = observe_outcome(inputs.runs[FORECAST].config.mechanism, outcome)
        for name, came in seen.gauges.items():
            start = first.gauges[name][0, 0]
            unit = np.where(start > 0.0, start, 1.0) if name in RELATIVE else np.ones_like(start)
            samples = {
                label: record.gauges[name][record.finite, moment] / unit
                for label, record in records.items()
            }
            came = came / unit
            scores = score_subnets(samples, came, start / unit, levels, seed + moment)
            subnets.append({**at, "quantity": name, **scores})
        for name, came in seen.scalars.items():
            samples = {
                label: record.scalars[name][record.finite, moment]
                for label, record in records.items()
            }
            start = float(first.scalars[name][0, 0])
            scores = score_network(samples, came, start, levels)
            network.append({**at, "quantity": name, **scores})
        falls = "below_bar" if "below_bar" in first.events else "unpaid"
        happened = {falls: seen.falls}
        if "deregistered" in first.events:
            happened["deregistered"] = outcome.gone
        for name, came in happened.items():
            now = first.events[name][0, 0]
            events.append(
                {
                    **at,
                    "event": name,
                    "happened": int(came.sum()),
                    "expected": float(first.events[name][first.finite, moment].mean(0).sum()),
                    **{
                        f"brier_{label}": brier(
                            record.events[name][record.finite, moment].mean(axis=0), came
                        )
                        for label, record in records.items()
                    },
                    "brier_unchanged": brier(now.astype(float), came),
                }
            )
    tables = {
        "subnets": pd.DataFrame(subnets),
        "network": pd.DataFrame(network),
        "events": pd.DataFrame(events),
    }
    assert tuple(tables) == TABLES
    return tables


def _write(results: RunBacktestResults, new: Path) -> None:
    """Write the tables, the summary, the page and the manifest."""
    with writing(new):
        for name, table in results.tables.items():
            table.to_parquet(new / f"{name}.parquet", index=False)
        write_json(new / "summary.json", results.summary())
        write_json(new / "manifest.json", results.manifest)
    write_run_backtest_page(results, new)


def _manifest(
    inputs: RunBacktestInputs, records: Mapping[str, Record], wall_times: dict[str, float]
) -> dict[str, Any]:
    config, run = inputs.config, inputs.runs[FORECAST].config
    return {
        "schema_version": SCHEMA_VERSION,
        "command": "backtest",
        "title": config.title or "Did the whole forecast hold?",
        "trust": trust(run),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "dtaojax_version": __version__,
        "config": config.model_dump(mode="json"),
        "config_hash": config.config_hash,
        "config_file": None if config.source is None else config.source.name,
        "run": {
            name: {
                "config_hash": part.config.config_hash,
                "behaviour": part.config.behaviour.fit,
                "paths": int(records[name].finite.sum()),
                "lost": int((~records[name].finite).sum()),
            }
            for name, part in inputs.runs.items()
        },
        "outcomes": [
            {"name": outcome.state.name, "day": inputs.days(outcome), "whole": outcome.has_pools}
            for outcome in inputs.outcomes
        ],
        "start": {"name": inputs.start.name, "block": inputs.start.block},
        "mechanism": run.mechanism.preset,
        "paths": run.run.paths,
        "seed": run.run.seed,
        "versions": runtime.versions(),
        "wall_times": wall_times,
    }
