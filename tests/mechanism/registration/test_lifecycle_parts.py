"""What a subnet costs, starts with, pays validators and leaves to holders (§3.9 to §3.12)."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from chain_rules.dissolution import largest_remainder, owner_refund, refund_paid
from chain_rules.dividends import dividend_distribution, without_incentive
from chain_rules.neuron_burn import neuron_burn_price
from chain_rules.root_claim import root_claim
from hypothesis import given
from hypothesis import strategies as st

from dtaojax import chain
from dtaojax.mechanism.registration.departure import dissolution_payout, sell_baskets
from dtaojax.mechanism.registration.lock import (
    effective_interval,
    lock_cost,
    median_price,
    min_lock_seed,
    whole_lock_seed,
)
from dtaojax.state.network import Pools

YES, NO = jnp.asarray(True), jnp.asarray(False)
wholes = st.integers(0, 10**15)


def cost_after(blocks: int, block_emission: float = 0.5, first: jax.Array = NO) -> float:
    """Cost of a registration after one of 1,000 TAO, with mainnet's parameters."""
    last, least, interval, emission = map(jnp.asarray, (1_000.0, 1.0, 115_200.0, block_emission))
    return lock_cost(last, jnp.asarray(blocks), least, interval, emission, first).item()


def test_lock_cost_doubles_and_decays_in_a_line_to_the_minimum() -> None:
    assert cost_after(0) == 2_000.0
    np.testing.assert_allclose(cost_after(57_600), 1_000.0, rtol=1e-6)
    np.testing.assert_allclose(cost_after(2 * 57_600 - 100), 1_000.0 * 100 / 57_600, rtol=1e-3)
    assert cost_after(2 * 57_600 + 100) == 1.0


def test_the_cost_falls_by_a_whole_number_of_rao_a_block() -> None:
    """1,000 TAO over 57,600 blocks are 17,361,111.1 rao a block; the chain takes 17,361,111."""
    for blocks in (1, 1_000, 57_600):
        assert cost_after(blocks) == pytest.approx(2_000.0 - blocks * 0.017361111, abs=1e-11)


def test_the_first_registration_does_not_double() -> None:
    assert cost_after(0, first=YES) == 1_000.0


def test_a_halving_doubles_the_speed_of_decay_and_the_end_of_emission_stops_it() -> None:
    assert effective_interval(jnp.asarray(115_200.0), jnp.asarray(0.25)).item() == 28_800.0
    np.testing.assert_allclose(
        2_000.0 - cost_after(1_000, 0.25), 2.0 * (2_000.0 - cost_after(1_000)), rtol=1e-6
    )
    assert cost_after(10**6, 0.0) == 2_000.0


@pytest.mark.parametrize(
    "prices", [[0.3], [0.0, 0.0], [0.1, 0.0, 0.4], [0.5, 0.1, 0.0, 0.2, 0.2], [2.0, 1.0, 9.0, 3.0]]
)
def test_median_price_is_that_of_the_positive_prices(prices: list[float]) -> None:
    positive = [price for price in prices if price > 0]
    assert median_price(jnp.asarray(prices)).item() == (np.median(positive) if positive else 1.0)


def test_a_new_pool_starts_at_the_median_price_with_the_whole_lock() -> None:
    seed = whole_lock_seed(jnp.asarray(590.71), jnp.asarray(0.037))
    np.testing.assert_allclose(seed.tao_in / seed.alpha_in, 0.037, rtol=1e-9)
    assert (seed.tao_in.item(), seed.recycled.item()) == (590.71, 0.0)


def test_an_old_pool_started_at_one_with_the_minimum_and_recycled_the_rest() -> None:
    seed = min_lock_seed(jnp.asarray(250.0), jnp.asarray(1.0))
    assert [amount.item() for amount in seed] == [1.0, 1.0, 249.0]


