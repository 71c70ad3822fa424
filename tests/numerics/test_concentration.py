"""Measures of concentration: closed forms, definitions and invariances."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dtaojax.numerics.concentration import effective_number, gini, herfindahl, nakamoto, top_share
from dtaojax.numerics.ordered import ordered_cumsum, ordered_sum

WIDTH = 12
EVERYBODY = jnp.ones(WIDTH, bool)
sizes = hnp.arrays(
    np.float64, WIDTH, elements=st.one_of(st.just(0.0), st.floats(1e-9, 1.0))
).filter(np.any)
masks = hnp.arrays(bool, WIDTH).filter(np.any)

gini_of = jax.jit(gini)
nakamoto_of = jax.jit(nakamoto)


class Measures(NamedTuple):
    hhi: float
    effective_number: float
    gini: float
    nakamoto: float
    top10: float


@jax.jit
def _measures(shares: jax.Array, member: jax.Array) -> tuple[jax.Array, ...]:
    return (
        herfindahl(shares),
        effective_number(shares),
        gini(shares, member),
        nakamoto(shares),
        top_share(shares, 10),
    )


def measured(shares: np.ndarray, member: np.ndarray | None = None) -> Measures:
    """All measures; by default those who hold something are the members."""
    members = shares > 0.0 if member is None else member
    return Measures(*map(float, _measures(jnp.asarray(shares), jnp.asarray(members))))


def shared(values: np.ndarray) -> np.ndarray:
    return values / values.sum()


@pytest.mark.parametrize("count", range(1, 129, 3))
def test_equal_shares(count: int) -> None:
    seen = measured(np.repeat([1.0 / count, 0.0], [count, 128 - count]))
    assert seen.hhi == pytest.approx(1.0 / count, rel=1e-14)
    assert seen.effective_number == pytest.approx(count, rel=1e-14)
    assert seen.gini == pytest.approx(0.0, abs=1e-14)
    assert seen.nakamoto == count // 2 + 1
    assert seen.top10 == pytest.approx(min(1.0, 10.0 / count), rel=1e-14)


@pytest.mark.parametrize("place", [0, 77, 127])
def test_one_who_has_everything(place: int) -> None:
    shares = np.zeros(128)
    shares[place] = 1.0
    seen = measured(shares, np.ones(128, bool))
    assert seen == (1.0, 1.0, pytest.approx(1.0 - 1.0 / 128, abs=1e-15), 1.0, 1.0)


def test_nothing_shared_out_measures_zero() -> None:
    assert measured(np.zeros(128), np.ones(128, bool)) == (0.0, 0.0, 0.0, 0.0, 0.0)


@given(sizes)
def test_the_effective_number_lies_between_one_and_the_count(values: np.ndarray) -> None:
    number = effective_number(jnp.asarray(shared(values)))
    assert 1.0 - 1e-12 <= number <= np.count_nonzero(values) * (1.0 + 1e-12)


@given(sizes, masks)
def test_gini_is_half_the_relative_mean_difference_of_the_members(
    values: np.ndarray, member: np.ndarray
) -> None:
    inside = values[member]
    difference = np.abs(inside[:, None] - inside[None, :]).mean()
    expected = difference / (2.0 * inside.mean()) if inside.any() else 0.0
    np.testing.assert_allclose(
        gini_of(jnp.asarray(values), jnp.asarray(member)), expected, rtol=1e-9, atol=1e-14
    )


def test_the_top_share_is_that_of_the_largest_members() -> None:
    shares = jnp.asarray([0.1, 0.4, 0.2, 0.3])
    assert top_share(shares, 2) == pytest.approx(0.7, rel=1e-15)
    assert top_share(shares, 4) == pytest.approx(1.0, rel=1e-15)


@given(sizes)
def test_the_nakamoto_coefficient_is_the_first_majority(values: np.ndarray) -> None:
    shares = shared(values)
    needed = int(nakamoto_of(jnp.asarray(shares)))
    largest = np.sort(shares)[::-1]
    assert largest[:needed].sum() > 0.5 - 1e-12
    assert largest[: needed - 1].sum() <= 0.5 + 1e-12


@given(sizes, st.permutations(range(WIDTH)))
def test_order_of_the_members_does_not_matter(values: np.ndarray, order: list[int]) -> None:
    shares, other = jnp.asarray(shared(values)), jnp.asarray(shared(values)[order])
    np.testing.assert_allclose(herfindahl(other), herfindahl(shares), rtol=1e-13)
    np.testing.assert_allclose(gini_of(other, EVERYBODY), gini_of(shares, EVERYBODY), atol=1e-13)
    assert nakamoto_of(other) == nakamoto_of(shares)


@given(sizes)
def test_merging_two_members_concentrates(values: np.ndarray) -> None:
    apart = shared(values)
    merged = apart.copy()
    merged[0], merged[1] = apart[0] + apart[1], 0.0
    assert herfindahl(jnp.asarray(merged)) >= herfindahl(jnp.asarray(apart)) * (1.0 - 1e-13)
    assert nakamoto_of(jnp.asarray(merged)) <= nakamoto_of(jnp.asarray(apart))


@pytest.mark.parametrize("count", [1, 2, 3, 12, 127, 128])
def test_ordered_sums_are_sums(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    np.testing.assert_allclose(ordered_sum(jnp.asarray(values)), values.sum(), atol=1e-13)
    np.testing.assert_allclose(ordered_cumsum(jnp.asarray(values)), values.cumsum(), atol=1e-13)


@pytest.mark.parametrize("width", [2, 16, 64])
def test_ordered_sums_have_the_same_bits_in_blocks_of_any_width(width: int) -> None:
    values = jnp.asarray(np.random.default_rng(5).normal(size=(64, 100)))
    alone = jax.jit(ordered_sum)
    together = jax.jit(jax.vmap(ordered_sum))
    blocks = [together(values[start : start + width]) for start in range(0, 64, width)]
    np.testing.assert_array_equal(np.concatenate(blocks), np.stack([alone(row) for row in values]))
