"""Every weight rule follows its formula, over the emit set alone, and divides all there is."""

from collections.abc import Sequence
from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from chain_adapters.shares import state_of
from chain_adapters.units import call, subnets_of

from dtaojax.mechanism.coinbase import emission_shares
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.weight_rule.config import WEIGHT_RULES
from dtaojax.mechanism.weight_rule.flow import (
    FlowMemory,
    NetFlow,
    UserFlow,
    flow_shares,
    net_flows,
    protocol_factor,
)
from dtaojax.mechanism.weight_rule.price import (
    EmaPrice,
    EmaPriceBurn,
    EmaPriceConviction,
    EmaPriceRootpropBurn,
    SpotPrice,
    TaoReserve,
)
from dtaojax.mechanism.weight_rule.root_validators import (
    RootValidators,
    ranked_stakes,
    root_validators,
    vote_shares,
)
from dtaojax.mechanism.weight_rule.rule import StepSummary, WeightRule
from dtaojax.state.network import NetworkState, Subnets

TAO_WEIGHT = jnp.asarray(0.18)
RULES = (
    EmaPrice(),
    EmaPriceBurn(),
    EmaPriceRootpropBurn(TAO_WEIGHT),
    SpotPrice(7_200),
    TaoReserve(),
)
ids = pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
ZERO, ONE = jnp.asarray(0.0), jnp.asarray(1.0)
ARTICLE = MechanismConfig.model_validate("article_2024").build()


def network(
    moving_price: Sequence[float], tao_in: Sequence[float], alpha_in: Sequence[float]
) -> NetworkState:
    state = state_of(jnp.asarray(moving_price))
    pools = replace(state.pools, tao_in=jnp.asarray(tao_in), alpha_in=jnp.asarray(alpha_in))
    return replace(
        state,
        pools=pools,
        alpha_out=jnp.asarray(alpha_in) * 3.0,
        root_tao=jnp.asarray(5e6),
    )


def shares_of(rule: WeightRule, state: NetworkState, subnets: Subnets) -> jax.Array:
    """Pre-gate shares of the block that follows a state, at the start of a path."""
    memory = rule.prepare(rule.begin(jnp.uint32(0), subnets, state), state, subnets, 1)
    return rule.shares(memory, state, subnets)


FOUR = network([0.06, 0.03, 0.01, 0.2], [9e4, 4e4, 8e3, 1e4], [2e6, 1e6, 5e5, 4e5])
BURNS = [0.0, 0.5, 0.2, 0.0]
ALL_EMIT = subnets_of(BURNS, [True] * 4, [True] * 4)
THREE_EMIT = subnets_of(BURNS, [True] * 4, [True, True, True, False])


@ids
def test_shares_add_up_to_one_over_the_emit_set(rule: WeightRule) -> None:
    shares = shares_of(rule, FOUR, THREE_EMIT)
    np.testing.assert_allclose(jnp.sum(shares), 1.0, rtol=1e-15)
    assert shares[3] == 0.0
    whole = shares_of(rule, FOUR, ALL_EMIT)
    np.testing.assert_allclose(shares / shares[0], whole.at[3].set(0.0) / whole[0])


@ids
def test_shares_are_all_zero_where_there_is_nothing_to_follow(rule: WeightRule) -> None:
    nothing = network([0.0] * 4, [0.0] * 4, [0.0] * 4)
    assert shares_of(rule, nothing, ALL_EMIT).tolist() == [0.0] * 4
    nobody = subnets_of(BURNS, [True] * 4, [False] * 4)
    assert shares_of(rule, FOUR, nobody).tolist() == [0.0] * 4


@ids
def test_slopes_are_finite_in_edge_states(rule: WeightRule) -> None:
    edges = network([0.06, 0.0, 0.0, 0.2], [9e4, 0.0, 8e3, 0.0], [2e6, 0.0, 0.0, 4e5])

    def top(moving: jax.Array, tao: jax.Array, alpha: jax.Array) -> jax.Array:
        pools = replace(edges.pools, tao_in=tao, alpha_in=alpha)
        state = replace(edges, moving_price=moving, pools=pools)
        return shares_of(rule, state, ALL_EMIT)[0]

    slopes = jax.jit(jax.grad(top, argnums=(0, 1, 2)))(
        edges.moving_price, edges.pools.tao_in, edges.pools.alpha_in
    )
    assert all(bool(jnp.all(jnp.isfinite(slope))) for slope in slopes)


