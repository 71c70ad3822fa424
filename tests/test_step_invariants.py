"""What every step keeps, on the real network and on random states (§6)."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from worlds import STRIDE, Moment, Orders, live_mechanism, mainnet_world, row, run_model, stacked

from dtaojax.mechanism.pools import buy, spot_price
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.state.pools import Pools

WIDTH = 8


@jax.jit
def bought_by_the_chain(pools: Pools, tao: jax.Array) -> Pools:
    return buy(pools, tao)[0]


@jax.jit
def price(pools: Pools) -> jax.Array:
    return spot_price(pools)


def close(found: np.ndarray, expected: np.ndarray, scale: np.ndarray) -> None:
    """Equal up to the rounding of sums of numbers as large as ``scale``."""
    error = np.abs(found - expected)
    assert (error <= 1e-13 * (scale + 1.0)).all(), error.max()


def assert_tao_is_conserved(at: Moment, blocks: int) -> None:
    """TAO in pools comes from injection, chain buys and users; issuance grows by the first two."""
    old, new, paid = at.before.pools, at.after.pools, at.flows.coinbase
    spent = np.where(paid.buy_refused, 0.0, paid.terms.excess_tao)
    entered = blocks * (paid.terms.tao_in + spent)
    held = old.tao_in + old.tao_reservoir
    gained = new.tao_in + new.tao_reservoir - held
    close(gained, entered + at.flows.trades.tao_paid, held + np.abs(gained))
    issued = at.after.total_issuance - at.before.total_issuance
    close(issued, entered.sum(), at.before.total_issuance)
    assert issued <= blocks * paid.block_emission + 1e-13 * at.before.total_issuance


def assert_alpha_is_conserved(at: Moment, blocks: int) -> None:
    """Alpha is injected, minted and recycled; swaps only move it between pool and holders."""

    def existing(state: NetworkState) -> np.ndarray:
        return state.pools.alpha_in + state.pools.alpha_reservoir + state.alpha_out

    paid = at.flows.coinbase
    made = blocks * (paid.terms.alpha_in + paid.alpha_emission) - paid.payout.recycled
    close(existing(at.after) - existing(at.before), made, existing(at.before) + made)
    close(existing(at.after), existing(at.paid), existing(at.paid))
    bought = at.after.protocol_alpha - at.before.protocol_alpha
    close(bought, paid.alpha_bought, at.after.protocol_alpha)
    kept = at.after.root_basket - at.before.root_basket
    close(kept, paid.payout.root, at.after.root_basket)


def assert_the_split_adds_up(at: Moment, blocks: int) -> None:
    payout = at.flows.coinbase.payout
    assert all((part >= 0.0).all() for part in payout)
    np.testing.assert_allclose(
        sum(payout), blocks * at.flows.coinbase.alpha_emission, rtol=1e-14, atol=0.0
    )
    validators = payout.validator + payout.root + payout.recycled
    np.testing.assert_allclose(payout.server, validators, rtol=1e-13, atol=0.0)


def log_invariant(pools: Pools, at: np.ndarray) -> np.ndarray:
    w_tao = pools.w_tao[at]
    return (1.0 - w_tao) * np.log(pools.alpha_in[at]) + w_tao * np.log(pools.tao_in[at])


def assert_kept_in_swap(before: Pools, after: Pools) -> None:
    """Up to the digits that a reserve loses where little of it is left."""
    priced = (before.tao_in > 0.0) & (before.alpha_in > 0.0)
    change = log_invariant(after, priced) - log_invariant(before, priced)
    left = np.minimum(after.tao_in / before.tao_in, after.alpha_in / before.alpha_in)[priced]
    assert (np.abs(change) <= 1e-13 + 1e-15 / left).all(), np.abs(change).max()


def assert_pools_follow_their_curves(at: Moment, blocks: int) -> None:
    """The chain buys along the invariant, injection holds the price, users trade along it."""
    spent = blocks * at.flows.coinbase.terms.excess_tao
    bought = jax.device_get(bought_by_the_chain(at.before.pools, spent))
    with np.errstate(invalid="ignore", divide="ignore"):
        assert_kept_in_swap(at.before.pools, bought)
        assert_kept_in_swap(at.paid.pools, at.after.pools)
    held = np.asarray(price(bought))
    np.testing.assert_allclose(price(at.paid.pools)[held > 0.0], held[held > 0.0], rtol=1e-12)


def assert_shares_are_shares(at: Moment, subnets: Subnets) -> None:
    """Each sums to 1 or is all 0; the gate keeps the order and never lowers the top."""
    shares = at.flows.coinbase.shares
    for vector in (shares.pre_gate, shares.final):
        assert (vector >= 0.0).all()
        assert vector.sum() == pytest.approx(1.0, abs=1e-14 * vector.size) or not vector.any()
    enabled = np.asarray(subnets.emission_enabled)
    assert not shares.final[~enabled].any()
    assert not shares.final[~np.asarray(subnets.in_emit_set)].any()
    before, after = shares.pre_gate[enabled], shares.final[enabled]
    assert (np.diff(after[np.argsort(before)]) >= -1e-15).all()
    if before.any():
        assert after.max() >= before.max() / before.sum() * (1.0 - 1e-13)


def assert_amounts_are_amounts(at: Moment) -> None:
    """Nothing is negative, nobody holds alpha that does not exist, averages stay in range."""
    state, paid = at.after, at.flows.coinbase
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(state))
    for amount in (*jax.tree.leaves(state.pools), state.protocol_alpha, state.root_basket):
        assert (amount >= 0.0).all()
    held = state.alpha_out - state.protocol_alpha - state.root_basket
    assert (held >= -1e-12 * (state.alpha_out + state.pools.alpha_in)).all()
    assert (state.moving_price >= 0.0).all()
    assert (state.moving_price <= 1.0 + 1e-15).all()
    cap = paid.root_proportion * paid.alpha_emission
    assert (paid.terms.alpha_in <= cap * (1.0 + 1e-15)).all()
    assert (paid.terms.excess_tao >= 0.0).all()


def assert_invariants(at: Moment, subnets: Subnets, blocks: int) -> None:
    assert_tao_is_conserved(at, blocks)
    assert_alpha_is_conserved(at, blocks)
    assert_the_split_adds_up(at, blocks)
    assert_pools_follow_their_curves(at, blocks)
    assert_shares_are_shares(at, subnets)
    assert_amounts_are_amounts(at)


def vectors(elements: st.SearchStrategy[float]) -> st.SearchStrategy[np.ndarray]:
    return st.lists(elements, min_size=WIDTH, max_size=WIDTH).map(np.array)


def spread(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda exponent: 10.0**exponent)


parts = vectors(st.floats(0.0, 1.0))
flags = hnp.arrays(bool, WIDTH)
reserves = vectors(st.one_of(st.just(0.0), spread(-4, 6), spread(1, 5)))


@st.composite
def situations(draw: st.DrawFn) -> tuple[Subnets, NetworkState, Orders]:
    """A state, which need not be one that steps lead to, and orders."""
    subnets = Subnets(
        registered_at=jnp.arange(WIDTH),
        first_emission_block=jnp.where(jnp.asarray(draw(flags)), 1_000, -1),
        emission_enabled=jnp.asarray(draw(flags)),
        miner_burned=jnp.asarray(1.2 * draw(parts)),
        owner_cut_enabled=jnp.asarray(draw(flags)),
        quality=jnp.zeros(WIDTH),
        sector=jnp.arange(WIDTH),
    )
    alpha_out, kept, tao_in = draw(vectors(spread(0, 6.8))), draw(parts), draw(reserves)
    waiting = draw(vectors(st.sampled_from([0.0, 0.0, 3.0])))
    pools = (tao_in, draw(reserves), 0.2 + 0.6 * draw(parts), waiting, waiting[::-1])
    state = NetworkState(
        block=jnp.asarray(draw(st.integers(2_000, 9_000_000))),
        pools=Pools(*map(jnp.asarray, pools)),
        alpha_out=jnp.asarray(alpha_out),
        protocol_alpha=jnp.asarray(0.5 * kept * alpha_out),
        root_basket=jnp.asarray(0.4 * kept[::-1] * alpha_out),
        moving_price=jnp.asarray(draw(vectors(st.one_of(st.just(0.0), spread(-6, 0))))),
        total_issuance=jnp.asarray(draw(st.sampled_from([9e6, 10.5e6, 11.2e6, 20.99e6, 21e6]))),
        root_tao=jnp.asarray(draw(st.sampled_from([0.0, 1e3, 5.4e6]))),
        gate_bar=jnp.asarray(draw(st.sampled_from([0.0, 1e-9, 0.02, 0.3]))),
    )
    tao = 0.6 * (draw(parts) - 0.5) * tao_in
    alpha = draw(vectors(st.one_of(st.just(0.0), spread(-6, 5))))
    return subnets, state, Orders(tao, alpha)


@pytest.mark.parametrize("blocks", [1, 360])
@settings(max_examples=40)
@given(situation=situations())
def test_steps_from_any_state_keep_the_invariants(
    blocks: int, situation: tuple[Subnets, NetworkState, Orders]
) -> None:
    """Of a stride of steps the first, which need not be like any other, and the last."""
    subnets, state, orders = situation
    run = run_model(live_mechanism(rank=3), subnets, state, stacked([orders] * STRIDE), blocks)
    assert_invariants(row(run, 0), subnets, blocks)
    assert_invariants(row(run, -1), subnets, blocks)


@pytest.mark.parametrize(("blocks", "steps"), [(1, 200), (360, 120)])
def test_every_step_of_a_mainnet_run_keeps_the_invariants(blocks: int, steps: int) -> None:
    subnets, start = mainnet_world()
    random = np.random.default_rng(blocks)
    shape = (steps, start.alpha_out.shape[0])
    tao = random.normal(0.0, 0.02, shape) * np.asarray(start.pools.tao_in)
    alpha = random.exponential(0.003, shape) * np.asarray(start.pools.alpha_in)
    run = run_model(live_mechanism(), subnets, start, Orders(tao, alpha), blocks)
    for number in range(steps):
        moment = row(run, number)
        assert_invariants(moment, subnets, blocks)
        assert np.count_nonzero(moment.flows.trades.alpha_sold) > 100


def without_users(start: NetworkState, steps: int, blocks: int) -> Moment:
    subnets, _ = mainnet_world()
    nobody = Orders(*[np.zeros((steps, start.alpha_out.shape[0]))] * 2)
    return run_model(live_mechanism(), subnets, start, nobody, blocks)


def test_a_step_of_n_blocks_takes_n_times_the_terms_of_its_first_block() -> None:
    _, start = mainnet_world()
    start = eqx.tree_at(lambda state: state.gate_bar, start, jnp.asarray(0.0))
    first, whole = (row(without_users(start, STRIDE, blocks), 0) for blocks in (1, 360))
    for single, many in zip(first.flows.coinbase.terms, whole.flows.coinbase.terms, strict=True):
        np.testing.assert_allclose(single, many, rtol=1e-14)
    issued = [
        moment.after.total_issuance - moment.before.total_issuance for moment in (first, whole)
    ]
    assert issued[1] == pytest.approx(360 * issued[0], rel=1e-8)


def test_three_steps_of_a_tempo_end_where_1080_blocks_do() -> None:
    """Up to what the shares and prices of a tempo's first block leave out."""
    _, start = mainnet_world()
    by_block = row(without_users(start, 1080, 1), 1079).after
    by_tempo = row(without_users(start, STRIDE, 360), 2).after
    assert by_tempo.block == by_block.block
    np.testing.assert_allclose(by_tempo.total_issuance, by_block.total_issuance, rtol=1e-12)
    for of in (
        lambda state: state.pools.tao_in,
        lambda state: state.pools.alpha_in,
        lambda state: state.alpha_out,
        lambda state: state.moving_price,
    ):
        np.testing.assert_allclose(of(by_tempo), of(by_block), rtol=2e-5)
