"""The search over plans for every budget, and the measurement of each plan on fresh paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from dtaojax.demand.shock.attack import AttackPlan
from dtaojax.engine.rollout import sample
from dtaojax.gradients.errors import TuneError
from dtaojax.gradients.expectation import Portion
from dtaojax.metrics.estimate import Estimate, mean_of_sample
from dtaojax.studies.stress.config import AttackConfig, StressConfig
from dtaojax.studies.stress.episode import FIGURES, Climbed, Episode, Watched
from dtaojax.studies.stress.optimizer import (
    Found,
    at_once,
    climb,
    mean_slope,
    nothing,
    random_plans,
    spread,
)

IDLE = "no attack"


class AttackSearch(NamedTuple):
    """A world under attack on fixed paths, in which a plan is searched."""

    episode: Episode
    portion: Portion
    stress: StressConfig

    @property
    def shape(self) -> tuple[int, int]:
        """Periods and subnets of a plan."""
        periods, places = self.episode.attack.plan.spend.shape
        return periods, places


class BudgetPlans(NamedTuple):
    """The plans for one budget.

    Attributes:
        budget: TAO that may be spent in all [TAO].
        by_strategy: the plans "at once", "evenly" and "found", in this order.
        found: course of the search.
        starts: names of its starts.
    """

    budget: float
    by_strategy: dict[str, AttackPlan]
    found: Found
    starts: tuple[str, ...]


class Measured(NamedTuple):
    """Figures of a plan on fresh paths.

    Attributes:
        budget: 0 for no attack [TAO].
        strategy: name of the strategy.
        at: means of the figures, by name.
        change: changes of target, smooth target and wealth against no attack, paired path by path.
            That of wealth is the attacker's net gain [TAO].
    """

    budget: float
    strategy: str
    at: dict[str, Estimate]
    change: dict[str, Estimate]


def search_plans(search: AttackSearch, progress: Callable[[str], None]) -> list[BudgetPlans]:
    """Search the worst plan for each budget, starting too from that for the next smaller one."""
    found: list[BudgetPlans] = []
    for budget in search.stress.attack.budgets:
        plans = _plans(search, budget, found[-1] if found else None, progress)
        found.append(plans)
    return found


def _plans(
    search: AttackSearch,
    budget: float,
    smaller: BudgetPlans | None,
    progress: Callable[[str], None],
) -> BudgetPlans:
    asked = search.stress.search
    buys, sells = _directions(search.stress.attack)
    plain = {
        "at once": at_once(search.shape[0], buys, sells, budget),
        "evenly": spread(search.shape[0], buys, sells, budget),
    }
    starts = dict(plain)
    if smaller is not None:
        # Scaled to the larger budget, the best plan for a smaller one is often near the best again.
        before = smaller.found.plan
        scaled = budget / smaller.budget
        starts["as for the smaller budget"] = AttackPlan(scaled * before.spend, before.sell)
    for number, plan in enumerate(
        random_plans(asked.random_starts, search.shape, budget, asked.seed)
    ):
        starts[f"random {number + 1}"] = plan

    def rise(plan: AttackPlan) -> tuple[float, AttackPlan]:
        figures, slopes = _sampled(Climbed(search.episode, plan), search.portion)
        return float(figures[:, FIGURES.index("smooth")].mean()), mean_slope(slopes)

    names = tuple(starts)
    best: dict[int, float] = {}

    def show(number: int, target: float) -> None:
        best[number] = max(target, best.get(number, -np.inf))

    found = climb(rise, list(starts.values()), budget, asked.iterations, asked.first_step, show)
    progress(
        f"{budget:g} TAO: "
        + ", ".join(f"{names[number]} {target:.6g}" for number, target in best.items())
    )
    return BudgetPlans(budget, plain | {"found": found.plan}, found, names)


def _directions(attack: AttackConfig) -> tuple[np.ndarray, np.ndarray]:
    """Choose the subnets that plain plans buy and those that they sell out of: a rival's."""
    places = attack.places
    rival = np.array([attack.target.startswith("rival") and n == attack.rival for n in places])
    if attack.target.startswith("rival"):
        return ~rival if not rival.all() else rival, rival
    return np.array([netuid == attack.own for netuid in places]), rival


def _sampled(function: Any, portion: Portion) -> Any:
    found = sample(function, portion.paths, portion.block_paths, portion.workers)
    for leaf in _leaves(found):
        lost = np.flatnonzero(~np.isfinite(leaf).reshape(len(leaf), -1).all(axis=1))
        if len(lost):
            raise TuneError(
                f"a figure or its derivative is not finite on {len(lost)} of {portion.paths} "
                f"paths, first on path {lost[0]}; calm the demand, or lower attack.budgets"
            )
    return found


def _leaves(found: Any) -> Sequence[np.ndarray]:
    if isinstance(found, np.ndarray):
        return [found]
    figures, slopes = found
    return [figures, *slopes]


def measure(episode: Episode, portion: Portion, plans: Sequence[BudgetPlans]) -> list[Measured]:
    """Measure every plan, and no attack, on the same fresh paths."""
    idle = _figures(episode, nothing(*episode.attack.plan.spend.shape), portion)
    found = [_measured(0.0, IDLE, idle, idle)]
    for each in plans:
        for strategy, plan in each.by_strategy.items():
            figures = _figures(episode, plan, portion)
            found.append(_measured(each.budget, strategy, figures, idle))
    return found


def _figures(
    episode: Episode, plan: AttackPlan, portion: Portion
) -> Float[np.ndarray, "paths figures"]:
    plan = AttackPlan(*(jnp.asarray(part) for part in plan))
    return _sampled(Watched(episode, plan), portion)


def _measured(budget: float, strategy: str, figures: np.ndarray, idle: np.ndarray) -> Measured:
    def column(values: np.ndarray, name: str) -> np.ndarray:
        return values[:, FIGURES.index(name)]

    return Measured(
        budget,
        strategy,
        {name: mean_of_sample(column(figures, name)) for name in FIGURES},
        {
            name: mean_of_sample(column(figures, name) - column(idle, name))
            for name in ("target", "smooth", "wealth", "refused")
        },
    )