def test_dividends_pay_out_exactly_what_is_pending() -> None:
    stake_alpha, stake_root = jnp.asarray([5.0, 0.0, 3.0]), jnp.asarray([0.0, 7.0, 2.0])
    dividends = dividend_distribution(
        jnp.asarray(60.0),
        jnp.asarray(9.0),
        jnp.asarray(0.18),
        stake_alpha,
        stake_root,
        jnp.asarray([0.5, 0.2, 0.3]),
    )
    np.testing.assert_allclose(jnp.sum(dividends.alpha), 60.0)
    np.testing.assert_allclose(jnp.sum(dividends.root), 9.0)
    assert dividends.root[0] == dividends.alpha[1] == 0.0


def test_dividends_without_any_stake_are_for_alpha() -> None:
    nothing = jnp.zeros(2)
    dividends = dividend_distribution(
        jnp.asarray(60.0),
        jnp.asarray(9.0),
        jnp.asarray(0.18),
        nothing,
        nothing,
        jnp.asarray([3.0, 1.0]),
    )
    assert dividends.alpha.tolist() == [45.0, 15.0]
    assert dividends.root.tolist() == [0.0, 0.0]


def test_without_incentive_validators_get_both_halves_by_stake() -> None:
    received = without_incentive(jnp.asarray(0.5), jnp.asarray(0.4), jnp.asarray([2.0, 1.0, 0.0]))
    np.testing.assert_allclose(received, [0.6, 0.3, 0.0])


def test_take_and_all_claims_are_what_was_pending() -> None:
    fractions, pending = jnp.asarray([0.1, 0.25, 0.65]), jnp.asarray([7.0, 2.0])
    claims = [root_claim(pending, jnp.asarray(0.18), fraction) for fraction in fractions]
    total = claims[0].validator_take + sum(claim.claimed for claim in claims)
    np.testing.assert_allclose(total, pending)


@pytest.mark.parametrize("counts", [YES, NO])
def test_a_dissolution_pays_the_whole_pot(counts: jax.Array) -> None:
    held = jnp.asarray([300.0, 0.0, 700.0])
    payout = dissolution_payout(
        jnp.asarray(90.0), held, jnp.asarray(500.0), jnp.asarray(1_500.0), counts
    )
    np.testing.assert_allclose(jnp.sum(payout.holders) + payout.recycled, 90.0)
    per_alpha = 90.0 / (3_000.0 if counts else 1_500.0)
    np.testing.assert_allclose(payout.holders, held * per_alpha)


def test_a_dissolution_without_holders_pays_nothing_and_has_finite_slopes() -> None:
    def paid(pot: jax.Array, held: jax.Array) -> jax.Array:
        zero = jnp.asarray(0.0)
        payout = dissolution_payout(pot, held, zero, zero, NO)
        return jnp.sum(payout.holders) + payout.recycled

    slope = jax.jit(jax.value_and_grad(paid, argnums=(0, 1)))
    value, slopes = slope(jnp.asarray(9.0), jnp.zeros(2))
    assert value == 0.0
    assert all(bool(jnp.all(jnp.isfinite(slope))) for slope in slopes)


@given(pot=wholes, held=st.lists(wholes, min_size=1, max_size=12))
def test_the_largest_remainders_get_what_truncation_leaves(pot: int, held: list[int]) -> None:
    paid, total = largest_remainder(pot, held), sum(held)
    assert sum(paid) == (pot if total else 0)
    rounded_up = []
    for amount, weight in zip(paid, held, strict=True):
        floor, remainder = divmod(pot * weight, total) if total else (0, 0)
        assert amount - floor in (0, 1)
        rounded_up.append((remainder, amount - floor))
    favoured = [remainder for remainder, up in rounded_up if up]
    others = [remainder for remainder, up in rounded_up if not up]
    assert not favoured or min(favoured) >= max(others, default=0)


def test_of_equal_remainders_the_earlier_is_favoured() -> None:
    assert largest_remainder(2, [1, 1, 1]) == [1, 1, 0]


