"""Parts that were proposed and are not deployed (§8.5)."""

from fractions import Fraction

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtaojax.mechanism.gate.rules import RankTiers
from dtaojax.mechanism.injection.capped import RootProportionBuyCap, RootProportionCap, shared_out
from dtaojax.mechanism.injection.rule import BlockContext

WIDTH = 6
share_out = jax.jit(shared_out)
TIERS = RankTiers((2, 4), (jnp.asarray(0.75), jnp.asarray(0.25)))
tiered = eqx.filter_jit(TIERS)
BAR = jnp.asarray(0.0)


def in_rounds(amount: float, weights: list[float], room: list[float]) -> list[Fraction]:
    """What is over where there is no room goes to the others, by weight, round after round."""
    left, given = Fraction(amount), [Fraction(0)] * len(room)
    while left > 0:
        able = [i for i, w in enumerate(weights) if w > 0 and given[i] < Fraction(room[i])]
        if not able:
            break
        total = sum(Fraction(weights[i]) for i in able)
        portions = {i: left * Fraction(weights[i]) / total for i in able}
        taken = {i: min(p, Fraction(room[i]) - given[i]) for i, p in portions.items()}
        for i, amount_taken in taken.items():
            given[i] += amount_taken
        left -= sum(taken.values())
        if taken == portions:
            break
    return given


positive = st.one_of(st.just(0.0), st.floats(1e-6, 1.0), st.floats(1e-18, 1e-9))
vectors = st.lists(positive, min_size=WIDTH, max_size=WIDTH)


@settings(max_examples=150)
@given(amount=st.floats(0.0, 3.0), weights=vectors, room=vectors)
def test_an_amount_is_shared_out_as_in_rounds(
    amount: float, weights: list[float], room: list[float]
) -> None:
    found = share_out(jnp.asarray(amount), jnp.asarray(weights), jnp.asarray(room))
    expected = [float(part) for part in in_rounds(amount, weights, room)]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_sharing_out_gives_all_there_is_or_fills_all_there_are() -> None:
    weights, room = jnp.asarray([3.0, 1.0, 0.0]), jnp.asarray([0.5, 1.0, 9.0])
    assert share_out(jnp.asarray(0.4), weights, room).tolist() == pytest.approx([0.3, 0.1, 0.0])
    assert share_out(jnp.asarray(1.0), weights, room).tolist() == pytest.approx([0.5, 0.5, 0.0])
    assert share_out(jnp.asarray(7.0), weights, room).tolist() == [0.5, 1.0, 0.0]
    assert share_out(jnp.asarray(0.0), weights, room).tolist() == [0.0, 0.0, 0.0]


def test_those_of_little_weight_get_what_the_heavy_cannot_take() -> None:
    """By weight among themselves, though next to the first they hardly count."""
    weights, room = jnp.asarray([1.0, 1e-15, 3e-15, 0.0]), jnp.asarray([0.1, 1.0, 1.0, 1.0])
    found = share_out(jnp.asarray(0.5), weights, room)
    np.testing.assert_allclose(found, [0.1, 0.1, 0.3, 0.0], rtol=1e-14)


def situation(share: list[float], price: list[float], miner_pay: list[float]) -> BlockContext:
    prices = jnp.asarray(price)
    return BlockContext(
        tao_emission=0.5 * jnp.asarray(share),
        block_emission=jnp.asarray(0.5),
        price=prices,
        price_sum=jnp.sum(prices),
        alpha_emission=jnp.ones_like(prices),
        root_proportion=jnp.full_like(prices, 0.2),
        miner_pay=jnp.asarray(miner_pay),
    )


def test_caps_that_do_not_bind_change_nothing() -> None:
    at = situation([0.6, 0.4], [0.5, 0.3], [9.0, 9.0])
    for capped, plain in zip(RootProportionBuyCap()(at), RootProportionCap()(at), strict=True):
        np.testing.assert_allclose(capped, plain, rtol=1e-15)


