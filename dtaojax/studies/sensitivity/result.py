"""The result of a study of sensitivities, and its files: JSON, three tables and the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pandas as pd

from dtaojax.config.config import Config
from dtaojax.gradients.headlines import Headline
from dtaojax.gradients.measure_names import HEADLINES
from dtaojax.gradients.parameter_map import Effect, Range
from dtaojax.mechanism.presets import PRESETS
from dtaojax.metrics.estimate import Estimate
from dtaojax.schema.strict import filled_title
from dtaojax.studies.sensitivity.config import SensitivityConfig
from dtaojax.studies.sensitivity.indices import Global, Slopes, Swing
from dtaojax.studies.sensitivity.page.page import render_sensitivity
from dtaojax.studies.shared.study import PAGE, Files
from dtaojax.studies.shared.trust import trust

TABLES: Final = ("local", "swings", "sobol")

FILES: Final = (*(f"{table}.csv" for table in TABLES), "sensitivity.json", PAGE)


class SensitivityResult(NamedTuple):
    """A finished study."""

    study: SensitivityConfig
    config: Config
    network: str
    ranges: tuple[Range, ...]
    effects: tuple[Effect, ...]
    headlines: tuple[Headline, ...]
    base: Estimate
    differentiated: tuple[int, ...]
    local: Slopes | None
    swings: list[Swing]
    whole: Global | None
    made: dict[str, Any]


def files_of(result: SensitivityResult) -> Files:
    """Return the content of every file that a study of sensitivities leaves."""
    content = as_plain(result)
    return {
        **{f"{table}.csv": pd.DataFrame(content[table]) for table in TABLES},
        "sensitivity.json": content,
        PAGE: render_sensitivity(content),
    }


def as_plain(result: SensitivityResult) -> dict[str, Any]:
    """Return the result as JSON types."""
    names = [each.name for each in result.headlines]
    whole = result.whole
    return {
        "title": filled_title(
            result.study.title or "What moves the numbers", result.config.run.horizon_days
        ),
        "config": result.study.model_dump(mode="json"),
        "config_hash": result.config.config_hash,
        "trust": trust(result.config),
        "mechanism": result.config.mechanism.preset,
        "since_then": PRESETS[result.config.mechanism.preset].since_then,
        "network": result.network,
        "horizon_days": result.config.run.horizon_days,
        "step_blocks": result.config.run.step_blocks,
        "headlines": [
            {"name": name, **HEADLINES[name]._asdict(), **_at(result.base, place)}
            for place, name in enumerate(names)
        ],
        "parameters": [
            {"key": each.key, "start": each.start, "low": each.low, "high": each.high}
            | {"effect": effect.value}
            for each, effect in zip(result.ranges, result.effects, strict=True)
        ],
        "local": list(_local(result)),
        "swings": list(_swings(result)),
        "sobol": [] if whole is None else list(_sobol(whole, names)),
        "design": None
        if whole is None
        else {
            "evaluations": whole.indices.evaluations,
            "numbers": [
                {
                    "headline": name,
                    "spread": float(whole.spread[place]),
                    "path_error": float(whole.noise[place]),
                    "gap_of_halves": float(
                        abs(
                            whole.halves[0].total.value[place] - whole.halves[1].total.value[place]
                        ).max()
                    ),
                }
                for place, name in enumerate(names)
            ],
        },
        "made": result.made,
    }


def _at(estimate: Estimate, place: int | tuple[int, int]) -> dict[str, float]:
    return {name: float(column[place]) for name, column in estimate._asdict().items()}


def _prefixed(prefix: str, record: dict[str, float]) -> dict[str, float]:
    return {f"{prefix}_{name}": number for name, number in record.items()}


def _local(result: SensitivityResult) -> Iterator[dict[str, Any]]:
    """Yield one row a headline and a parameter that can be differentiated by."""
    if result.local is None:
        return
    local = result.local
    checks = {(check.measure, check.parameter): check for check in local.checks}
    for place, headline in enumerate(result.headlines):
        for number, parameter in enumerate(result.differentiated):
            each, check = result.ranges[parameter], checks[place, number]
            by_range = _at(local.by_range, (place, number))
            yield {
                "headline": headline.name,
                "parameter": each.key,
                "at": float(local.values[number]),
                "zero": by_range["value"] == 0.0 and by_range["standard_error"] == 0.0,
                **_prefixed("by_range", by_range),
                **_prefixed("elasticity", _at(local.elasticities, (place, number))),
                "pathwise": check.pathwise,
                "difference": check.difference,
                "disagreement_error": check.error,
                "agrees": check.agrees,
            }


def _swings(result: SensitivityResult) -> Iterator[dict[str, Any]]:
    """Yield one row a headline and a parameter with the changes at both ends."""
    for place, headline in enumerate(result.headlines):
        for each, swing in zip(result.ranges, result.swings, strict=True):
            yield {
                "headline": headline.name,
                "parameter": each.key,
                "low": each.low,
                "high": each.high,
                **_prefixed("at_low", _at(swing.low, place)),
                **_prefixed("at_high", _at(swing.high, place)),
            }


def _sobol(whole: Global, names: list[str]) -> Iterator[dict[str, Any]]:
    """Yield one row a headline and a parameter with its first and total index."""
    orders = {"first": whole.indices.first, "total": whole.indices.total}
    for place, name in enumerate(names):
        for number, key in enumerate(whole.parameters):
            yield {
                "headline": name,
                "parameter": key,
                **{
                    f"{order}_{part}": float(table[place, number])
                    for order, index in orders.items()
                    for part, table in index._asdict().items()
                },
            }
