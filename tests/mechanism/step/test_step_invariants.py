"""What every step keeps, on the real network and on random states (§6)."""

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from exactness.presets import EACH_PRESET, preset_pair
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from reference import EXACT
from worlds import STRIDE, Moment, Orders, live_mechanism, mainnet_world, row, run_model, stacked

from dtaojax import chain
from dtaojax.mechanism.chain_buy.rules import BuyDestroyedUnissued, BuyKept
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.fees.rules import FeeToAuthor
from dtaojax.mechanism.gate.rules import RankTiers
from dtaojax.mechanism.injection.capped import (
    AlphaEmissionCap,
    LesserEmissionCap,
    RootProportionCap,
)
from dtaojax.mechanism.liquidity.pools import buy, spot_price
from dtaojax.mechanism.liquidity.rules import BuyThenHoldPrice
from dtaojax.mechanism.registration.departure import Departures, PayoutRule, dissolve
from dtaojax.mechanism.root.policy import RootSoldAtLaunch, RootSoldUnlessSubsidised
from dtaojax.mechanism.split.rules import OwnerServerValidatorRoot
from dtaojax.state.network import NetworkState, Pools, Subnets

WIDTH = 8
PRICE_NEUTRAL = (RootProportionCap, LesserEmissionCap, AlphaEmissionCap)
"""Injections at the price, whatever the cap (§6.2)."""


@jax.jit
def bought_by_the_chain(pools: Pools, tao: jax.Array) -> Pools:
    """Of steps on a leading axis."""
    return jax.vmap(lambda pools, tao: buy(pools, tao)[0])(pools, tao)


@jax.jit
def price(pools: Pools) -> jax.Array:
    """Of steps on a leading axis."""
    return jax.vmap(spot_price)(pools)


def close(found: np.ndarray, expected: np.ndarray, scale: np.ndarray) -> None:
    """Equal up to the rounding of sums of numbers as large as ``scale``."""
    error = np.abs(found - expected)
    assert (error <= 1e-13 * (scale + 1.0)).all(), error.max()


def assert_tao_is_conserved(at: Moment, blocks: int, rules: Mechanism) -> None:
    """TAO in pools comes from injection, chain buys and users, and goes to root's sales.

    Issuance grows by what was injected, paid for buys and paid to participants (§6.1); in R3 the
    buys are missing (§3.7).
    """
    old, new, paid = at.before.pools, at.after.pools, at.flows.coinbase
    to_root = paid.root_tao + at.flows.claims.tao
    held = old.tao_in + old.tao_reservoir
    gained = new.tao_in + new.tao_reservoir - held
    moved = at.flows.trades.tao_paid - to_root
    close(gained, paid.protocol_tao + moved, held + np.abs(moved) + paid.protocol_tao)
    counted = paid.protocol_tao
    if isinstance(rules.chain_buy, BuyDestroyedUnissued):
        counted = blocks * paid.terms.tao_in
    issued = at.after.total_issuance - at.before.total_issuance
    issues = (counted + sum(paid.reward)).sum(-1) + paid.off_the_top
    close(issued, issues, at.before.total_issuance)
    most = blocks * paid.block_emission + paid.off_the_top + 1e-13 * at.before.total_issuance
    assert (issued <= most).all()
    staked = at.after.root_tao - at.before.root_tao
    proceeds = at.flows.claims.tao.sum(-1)
    if isinstance(rules.root, RootSoldUnlessSubsidised):
        proceeds = proceeds + paid.root_tao.sum(-1)
    close(staked, proceeds + paid.off_the_top, at.after.root_tao)