def test_each_rule_is_proportional_to_what_it_follows() -> None:
    rho = 0.9e6 / (0.9e6 + 4.0 * FOUR.pools.alpha_in)
    paid = 1.0 - jnp.asarray(BURNS)
    followed = (
        FOUR.moving_price,
        FOUR.moving_price * paid,
        FOUR.moving_price * rho * paid,
        spot_price(FOUR.pools),
        FOUR.pools.tao_in,
    )
    for rule, weights in zip(RULES, followed, strict=True):
        found = shares_of(rule, FOUR, ALL_EMIT)
        np.testing.assert_allclose(found, weights / jnp.sum(weights), rtol=1e-14)


@pytest.mark.parametrize("rule", RULES[1:3], ids=lambda rule: type(rule).__name__)
def test_rules_with_discounts_fall_back_to_price_where_all_burn(rule: WeightRule) -> None:
    burned = subnets_of([1.0, 1.0, 2.0, 1.0], [True] * 4, [True] * 4)
    np.testing.assert_array_equal(shares_of(rule, FOUR, burned), EmaPrice()(FOUR, burned))


@pytest.mark.parametrize("rule", RULES[1:3], ids=lambda rule: type(rule).__name__)
def test_a_burn_above_all_of_the_pay_weighs_as_all_of_it(rule: WeightRule) -> None:
    over, all_of_it = (
        subnets_of([0.0, burned, 0.2, 0.0], [True] * 4, [True] * 4) for burned in (1.4, 1.0)
    )
    found = shares_of(rule, FOUR, over)
    assert found[1] == 0.0
    np.testing.assert_array_equal(found, shares_of(rule, FOUR, all_of_it))


def test_spot_prices_are_taken_once_a_day() -> None:
    rule, held, fresh = SpotPrice(7_200), jnp.asarray([0.7, 0.3]), jnp.asarray([0.4, 0.6])

    def after(block: int, blocks: int, in_force: jax.Array = held) -> list[float]:
        return rule.refresh(in_force, fresh, jnp.asarray(block), blocks).tolist()

    assert after(7_200, 7_199) == [0.7, 0.3]
    assert after(7_199, 1) == [0.4, 0.6]
    assert after(100, 7_200) == [0.4, 0.6]
    assert after(5, 1, jnp.zeros(2)) == [0.4, 0.6]


def test_the_share_of_a_dissolved_subnet_is_paid_to_nobody_until_the_next_day() -> None:
    """Nobody is disabled, so nothing is divided anew; then the third of four is disabled."""
    held = jnp.asarray([0.5, 0.2, 0.1, 0.0])
    state = replace(FOUR, block=jnp.asarray(100), memory=held)
    shares = eqx.filter_jit(emission_shares)
    for third, expected in ((True, held), (False, jnp.asarray([0.5, 0.2, 0.0, 0.0]) / 0.7)):
        who = subnets_of([0.0] * 4, [True, True, third, False], [True, True, True, False])
        final = shares(ARTICLE, who, state, 1)[0].final
        np.testing.assert_allclose(final, expected, rtol=1e-15)


def test_flows_below_the_cutoff_get_nothing() -> None:
    emit = jnp.asarray([True] * 4)
    flows = jnp.asarray([-3.0, 0.0, 1.0, 3.0])
    assert flow_shares(flows, emit, ZERO, ONE).tolist() == [0.0, 0.0, 0.25, 0.75]
    assert flow_shares(flows, emit, ONE, ONE).tolist() == [0.0, 0.0, 0.0, 1.0]


def test_a_negative_cutoff_shifts_shares_up_to_the_lowest_flow() -> None:
    flows = jnp.asarray([-3.0, -1.0, 1.0])
    deep = flow_shares(flows, jnp.asarray([True] * 3), jnp.asarray(-9.0), ONE)
    np.testing.assert_allclose(deep, jnp.asarray([0.0, 2.0, 4.0]) / 6.0)
    near = flow_shares(flows, jnp.asarray([True] * 3), jnp.asarray(-2.0), ONE)
    np.testing.assert_allclose(near, jnp.asarray([0.0, 1.0, 3.0]) / 4.0)


def test_a_flow_outside_the_emit_set_moves_nothing() -> None:
    flows = jnp.asarray([-3.0, 5.0, 1.0, 3.0])
    inside = jnp.asarray([False, False, True, True])
    shares = flow_shares(flows, inside, jnp.asarray(-9.0), ONE)
    np.testing.assert_allclose(shares, [0.0, 0.0, 0.25, 0.75])


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.0])
def test_flow_shares_do_not_depend_on_the_scale_of_flows(exponent: float) -> None:
    flows, emit = jnp.asarray([1e-9, 2e-9, 0.0]), jnp.asarray([True] * 3)
    expected = jnp.asarray([1.0, 2.0**exponent, 0.0]) / (1.0 + 2.0**exponent)
    for scale in (1e-200, 1.0, 1e200):
        shares = flow_shares(scale * flows, emit, ZERO, jnp.asarray(exponent))
        np.testing.assert_allclose(shares, expected, rtol=1e-14)


