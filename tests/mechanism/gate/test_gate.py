"""The Hill gate, its bar, and the order statistic that the bar is (§3.6 G)."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dtaojax import chain
from dtaojax.mechanism.gate.hill import HillRankGate, hill_gate, rank_bar, soft_rank_bar
from dtaojax.numerics.order_statistic import nth_largest

WIDTH = 16
H = jnp.asarray(chain.GATE_EXPONENT)

select = jax.jit(nth_largest, static_argnums=1)
gate = jax.jit(hill_gate)
soft_bar = jax.jit(soft_rank_bar)

amounts = st.one_of(
    st.just(0.0),
    st.floats(0.0, 1.0),
    st.sampled_from([0.25, 1e-3, 1e-30]),
    st.integers(-3, 3).map(lambda ulps: 0.1 * (1.0 + 1e-12 * ulps)),
    st.floats(-300.0, 30.0).map(lambda exponent: 10.0**exponent),
)
"""Ties, zeros, numbers that float32 cannot tell apart, and numbers that it cannot hold."""
vectors = hnp.arrays(np.float64, WIDTH, elements=amounts)
positive = st.floats(-12.0, 0.0).map(lambda exponent: 10.0**exponent)
weights = hnp.arrays(np.float64, WIDTH, elements=st.one_of(st.just(0.0), positive))


def shared(values: np.ndarray) -> jax.Array:
    """Weights as shares; all 0 if they are."""
    total = values.sum()
    return jnp.asarray(values / total if total > 0.0 else values)


@given(vectors, st.sampled_from([1, 2, 7, WIDTH]))
def test_nth_largest_equals_sorting(values: np.ndarray, rank: int) -> None:
    assert select(jnp.asarray(values), rank) == np.sort(values)[::-1][rank - 1]


@pytest.mark.parametrize(("width", "rank"), [(1, 1), (3, 2), (128, 32)])
def test_nth_largest_equals_sorting_at_any_width(width: int, rank: int) -> None:
    for seed in range(20):
        values = np.random.default_rng(seed).pareto(1.5, width)
        assert select(jnp.asarray(values), rank) == np.sort(values)[::-1][rank - 1]


@pytest.mark.parametrize("rank", [1, 4])
def test_the_gradient_of_nth_largest_is_that_of_the_value_selected(rank: int) -> None:
    values = jnp.asarray([0.3, 0.1, 0.2, 0.0, 0.4])
    gradient = jax.grad(nth_largest)(values, rank)
    chosen = int(np.argsort(-np.asarray(values))[rank - 1])
    np.testing.assert_array_equal(gradient, np.eye(5)[chosen])
    _, tangent = jax.jvp(lambda x: nth_largest(x, rank), (values,), (jnp.arange(5.0),))
    assert tangent == chosen


def test_equal_values_share_the_gradient() -> None:
    gradient = jax.grad(nth_largest)(jnp.asarray([0.3, 0.2, 0.3, 0.1]), 2)
    np.testing.assert_array_equal(gradient, [0.5, 0.0, 0.5, 0.0])


def test_the_bar_is_the_share_of_its_rank() -> None:
    shares = jnp.asarray([0.1, 0.4, 0.2, 0.3])
    assert [float(rank_bar(shares, rank)) for rank in (1, 2, 3, 4)] == [0.4, 0.3, 0.2, 0.1]


@pytest.mark.parametrize("rank", [3, 4, 5, 32])
def test_the_bar_is_the_smallest_positive_share_where_there_are_too_few(rank: int) -> None:
    assert rank_bar(jnp.asarray([0.0, 0.7, 0.0, 0.3]), rank) == 0.3


def test_without_a_positive_share_there_is_no_bar() -> None:
    assert rank_bar(jnp.zeros(4), 2) == 0.0


@given(weights, positive, st.floats(1.0, 8.0))
def test_the_gate_is_its_formula(values: np.ndarray, bar: float, exponent: float) -> None:
    shares = np.asarray(shared(values))
    held = shares > 0.0
    share = shares[held]
    gated = share ** (exponent + 1.0) / (share**exponent + bar**exponent)
    expected = np.zeros(WIDTH)
    expected[held] = gated / gated.sum() if gated.sum() > 0.0 else share
    found = gate(jnp.asarray(shares), jnp.asarray(bar), jnp.asarray(exponent))
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-290)


@given(weights, positive)
def test_the_gate_keeps_the_order_and_never_lowers_the_top_share(
    values: np.ndarray, bar: float
) -> None:
    before = np.asarray(shared(values))
    after = np.asarray(gate(jnp.asarray(before), jnp.asarray(bar), H))
    order = np.argsort(before)
    assert (np.diff(after[order]) >= -1e-15).all()
    assert after.max() >= before.max() * (1.0 - 1e-14)
    np.testing.assert_allclose(after.sum(), before.sum(), rtol=1e-13)


def test_far_above_the_bar_shares_are_kept() -> None:
    shares = jnp.asarray([0.5, 0.3, 0.2])
    np.testing.assert_allclose(hill_gate(shares, jnp.asarray(1e-7), H), shares, rtol=1e-15)


def test_a_share_at_the_bar_weighs_half() -> None:
    """Beside a share that the gate keeps whole."""
    shares = jnp.asarray([1.0 - 1e-6, 1e-6])
    gated = hill_gate(shares, jnp.asarray(1e-6), H)
    np.testing.assert_allclose(gated[1] / gated[0], 0.5e-6 / (1.0 - 1e-6), rtol=1e-12)


@pytest.mark.parametrize("exponent", [1.0, 3.0, 8.0])
def test_far_below_the_bar_shares_fall_as_a_power_one_above_the_exponent(exponent: float) -> None:
    shares = jnp.asarray([0.997, 0.002, 0.001])
    gated = hill_gate(shares, jnp.asarray(1e13), jnp.asarray(exponent))
    np.testing.assert_allclose(gated[1] / gated[2], 2.0 ** (exponent + 1.0), rtol=1e-12)


def test_a_single_share_gets_everything() -> None:
    gated = hill_gate(jnp.asarray([0.0, 1.0, 0.0]), jnp.asarray(1.0), H)
    np.testing.assert_array_equal(gated, [0.0, 1.0, 0.0])


def test_where_everything_underflows_shares_stay_ungated() -> None:
    shares = jnp.asarray([0.6, 0.4])
    np.testing.assert_array_equal(hill_gate(shares, jnp.asarray(1e150), H), shares)


def test_without_shares_the_gate_gives_nothing() -> None:
    np.testing.assert_array_equal(hill_gate(jnp.zeros(3), jnp.asarray(0.0), H), np.zeros(3))


@eqx.filter_jit
def refreshed(rule: HillRankGate, bar: jax.Array, block: jax.Array, blocks: int) -> jax.Array:
    return rule.refresh(bar, jnp.asarray([0.5, 0.3, 0.2]), block, blocks)


RULE = HillRankGate(rank=2, interval_blocks=360, exponent=H)
OLD_BAR = jnp.asarray(0.1)


def is_renewed(block: int, blocks: int) -> bool:
    return bool(refreshed(RULE, OLD_BAR, jnp.asarray(block), blocks) == 0.3)


@pytest.mark.parametrize("blocks", [1, 7, 90, 360, 361, 7200])
def test_the_bar_is_renewed_by_every_step_with_a_multiple_of_the_interval(blocks: int) -> None:
    for block in [0, 1, 359, 360, 8_791_199, 8_791_200, 8_791_253]:
        within = any(number % 360 == 0 for number in range(block + 1, block + blocks + 1))
        assert is_renewed(block, blocks) == within


@pytest.mark.parametrize("blocks", [360, 7200])
def test_steps_of_whole_intervals_renew_the_bar_from_any_block(blocks: int) -> None:
    assert all(is_renewed(block, blocks) for block in range(8_791_253, 8_791_253 + 360, 17))


@pytest.mark.parametrize(("blocks", "steps"), [(1, 360), (90, 4)])
def test_shorter_steps_renew_the_bar_once_an_interval(blocks: int, steps: int) -> None:
    starts = range(8_791_253, 8_791_253 + blocks * steps, blocks)
    assert sum(is_renewed(block, blocks) for block in starts) == 1


def test_an_unset_bar_is_set_at_once() -> None:
    assert refreshed(RULE, jnp.asarray(0.0), jnp.asarray(8_791_253), 1) == 0.3


@pytest.mark.parametrize("rank", [1, 5, 16, 31])
def test_a_soft_rank_bar_tends_to_the_share_of_that_rank(rank: int) -> None:
    shares = np.random.default_rng(8).dirichlet(np.full(32, 0.7))
    shares = jnp.asarray(np.append(shares, 0.0))
    soft = soft_bar(shares, jnp.asarray(float(rank)), jnp.asarray(1e-5))
    assert float(soft) == pytest.approx(float(rank_bar(shares, rank)), rel=1e-5)


def test_a_soft_rank_bar_has_the_shares_above_it_that_its_rank_says() -> None:
    shares = jnp.asarray(np.random.default_rng(8).dirichlet(np.full(32, 0.7)))
    bar = soft_bar(shares, jnp.asarray(12.3), jnp.asarray(0.2))
    above = jnp.sum(jax.nn.sigmoid(jnp.log(shares / bar) / 0.2))
    assert float(above) == pytest.approx(11.8, rel=1e-12)


def test_a_soft_rank_bar_has_the_derivative_of_the_root() -> None:
    shares = jnp.asarray(np.random.default_rng(8).dirichlet(np.full(32, 0.7)))

    @jax.jit
    def bar(rank: jax.Array, width: jax.Array, scale: jax.Array) -> jax.Array:
        return soft_rank_bar(shares.at[11].multiply(scale), rank, width)

    at = (jnp.asarray(12.3), jnp.asarray(0.2), jnp.asarray(1.0))
    slopes = jax.jit(jax.jacfwd(bar, argnums=(0, 1, 2)))(*at)
    for place, slope in enumerate(slopes):
        ends = (
            bar(*(x + sign * 1e-4 * (n == place) for n, x in enumerate(at))) for sign in (1, -1)
        )
        there, back = map(float, ends)
        assert float(slope) == pytest.approx((there - back) / 2e-4, rel=1e-6)
        assert slope != 0.0


def test_a_soft_rank_bar_knows_too_few_shares_and_none() -> None:
    few, width = jnp.asarray([0.7, 0.3, 0.0]), jnp.asarray(0.1)
    assert float(soft_bar(few, jnp.asarray(9.0), width)) == pytest.approx(0.3, rel=1e-12)
    assert float(soft_bar(jnp.zeros(3), jnp.asarray(2.0), width)) == 0.0
    slope = jax.jit(jax.jacfwd(soft_rank_bar))(jnp.zeros(3), jnp.asarray(2.0), width)
    np.testing.assert_array_equal(slope, 0.0)


def test_shares_that_are_no_numbers_have_a_bar_that_says_nothing_but_ends() -> None:
    bar = jax.jit(lambda shares: rank_bar(shares, 2))(jnp.full(4, jnp.nan))
    assert not bar > 0.0
