"""The parts of all regimes, each against its closed form and in the edge states of §7.3."""

import dataclasses
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from chain_adapters.units import call
from chain_rules.emit_set import open_subnets, started_subnets
from chain_rules.moving_price_fixed_point import floored_moving_price
from chain_rules.stored import flow_smoothing

from dtaojax import chain
from dtaojax.assembly import build_network
from dtaojax.mechanism.chain_buy.rules import BuyDestroyed, BuyDestroyedUnissued, BuyKept
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.emission import block_emission, emission_of_unissued
from dtaojax.mechanism.gate.hill import HillMassGate, mass_bar
from dtaojax.mechanism.gate.rules import NoGate
from dtaojax.mechanism.injection.before_launch import FixedFraction, SumPriceSwitch
from dtaojax.mechanism.injection.capped import (
    AlphaEmissionCap,
    LesserEmissionCap,
    RootProportionCap,
)
from dtaojax.mechanism.injection.launch import (
    LaunchInjection,
    SubsidyByAlphaEmission,
    SubsidyByBlockEmission,
)
from dtaojax.mechanism.injection.rule import BlockContext, InjectionTerms
from dtaojax.mechanism.split.rules import OwnerServerValidatorRoot, owner_cut
from dtaojax.mechanism.weight_rule.flow import flow_ema
from dtaojax.network import load_network
from dtaojax.numerics.ordered import ordered_sum

SHARES = (
    [1.0],
    [0.4, 0.3, 0.2, 0.1],
    [0.25, 0.25, 0.25, 0.25],
    [0.5, 0.0, 0.5, 0.0],
    [0.6, 0.3999, 1e-4, 1e-12],
    [0.0, 0.0],
)
RULES = (
    LaunchInjection(),
    SubsidyByAlphaEmission(),
    SubsidyByBlockEmission(),
    AlphaEmissionCap(),
    LesserEmissionCap(),
    RootProportionCap(),
    SumPriceSwitch(),
    FixedFraction(jnp.asarray(0.5), jnp.asarray(0.0)),
)


def situation(
    share: Sequence[float], price: Sequence[float], block_emission: float = 1.0
) -> BlockContext:
    prices = jnp.asarray(price)
    return BlockContext(
        tao_emission=block_emission * jnp.asarray(share),
        block_emission=jnp.asarray(block_emission),
        price=prices,
        price_sum=ordered_sum(prices),
        alpha_emission=jnp.ones_like(prices),
        root_proportion=jnp.full_like(prices, 0.14),
        miner_pay=jnp.full_like(prices, 0.41),
    )


def sorted_mass_bar(shares: np.ndarray, quantile: float) -> float:
    """The definition: descending order, running sum, first to reach the quantile."""
    descending = np.sort(shares[shares > 0])[::-1]
    if descending.size == 0:
        return 0.0
    reached = np.cumsum(descending) >= quantile
    return float(descending[reached.argmax()] if reached.any() else descending[-1])


@pytest.mark.parametrize("quantile", [0.0, 0.05, 0.4999, 0.61, 0.75, 0.9999, 1.5])
@pytest.mark.parametrize("shares", SHARES)
def test_mass_bar_is_where_the_sorted_sum_reaches_the_quantile(
    shares: list[float], quantile: float
) -> None:
    bar = call(mass_bar, jnp.asarray(shares), jnp.asarray(quantile))
    assert bar.item() == sorted_mass_bar(np.array(shares), quantile)


def test_mass_bar_is_where_the_sorted_sum_reaches_the_quantile_in_large_networks() -> None:
    rng = np.random.default_rng(8)
    shares = rng.pareto(1.2, size=(20, 128)).round(3)
    shares /= shares.sum(axis=1, keepdims=True)
    bars = jax.jit(jax.vmap(mass_bar, in_axes=(0, None)))(jnp.asarray(shares), jnp.asarray(0.75))
    assert bars.tolist() == [sorted_mass_bar(row, 0.75) for row in shares]