def test_what_a_buy_cap_rejects_deepens_other_pools_first_and_then_buys() -> None:
    """Emission 0.45, 0.05: the first injects 0.02, may buy 0.04, and 0.39 is over.

    The second takes 0.02 - 0.05 of nothing: its own 0.05 is all liquidity up to 0.06, so 0.01 more
    enters its pool at the price, then its buys take their cap of 0.12; 0.26 is recycled.
    """
    at = situation([0.9, 0.1], [0.1, 0.3], [0.4, 0.4])
    terms = RootProportionBuyCap()(at)
    np.testing.assert_allclose(terms.tao_in, [0.02, 0.06], rtol=1e-14)
    np.testing.assert_allclose(terms.alpha_in, [0.2, 0.2], rtol=1e-14)
    np.testing.assert_allclose(terms.excess_tao, [0.04, 0.12], rtol=1e-14)


def test_a_subnet_that_burns_all_or_emits_no_tao_gets_no_buys() -> None:
    terms = RootProportionBuyCap()(situation([0.5, 0.0, 0.5], [0.1, 0.2, 0.3], [0.0, 0.4, 0.4]))
    assert terms.excess_tao[0] == terms.excess_tao[1] == terms.tao_in[1] == 0.0
    assert terms.excess_tao[2] == pytest.approx(0.12, rel=1e-14)


def test_injection_with_a_buy_cap_keeps_the_price_and_never_spends_more_than_is_emitted() -> None:
    random = np.random.default_rng(3)
    for _ in range(20):
        share, price, pay = (random.random(8).tolist() for _ in range(3))
        at = situation([s / sum(share) for s in share], price, pay)
        terms = RootProportionBuyCap()(at)
        np.testing.assert_allclose(terms.tao_in, at.price * terms.alpha_in, rtol=1e-13)
        assert float(jnp.sum(terms.tao_in + terms.excess_tao)) <= 0.5 * (1.0 + 1e-13)
        assert (terms.excess_tao <= at.miner_pay * at.price * (1.0 + 1e-13)).all()


def test_slopes_of_the_buy_cap_are_finite_in_edge_states() -> None:
    at = situation([0.5, 0.0, 0.5, 0.0], [0.1, 0.0, 0.0, 0.2], [0.4, 0.4, 0.4, 0.0])

    def spent(emission: jax.Array, price: jax.Array) -> jax.Array:
        terms = RootProportionBuyCap()(at._replace(tao_emission=emission, price=price))
        return jnp.sum(jnp.stack(terms) * jnp.arange(1.0, 13.0).reshape(3, 4))

    slopes = jax.jit(jax.grad(spent, argnums=(0, 1)))(at.tao_emission, at.price)
    assert all(bool(jnp.all(jnp.isfinite(slope))) for slope in slopes)


def test_each_tier_divides_its_part_in_proportion() -> None:
    shares = jnp.asarray([0.1, 0.3, 0.2, 0.15, 0.05, 0.2])
    expected = [0.25 * 0.1 / 0.25, 0.75 * 0.6, 0.75 * 0.4, 0.25 * 0.15 / 0.35, 0.0, 0.0]
    expected[0], expected[5] = 0.0, 0.25 * 0.2 / 0.35
    np.testing.assert_allclose(tiered(shares, BAR), expected, rtol=1e-14)
    assert TIERS.refresh(BAR, shares, jnp.asarray(0), 1) == 0.15


def test_of_equal_shares_at_the_edge_of_a_tier_the_lower_slot_is_in() -> None:
    given = tiered(jnp.full(6, 1.0 / 6.0), BAR)
    np.testing.assert_allclose(given, [0.375, 0.375, 0.125, 0.125, 0.0, 0.0], rtol=1e-14)


def test_the_part_of_an_empty_tier_goes_to_the_others() -> None:
    given = tiered(jnp.asarray([0.0, 0.75, 0.0, 0.25, 0.0, 0.0]), BAR)
    np.testing.assert_allclose(given, [0.0, 0.75, 0.0, 0.25, 0.0, 0.0], rtol=1e-14)
    assert not tiered(jnp.zeros(6), BAR).any()