def assert_alpha_is_conserved(at: Moment, blocks: int, rules: Mechanism) -> None:
    """Alpha is injected, minted, recycled and destroyed; swaps only move it (§6.3)."""

    def existing(state: NetworkState) -> np.ndarray:
        return state.pools.alpha_in + state.pools.alpha_reservoir + state.alpha_out

    paid = at.flows.coinbase
    made = blocks * (paid.terms.alpha_in + paid.alpha_emission) - paid.payout.recycled
    keeps_bought = isinstance(rules.chain_buy, BuyKept)
    made = made - (0.0 if keeps_bought else paid.alpha_bought)
    scale = existing(at.before) + np.abs(made) + paid.alpha_bought
    close(existing(at.after) - existing(at.before), made, scale)
    close(existing(at.after), existing(at.paid), existing(at.paid))
    bought = at.after.protocol_alpha - at.before.protocol_alpha
    close(bought, paid.alpha_bought if keeps_bought else 0.0, at.after.protocol_alpha)
    sells_at_once = isinstance(rules.root, RootSoldAtLaunch | RootSoldUnlessSubsidised)
    earned = 0.0 if sells_at_once else paid.payout.root
    kept = at.after.root_basket - at.before.root_basket
    close(kept, earned - at.flows.claims.sold, at.before.root_basket + earned)


def assert_the_split_adds_up(at: Moment, blocks: int, rules: Mechanism) -> None:
    """Classes get all of the alpha that participants are paid (§6.5)."""
    payout = at.flows.coinbase.payout
    assert all((part >= 0.0).all() for part in payout)
    np.testing.assert_allclose(
        sum(payout), blocks * at.flows.coinbase.alpha_emission, rtol=1e-14, atol=0.0
    )
    if isinstance(rules.split, OwnerServerValidatorRoot):
        validators = payout.validator + payout.root + payout.recycled
        np.testing.assert_allclose(payout.server, validators, rtol=1e-13, atol=0.0)


def log_invariant(pools: Pools, at: np.ndarray) -> np.ndarray:
    w_tao = pools.w_tao[at]
    return (1.0 - w_tao) * np.log(pools.alpha_in[at]) + w_tao * np.log(pools.tao_in[at])


def assert_kept_in_swap(before: Pools, after: Pools, fees_stay: bool) -> None:
    """The invariant never falls, and grows by fees alone (§6.4).

    Up to the digits that a reserve loses where little of it is left.
    """
    priced = (before.tao_in > 0.0) & (before.alpha_in > 0.0)
    change = log_invariant(after, priced) - log_invariant(before, priced)
    left = np.minimum(after.tao_in / before.tao_in, after.alpha_in / before.alpha_in)[priced]
    blur = 1e-13 + 1e-15 / left
    assert (change >= -blur).all(), change.min()
    assert fees_stay or (change <= blur).all(), change.max()


def before_claims(at: Moment) -> Pools:
    """Pools after the injection, before root sold out of its baskets."""
    claims, pools = at.flows.claims, jax.tree.map(jnp.asarray, at.paid.pools)
    earlier = (pools.tao_in + claims.tao, pools.alpha_in - claims.sold)
    return eqx.tree_at(lambda pools: (pools.tao_in, pools.alpha_in), pools, earlier)


def assert_pools_follow_their_curves(at: Moment, blocks: int, rules: Mechanism) -> None:
    """The chain buys along the invariant, injection holds the price, users trade along it."""
    fees_stay = not isinstance(rules.fee, FeeToAuthor)
    with np.errstate(invalid="ignore", divide="ignore"):
        assert_kept_in_swap(at.paid.pools, at.after.pools, fees_stay)
    paid = at.flows.coinbase
    if isinstance(rules.liquidity_rule, BuyThenHoldPrice):
        taken = np.maximum(paid.protocol_tao - blocks * paid.terms.tao_in, 0.0)
        spent = np.where(paid.buy_refused, taken, blocks * paid.terms.excess_tao)
        bought = jax.device_get(bought_by_the_chain(at.before.pools, spent))
        with np.errstate(invalid="ignore", divide="ignore"):
            assert_kept_in_swap(at.before.pools, bought, fees_stay=False)
        held = np.asarray(price(bought))
        injected = price(before_claims(at))
        with np.errstate(invalid="ignore", divide="ignore"):
            left = np.asarray(bought.alpha_in / at.before.pools.alpha_in)
        priced = held > 0.0
        # A pool near the chain's lowest price and least weight has lost four digits by now, and
        # a reserve more, where the chain buys nearly all of it.
        blur = (1e-10 + 1e-15 / left[priced]) * held[priced]
        assert (np.abs(injected[priced] - held[priced]) <= blur).all()
    if isinstance(rules.injection, PRICE_NEUTRAL):
        before = np.asarray(price(at.before.pools))
        priced = before > 0.0
        worth = (before * paid.terms.alpha_in)[priced]
        np.testing.assert_allclose(paid.terms.tao_in[priced], worth, rtol=1e-13, atol=1e-300)


