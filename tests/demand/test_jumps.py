"""Jumps: how often, how large, at what age, and with no effect on the expectation."""

import jax.numpy as jnp
import numpy as np
import pytest
from flows import STEP, STEPS_A_DAY, WIDTH, network, wishes
from scipy import integrate, stats

from dtaojax.demand.flow.by_age import Jumps, JumpSizes, by_age, jumps

LEVEL = 1e-4
DOWN, UP = 0.4, 0.7
"""Rates a day, far above life, so that few draws tell."""
SMALLEST, LARGEST = 0.1, 0.6
DOWN_EXCESS, UP_EXCESS = 0.05, 0.15


def always(value: float):
    return by_age((0.0,), (value,))


def sizes(excess: float) -> JumpSizes:
    return JumpSizes(jnp.asarray(SMALLEST), jnp.asarray(LARGEST), always(excess))


def process(drift: float = 0.0, seed: int = 5, name: str = "jumps") -> Jumps:
    return jumps(
        seed,
        name=name,
        down_per_day=always(DOWN),
        up_per_day=always(UP),
        down=sizes(DOWN_EXCESS),
        up=sizes(UP_EXCESS),
        drift=drift,
    )


@pytest.fixture(scope="module")
def pushes() -> np.ndarray:
    """Two days of many paths, (paths, steps, subnets)."""
    return wishes(process(), network(), paths=1024, days=2.0).push


def jumped(pushes: np.ndarray) -> np.ndarray:
    """Jumps as if they were not compensated; what is common to all steps is the compensation."""
    quiet = np.median(pushes)
    return np.where(np.abs(pushes - quiet) > 1e-12, pushes - quiet, 0.0)


def truncated(excess: float):
    return stats.truncexpon((LARGEST - SMALLEST) / excess, loc=SMALLEST, scale=excess)


def test_jumps_come_at_their_rates(pushes: np.ndarray) -> None:
    jump = jumped(pushes)
    chance = -np.expm1(-(DOWN + UP) / STEPS_A_DAY)
    for found, part in (((jump < 0.0).sum(), DOWN), ((jump > 0.0).sum(), UP)):
        expected = chance * part / (DOWN + UP)
        assert stats.binomtest(int(found), jump.size, expected).pvalue > LEVEL


def test_sizes_are_truncated_exponential_in_each_direction(pushes: np.ndarray) -> None:
    jump = jumped(pushes)
    down, up = -jump[jump < 0.0], jump[jump > 0.0]
    assert stats.kstest(down, truncated(DOWN_EXCESS).cdf).pvalue > LEVEL
    assert stats.kstest(up, truncated(UP_EXCESS).cdf).pvalue > LEVEL
    for found in (down, up):
        assert found.min() >= SMALLEST - 1e-9
        assert found.max() <= LARGEST + 1e-9


@pytest.mark.parametrize("excess", [0.05, 1.0, 4.0])
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_mean_exponential_of_a_size_is_the_integral(excess: float, sign: float) -> None:
    """Also where the exponential's own mean is 1, at which the closed form is 0 over 0."""
    law = truncated(excess)
    exact = integrate.quad(lambda x: np.exp(sign * x) * law.pdf(x), SMALLEST, LARGEST)[0]
    found = sizes(excess).mean_exponential(sign, jnp.zeros(1))
    assert float(found[0]) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("drift", [0.0, 0.05])
def test_expected_change_of_the_pool_is_the_drift(drift: float) -> None:
    growth = np.exp(wishes(process(drift), network(), paths=4096, days=0.5).push.sum(axis=1))
    error = growth.std(axis=0) / np.sqrt(len(growth))
    assert error.max() < 0.01
    distance = np.abs(growth.mean(axis=0) - np.exp(0.5 * drift)) / error
    assert distance.max() < stats.norm.isf(LEVEL / 2 / WIDTH)


def test_rates_and_sizes_follow_the_age() -> None:
    aged = jumps(
        5,
        down_per_day=by_age((0.0, 10.0), (0.5, 0.0)),
        up_per_day=by_age((0.0, 10.0), (0.0, 0.5)),
        down=sizes(DOWN_EXCESS),
        up=sizes(UP_EXCESS),
        drift=0.0,
    )
    young, old = (wishes(aged, network(age), paths=64, days=1.0).push for age in (3.0, 10.0))
    assert (jumped(young) <= 0.0).all()
    assert (jumped(young) < 0.0).any()
    assert (jumped(old) >= 0.0).all()
    assert (jumped(old) > 0.0).any()


def test_processes_of_two_names_jump_apart() -> None:
    one, other = (
        jumped(wishes(process(name=name), network(), paths=64, days=2.0, blocks=STEP).push)
        for name in ("jumps", "jumps_2")
    )
    both = ((one != 0.0) & (other != 0.0)).sum()
    chance = (-np.expm1(-(DOWN + UP) / STEPS_A_DAY)) ** 2
    assert stats.binomtest(int(both), one.size, chance).pvalue > LEVEL


def test_table_by_age_changes_at_its_ages() -> None:
    table = by_age((0.0, 3.0, 7.0), (1.0, 2.0, 3.0))
    age = jnp.asarray([0.0, 2.99, 3.0, 6.99, 7.0, 900.0])
    np.testing.assert_array_equal(table(age), [1.0, 1.0, 2.0, 2.0, 3.0, 3.0])
