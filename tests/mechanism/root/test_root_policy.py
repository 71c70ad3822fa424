"""Root's alpha: claimed with a lag, or sold out of its baskets as stakers choose (§3.10)."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest
from worlds import mainnet_world

from dtaojax import chain
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.liquidity.chain_swap import chain_sale
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.root.policy import RootDrained, drained
from dtaojax.state.network import Pools

RATE = jnp.asarray(1.0 / 50.0)


def pools(tao: list[float], alpha: list[float]) -> Pools:
    nothing = jnp.zeros(len(tao))
    return Pools(jnp.asarray(tao), jnp.asarray(alpha), nothing + 0.5, nothing, nothing)


@pytest.mark.parametrize("blocks", [1, 2, 360, 7_200])
def test_a_step_sells_what_its_blocks_would(blocks: int) -> None:
    basket, earned, sold = 70.0, 0.3, 0.0
    for _ in range(blocks):
        basket += earned
        due = basket * float(RATE)
        basket, sold = basket - due, sold + due
    whole = jnp.asarray([70.0 + blocks * earned])
    found = drained(whole, jnp.asarray([blocks * earned]), RATE, blocks)
    np.testing.assert_allclose(found, [sold], rtol=1e-12)


def test_as_much_is_sold_as_is_earned_in_the_long_run() -> None:
    basket, earned = jnp.asarray([0.0]), jnp.asarray([2.0])
    for _ in range(40):
        basket = basket + earned
        sold = drained(basket, earned, RATE, 20)
        basket = basket - sold
    assert sold[0].item() == pytest.approx(2.0, rel=1e-6)


def test_alpha_that_a_pool_does_not_take_stays_in_the_basket_and_is_counted() -> None:
    """A pool with less than the least TAO, one near the lowest price, one without anything."""
    root = RootDrained(jnp.asarray(1.0))
    thin = pools([5e-4, 1.0, 0.0, 10.0], [10.0, 9e5, 0.0, 10.0])
    basket = jnp.asarray([1.0, 2e5, 1.0, 1.0])
    claims = root.claim(thin, basket, jnp.zeros(4), 1)
    assert claims.refused.tolist() == [True, True, True, False]
    assert claims.sold[0] == claims.sold[2] == 0.0
    assert 0.0 < claims.sold[1] < basket[1]
    assert claims.sold[3] == basket[3]
    np.testing.assert_allclose(spot_price(claims.pools)[1], chain.MIN_PRICE, rtol=1e-12)


def test_nothing_is_sold_below_the_lowest_price() -> None:
    swap = chain_sale(pools([1.0], [2e6]), jnp.asarray([5.0]))
    assert (swap.rest.tolist(), swap.received.tolist()) == ([5.0], [0.0])


def test_a_share_sold_a_day_is_that_share_after_a_day() -> None:
    table = {"preset": "gate_rank_2026", "root": {"sale_per_day": 0.25}}
    root = MechanismConfig.model_validate(table).build().root
    basket = jnp.asarray([80.0])
    sold = drained(basket, jnp.zeros(1), root.rate, chain.BLOCKS_PER_DAY)
    np.testing.assert_allclose(sold, [20.0], rtol=1e-12)


def test_what_leaves_the_baskets_enters_the_pools_for_less_than_its_price() -> None:
    """On mainnet, where every pool trades."""
    _, start = mainnet_world()
    start = dataclasses.replace(start, root_basket=0.001 * start.alpha_out)
    claims = RootDrained(RATE).claim(start.pools, start.root_basket, 0.0 * start.root_basket, 1)
    np.testing.assert_array_equal(
        claims.pools.alpha_in - start.pools.alpha_in > 0.0, claims.sold > 0.0
    )
    np.testing.assert_allclose(claims.sold, RATE * start.root_basket, rtol=1e-13)
    paid = start.pools.tao_in - claims.pools.tao_in
    np.testing.assert_allclose(claims.tao, paid, rtol=1e-6, atol=1e-9)
    assert float(claims.tao.sum()) < float((spot_price(start.pools) * claims.sold).sum())
