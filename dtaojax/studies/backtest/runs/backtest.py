"""Back-tests of whole runs: configs of runs and later states in, scores and a page out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from dtaojax import chain
from dtaojax.config.schedule import describe_changes, rules_at
from dtaojax.execution import runtime
from dtaojax.history import find_history
from dtaojax.inputs import Inputs, read_inputs
from dtaojax.mechanism.config import RulesConfig
from dtaojax.network import NetworkTable
from dtaojax.network.outcome import NetworkOutcome, read_outcomes
from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.scoring.scores import brier
from dtaojax.studies.article.record import Record
from dtaojax.studies.backtest.runs.config import (
    OutcomeConfig,
    RunBacktestConfig,
    StartConfig,
    load_run_backtest,
)
from dtaojax.studies.backtest.runs.look_ahead import looks_ahead
from dtaojax.studies.backtest.runs.page.page import render_run_backtest
from dtaojax.studies.backtest.runs.result import TABLES, RunBacktestResults
from dtaojax.studies.backtest.runs.scores import places, score_network, score_subnets, tenths
from dtaojax.studies.backtest.study import leave_results, provenance
from dtaojax.studies.ledger.record import RELATIVE
from dtaojax.studies.shared.observed import Observed, observe_outcome
from dtaojax.studies.shared.trace import trace_at
from dtaojax.studies.shared.trust import trust

FORECAST: Final = "forecast"
"""The run that is judged."""


@dataclass(frozen=True)
class Leg:
    """A start, the runs from it, and the states that came.

    Attributes:
        config: config of the start, with the changes of all starts.
        runs: inputs of the runs by name, the one that is judged first.
        outcomes: later states, the earliest first.
        seen_later: sentences on figures that were fitted to data after the start.
    """

    config: StartConfig
    runs: Mapping[str, Inputs]
    outcomes: Sequence[NetworkOutcome]
    seen_later: Sequence[str]

    @property
    def start(self) -> NetworkTable:
        """The state from which is forecast."""
        return self.runs[FORECAST].network

    def days(self, outcome: NetworkOutcome) -> float:
        """Return the time from the start to an outcome [days]."""
        return (outcome.state.block - self.start.block) / chain.BLOCKS_PER_DAY

    def rules_at(self, block: int) -> RulesConfig:
        """Return the rules by which the run judges the block after one."""
        return rules_at(self.runs[FORECAST].config, self.start.block, block)


@dataclass(frozen=True)
class RunBacktestInputs:
    """A config, and all that it names."""

    config: RunBacktestConfig
    legs: Sequence[Leg]

    @property
    def n_runs(self) -> int:
        """Number of runs to simulate."""
        return sum(len(leg.runs) for leg in self.legs)


def read_run_backtest(config_file: Path, overrides: Sequence[str]) -> RunBacktestInputs:
    """Read a config, the runs that it names, and the states that came.

    The horizon of a run is set to its last state.

    Raises:
        ConfigError: a config is wrong, or has figures that were fitted to data after the start.
        NetworkError: a network or an outcome is wrong.
        HistoryError: a history is wrong.
    """
    config = load_run_backtest(config_file, overrides)
    starts = config.in_turn(config_file.stem)
    legs = [_leg(config, start, config_file) for start in starts]
    problems = [
        Problem(f"starts.{leg.config.name}" if config.starts else "run", text)
        for leg in legs
        for text in leg.seen_later
    ]
    if problems and not config.looks_ahead:
        fix = Problem("looks_ahead", "is false; set it to true to have this named on the page")
        raise ConfigError(str(config_file), [*problems, fix])
    return RunBacktestInputs(config, legs)


def _leg(config: RunBacktestConfig, start: StartConfig, config_file: Path) -> Leg:
    run = config.beside(start.run)
    # The horizon may not be long enough for all changes of the rules before it is known.
    begun = read_inputs(run, start.changes)
    files = [(_found(each, config_file.parent), each.block) for each in start.outcomes]
    outcomes = read_outcomes(files, begun.network)
    last = (outcomes[-1].state.block - begun.network.block) / chain.BLOCKS_PER_DAY
    horizon = f"run.horizon_days={max(1, int(np.ceil(last)))}"
    changes = {
        FORECAST: start.changes,
        config.rival_name: (*start.changes, *(start.rival or ())),
    }
    runs = {name: read_inputs(run, [*made, horizon]) for name, made in changes.items()}
    seen = looks_ahead(runs[FORECAST].config, begun.network.block)
    return Leg(start, runs, outcomes, seen)


def _found(outcome: OutcomeConfig, beside: Path) -> Path | str:
    """Return the file of an outcome, or the name of an embedded network."""
    is_name = Path(outcome.file).name == outcome.file and not Path(outcome.file).suffix
    return outcome.file if is_name else find_history(outcome.file, beside)


def run_run_backtest(
    inputs: RunBacktestInputs, folder: Path, progress: Callable[[int], None] = lambda done: None
) -> Path:
    """Simulate all runs, score them against what came, and write tables and page.

    Args:
        inputs: config, runs and outcomes.
        folder: for the results; made if it does not exist.
        progress: told the number of runs done.

    Returns:
        The page's path.

    Raises:
        ResultsError: the folder cannot be written, or holds what was read.
    """
    return leave_results(folder, TABLES, lambda: _scored(inputs, progress), render_run_backtest)


def _scored(inputs: RunBacktestInputs, progress: Callable[[int], None]) -> RunBacktestResults:
    started, done = time.perf_counter(), 0
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    legs = []
    for leg in inputs.legs:
        runtime.configure(leg.runs[FORECAST].config.run.precision)
        days = [leg.days(outcome) for outcome in leg.outcomes]
        records: dict[str, Record] = {}
        for name, run in leg.runs.items():
            records[name] = trace_at(run, [run.config.run.step_of(day) for day in days])
            done += 1
            progress(done)
        for table, row in _rows(leg, records, inputs.config.levels):
            rows[table].append({"start": leg.config.name, **row})
        legs.append(_told(leg, records))
    wall = {"total_s": time.perf_counter() - started}
    tables = {name: pd.DataFrame(found) for name, found in rows.items()}
    return RunBacktestResults(_manifest(inputs, legs, wall), tables)


def _rows(
    leg: Leg, records: Mapping[str, Record], levels: Sequence[float]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of a table and a row of it."""
    for moment, outcome in enumerate(leg.outcomes, 1):
        at = {"day": leg.days(outcome), "block": outcome.state.block}
        seen = observe_outcome(leg.rules_at(outcome.state.block), outcome)
        for table, row in (
            *_of_subnets(leg, moment, seen, records, levels),
            *_of_network(moment, seen, records, levels),
            *_of_events(outcome, moment, seen, records),
        ):
            yield table, {**at, **row}