def test_mass_bar_is_reached_by_a_sum_that_only_rounding_keeps_below() -> None:
    sixth = 1.0 / 6.0
    assert sixth + sixth + sixth + sixth + sixth + sixth < 1.0
    shares = jnp.asarray([sixth] * 6 + [1e-3])
    np.testing.assert_allclose(call(mass_bar, shares, jnp.asarray(1.0)), sixth, rtol=1e-15)


def test_mass_gate_keeps_ranks_and_never_lowers_the_top_share() -> None:
    shares = jnp.asarray([0.3, 0.25, 0.2, 0.15, 0.1])
    gate = HillMassGate(360, jnp.asarray(0.75), jnp.asarray(3.0))
    bar = call(gate.refresh, jnp.asarray(0.0), shares, jnp.asarray(7), 1)
    after = call(gate, shares, bar)
    assert bar.item() == 0.2
    assert bool(jnp.all(jnp.diff(after) < 0.0))
    assert after[0] > shares[0]
    np.testing.assert_allclose(jnp.sum(after), 1.0)


def test_mass_bar_holds_between_refreshes() -> None:
    gate = HillMassGate(360, jnp.asarray(0.75), jnp.asarray(3.0))
    shares, held = jnp.asarray([0.8, 0.2]), jnp.asarray(0.3)
    assert call(gate.refresh, held, shares, jnp.asarray(360), 359).item() == 0.3
    assert call(gate.refresh, held, shares, jnp.asarray(359), 1).item() == 0.8


def test_without_a_gate_shares_and_bar_stay() -> None:
    shares, bar = jnp.asarray([0.8, 0.2]), jnp.asarray(0.3)
    assert NoGate()(shares, bar).tolist() == [0.8, 0.2]
    assert NoGate().refresh(bar, shares, jnp.asarray(359), 1).item() == 0.3


@pytest.mark.parametrize("rule", RULES[:-1], ids=lambda rule: type(rule).__name__)
def test_injection_and_buying_spend_the_emission(rule: Callable) -> None:
    at = situation([0.5, 0.3, 0.15, 0.05, 0.0], [0.02, 0.3, 0.1, 0.0, 0.4])
    terms: InjectionTerms = rule(at)
    np.testing.assert_allclose(terms.tao_in + terms.excess_tao, at.tao_emission, rtol=1e-15)
    assert bool(jnp.all(terms.excess_tao >= 0.0))


@pytest.mark.parametrize(
    "rule", [AlphaEmissionCap(), LesserEmissionCap(), RootProportionCap()], ids=lambda r: str(r)
)
def test_capped_injection_leaves_the_price(rule: Callable) -> None:
    at = situation([0.5, 0.3, 0.2], [0.02, 0.3, 1.7], block_emission=0.5)
    terms: InjectionTerms = rule(at)
    np.testing.assert_allclose(terms.tao_in, terms.alpha_in * at.price, rtol=1e-15)
    assert terms.excess_tao[0] > 0.0


def test_caps_tighten_from_r4a_to_r6() -> None:
    at = situation([0.9], [0.02], block_emission=0.5)
    caps = [rule(at).alpha_in.item() for rule in (AlphaEmissionCap(), LesserEmissionCap())]
    assert [*caps, RootProportionCap()(at).alpha_in.item()] == [1.0, 0.5, 0.14]


def test_launch_injection_pushes_the_price_to_emission_over_minted_alpha() -> None:
    tao, alpha = jnp.asarray([100.0]), jnp.asarray([10_000.0])
    for _ in range(60):
        at = situation([0.3], (tao / alpha).tolist())._replace(alpha_emission=jnp.asarray([1.0]))
        terms = LaunchInjection()(at)
        tao, alpha = tao + 2e5 * terms.tao_in, alpha + 2e5 * terms.alpha_in
    np.testing.assert_allclose(tao / alpha, 0.3, rtol=0.002)


def test_launch_injection_without_a_price_gives_the_minted_alpha() -> None:
    terms = LaunchInjection()(situation([0.3], [0.0]))
    assert (terms.tao_in.item(), terms.alpha_in.item()) == (0.3, 1.0)


