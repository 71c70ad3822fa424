"""Block emission by issuance, for TAO and for each alpha (§3.1)."""

from decimal import Decimal

import jax.numpy as jnp
import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from worlds import RAO

from dtaojax.chain import MAX_SUPPLY, RAO_PER_TAO
from dtaojax.mechanism.emission import block_emission, emission_of_unissued


def threshold(halvings: int) -> float:
    """Issuance from which emission is halved so often; exact in float64."""
    return MAX_SUPPLY * (1.0 - 0.5**halvings)


@pytest.mark.parametrize("halvings", range(1, 20))
def test_emission_halves_exactly_at_each_threshold(halvings: int) -> None:
    at = threshold(halvings)
    around = jnp.asarray([np.nextafter(at, 0.0), at, np.nextafter(at, MAX_SUPPLY)])
    np.testing.assert_array_equal(
        block_emission(around), [0.5 ** (halvings - 1), 0.5**halvings, 0.5**halvings]
    )


@pytest.mark.parametrize(
    ("issuance", "emission"), [(0.0, 1.0), (10_499_999.0, 1.0), (11_206_919.3, 0.5)]
)
def test_emission_is_one_token_until_half_of_the_supply(issuance: float, emission: float) -> None:
    assert block_emission(jnp.asarray(issuance)) == emission


@pytest.mark.parametrize("issuance", [MAX_SUPPLY, MAX_SUPPLY + 1e-9, 2 * MAX_SUPPLY])
def test_nothing_is_emitted_from_the_cap_on(issuance: float) -> None:
    assert block_emission(jnp.asarray(issuance)) == 0.0


def test_less_than_a_rao_is_not_emitted() -> None:
    """The chain's emission is whole rao: after the 29th halving it is 1.9, after the next 0.9."""
    left = MAX_SUPPLY * 2.0**-30
    unissued = jnp.asarray([np.nextafter(left, 1.0), left])
    assert emission_of_unissued(unissued).tolist() == [2.0**-29, 0.0]


def far_from_a_threshold(rao: int) -> bool:
    """Two rao or more away, where float64 cannot take one side for the other."""
    left = Decimal(21_000_000 * RAO_PER_TAO - rao)
    thresholds = (Decimal(21_000_000 * RAO_PER_TAO) / 2**n for n in range(60))
    return all(abs(left - at) >= 2 for at in thresholds)


issuances = st.one_of(
    st.integers(0, 21_000_000 * RAO_PER_TAO),
    st.floats(0.0, 16.0).map(lambda exponent: 21_000_000 * RAO_PER_TAO - int(10**exponent)),
).filter(far_from_a_threshold)


@given(issuances)
def test_emission_equals_that_of_integer_arithmetic(rao: int) -> None:
    exact = reference.block_emission(rao, reference.EXACT)
    np.testing.assert_allclose(
        block_emission(jnp.asarray(rao / RAO_PER_TAO)), float(exact) * RAO, rtol=1e-15
    )


@given(issuances, issuances)
def test_emission_never_rises_with_issuance(one: int, other: int) -> None:
    low, high = sorted((one, other))
    lower, higher = block_emission(jnp.asarray([low, high]) / RAO_PER_TAO)
    assert lower >= higher


def test_emission_is_taken_of_each_token_by_itself() -> None:
    issuance = jnp.asarray([[0.0, 10.5e6], [15.75e6, 21e6]])
    np.testing.assert_array_equal(block_emission(issuance), [[1.0, 0.5], [0.25, 0.0]])