def test_flow_shares_have_finite_slopes_where_no_flow_counts() -> None:
    emit = jnp.asarray([True, True, False])
    slope = jax.jit(jax.jacobian(lambda f: flow_shares(f, emit, ZERO, jnp.asarray(1.5))))
    for flows in ([-1.0, -2.0, 3.0], [0.0, 0.0, 0.0], [2.0, 0.0, 1.0]):
        assert bool(jnp.all(jnp.isfinite(slope(jnp.asarray(flows)))))


def test_support_counts_up_to_what_users_paid_in() -> None:
    emit = jnp.asarray([True] * 3)
    user, protocol = jnp.asarray([3.0, 1.0, -2.0]), jnp.asarray([4.0, 4.0, -1.0])
    assert protocol_factor(user, protocol, emit).item() == 0.5
    assert net_flows(user, protocol, emit).tolist() == [1.0, -1.0, -1.0]
    assert protocol_factor(3.0 * user, protocol, emit).item() == 1.0
    assert protocol_factor(user, jnp.minimum(protocol, 0.0), emit).item() == 0.0


@jax.jit
def net_flow_shares(user: jax.Array, protocol: jax.Array) -> jax.Array:
    return flow_shares(
        net_flows(user, protocol, ALL_EMIT.in_emit_set), jnp.full(4, True), ZERO, ONE
    )


def test_an_inflow_that_support_cancels_earns_no_share_whatever_the_rounding() -> None:
    """One subnet alone has both flows positive: its net flow is U - (U / P) P = 0 (§3.6)."""
    random = np.random.default_rng(7)
    for user, more in zip(*random.uniform(1e-9, 1.0, (2, 200)), strict=True):
        users = jnp.asarray([user, -0.5, 0.0, -1e-3])
        assert not net_flow_shares(users, jnp.asarray([user + more, 0.0, 0.0, 0.0])).any()


def test_net_flow_without_protocol_flow_is_user_flow() -> None:
    emit, user, none = jnp.asarray([True] * 3), jnp.asarray([3.0, 1.0, -2.0]), jnp.zeros(3)
    memory = FlowMemory(none, user, none, none)
    shares = [rule(ONE, ZERO, ONE).of_averages(memory, emit) for rule in (NetFlow, UserFlow)]
    np.testing.assert_array_equal(*shares)


def test_flows_wait_to_be_averaged_until_the_next_block() -> None:
    rule = NetFlow(jnp.asarray(0.25), ZERO, ONE)
    memory = rule.begin(jnp.uint32(0), ALL_EMIT, FOUR)
    seen = StepSummary(jnp.asarray([4.0, 0.0, -8.0, 0.0]), jnp.asarray([1.0] * 4), jnp.zeros(4))
    waiting = rule.record(memory, seen)
    assert not waiting.user_ema.any()
    averages = rule.prepare(waiting, FOUR, ALL_EMIT, 1)
    assert averages.user_ema.tolist() == [1.0, 0.0, -2.0, 0.0]
    assert averages.protocol_ema.tolist() == [0.25] * 4
    assert not averages.user.any()


def test_root_proportion_that_weighs_is_that_of_the_block_before() -> None:
    rule = EmaPriceRootpropBurn(TAO_WEIGHT)
    taken = jnp.asarray([0.5, 0.0, 0.25, 0.0])
    memory = rule.record(rule.begin(jnp.uint32(0), ALL_EMIT, FOUR), StepSummary(ZERO, ZERO, taken))
    shares = rule.shares(rule.prepare(memory, FOUR, ALL_EMIT, 1), FOUR, ALL_EMIT)
    np.testing.assert_allclose(shares, jnp.asarray([30.0, 0.0, 2.0, 0.0]) / 32.0)


@pytest.mark.parametrize("kind", WEIGHT_RULES)
def test_every_registered_rule_is_built_by_its_kind_and_divides_all_there_is(kind: str) -> None:
    preset = "root_2023" if kind == "root_validators" else "gate_rank_2026"
    table = {"preset": preset, "weight_rule": {"kind": kind}}
    rule = MechanismConfig.model_validate(table).build().weight_rule
    shares = shares_of(rule, FOUR, THREE_EMIT)
    assert shares[3] == 0.0
    assert jnp.sum(shares) == pytest.approx(0.0 if kind.endswith("_flow") else 1.0, abs=1e-14)


