"""Search of second order: sequential quadratic programming."""

from collections.abc import Callable

import numpy as np
from scipy import optimize

from dtaojax.gradients.box import Unit
from dtaojax.gradients.expectation import Outcome
from dtaojax.studies.tune.search.problem import Problem
from dtaojax.studies.tune.search.trace import Differentiate, Iterate, Walk, iterate

_PRECISION = 1e-6
"""Change of the objective, in units of the start, at which the method stops."""


def sqp(
    problem: Problem,
    differentiate: Differentiate,
    start: Unit,
    iterations: int,
    progress: Callable[[Iterate], None],
) -> Walk:
    """Minimises the objective under its constraints by SLSQP (Kraft 1988), as SciPy has it.

    On fixed paths the objective is a smooth function but for kinks, and its derivatives are exact,
    so that a method of second order settles within few steps where one of first order creeps along
    a constraint. At a kink it may give up; it has not settled then.

    Args:
        problem: the objective and its constraints.
        differentiate: evaluates a point.
        start: within the box.
        iterations: at most; a line search may take several evaluations for one.
        progress: receives every point.
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
    return Walk(tuple(point for point, _ in seen), bool(found.success))