def test_a_legacy_owner_gets_back_what_the_cut_did_not_earn() -> None:
    cut = jnp.asarray(chain.OWNER_CUT_U16 / chain.U16_MAX)
    lock, price = jnp.asarray(1_000.0), jnp.asarray(0.05)
    refund = owner_refund(lock, jnp.asarray(50_000.0), cut, price)
    np.testing.assert_allclose(refund, 1_000.0 - 50_000.0 * 0.05 * 11_796 / 65_535)
    assert owner_refund(lock, jnp.asarray(5e6), cut, price).item() == 0.0


def test_a_refund_is_for_old_subnets_and_at_most_what_is_left() -> None:
    refund, first_new = jnp.asarray(300.0), chain.NETWORK_REGISTRATION_START_BLOCK
    for registered_at, left, paid in (
        (first_new - 1, 1_000.0, 300.0),
        (first_new - 1, 0.2, 0.2),
        (first_new, 1_000.0, 0.0),
    ):
        got = refund_paid(refund, jnp.asarray(registered_at), jnp.asarray(left))
        assert got.item() == paid


def two_pools(tao: float, alpha: float, w_tao: float = 0.5) -> Pools:
    """A pool, and the same with a third of it waiting in its reservoirs."""
    part = jnp.asarray([0.0, 1.0 / 3.0])
    return Pools(
        tao_in=tao * (1.0 - part),
        alpha_in=alpha * (1.0 - part),
        w_tao=jnp.full(2, w_tao),
        tao_reservoir=tao * part,
        alpha_reservoir=alpha * part,
    )


@pytest.mark.parametrize(
    ("alpha", "basket", "part"),
    # §12.3: SN92 and SN58 of autumn 2026.
    [(441_567.0, 49_063.0, 0.1), (117_663.0, 50_427.0, 0.3), (1_000.0, 0.0, 0.0)],
)
def test_baskets_take_their_part_of_pool_and_baskets(
    alpha: float, basket: float, part: float
) -> None:
    """E / (x + E) of the pot, reservoirs folded in; the rest stays for the holders."""
    sale = sell_baskets(two_pools(900.0, alpha), jnp.full(2, basket))
    exact = basket / (alpha + basket)
    np.testing.assert_allclose(sale.received, 900.0 * exact, rtol=1e-14)
    np.testing.assert_allclose(sale.received, 900.0 * part, rtol=1e-4)
    np.testing.assert_allclose(sale.pools.tao_in, 900.0 * (1.0 - exact), rtol=1e-14)
    np.testing.assert_allclose(sale.pools.alpha_in, alpha + basket, rtol=1e-14)
    assert not sale.rest.any()
    assert not sale.pools.tao_reservoir.any()
    assert not sale.pools.alpha_reservoir.any()


def test_a_basket_is_sold_below_the_price_at_which_other_swaps_stop() -> None:
    """§12.3: no limit; only the pool's guards refuse, here for more than 1,000 times its alpha."""
    low = chain.MIN_PRICE
    sale = sell_baskets(two_pools(2.0 * low, 1.0), jnp.asarray([900.0, 1_001.0]))
    assert not sale.received.any()
    assert sale.rest.tolist() == [900.0, 1_001.0]
    sale = sell_baskets(two_pools(0.5, 1.0), jnp.asarray([999.0, 1_001.0]))
    np.testing.assert_allclose(sale.received, [0.4995, 0.0], rtol=1e-14)
    assert sale.pools.tao_in[0] / sale.pools.alpha_in[0] < 0.9 * low
    assert sale.rest.tolist() == [0.0, 1_001.0]


def test_weighted_pools_sell_baskets_along_their_own_curve() -> None:
    sale = sell_baskets(two_pools(500.0, 2_000.0, w_tao=0.4), jnp.full(2, 700.0))
    np.testing.assert_allclose(sale.received, 500.0 * (1.0 - (20 / 27) ** 1.5), rtol=1e-13)


def test_the_burn_of_a_neuron_halves_in_its_half_life() -> None:
    assert neuron_burn_price(10**11, 1.26, 360, 0, 360) == pytest.approx(5 * 10**10, abs=360)
    assert neuron_burn_price(10**9, 1.26, 360, 2, 0) == 1_587_600_000
    assert neuron_burn_price(1, 1.26, 360, 0, 1) == 0
