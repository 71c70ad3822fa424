"""The result of an attack, its files: JSON, plans and their outcomes as tables, the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pandas as pd

from dtaojax.mechanism.presets import since_then
from dtaojax.metrics.estimate import Estimate
from dtaojax.network import NetworkTable
from dtaojax.schema.strict import filled_title
from dtaojax.studies.shared.study import PAGE, Files
from dtaojax.studies.stress.config import StressConfig
from dtaojax.studies.stress.page.page import render_stress
from dtaojax.studies.stress.search import BudgetPlans, Measured

FILES: Final = ("outcomes.csv", "plans.csv", "stress.json", PAGE)


class Attacked(NamedTuple):
    """All budgets under one set of rules.

    Attributes:
        rules: name of the preset.
        step_blocks: step of the measurement [blocks].
        starts_empty: True where shares follow averages of flows that the network file lacks.
        plans: plans by budget.
        measured: no attack first, then every plan.
    """

    rules: str
    step_blocks: int
    starts_empty: bool
    plans: list[BudgetPlans]
    measured: list[Measured]


class StressResult(NamedTuple):
    """A finished study of an attack."""

    stress: StressConfig
    config_hashes: dict[str, str]
    trust: dict[str, Any]
    network: NetworkTable
    horizon_days: float
    attacked: tuple[Attacked, ...]
    made: dict[str, Any]


def files_of(result: StressResult) -> Files:
    """Return the content of every file that a study of an attack leaves."""
    content = as_plain(result)
    return {
        "outcomes.csv": pd.DataFrame(content["outcomes"]),
        "plans.csv": pd.DataFrame(content["plans"]),
        "stress.json": content,
        PAGE: render_stress(content),
    }


def as_plain(result: StressResult) -> dict[str, Any]:
    """Return the result as JSON types."""
    stress, network = result.stress, result.network
    attack = stress.attack
    names = {
        netuid: network.names[network.row_of(netuid)]
        for netuid in {*attack.places, attack.aimed_at}
    }
    return {
        "title": filled_title(stress.title or "An attack", result.horizon_days),
        "config": stress.model_dump(mode="json"),
        "config_hashes": result.config_hashes,
        "trust": result.trust,
        "since_then": " ".join(since_then(result.config_hashes)),
        "network": network.name,
        "names": {str(netuid): name for netuid, name in names.items()},
        "aimed_at": attack.aimed_at,
        "horizon_days": result.horizon_days,
        "rules": [each.rules for each in result.attacked],
        "step_blocks": {each.rules: each.step_blocks for each in result.attacked},
        "starting_empty": [each.rules for each in result.attacked if each.starts_empty],
        "outcomes": [row for each in result.attacked for row in _outcomes(each)],
        "plans": [row for each in result.attacked for row in _plans(each, attack.places)],
        "searches": [
            {
                "rules": each.rules,
                "budget": plans.budget,
                "start": name,
                "first": targets[0],
                "best": max(targets),
                "taken": plans.found.start == number,
            }
            for each in result.attacked
            for plans in each.plans
            for number, (name, targets) in enumerate(
                zip(plans.starts, plans.found.targets, strict=True)
            )
        ],
        "made": result.made,
    }


def _flat(name: str, estimate: Estimate) -> dict[str, float]:
    return {f"{name}_{part}": float(number) for part, number in estimate._asdict().items()}


def _outcomes(attacked: Attacked) -> Iterator[dict[str, Any]]:
    """Yield one row a budget and a strategy."""
    for each in attacked.measured:
        row: dict[str, Any] = {
            "rules": attacked.rules,
            "budget": each.budget,
            "strategy": each.strategy,
        }
        for name, estimate in each.at.items():
            row |= _flat(name, estimate)
        for name, estimate in each.change.items():
            row |= _flat(f"{name}_change", estimate)
        yield row


def _plans(attacked: Attacked, places: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Yield one row a budget, a strategy, a period and a subnet."""
    for plans in attacked.plans:
        for strategy, plan in plans.by_strategy.items():
            for period in range(plan.spend.shape[0]):
                for place, netuid in enumerate(places):
                    yield {
                        "rules": attacked.rules,
                        "budget": plans.budget,
                        "strategy": strategy,
                        "period": period,
                        "netuid": netuid,
                        "spend": float(plan.spend[period, place]),
                        "sell": float(plan.sell[period, place]),
                    }