def assert_shares_are_shares(at: Moment, subnets: Subnets, rules: Mechanism) -> None:
    """Each sums to 1 or is all 0; the gate keeps the order and never lowers the top (§6.9).

    Tiers keep the order within a tier alone: the first of a tier may get more than the last of the
    tier above it.
    """
    shares = at.flows.coinbase.shares
    for vector in (shares.pre_gate, shares.final):
        assert (vector >= 0.0).all()
        whole = np.abs(vector.sum(-1) - 1.0) <= 1e-14 * vector.shape[-1]
        assert (whole | ~vector.any(-1)).all()
    enabled = np.asarray(subnets.emission_enabled)
    assert not shares.final[..., ~enabled].any()
    assert not shares.final[..., ~np.asarray(subnets.in_emit_set)].any()
    if isinstance(rules.gate, RankTiers):
        return
    before, after = shares.pre_gate[..., enabled], shares.final[..., enabled]
    ranked = np.take_along_axis(after, np.argsort(before, axis=-1), axis=-1)
    assert (np.diff(ranked) >= -1e-15).all()
    if enabled.any():
        sums = before.sum(-1)
        least = before.max(-1) / np.where(sums > 0.0, sums, 1.0) * (1.0 - 1e-13)
        assert (after.max(-1) >= least).all()


def assert_amounts_are_amounts(at: Moment, rules: Mechanism) -> None:
    """Nothing is negative, nobody holds alpha that does not exist, averages stay in range."""
    state, paid = at.after, at.flows.coinbase
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(state))
    for amount in (*jax.tree.leaves(state.pools), state.protocol_alpha, state.root_basket):
        assert (amount >= 0.0).all()
    nobodys = state.protocol_alpha + state.root_basket + state.burned_alpha
    held = state.alpha_out - nobodys
    assert (held >= -1e-12 * (state.alpha_out + state.pools.alpha_in)).all()
    assert (state.moving_price >= 0.0).all()
    assert (state.moving_price <= 1.0 + 1e-15).all()
    if isinstance(rules.injection, RootProportionCap):
        cap = paid.root_proportion * paid.alpha_emission
        assert (paid.terms.alpha_in <= cap * (1.0 + 1e-15)).all()
    assert (paid.terms.excess_tao >= 0.0).all()


def assert_invariants(at: Moment, subnets: Subnets, blocks: int, rules: Mechanism) -> None:
    """All of §6 but dissolution, which is no part of a step; of steps on a leading axis."""
    assert_tao_is_conserved(at, blocks, rules)
    assert_alpha_is_conserved(at, blocks, rules)
    assert_the_split_adds_up(at, blocks, rules)
    assert_pools_follow_their_curves(at, blocks, rules)
    assert_shares_are_shares(at, subnets, rules)
    assert_amounts_are_amounts(at, rules)


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
        burned_alpha=jnp.asarray(0.1 * draw(parts) * alpha_out),
        moving_price=jnp.asarray(draw(vectors(st.one_of(st.just(0.0), spread(-6, 0))))),
        total_issuance=jnp.asarray(draw(st.sampled_from([9e6, 10.5e6, 11.2e6, 20.99e6, 21e6]))),
        root_tao=jnp.asarray(draw(st.sampled_from([0.0, 1e3, 5.4e6]))),
        gate_bar=jnp.asarray(draw(st.sampled_from([0.0, 1e-9, 0.02, 0.3]))),
    )
    tao = 0.6 * (draw(parts) - 0.5) * tao_in
    alpha = draw(vectors(st.one_of(st.just(0.0), spread(-6, 5))))
    return subnets, state, Orders(tao, alpha)


def assert_every_step_keeps_them(
    rules: Mechanism, blocks: int, situation: tuple[Subnets, NetworkState, Orders]
) -> None:
    """Of a stride of steps, the first of which need not be like any other."""
    subnets, state, orders = situation
    memory = rules.weight_rule.begin(jnp.uint32(0), subnets, state)
    start = dataclasses.replace(state, memory=memory)
    run = run_model(rules, subnets, start, stacked([orders] * STRIDE), blocks)
    assert_invariants(run, subnets, blocks, rules)


