"""The price EMA: one block is the chain's update, and n blocks are n of them (§3.3)."""

from decimal import Decimal

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference.moving import floored_moving_price_after

from dtaojax import chain
from dtaojax.config.load import config_from_dict
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.moving_price.ema import FlooredPriceEma, PriceEma, PricePath, ema_weights
from dtaojax.schema.errors import ConfigError

FIRST_EMISSION = jnp.asarray([1])
OLD = jnp.asarray(10_000_000)
STEPS = [1, 2, 3, 7, 90, 360, 7200]

prices = st.floats(0.0, 1.0)
rates = st.floats(1e-12, 0.5)


def ema(rate: float, halving_blocks: float = 0.0, cap: float = 1.0) -> PriceEma:
    """An EMA; without halving blocks its rate is the same at every age."""
    return PriceEma(jnp.asarray(rate), jnp.asarray(halving_blocks), jnp.asarray(cap))


def path(start: float, after_coinbase: float, end: float) -> PricePath:
    return PricePath(*(jnp.asarray([price]) for price in (start, after_coinbase, end)))


def after(rule: PriceEma, m: float, seen: PricePath, blocks: int, block: int = 10_000_000) -> float:
    moved = rule(jnp.asarray([m]), seen, FIRST_EMISSION, jnp.asarray(block), blocks)
    return float(moved[0])


def block_by_block(rate: float, m: float, seen: PricePath, blocks: int) -> float:
    """The chain's update, once a block, of the spot that each block sees."""
    start, coinbase, end = (float(price[0]) for price in seen)
    for j in range(1, blocks + 1):
        spot = start + (coinbase - start) * j / blocks + (end - coinbase) * (j - 1) / blocks
        m = rate * spot + (1.0 - rate) * m
    return m