def test_subsidy_buys_only_below_the_share() -> None:
    at = situation([0.3, 0.3, 0.4], [0.29, 0.3, 0.5], block_emission=0.5)
    by_alpha, by_block = SubsidyByAlphaEmission()(at), SubsidyByBlockEmission()(at)
    np.testing.assert_allclose(by_alpha.excess_tao, [0.5 * 0.01, 0.0, 0.0], atol=1e-15)
    np.testing.assert_allclose(by_alpha.alpha_in, [1.0, 0.5, 0.4])
    np.testing.assert_allclose(by_block.alpha_in, [0.5, 0.5, 0.4])


def test_subsidy_without_a_price_is_all_buying() -> None:
    terms = SubsidyByAlphaEmission()(situation([0.3], [0.0]))
    assert [amount.item() for amount in terms] == [0.0, 1.0, 0.3]


@pytest.mark.parametrize(
    ("prices", "tao", "alpha"),
    [([0.1] * 10, 1.0, 0.0), ([0.6, 0.5], 0.0, 1.0), ([0.6, 0.4], 1.0, 0.0)],
)
def test_prelaunch_injects_alpha_only_while_prices_sum_above_one(
    prices: list[float], tao: float, alpha: float
) -> None:
    terms = SumPriceSwitch()(situation([1.0 / len(prices)] * len(prices), prices))
    np.testing.assert_allclose(jnp.sum(terms.tao_in), tao)
    np.testing.assert_allclose(terms.alpha_in, alpha)


def test_article_divides_every_new_token_between_pool_and_participants() -> None:
    at = situation([0.7, 0.3], [0.2, 0.4])
    rule = FixedFraction(jnp.asarray(0.5), jnp.asarray(0.1))
    terms, (tao, alpha) = rule(at), rule.pay(at)
    np.testing.assert_allclose(terms.tao_in + tao, at.tao_emission)
    np.testing.assert_allclose(terms.alpha_in + alpha, at.alpha_emission)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
def test_injection_terms_have_finite_slopes_in_edge_states(rule: Callable) -> None:
    at = situation([0.5, 0.5, 0.0, 0.0], [0.0, 1e-9, 0.0, 40.0])
    slopes = jax.jit(jax.grad(lambda a: sum(jnp.sum(term) for term in rule(a))))(at)
    assert all(bool(jnp.all(jnp.isfinite(slope))) for slope in slopes)


def test_bought_alpha_is_kept_since_r5_and_leaves_existence_before() -> None:
    bought = jnp.asarray([3.0, 0.0])
    terms = InjectionTerms(
        jnp.asarray([0.2, 0.3]), jnp.asarray([1.0, 1.0]), jnp.asarray([0.1, 0.0])
    )
    assert [part.tolist() for part in BuyKept().book(bought)] == [[3.0, 0.0], [3.0, 0.0]]
    for destroyed in (BuyDestroyed(), BuyDestroyedUnissued()):
        assert [part.tolist() for part in destroyed.book(bought)] == [[0.0, 0.0], [0.0, 0.0]]
    np.testing.assert_allclose(BuyKept().issued(terms), [0.3, 0.3])
    np.testing.assert_allclose(BuyDestroyed().issued(terms), [0.3, 0.3])
    np.testing.assert_allclose(BuyDestroyedUnissued().issued(terms), [0.2, 0.3])


@pytest.mark.parametrize("blocks", [1, 7, 360])
def test_flow_average_of_a_step_is_that_of_its_blocks(blocks: int) -> None:
    rate, flow = jnp.asarray(flow_smoothing(chain.FLOW_SMOOTHING)), jnp.asarray([3.0, -0.4])
    ema = start = jnp.asarray([0.001, 0.0])
    for _ in range(blocks):
        ema = flow_ema(ema, flow / blocks, rate, 1)
    np.testing.assert_allclose(flow_ema(start, flow, rate, blocks), ema, rtol=1e-12)


def test_flow_average_halves_in_thirty_days() -> None:
    rate = jnp.asarray(flow_smoothing(chain.FLOW_SMOOTHING))
    after = flow_ema(jnp.ones(1), jnp.zeros(1), rate, 30 * chain.BLOCKS_PER_DAY)
    np.testing.assert_allclose(after, 0.5, rtol=1e-5)