@pytest.mark.parametrize("preset", EACH_PRESET)
@settings(max_examples=15)
@given(situation=situations())
def test_steps_from_any_state_keep_the_invariants_in_every_preset(
    preset: str, situation: tuple[Subnets, NetworkState, Orders]
) -> None:
    assert_every_step_keeps_them(preset_pair(preset, EXACT).mechanism, 1, situation)


@settings(max_examples=40)
@given(situation=situations())
def test_steps_of_a_tempo_from_any_state_keep_the_invariants(
    situation: tuple[Subnets, NetworkState, Orders],
) -> None:
    assert_every_step_keeps_them(live_mechanism(rank=3), 360, situation)


@eqx.filter_jit
def dissolved(
    rule: PayoutRule, subnets: Subnets, state: NetworkState, gone: jax.Array
) -> tuple[NetworkState, Departures]:
    return dissolve(rule, subnets, state, gone)


@pytest.mark.parametrize("pays_baskets", [True, False])
@settings(max_examples=40)
@given(situation=situations(), gone=flags, since=st.sampled_from([0, 4, 10**9]))
def test_a_dissolution_pays_the_pot(
    pays_baskets: bool,
    situation: tuple[Subnets, NetworkState, Orders],
    gone: np.ndarray,
    since: int,
) -> None:
    """To stakers, root and the protocol, whose part leaves the issuance (§6.8)."""
    subnets, state, _ = situation
    rule = PayoutRule(jnp.asarray(since), pays_baskets)
    after, left = jax.device_get(dissolved(rule, subnets, state, jnp.asarray(gone)))
    pot = np.asarray(state.pools.tao_in + state.pools.tao_reservoir)
    np.testing.assert_array_equal(left.pot, np.where(gone, pot, 0.0))
    paid = left.stakers + left.root + left.recycled + left.unclaimed
    np.testing.assert_allclose(paid, left.pot, rtol=1e-14, atol=0.0)
    close(state.total_issuance - after.total_issuance, left.recycled.sum(), state.total_issuance)
    close(after.root_tao - state.root_tao, left.root.sum(), state.root_tao + left.pot.sum())
    for amount in (after.pools.tao_in, after.pools.alpha_in, after.alpha_out, after.moving_price):
        assert not amount[gone].any()


@pytest.mark.parametrize(("blocks", "steps"), [(1, 200), (360, 120)])
def test_every_step_of_a_mainnet_run_keeps_the_invariants(blocks: int, steps: int) -> None:
    subnets, start = mainnet_world()
    random = np.random.default_rng(blocks)
    shape = (steps, start.alpha_out.shape[0])
    tao = random.normal(0.0, 0.02, shape) * np.asarray(start.pools.tao_in)
    alpha = random.exponential(0.003, shape) * np.asarray(start.pools.alpha_in)
    run = run_model(live_mechanism(), subnets, start, Orders(tao, alpha), blocks)
    assert_invariants(run, subnets, blocks, live_mechanism())
    assert (np.count_nonzero(run.flows.trades.alpha_sold, axis=-1) > 100).all()


def without_users(start: NetworkState, steps: int, blocks: int) -> Moment:
    subnets, _ = mainnet_world()
    nobody = Orders(*[np.zeros((steps, start.alpha_out.shape[0]))] * 2)
    return run_model(live_mechanism(), subnets, start, nobody, blocks)


def test_a_halving_inside_a_step_comes_with_the_next_one() -> None:
    """It mints at most (n - 1) E / 2 too much, E from before the halving."""
    _, start = mainnet_world()
    threshold = 0.75 * chain.MAX_SUPPLY
    start = eqx.tree_at(lambda state: state.total_issuance, start, jnp.asarray(threshold - 1.0))
    whole = row(without_users(start, STRIDE, 360), 0)
    single = row(without_users(start, 360, 1), -1)
    assert float(whole.flows.coinbase.block_emission) == 0.5
    assert float(single.flows.coinbase.block_emission) == 0.25
    late = float(whole.after.total_issuance - single.after.total_issuance)
    assert 0.9 * 359 * 0.25 < late <= 359 * 0.25


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