@given(rates, prices, prices, prices, prices)
def test_one_block_averages_the_price_that_the_coinbase_leaves(
    rate: float, m: float, start: float, coinbase: float, end: float
) -> None:
    moved = after(ema(rate), m, path(start, coinbase, end), 1)
    np.testing.assert_allclose(moved, rate * coinbase + (1.0 - rate) * m, rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("blocks", STEPS)
@pytest.mark.parametrize("rate", [chain.MOVING_PRICE_RATE, 3e-6, 1e-12, 0.2, 1.0])
def test_a_step_at_a_constant_price_equals_single_updates(rate: float, blocks: int) -> None:
    still = path(0.3, 0.3, 0.3)
    expected = block_by_block(rate, 0.1, still, blocks)
    np.testing.assert_allclose(after(ema(rate), 0.1, still, blocks), expected, rtol=1e-12)


@pytest.mark.parametrize("blocks", STEPS)
@pytest.mark.parametrize("rate", [chain.MOVING_PRICE_RATE, 3e-6, 1e-12, 0.2])
def test_a_step_of_a_linearly_moving_price_equals_single_updates(rate: float, blocks: int) -> None:
    moving = path(0.2, 0.35, 0.05)
    expected = block_by_block(rate, 0.0, moving, blocks)
    np.testing.assert_allclose(after(ema(rate), 0.0, moving, blocks), expected, rtol=1e-11)


@given(st.integers(1, 40), rates, prices, prices, prices, prices)
def test_any_step_equals_single_updates(
    blocks: int, rate: float, m: float, start: float, coinbase: float, end: float
) -> None:
    seen = path(start, coinbase, end)
    expected = block_by_block(rate, m, seen, blocks)
    np.testing.assert_allclose(after(ema(rate), m, seen, blocks), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("blocks", STEPS)
@pytest.mark.parametrize("rate", [1e-15, 1e-9, 3e-4, 0.1, 1.0])
def test_weights_are_the_geometric_series(rate: float, blocks: int) -> None:
    number = np.arange(1, blocks + 1)
    weights = rate * (1.0 - rate) ** (blocks - number)
    level, moment = ema_weights(jnp.asarray([rate]), blocks)
    np.testing.assert_allclose(level[0], weights.sum(), rtol=1e-12)
    np.testing.assert_allclose(moment[0], (weights * number).sum(), rtol=1e-12)


@given(rates, prices, prices, prices, prices, st.sampled_from(STEPS))
def test_the_average_stays_between_zero_and_the_cap(
    rate: float, m: float, start: float, coinbase: float, end: float, blocks: int
) -> None:
    moved = after(ema(rate), m, path(3.0 * start, 3.0 * coinbase, 3.0 * end), blocks)
    assert -1e-15 <= moved <= 1.0 + 1e-15


def test_a_price_above_the_cap_counts_as_the_cap() -> None:
    high, at_cap = path(4.0, 5.0, 6.0), path(1.0, 1.0, 1.0)
    assert after(ema(3e-4), 0.5, high, 360) == after(ema(3e-4), 0.5, at_cap, 360)
    assert after(ema(3e-4, cap=0.25), 0.25, high, 360) == pytest.approx(0.25, rel=1e-14)


def test_the_rate_halves_at_the_halving_age_and_is_nothing_at_birth() -> None:
    rule = ema(3e-4, 201_600.0)
    rate = rule.effective_rate(jnp.asarray([0.0, 201_600.0, 3 * 201_600.0]))
    np.testing.assert_allclose(rate, [0.0, 1.5e-4, 2.25e-4], rtol=1e-15)


@pytest.mark.parametrize("age", [1, 2, 100, 201_600])
def test_the_first_emission_block_has_age_one(age: int) -> None:
    first = 5_000_000
    rule = ema(3e-4, 201_600.0)
    moved = rule(
        jnp.asarray([0.0]),
        path(0.5, 0.5, 0.5),
        jnp.asarray([first]),
        jnp.asarray(first + age - 2),
        1,
    )
    np.testing.assert_allclose(moved[0], 0.5 * 3e-4 * age / (age + 201_600), rtol=1e-12)


@pytest.mark.parametrize(("age", "tolerance"), [(0, 2e-3), (3_600, 1e-6), (200_000, 1e-7)])
def test_a_step_through_which_the_rate_grows_is_close_to_single_updates(
    age: int, tolerance: float
) -> None:
    """The step takes the rate of its middle; what that leaves out is of second order in n/age."""
    rule, still, blocks = ema(3e-4, 201_600.0), path(0.3, 0.3, 0.3), 360
    m = expected = 0.1
    for block in range(age, age + blocks):
        expected = after(rule, expected, still, 1, block)
    np.testing.assert_allclose(after(rule, m, still, blocks, age), expected, rtol=tolerance)


def test_half_of_a_price_jump_is_averaged_in_after_the_half_life() -> None:
    """§3.3: 2,310 blocks at the live rate."""
    moved = after(ema(chain.MOVING_PRICE_RATE), 0.0, path(1.0, 1.0, 1.0), 2_310)
    assert moved == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize("rate", [0.0, 1e-9, 3e-4])
def test_the_average_is_differentiable_in_the_rate_down_to_zero(rate: float) -> None:
    def moved(a: jax.Array) -> jax.Array:
        rule = PriceEma(a, jnp.asarray(0.0), jnp.asarray(1.0))
        return rule(jnp.asarray([0.2]), path(0.1, 0.4, 0.3), FIRST_EMISSION, OLD, 360)[0]

    later = np.arange(359, -1, -1)
    spots = 0.1 + 0.3 * (360 - later) / 360 - 0.1 * (359 - later) / 360
    kept = 1.0 - rate
    of_weights = kept**later - rate * later * kept ** np.maximum(later - 1, 0)
    expected = (of_weights * spots).sum() - 360 * kept**359 * 0.2
    np.testing.assert_allclose(jax.grad(moved)(jnp.asarray(rate)), expected, rtol=1e-10)


# --- at the resolution in which the chain stores it (§7.2) ---------------------------------------


def floored(rate_bits: int, halving_blocks: int) -> FlooredPriceEma:
    rule = {"rate": rate_bits / 2**32, "halving_blocks": halving_blocks, "floor": True}
    rules = MechanismConfig.model_validate({"preset": "gate_rank_2026", "moving_price": rule})
    built = rules.build().moving_price
    assert isinstance(built, FlooredPriceEma)
    return built


@pytest.mark.parametrize("rate_bits", [1_288_490, 12_885])
@pytest.mark.parametrize("halving_blocks", [0, chain.MOVING_PRICE_HALVING_BLOCKS])
def test_a_floored_block_is_the_reference_s(rate_bits: int, halving_blocks: int) -> None:
    """Every bit, for subnets of all ages and prices; those that stall below it among them."""
    random = np.random.default_rng(rate_bits + halving_blocks)
    price = 10.0 ** random.uniform(-4.0, 0.0, 200)
    m = np.floor(2.0**32 * price * random.choice([0.0, 0.7, 0.999, 1.001, 1.3], 200)) / 2.0**32
    age = np.floor(10.0 ** random.uniform(1.0, 6.5, 200))
    block = 10_000_000
    seen = PricePath(*[jnp.asarray(price)] * 3)
    rule = floored(rate_bits, halving_blocks)
    first = jnp.asarray((block + 2 - age).astype(int))
    found = rule(jnp.asarray(m), seen, first, jnp.asarray(block), 1)
    rate = Decimal(rate_bits) / 2**32
    expected = [
        float(floored_moving_price_after(Decimal(old), Decimal(spot), rate, int(b), halving_blocks))
        for old, spot, b in zip(m, price, age, strict=True)
    ]
    np.testing.assert_array_equal(found, expected)


def test_a_floored_step_is_its_blocks_one_by_one() -> None:
    rule = floored(12_885, chain.MOVING_PRICE_HALVING_BLOCKS)
    blocks, first, block = 360, jnp.asarray([9_990_000, 1, 9_999_999]), 10_000_000
    m = jnp.asarray([0.004, 0.3, 0.0])
    still = PricePath(*[jnp.asarray([0.005, 0.29, 0.005])] * 3)
    whole = rule(m, still, first, jnp.asarray(block), blocks)
    one = jax.jit(lambda m, block: rule(m, still, first, block, 1))
    for passed in range(blocks):
        m = one(m, jnp.asarray(block + passed))
    np.testing.assert_array_equal(whole, m)
    assert float(whole[2]) == 0.0


def test_a_floored_average_has_the_derivative_of_the_real_one() -> None:
    def at(rate: float, rule: type[PriceEma]) -> jax.Array:
        made = rule(jnp.asarray(rate), jnp.asarray(0.0), jnp.asarray(1.0))
        seen = path(0.02, 0.02, 0.03)
        return made(jnp.asarray([0.01]), seen, FIRST_EMISSION, jnp.asarray(10_000_000), 12)[0]

    found, expected = (jax.jacfwd(at)(3e-4, rule) for rule in (FlooredPriceEma, PriceEma))
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_single_precision_cannot_hold_the_floored_average() -> None:
    rules = {"preset": "gate_rank_2026", "moving_price": {"floor": True}}
    with pytest.raises(ConfigError, match=r"mechanism\.moving_price\.floor: is true"):
        config_from_dict({"mechanism": rules, "run": {"precision": "float32"}})
