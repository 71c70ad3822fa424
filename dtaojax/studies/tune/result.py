"""The result of a search, and its files: JSON, iterates, a config to go on with, and the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from dtaojax.config.config import Config
from dtaojax.gradients.measure_names import MEASURES
from dtaojax.mechanism.presets import PRESETS
from dtaojax.metrics.estimate import Estimate, as_numbers
from dtaojax.schema.strict import filled_title
from dtaojax.studies.shared.study import PAGE, Files
from dtaojax.studies.shared.trust import trust
from dtaojax.studies.tune.config import TuneConfig
from dtaojax.studies.tune.page.page import render_tune
from dtaojax.studies.tune.problem import Problem, Trace
from dtaojax.studies.tune.search import FrontierPoint, Variant

FILES: Final = ("iterates.csv", "tuned.toml", "tune.json", PAGE)

_EDGE = 1e-3
"""A parameter nearer to a bound than this part of its range is at the bound."""


class Compared(NamedTuple):
    """One measure at several settings on the same paths.

    Attributes:
        measure: name of the measure.
        at: estimates by setting, the start first.
        change: changes of each later setting against the start, paired path by path.
    """

    measure: str
    at: tuple[Estimate, ...]
    change: tuple[Estimate, ...]


class TuneResult(NamedTuple):
    """A finished search and its verification."""

    tune: TuneConfig
    config: Config
    network: str
    objective: Problem
    start: np.ndarray
    variants: tuple[Variant, ...]
    best: Variant
    frontier: list[FrontierPoint]
    rival: Trace | None
    settings: tuple[Mapping[str, Any], ...]
    held_out: list[Compared]
    elsewhere: dict[str, list[Compared]]
    made: dict[str, Any]


def files_of(result: TuneResult) -> Files:
    """Return the content of every file that a search leaves."""
    content = as_plain(result)
    return {
        "iterates.csv": _iterates(result),
        "tuned.toml": _toml(result),
        "tune.json": content,
        PAGE: render_tune(content),
    }


def as_plain(result: TuneResult) -> dict[str, Any]:
    """Return the result as JSON types."""
    tune, best = result.tune, result.best
    subnets = int(best.simulation.parameter_map.base.subnets.registered_at.shape[0])
    an_evaluation = best.simulation.portion.subnet_steps(subnets)
    trace = best.searched.winner
    names = result.objective.names
    optimum = result.settings[1]
    parameters = [
        {
            "key": each.key,
            "start": each.start,
            "low": each.low,
            "high": each.high,
            "found": optimum[each.key],
            "at_bound": "low" if unit < _EDGE else "high" if unit > 1.0 - _EDGE else None,
        }
        for each, unit in zip(best.parameters, best.searched.best.unit, strict=True)
    ]
    rival = None
    if result.rival is not None:
        rival = {
            "evaluations": len(result.rival.points),
            "reached": result.rival.reached(best.searched.best),
            "overtaken": trace.reached(result.rival.best),
            "objective": result.rival.best.objective,
            "violation": result.rival.best.violation,
            "found": {key: result.settings[2][key] for key in optimum},
        }
    return {
        "title": filled_title(
            tune.title or f"Tuning {result.config.mechanism.preset}", result.config.run.horizon_days
        ),
        "config": tune.model_dump(mode="json"),
        "config_hash": result.config.config_hash,
        "trust": trust(result.config),
        "since_then": PRESETS[result.config.mechanism.preset].since_then,
        "network": result.network,
        "horizon_days": result.config.run.horizon_days,
        "verify_step_blocks": tune.verify.step_blocks or result.config.run.step_blocks,
        "subnets": subnets,
        "glossary": {name: MEASURES[name]._asdict() for name in names},
        "start_means": dict(zip(names, map(float, result.start), strict=True)),
        "constraints": [each._asdict() for each in result.objective.constraints],
        "choice": best.choice,
        "variants": [
            {
                "choice": variant.choice,
                "objective": variant.searched.best.objective,
                "violation": variant.searched.best.violation,
                "starts": [
                    {
                        "objective": each.best.objective,
                        "violation": each.best.violation,
                        "evaluations": len(each.points),
                        "settled": each.settled,
                    }
                    for each in variant.searched.traces
                ],
            }
            for variant in result.variants
        ],
        "parameters": parameters,
        "objective_by_step": [point.objective for point in trace.points],
        "violation_by_step": [point.violation for point in trace.points],
        "gradient_evaluations": best.evaluations,
        "evaluation_subnet_steps": an_evaluation,
        "derivative": best.simulation.derivative,
        "objective": best.searched.best.objective,
        "rival": rival,
        "frontier": [
            {
                "bound": point.bound,
                "feasible": point.feasible,
                "means": dict(zip(names, map(float, point.means.value), strict=True)),
                "errors": dict(zip(names, map(float, point.means.standard_error), strict=True)),
            }
            for point in result.frontier
        ],
        "agreement": [
            {
                **check._asdict(),
                "measure": names[check.measure],
                "parameter": best.parameters[check.parameter].key,
            }
            for check in best.searched.checks
        ],
        "held_out": _compared(result.held_out),
        "elsewhere": {name: _compared(found) for name, found in result.elsewhere.items()},
        "made": result.made,
    }


def _compared(found: list[Compared]) -> list[dict[str, Any]]:
    return [
        {
            "measure": each.measure,
            "better": MEASURES[each.measure].better,
            "at": [as_numbers(estimate) for estimate in each.at],
            "change": [as_numbers(estimate) for estimate in each.change],
        }
        for each in found
    ]


def _iterates(result: TuneResult) -> pd.DataFrame:
    """Tabulate every point that a search came through, a row each."""
    rows = []
    for variant in result.variants:
        keys = [each.key for each in variant.parameters]
        for number, trace in enumerate(variant.searched.traces):
            for step, point in enumerate(trace.points):
                values = variant.simulation.box.values(point.unit)
                rows.append(
                    {
                        **variant.choice,
                        "start": number,
                        "step": step,
                        "objective": point.objective,
                        "violation": point.violation,
                        **dict(zip(keys, values, strict=True)),
                        **dict(zip(result.objective.names, point.means, strict=True)),
                    }
                )
    return pd.DataFrame(rows)


def _toml(result: TuneResult) -> str:
    """Write the settings as ``--set`` takes them, in a file to read."""
    title = filled_title(result.tune.title or "a search", result.config.run.horizon_days)
    lines = [f"# Found by {title}. Use with: dtaojax run CONFIG", "#"]
    lines += [f"#   --set {key}={_literal(value)}" for key, value in result.settings[1].items()]
    lines.append("")
    for key, value in result.settings[1].items():
        lines.append(f"{key} = {_literal(value)}")
    return "\n".join(lines) + "\n"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)
