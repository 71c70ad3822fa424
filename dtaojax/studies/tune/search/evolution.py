"""The rival of the gradient: CMA-ES on the same objective."""

from collections.abc import Callable

import numpy as np

from dtaojax.gradients.box import Unit
from dtaojax.gradients.errors import TuneError
from dtaojax.gradients.expectation import Outcome
from dtaojax.studies.tune.search.problem import Problem
from dtaojax.studies.tune.search.trace import Iterate, Walk, iterate

_FIRST_SPREAD = 0.2

Measure = Callable[[Unit], Outcome]


def evolve(
    problem: Problem,
    measure: Measure,
    start: Unit,
    evaluations: int,
    population: int | None,
    seed: int,
) -> Walk:
    """Minimises the objective under its constraints without derivatives.

    Covariance matrix adaptation (Hansen, "The CMA evolution strategy: a tutorial", 2016) by the
    package cma, bounded to the unit box, with that package's augmented Lagrangian for the
    constraints.

    Args:
        problem: the objective and its constraints.
        measure: evaluates a point.
        start: within the box; evaluated first.
        evaluations: at most.
        population: a generation; None for the method's own.
        seed: of the method's random numbers.

    Returns:
        Every point that was evaluated; settled if the method stopped by itself.

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
    seen: list[Iterate] = []

    def at(point: np.ndarray) -> Iterate:
        unit = np.clip(point, 0.0, 1.0)
        if not seen or not np.array_equal(seen[-1].unit, unit):
            seen.append(iterate(problem, unit, measure(unit)))
        return seen[-1]

    def objective(point: np.ndarray) -> float:
        return at(point).objective

    def excess(point: np.ndarray) -> list[float]:
        return at(point).excess.tolist()

    at(start)
    if problem.constraints:
        penalised = cma.ConstrainedFitnessAL(objective, excess, logging=False, archives=False)
        strategy.optimize(penalised, verb_disp=0, callback=penalised.update)
    else:
        strategy.optimize(objective, verb_disp=0)
    return Walk(tuple(seen), settled="maxfevals" not in strategy.stop())