def test_flow_average_at_full_rate_is_the_last_flow() -> None:
    np.testing.assert_array_equal(
        flow_ema(jnp.asarray([5.0]), jnp.asarray([-2.0]), jnp.asarray(1.0), 1), [-2.0]
    )


@pytest.mark.parametrize("halvings", range(1, 10))
def test_emission_halves_exactly_at_its_threshold(halvings: int) -> None:
    left = chain.MAX_SUPPLY / 2**halvings
    around = jnp.asarray([np.nextafter(left, np.inf), left, np.nextafter(left, 0.0)])
    emission = emission_of_unissued(around)
    assert (2.0**halvings * emission).tolist() == [2.0, 1.0, 1.0]
    np.testing.assert_array_equal(emission[1], block_emission(chain.MAX_SUPPLY - around[1]))


def test_nothing_is_emitted_at_the_cap_and_beyond() -> None:
    assert emission_of_unissued(jnp.asarray([0.0, -1.0])).tolist() == [0.0, 0.0]


def test_emit_sets_leave_out_root_and_whoever_is_closed() -> None:
    columns = [[True, False, False, False, False]]
    columns += [[True] * 5 for _ in range(3)]
    for row, column in enumerate(columns[1:], start=1):
        column[row] = False
    masks = [jnp.asarray(column) for column in columns]
    assert open_subnets(*masks).tolist() == [False, False, False, False, True]
    assert started_subnets(*masks[:2]).tolist() == [False, False, True, True, True]


def test_owner_cut_is_nothing_where_the_owner_switched_it_off() -> None:
    cut = owner_cut(jnp.ones(2), jnp.asarray(0.18), jnp.asarray([True, False]))
    assert cut.tolist() == [0.18, 0.0]


def stalled(price: float, rate_bits: int, age: int) -> float:
    """Where the fixed-point EMA of an old subnet stops growing from below."""
    moving = int(0.9 * price * 2**32)
    while True:
        after = floored_moving_price(moving, price, rate_bits, age, 0)
        if after <= moving:
            return moving / 2**32
        moving = after


def test_fixed_point_average_stalls_below_the_price() -> None:
    gap = 0.005 - stalled(0.005, 1_288_490, 1)
    np.testing.assert_allclose(gap, 2.0**-32 / 3e-4, rtol=0.01)


def test_fixed_point_average_of_a_cheap_newborn_stays_at_zero_for_some_3200_blocks() -> None:
    moving, age = 0, 0
    while moving == 0:
        age += 1
        moving = floored_moving_price(moving, 0.005, 12_885, age, chain.MOVING_PRICE_HALVING_BLOCKS)
    assert 3_000 < age < 3_400


def test_a_cut_that_the_owner_gave_up_is_shared_by_miners_and_validators() -> None:
    split = OwnerServerValidatorRoot(jnp.asarray(0.18))
    alpha, rho = jnp.ones(2), jnp.asarray([0.2, 0.2])
    payout = split(alpha, rho, jnp.asarray(True), jnp.asarray([True, False]))
    np.testing.assert_allclose(payout.owner, [0.18, 0.0], rtol=1e-15)
    np.testing.assert_allclose(payout.server, [0.41, 0.5], rtol=1e-15)
    np.testing.assert_allclose(payout.validator, [0.41 * 0.8, 0.4], rtol=1e-15)
    np.testing.assert_allclose(payout.root, [0.41 * 0.2, 0.1], rtol=1e-15)


@pytest.mark.parametrize(("preset", "expected"), [("gate_rank_2026", 0.0), ("taoflow_2025", 1.0)])
def test_owners_give_up_their_cut_since_r5(preset: str, expected: float) -> None:
    table = load_network("finney_8791253")
    table = dataclasses.replace(table, owner_cut_enabled=np.zeros(table.n_subnets, dtype=bool))
    subnets, _ = build_network(table, MechanismConfig.model_validate(preset))
    assert float(jnp.mean(subnets.owner_cut_enabled)) == expected
