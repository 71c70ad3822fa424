"""The end of a search: sequential quadratic programming from the best point of the descent."""

from collections.abc import Callable

import numpy as np
from scipy import optimize

from dtaojax.tuning.box import Unit
from dtaojax.tuning.descent import Differentiate, Iterate, iterate
from dtaojax.tuning.expectation import Outcome
from dtaojax.tuning.problem import Problem

_PRECISION = 1e-6
"""Change of the objective, in units of the start, at which the method stops."""


def polish(
    problem: Problem,
    differentiate: Differentiate,
    start: Unit,
    iterations: int,
    progress: Callable[[Iterate], None],
) -> tuple[list[Iterate], bool]:
    """Minimises the objective under its constraints by SLSQP (Kraft 1988), as SciPy has it.

    On fixed paths the objective is a smooth function but for kinks, and its derivatives are exact,
    so that a method of second order settles within few steps where Adam still creeps along a
    constraint.

    Args:
        problem: the objective and its constraints.
        differentiate: evaluates a point.
        start: within the box.
        iterations: at most; a line search may take several evaluations for one.
        progress: receives every point.

    Returns:
        The points that were evaluated, and whether the method settled.
    """
    seen: list[tuple[Iterate, Outcome]] = []

    def at(unit: Unit) -> tuple[Iterate, Outcome]:
        for known in reversed(seen):
            if np.array_equal(known[0].unit, unit):
                return known
        outcome = differentiate(unit)
        here = iterate(problem, unit.copy(), outcome)
        seen.append((here, outcome))
        progress(here)
        return seen[-1]

    def slopes(unit: Unit) -> np.ndarray:
        return at(unit)[1].derivative.mean(axis=0)

    constraints = []
    if problem.constraints:
        constraints.append(
            {
                "type": "ineq",
                "fun": lambda unit: -at(unit)[0].excess,
                "jac": lambda unit: -problem.excess_gradient() @ slopes(unit),
            }
        )
    found = optimize.minimize(
        lambda unit: at(unit)[0].objective,
        start,
        jac=lambda unit: problem.objective_gradient() @ slopes(unit),
        method="SLSQP",
        bounds=[(0.0, 1.0)] * len(start),
        constraints=constraints,
        options={"maxiter": iterations, "ftol": _PRECISION},
    )
    return [point for point, _ in seen], bool(found.success)
