"""Elementary functions against those of long double, and their derivatives."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dtaojax.numerics import elementary

LIMITS = np.array([0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 800.0, -800.0])
FUNCTIONS = ("log", "log1p", "exp", "expm1")


def magnitudes(lowest: float, highest: float, count: int = 100_000) -> np.ndarray:
    rng = np.random.default_rng(int(highest - lowest))
    return 10.0 ** rng.uniform(lowest, highest, count)


def evenly(low: float, high: float, count: int = 100_000) -> np.ndarray:
    return np.random.default_rng(count).uniform(low, high, count)


ARGUMENTS = {
    "log": np.concatenate([magnitudes(-307, 307), 10.0 ** evenly(-3, 3), evenly(0.6, 1.6)]),
    "log1p": np.concatenate(
        [magnitudes(-30, 300), -magnitudes(-30, -1e-12), evenly(-0.9, 2.0), magnitudes(-2, 2)]
    ),
    "exp": np.concatenate([evenly(-708.0, 708.0), evenly(-1.0, 1.0)]),
    "expm1": np.concatenate(
        [magnitudes(-30, 2), -magnitudes(-30, 2), evenly(-1.0, 1.0), evenly(-60.0, 708.0)]
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_value_is_within_three_units_in_the_last_place(name: str) -> None:
    x = ARGUMENTS[name]
    found = np.asarray(jax.jit(getattr(elementary, name))(jnp.asarray(x)))
    expected = getattr(np, name)(x.astype(np.longdouble))
    error = np.abs((found.astype(np.longdouble) - expected) / expected)
    worst = int(np.argmax(error))
    assert error[worst] < 3 * np.finfo(float).eps, f"{name}({x[worst]!r})"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_limits_are_those_of_the_standard_library(name: str) -> None:
    found = np.asarray(getattr(elementary, name)(jnp.asarray(LIMITS)))
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(LIMITS)
    np.testing.assert_allclose(found, expected, rtol=1e-15, atol=1e-300)


def test_log_of_a_subnormal_number_is_exact() -> None:
    x = 2.0 ** -np.arange(1023.0, 1074.0)
    found = np.asarray(elementary.log(jnp.asarray(x)))
    flushed = np.asarray(jnp.asarray(x) * 1.0) == 0.0  # Some processors are told to flush them.
    np.testing.assert_allclose(found[~flushed], np.log(x)[~flushed], rtol=7e-16)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("kind", [jnp.float32, jnp.float64])
def test_derivatives_are_those_of_jax_numpy(name: str, kind: type) -> None:
    x = jnp.asarray([0.01, 0.4, 1.0, 3.0], kind)
    ours, theirs = (
        jax.grad(lambda v, f=function: f(v).sum())(x)
        for function in (getattr(elementary, name), getattr(jnp, name))
    )
    np.testing.assert_allclose(ours, theirs, rtol=4 * np.finfo(kind).eps)


@pytest.mark.parametrize("kind", [jnp.float32, jnp.float64])
def test_powers_of_two_are_exact(kind: type) -> None:
    exponent = np.arange(jnp.finfo(kind).minexp, jnp.finfo(kind).maxexp)
    found = elementary.power_of_two(jnp.asarray(exponent), jnp.ones(1, kind))
    assert found.dtype == kind
    np.testing.assert_array_equal(np.asarray(found, np.float64), 2.0**exponent)


@pytest.mark.parametrize("function", [elementary.log1p, elementary.expm1])
def test_small_arguments_keep_their_digits(function: Callable) -> None:
    x = jnp.asarray([1e-20, -1e-20, 1e-300])
    np.testing.assert_array_equal(function(x), x)


def test_a_quotient_has_the_derivatives_of_a_division_and_none_where_there_is_none() -> None:
    numerator, denominator = jnp.asarray([3.0, -2.0, 0.0, 5.0]), jnp.asarray([4.0, 0.5, 7.0, 0.0])
    divisible = np.array([True, True, True, False])
    for argument, want in ((0, 1.0 / denominator), (1, -numerator / denominator**2)):
        for derivative in (jax.jacfwd, jax.jacrev):
            found = derivative(elementary.quotient, argument)(numerator, denominator)
            expected = np.diag(np.where(divisible, want, 0.0))
            np.testing.assert_allclose(found, expected, rtol=1e-15)