def _of_subnets(
    leg: Leg,
    moment: int,
    seen: Observed,
    records: Mapping[str, Record],
    levels: Sequence[float],
) -> Iterator[tuple[str, dict[str, Any]]]:
    first = records[FORECAST]
    seed = leg.runs[FORECAST].config.run.seed + moment
    for name, came in seen.gauges.items():
        start = first.gauges[name][0, 0]
        # In units of the start, so that a cheap subnet weighs as much as an expensive one.
        unit = np.where(start > 0.0, start, 1.0) if name in RELATIVE else np.ones_like(start)
        samples = {
            label: record.gauges[name][record.finite, moment] / unit
            for label, record in records.items()
        }
        came = came / unit
        place = places(samples[FORECAST], came, seed)
        scores = score_subnets(samples, came, start / unit, levels, place)
        yield "subnets", {"quantity": name, **scores}
        for tenth, part in enumerate(tenths(place), 1):
            yield "pit", {"quantity": name, "tenth": tenth, "part": part}


def _of_network(
    moment: int,
    seen: Observed,
    records: Mapping[str, Record],
    levels: Sequence[float],
) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, came in seen.scalars.items():
        samples = {
            label: record.scalars[name][record.finite, moment] for label, record in records.items()
        }
        start = float(records[FORECAST].scalars[name][0, 0])
        yield "network", {"quantity": name, **score_network(samples, came, start, levels)}


def _of_events(
    outcome: NetworkOutcome, moment: int, seen: Observed, records: Mapping[str, Record]
) -> Iterator[tuple[str, dict[str, Any]]]:
    first = records[FORECAST]
    happened = {}
    if seen.falls is not None:
        happened["below_bar" if "below_bar" in first.events else "unpaid"] = seen.falls
    if "deregistered" in first.events:
        happened["deregistered"] = outcome.gone
    for name, came in happened.items():
        chances = {
            label: record.events[name][record.finite, moment].mean(axis=0)
            for label, record in records.items()
        }
        scores = {f"brier_{label}": brier(chance, came) for label, chance in chances.items()}
        now = first.events[name][0, 0].astype(float)
        yield (
            "events",
            {
                "event": name,
                "happened": int(came.sum()),
                "expected": float(chances[FORECAST].sum()),
                **scores,
                "brier_unchanged": brier(now, came),
            },
        )


def _told(leg: Leg, records: Mapping[str, Record]) -> dict[str, Any]:
    """Return what the manifest tells of a start."""
    config, start = leg.runs[FORECAST].config, leg.start
    return {
        "name": leg.config.name,
        "network": start.name,
        "block": start.block,
        "rules": [
            {"preset": config.mechanism.preset, "block": start.block, "day": 0.0},
            *describe_changes(config, start.block),
        ],
        "paths": config.run.paths,
        "seed": config.run.seed,
        "run": {
            name: {
                "config_hash": part.config.config_hash,
                "behaviour": part.config.behaviour.fit,
                "paths": int(records[name].finite.sum()),
                "lost": int((~records[name].finite).sum()),
            }
            for name, part in leg.runs.items()
        },
        "outcomes": [
            {"name": each.state.name, "day": leg.days(each), "knows": list(each.knows)}
            for each in leg.outcomes
        ],
        "assumed": list(start.notes),
        "given": list(leg.config.given),
        "trust": trust(config),
        "looks_ahead": list(leg.seen_later),
    }


def _manifest(
    inputs: RunBacktestInputs, legs: Sequence[dict[str, Any]], wall_times: dict[str, float]
) -> dict[str, Any]:
    return {
        **provenance(inputs.config, "Did the whole forecast hold?"),
        "starts": list(legs),
        "versions": runtime.versions(),
        "wall_times": wall_times,
    }