def test_conviction_raises_the_weight_of_alpha_that_people_hold() -> None:
    """Of 10 alpha, held: 5; 5 without the chain's 2 and root's 1; all; none."""
    held = replace(
        network([1.0] * 4, [1.0] * 4, [5.0, 2.0, 0.0, 10.0]),
        alpha_out=jnp.asarray([5.0, 8.0, 10.0, 0.0]),
        protocol_alpha=jnp.asarray([0.0, 2.0, 0.0, 0.0]),
        root_basket=jnp.asarray([0.0, 1.0, 0.0, 0.0]),
    )
    nobody_burns = subnets_of([0.0] * 4, [True] * 4, [True] * 4)
    shares = shares_of(EmaPriceConviction(jnp.asarray(2.0)), held, nobody_burns)
    np.testing.assert_allclose(shares, jnp.asarray([2.0, 2.0, 3.0, 1.0]) / 8.0, rtol=1e-15)


def test_root_votes_count_by_stake_whatever_their_scale() -> None:
    votes = jnp.asarray([[1.0, 3.0], [50.0, 50.0], [0.0, 0.0]])
    shares = jax.jit(vote_shares)(jnp.asarray([30.0, 10.0, 60.0]), votes)
    np.testing.assert_allclose(shares, [(30 * 0.25 + 10 * 0.5) / 40, (30 * 0.75 + 10 * 0.5) / 40])
    assert jax.jit(vote_shares)(jnp.asarray([1.0]), jnp.zeros((1, 2))).tolist() == [0.0, 0.0]


def voters(
    validators: int = 3, insight: float = 0.0, bias: float = 0.0, noise: float = 0.0
) -> RootValidators:
    parameters = map(jnp.asarray, (1.0, insight, bias, noise))
    names = ("stake_exponent", "insight", "bias", "noise")
    return root_validators(
        seed=5,
        validators=validators,
        interval_blocks=100,
        **dict(zip(names, parameters, strict=True)),
    )


MANY = subnets_of([0.0] * 200, [True] * 200, [True] * 200)


def log_scores(rule: RootValidators, number: int, path: int = 0) -> np.ndarray:
    streams = (rule.bias_stream, rule.noise_stream)
    bias, noise = (stream.for_path(jnp.asarray(path)) for stream in streams)
    return np.log(call(rule.scores, bias, noise, jnp.asarray(number), MANY))


def test_impartial_root_validators_follow_quality() -> None:
    quality = jnp.asarray([0.0, 1.0, -2.0, 3.0])
    shares = shares_of(voters(insight=0.5), FOUR, replace(ALL_EMIT, quality=quality))
    followed = jnp.exp(0.5 * quality)
    np.testing.assert_allclose(shares, followed / jnp.sum(followed), rtol=1e-14)


def test_bias_lasts_for_a_path_and_differs_between_paths_and_validators() -> None:
    """Correlations of 200 pairs of independent numbers have a standard error of 0.07."""
    rule = voters(bias=2.0)
    first = log_scores(rule, 0)
    np.testing.assert_array_equal(first, log_scores(rule, 7))
    assert np.std(first) == pytest.approx(2.0, rel=0.15)
    others = [log_scores(rule, 0, path=1)[0], first[1]]
    assert all(abs(np.corrcoef(first[0], other)[0, 1]) < 0.28 for other in others)


def test_noise_is_new_at_each_vote() -> None:
    rule = voters(noise=0.5)
    first, second = log_scores(rule, 0)[0], log_scores(rule, 1)[0]
    assert np.std(first - second) == pytest.approx(0.5 * np.sqrt(2.0), rel=0.2)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.28


def test_votes_hold_until_the_next_are_due_whatever_the_length_of_steps() -> None:
    rule = voters(noise=1.0)
    state = replace(FOUR, block=jnp.asarray(150))
    memory = rule.begin(jnp.uint32(0), ALL_EMIT, state)
    held = call(rule.prepare, memory, state, ALL_EMIT, 49)
    np.testing.assert_array_equal(held.shares, memory.shares)
    renewed = call(rule.prepare, memory, state, ALL_EMIT, 50)
    assert not np.array_equal(renewed.shares, memory.shares)
    late = call(rule.prepare, memory, replace(state, block=jnp.asarray(199)), ALL_EMIT, 1)
    np.testing.assert_array_equal(late.shares, renewed.shares)


def test_nobody_votes_for_a_subnet_that_does_not_emit() -> None:
    shares = shares_of(voters(bias=1.0, noise=1.0), FOUR, THREE_EMIT)
    assert shares[3] == 0.0
    np.testing.assert_allclose(jnp.sum(shares), 1.0)


def test_stakes_fall_with_the_rank_and_add_up_to_one() -> None:
    stakes = ranked_stakes(4, jnp.asarray(1.0))
    np.testing.assert_allclose(stakes, np.array([12.0, 6.0, 4.0, 3.0]) / 25.0, rtol=1e-15)
    np.testing.assert_allclose(ranked_stakes(5, jnp.asarray(0.0)), 0.2, rtol=1e-15)
