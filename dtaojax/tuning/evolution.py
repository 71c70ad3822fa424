"""The rival of the gradient: CMA-ES on the same objective."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from dtaojax.tuning.box import Unit
from dtaojax.tuning.descent import Iterate, iterate
from dtaojax.tuning.errors import TuneError
from dtaojax.tuning.expectation import Outcome
from dtaojax.tuning.problem import Problem

_FIRST_SPREAD = 0.2
_PENALTY = 10.0

Measure = Callable[[Unit], Outcome]


class Evolution(NamedTuple):
    """A finished search.

    Attributes:
        best: the point to take.
        evaluations: that were spent.
        reached: evaluations after which a target's rank was reached; None if it never was.
    """

    best: Iterate
    evaluations: int
    reached: int | None


def evolve(
    problem: Problem,
    measure: Measure,
    start: Unit,
    evaluations: int,
    population: int | None,
    seed: int,
    target: Iterate | None,
) -> Evolution:
    """Minimises the objective plus ten times the violation of the constraints.

    Covariance matrix adaptation (Hansen, "The CMA evolution strategy: a tutorial", 2016) by the
    package cma, bounded to the unit box.

    Args:
        problem: the objective and its constraints.
        measure: evaluates a point.
        start: within the box.
        evaluations: at most.
        population: a generation; None for the method's own.
        seed: of the method's random numbers.
        target: a point to be matched.

    Raises:
        TuneError: the package is not installed.
    """
    try:
        import cma
    except ImportError:
        raise TuneError(
            "evolution.evaluations asks for the package cma: pip install 'dtaojax[tune]', or set "
            "evolution.evaluations to 0"
        ) from None
    if len(start) < 2:
        raise TuneError("evolution.evaluations: CMA-ES needs at least two parameters; set it to 0")
    options = {
        "bounds": [0.0, 1.0],
        "maxfevals": evaluations,
        "seed": seed % (2**31 - 1) + 1,
        "verbose": -9,
    }
    if population is not None:
        options["popsize"] = population
    strategy = cma.CMAEvolutionStrategy(np.clip(start, 0.02, 0.98), _FIRST_SPREAD, options)
    best: Iterate | None = None
    spent, reached = 0, None
    while not strategy.stop():
        points = strategy.ask()
        costs = []
        for point in points:
            unit = np.clip(point, 0.0, 1.0)
            here = iterate(problem, unit, measure(unit))
            spent += 1
            if best is None or here.rank < best.rank:
                best = here
            if reached is None and target is not None and best.rank <= target.rank:
                reached = spent
            costs.append(here.objective + _PENALTY * here.violation)
        strategy.tell(points, costs)
    assert best is not None
    return Evolution(best, spent, reached)
