"""The search's own arithmetic, on functions whose optimum is known."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from scipy import optimize

from dtaojax.gradients.agreement import agreements
from dtaojax.gradients.dual import Dual, pushed, value_and_jacobian
from dtaojax.gradients.expectation import Outcome
from dtaojax.gradients.measure_names import MEASURES
from dtaojax.gradients.measures import FUNCTIONS
from dtaojax.gradients.parameter_map import Box
from dtaojax.studies.tune.optimizers import descend, evolve, sqp
from dtaojax.studies.tune.problem import (
    TOLERANCE,
    Constraint,
    Penalty,
    Problem,
    Trace,
    iterate,
    penalised_gradient,
)
from dtaojax.studies.tune.search import Effort, random_starts, settle

PATHS = 64
NOISE = np.random.default_rng(3).normal(size=PATHS)
CENTRE = np.array([0.3, 0.8])


def quadratic(unit: np.ndarray) -> Outcome:
    """Two measures: a noisy bowl around ``CENTRE``, and the sum of the coordinates."""
    noise = NOISE - NOISE.mean()
    away = unit - CENTRE
    bowl = 1.0 + away @ away + 0.1 * noise * (1.0 + unit[0])
    total = np.full(PATHS, unit.sum())
    slopes = np.zeros((PATHS, 2, 2))
    slopes[:, 0] = 2.0 * away
    slopes[:, 0, 0] += 0.1 * noise
    slopes[:, 1] = 1.0
    return Outcome(np.stack([bowl, total], axis=1), slopes)


def problem(*constraints: Constraint) -> Problem:
    return Problem(("bowl", "total"), np.array([1.0, 0.0]), constraints, np.array([2.0, 1.0]))


FREE = problem()
HELD = problem(Constraint("total", -1, 0.5))
HELD_OPTIMUM = np.array([0.0, 0.5])
"""Nearest to ``CENTRE`` where the coordinates add up to at most 0.5: (0, 0.5) exactly."""


def test_every_measure_of_the_config_has_a_function_and_a_direction() -> None:
    assert FUNCTIONS.keys() == MEASURES.keys()
    assert {measure.better for measure in MEASURES.values()} == {"lower", "higher"}


def test_a_box_maps_there_and_back_and_its_slope_is_its_derivative() -> None:
    box = Box(np.array([-1.0, 1e-6]), np.array([3.0, 1e-2]), np.array([False, True]))
    unit = np.array([0.25, 0.75])
    values = box.values(unit)
    np.testing.assert_allclose(values, [0.0, 1e-3])
    np.testing.assert_allclose(box.unit(values), unit, rtol=1e-12)
    step = 1e-6
    central = (box.values(unit + step) - box.values(unit - step)) / (2.0 * step)
    np.testing.assert_allclose(box.slope(unit), central, rtol=1e-8)


@pytest.mark.parametrize("multiplier", [0.0, 0.7])
def test_the_gradient_of_the_augmented_lagrangian_is_its_central_difference(
    multiplier: float,
) -> None:
    penalty = Penalty(np.array([multiplier]), 10.0)
    at = np.array([0.4, 0.3])

    def value(unit: np.ndarray) -> float:
        means = quadratic(unit).measures.mean(axis=0)
        pushed = max(0.0, multiplier + 10.0 * HELD.excess(means)[0])
        return HELD.objective(means) + (pushed**2 - multiplier**2) / 20.0

    gradient = penalised_gradient(HELD, penalty, quadratic(at))
    central = [(value(at + h) - value(at - h)) / 2e-6 for h in 1e-6 * np.eye(2)]
    np.testing.assert_allclose(gradient, central, rtol=1e-6)


def test_a_descent_finds_the_bottom_of_a_bowl() -> None:
    found = descend(FREE, quadratic, np.array([0.9, 0.1]), 200, 0.05, lambda point: None)
    np.testing.assert_allclose(found.best.unit, CENTRE, atol=5e-3)


def test_a_descent_stops_at_a_constraint_and_at_a_bound() -> None:
    found = descend(HELD, quadratic, np.array([0.2, 0.2]), 400, 0.05, lambda point: None)
    np.testing.assert_allclose(found.best.unit, HELD_OPTIMUM, atol=5e-3)
    assert found.best.violation <= TOLERANCE


@pytest.mark.parametrize(("asked", "optimum"), [(FREE, CENTRE), (HELD, HELD_OPTIMUM)])
def test_second_order_is_exact_in_few_evaluations(asked: Problem, optimum: np.ndarray) -> None:
    walk = sqp(asked, quadratic, np.array([0.6, 0.1]), 20, lambda point: None)
    assert walk.settled
    assert len(walk.points) < 15
    np.testing.assert_allclose(walk.best.unit, optimum, atol=1e-5)


def ravine(unit: np.ndarray) -> Outcome:
    """One measure with a sharp bottom line through ``CENTRE``, along which it falls slowly."""
    away = unit - CENTRE
    across, along = away.sum(), away[0] - away[1]
    value = 30.0 * abs(across) + abs(along)
    slope = 30.0 * np.sign(across) + np.sign(along) * np.array([1.0, -1.0])
    return Outcome(np.full((2, 1), value), np.tile(slope, (2, 1, 1)))


def test_a_search_goes_on_by_first_order_only_where_second_order_does_not_settle() -> None:
    asked = Problem(("ravine",), np.ones(1), (), np.ones(1))
    start = np.array([0.9, 0.1])

    def searched(iterations: int, explore: int) -> Trace:
        return settle(asked, ravine, start, Effort(iterations, explore, 0.05), lambda point: None)

    alone = sqp(asked, ravine, start, 40, lambda point: None)
    assert alone.settled
    assert len(searched(40, 50).points) == len(alone.points)
    stuck, helped = searched(2, 0), searched(2, 50)
    assert not stuck.settled
    assert len(helped.points) > len(stuck.points) + 50
    assert helped.best.objective < 0.5 * stuck.best.objective


def test_what_breaks_a_constraint_ranks_behind_what_keeps_it() -> None:
    keeps = iterate(HELD, np.array([0.0, 0.1]), quadratic(np.array([0.0, 0.1])))
    breaks = iterate(HELD, CENTRE, quadratic(CENTRE))
    assert breaks.objective < keeps.objective
    assert keeps.rank < breaks.rank


def test_evolution_reaches_the_same_point_and_says_when() -> None:
    target = iterate(FREE, CENTRE + 0.01, quadratic(CENTRE + 0.01))
    found = evolve(FREE, quadratic, np.array([0.9, 0.1]), 600, None, 1)
    np.testing.assert_allclose(found.best.unit, CENTRE, atol=0.02)
    spent = found.reached(target)
    assert spent is not None
    assert spent <= len(found.points) <= 620
    ranks = [point.rank for point in found.points]
    assert ranks[spent - 1] <= target.rank
    assert all(rank > target.rank for rank in ranks[: spent - 1])


def test_evolution_ends_on_a_constraint_and_never_behind_its_start() -> None:
    start = np.array([0.2, 0.2])
    found = evolve(HELD, quadratic, start, 600, None, 1)
    assert found.best.violation <= TOLERANCE
    np.testing.assert_allclose(found.best.unit, HELD_OPTIMUM, atol=0.02)
    at_once = evolve(HELD, quadratic, HELD_OPTIMUM, 20, None, 1)
    np.testing.assert_array_equal(at_once.best.unit, HELD_OPTIMUM)


@pytest.mark.parametrize("parameters", [1, 5, 6, 7, 13])
def test_derivatives_taken_along_are_those_of_the_whole(parameters: int) -> None:
    """Through a loop whose state has whole numbers too, some of which decide."""
    values = jnp.linspace(0.2, 0.9, parameters)

    def begin(values: jax.Array) -> tuple[jax.Array, jax.Array]:
        return jnp.sin(values), jnp.int32(0)

    def advance(values: jax.Array, at: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        state, count = at
        moved = jnp.where(count % 2 == 0, state * values, state + jnp.flip(values) ** 2)
        return moved, count + 1

    def end(values: jax.Array, at: tuple[jax.Array, jax.Array]) -> jax.Array:
        return jnp.stack([at[0].sum() * values[0], jnp.prod(at[0])])

    def whole(values: jax.Array) -> jax.Array:
        last = lax.fori_loop(0, 5, lambda _, at: advance(values, at), begin(values))
        return end(values, last)

    def piece_by_piece(values: Dual) -> Dual:
        step = pushed(advance)
        last = lax.fori_loop(0, 5, lambda _, at: step(values, at), pushed(begin)(values))
        return pushed(end)(values, last)

    found, jacobian = value_and_jacobian(piece_by_piece, values)
    np.testing.assert_allclose(found, whole(values), rtol=1e-14)
    np.testing.assert_allclose(jacobian, jax.jacfwd(whole)(values), rtol=1e-12, atol=1e-15)


def test_derivatives_of_a_smooth_measure_agree_with_differences() -> None:
    at = np.array([0.5, 0.5])
    checks = agreements(quadratic(at), quadratic, at)
    assert len(checks) == 4
    assert all(check.agrees for check in checks)
    # Of the derivatives only the first is noisy: 0.1 of a standard normal over 64 paths.
    noisy, *exact = sorted((check.pathwise_error for check in checks), reverse=True)
    assert noisy == pytest.approx(0.1 * NOISE.std(ddof=1) / 8.0, rel=1e-12)
    np.testing.assert_allclose(exact, 0.0, atol=1e-12)
    np.testing.assert_allclose(
        [c.pathwise for c in checks], [c.difference for c in checks], atol=1e-9
    )


def test_a_jump_that_derivatives_miss_is_found_out() -> None:
    """A measure that falls by 1 where a path's threshold is crossed; along a path it is flat."""
    thresholds = np.random.default_rng(4).uniform(size=4096)

    def jumps(unit: np.ndarray) -> Outcome:
        return Outcome((unit[0] < thresholds)[:, None].astype(float), np.zeros((4096, 1, 1)))

    at = np.array([0.5])
    (check,) = agreements(jumps(at), jumps, at)
    assert check.pathwise == 0.0
    assert not check.agrees
    # The expectation falls by 1 over the box; about 40 paths jump between the points.
    assert check.difference == pytest.approx(-1.0, abs=4.0 * check.error)


def test_starts_are_the_config_first_and_repeatable() -> None:
    first = np.array([0.2, 0.4])
    starts = random_starts(first, 3, 5)
    again = random_starts(first, 3, 5)
    np.testing.assert_array_equal(starts, again)
    np.testing.assert_array_equal(starts[0], first)
    assert len({tuple(start) for start in starts}) == 3


def test_second_order_agrees_with_an_independent_method() -> None:
    """The same problem by SciPy's trust-region method, whose code shares nothing with SLSQP."""
    other = optimize.minimize(
        lambda unit: FREE.objective(quadratic(unit).measures.mean(axis=0)),
        np.array([0.5, 0.5]),
        method="trust-constr",
        bounds=[(0.0, 1.0)] * 2,
    )
    walk = sqp(FREE, quadratic, np.array([0.5, 0.5]), 20, lambda point: None)
    np.testing.assert_allclose(walk.best.unit, other.x, atol=1e-4)
