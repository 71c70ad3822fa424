"""Three optimizers on the unit box under constraints: SLSQP, projected Adam and CMA-ES."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
import optax
from scipy import optimize

from dtaojax.gradients.errors import TuneError
from dtaojax.gradients.expectation import Outcome
from dtaojax.gradients.parameter_map import Unit
from dtaojax.studies.tune.problem import (
    TOLERANCE,
    Differentiate,
    Iterate,
    Penalty,
    Problem,
    Trace,
    iterate,
    penalised_gradient,
)

_PRECISION = 1e-6
"""Change of the objective, in units of the start, at which the method stops."""


def sqp(
    problem: Problem,
    differentiate: Differentiate,
    start: Unit,
    iterations: int,
    progress: Callable[[Iterate], None],
) -> Trace:
    """Minimise the objective under its constraints by SLSQP (Kraft 1988), as SciPy has it.

    On fixed paths the objective is a smooth function but for kinks, and its derivatives are exact,
    so that a method of second order settles within few steps where one of first order creeps along
    a constraint. At a kink it may give up; it has not settled then.

    Args:
        problem: the objective and its constraints.
        differentiate: evaluates a point.
        start: first point, within the box.
        iterations: largest number of steps; a line search may take several evaluations for one.
        progress: receives every point.
    """
    seen: list[tuple[Iterate, Outcome]] = []

    def at(unit: Unit) -> tuple[Iterate, Outcome]:
        # SciPy asks for objective, constraints and both derivatives one after the other at the
        # same point; each evaluation is a simulation, so only the first of them is computed.
        for known in reversed(seen):
            if np.array_equal(known[0].unit, unit):
                return known
        outcome = differentiate(unit)
        # SLSQP changes its point in place.
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
    return Trace(tuple(point for point, _ in seen), bool(found.success))


_UPDATE_EVERY = 10
"""Steps between two updates of the multipliers."""

_STIFFNESS = 10.0
_STIFFER = 4.0
"""First stiffness of the penalty, and the factor by which it grows where constraints lag [-]."""

_LAST_STEP = 0.05
"""Last learning rate as a part of the first [-]."""

_STILL = 2e-4
_STILL_FOR = 5
"""Length of a step that counts as none, and steps of that kind after which a search has settled."""


def descend(
    problem: Problem,
    differentiate: Differentiate,
    start: Unit,
    iterations: int,
    learning_rate: float,
    progress: Callable[[Iterate], None],
) -> Trace:
    """Search from ``start`` within the unit box by projected Adam on an augmented Lagrangian.

    Adam (Kingma and Ba, 2015) by optax with a step that falls along a cosine, each step projected
    onto the box; the multipliers are updated every few steps. The paths are the same in every
    evaluation, so the objective is a fixed function and the best point seen is well defined.

    Args:
        problem: the objective and its constraints.
        differentiate: evaluates a point.
        start: first point, within the box.
        iterations: largest number of steps.
        learning_rate: first step, as a part of the box.
        progress: receives every point.
    """
    schedule = optax.cosine_decay_schedule(learning_rate, iterations, alpha=_LAST_STEP)
    adam = optax.adam(schedule)
    at = jnp.asarray(start)
    memory = adam.init(at)
    penalty = Penalty(np.zeros(len(problem.constraints)), _STIFFNESS)
    seen: list[Iterate] = []
    still, last_violation = 0, np.inf
    for number in range(iterations):
        outcome = differentiate(np.asarray(at))
        here = iterate(problem, np.asarray(at), outcome)
        seen.append(here)
        progress(here)
        gradient = penalised_gradient(problem, penalty, outcome)
        # The projection follows Adam's step and not its gradient: momentum that points out of the
        # box is cut off each time, and no constraint for the box is needed.
        step, memory = adam.update(jnp.asarray(gradient), memory)
        moved = optax.projections.projection_box(at + step, 0.0, 1.0)
        still = still + 1 if float(jnp.max(jnp.abs(moved - at))) < _STILL else 0
        at = moved
        if number % _UPDATE_EVERY == _UPDATE_EVERY - 1:
            # Stiffer only where a violation has not shrunk by as much: a penalty that is stiffer
            # than it must be makes the next steps creep along the constraint.
            lagging = here.violation > max(TOLERANCE, last_violation / _STIFFER)
            penalty = penalty.updated(here.excess, _STIFFER if lagging else 1.0)
            last_violation = here.violation
        if still >= _STILL_FOR:
            break
    return Trace(tuple(seen), still >= _STILL_FOR)


_FIRST_SPREAD = 0.2
"""First standard deviation of CMA-ES, as a part of the box [-]."""

Measure = Callable[[Unit], Outcome]


def evolve(
    problem: Problem,
    measure: Measure,
    start: Unit,
    evaluations: int,
    population: int | None,
    seed: int,
) -> Trace:
    """Minimise the objective under its constraints without derivatives.

    Covariance matrix adaptation (Hansen, "The CMA evolution strategy: a tutorial", 2016) by the
    package cma, bounded to the unit box, with that package's augmented Lagrangian for the
    constraints.

    Args:
        problem: the objective and its constraints.
        measure: evaluates a point.
        start: first point, within the box; evaluated first.
        evaluations: largest number of evaluations.
        population: a generation; None for the method's own.
        seed: seed of the method's random numbers.

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
    # A start on a bound would put half of the first generation out of the box.
    strategy = cma.CMAEvolutionStrategy(np.clip(start, 0.02, 0.98), _FIRST_SPREAD, options)
    seen: list[Iterate] = []

    def at(point: np.ndarray) -> Iterate:
        unit = np.clip(point, 0.0, 1.0)
        # Objective and constraints are asked for one after the other at the same point.
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
    return Trace(tuple(seen), settled="maxfevals" not in strategy.stop())
