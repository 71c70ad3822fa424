"""A holder's positions: staking yield, what a sale would pay, root's part and the drawdown."""

import dataclasses
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import live_mechanism, mainnet_world

from dtaojax import chain
from dtaojax.assembly import build_network, build_portfolio
from dtaojax.config.load import config_from_dict
from dtaojax.mechanism.coinbase import coinbase
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.fees.rules import FeeToAuthor, FlatFeeToPool
from dtaojax.mechanism.liquidity.pools import sell
from dtaojax.mechanism.root.policy import Claims
from dtaojax.mechanism.split.rules import Payout
from dtaojax.mechanism.step import step
from dtaojax.network import load_network
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Pools
from dtaojax.world.followers.portfolio import Holdings, Portfolio

RATE = chain.FEE_RATE_U16 / chain.U16_MAX
FEE = FeeToAuthor(jnp.asarray(RATE))
TAKE = chain.DELEGATE_TAKE_U16 / chain.U16_MAX


def network(tao_in, alpha_in, *, alpha_out=1000.0, basket=0.0, root_tao=4000.0, w_tao=0.5):
    """A network of a few subnets; of a single number every subnet has as much."""
    count = len(tao_in)

    def column(values) -> jax.Array:
        return jnp.broadcast_to(jnp.asarray(values, float), (count,))

    nothing = jnp.zeros(count)
    return NetworkState(
        block=jnp.asarray(100),
        pools=Pools(column(tao_in), column(alpha_in), column(w_tao), nothing, nothing),
        alpha_out=column(alpha_out),
        protocol_alpha=nothing,
        root_basket=column(basket),
        burned_alpha=nothing,
        moving_price=nothing,
        total_issuance=jnp.asarray(1e6),
        root_tao=jnp.asarray(root_tao),
        gate_bar=jnp.asarray(0.0),
    )


def holder(slots=(), alpha=(), *, root_tao=0.0, take=TAKE) -> Portfolio:
    return Portfolio(
        slot=jnp.asarray(np.array(slots, dtype=np.int32)),
        alpha=jnp.asarray(np.array(alpha, dtype=float)),
        root_tao=jnp.asarray(root_tao),
        delegate_take=jnp.asarray(take),
        exit_fall=jnp.asarray(0.01),
    )


class Paid(NamedTuple):
    """The parts of a coinbase that a holder looks at."""

    payout: Payout
    reward: Payout
    root_tao: jax.Array
    off_the_top: jax.Array


class Flows(NamedTuple):
    """The parts of a step that a holder looks at."""

    coinbase: Paid
    claims: Claims


def paid(validator, *, in_tao=0.0, sold_at_once=0.0, claimed=0.0) -> Flows:
    """A step that pays validators alpha and root stake TAO, and nobody else."""
    validator = jnp.asarray(validator, float)
    nothing = jnp.zeros_like(validator)
    payout = Payout(nothing, nothing, validator, nothing, nothing)
    pools = Pools(nothing, nothing, nothing, nothing, nothing)
    claims = Claims(pools, nothing, nothing + claimed, nothing > 0.0)
    reward = payout._replace(validator=nothing + in_tao)
    return Flows(Paid(payout, reward, nothing + sold_at_once, jnp.zeros(())), claims)


# --- yield ---------------------------------------------------------------------------------------


def test_yield_is_the_holders_part_of_the_validators_alpha_less_the_take():
    state = network([50.0, 60.0, 70.0], [500.0, 600.0, 700.0], alpha_out=[1000.0, 2000.0, 3000.0])
    who = holder([2, 0], [30.0, 10.0])
    after = who.earn(who.begin_at(state, FEE), state, paid([8.0, 9.0, 6.0]))
    expected = [30.0 + (1 - TAKE) * 6.0 * 30.0 / 3000.0, 10.0 + (1 - TAKE) * 8.0 * 10.0 / 1000.0]
    np.testing.assert_allclose(after.alpha, expected, rtol=1e-14)


def test_tao_that_validators_are_paid_is_kept_beside_the_position():
    """As under the article of 2024: 100 of 1,000 alpha get a tenth of 6 TAO, less the take."""
    state = network([50.0], [500.0], alpha_out=1000.0)
    who = holder([0], [100.0])
    after = who.earn(who.begin_at(state, FEE), state, paid([0.0], in_tao=6.0))
    assert after.paid.tolist() == pytest.approx([(1.0 - TAKE) * 0.6, 0.0], rel=1e-14)
    value = who.value(after, state, FEE)
    assert value.spot[0] == pytest.approx(10.0 + (1.0 - TAKE) * 0.6, rel=1e-14)


def test_alpha_of_the_chain_and_of_root_earns_no_part_of_the_yield():
    plain = network([50.0], [500.0], alpha_out=1000.0)
    mixed = dataclasses.replace(
        plain,
        alpha_out=jnp.asarray([1500.0]),
        protocol_alpha=jnp.asarray([300.0]),
        root_basket=jnp.asarray([200.0]),
    )
    who = holder([0], [10.0])
    one, other = (
        who.earn(who.begin_at(state, FEE), state, paid([5.0])).alpha for state in (plain, mixed)
    )
    np.testing.assert_allclose(one, other, rtol=1e-14)


def test_yield_on_the_live_network_is_the_split_of_its_emission():
    subnets, state = mainnet_world()
    rules, blocks = live_mechanism(), 360
    after, happened = coinbase(rules, subnets, state, blocks)
    netuid, stake = 64, 1000.0
    place = netuid - 1
    who = holder([place], [stake])
    flows = paid([0.0])._replace(coinbase=happened)
    earned = who.earn(who.begin_at(state, FEE), state, flows).alpha[0] - stake
    # §3.8: of a block's alpha 18 % go to the owner, half of the rest to validators and root.
    issued = float(after.pools.alpha_in[place] + after.alpha_out[place])
    root = chain.TAO_WEIGHT * float(state.root_tao)
    half = 0.5 * blocks * (1.0 - chain.OWNER_CUT_U16 / chain.U16_MAX)
    validators = half * (1.0 - root / (root + issued))
    held = load_network("finney_8791253").held_alpha[place]
    expected = (1.0 - TAKE) * validators * stake / held
    assert earned == pytest.approx(expected, rel=1e-9)


def test_yield_compounds():
    state = network([50.0], [500.0], alpha_out=1000.0)
    who = holder([0], [10.0])
    holdings = who.begin_at(state, FEE)
    for _ in range(20):
        holdings = who.earn(holdings, state, paid([5.0]))
    growth = 1.0 + (1.0 - TAKE) * 5.0 / 1000.0
    assert holdings.alpha[0] == pytest.approx(10.0 * growth**20, rel=1e-13)


def test_nobody_earns_more_than_validators_are_paid():
    state = network([50.0], [500.0], alpha_out=100.0)
    who = holder([0], [100.0], take=0.0)
    holdings = who.begin_at(state, FEE)
    for _ in range(5):
        after = who.earn(holdings, state, paid([3.0]))
        most = (holdings.alpha[0] + 3.0) * (1.0 + 1e-14)
        assert holdings.alpha[0] < after.alpha[0] <= most
        holdings = after


# --- what a sale pays ----------------------------------------------------------------------------

RESERVE = st.floats(1e-2, 1e7)
POOLS = st.builds(
    lambda tao, alpha, weight: network([tao], [alpha], w_tao=weight),
    RESERVE,
    RESERVE,
    st.floats(0.05, 0.95),
)


@given(state=POOLS, alpha=st.floats(0.0, 1e6))
def test_sale_pays_at_most_the_spot_value_less_the_fee(state, alpha):
    who = holder([0], [alpha])
    value = who.value(who.begin_at(state, FEE), state, FEE)
    spot, realizable = float(value.spot[0]), float(value.realizable[0])
    assert 0.0 <= realizable <= (1.0 - RATE) * spot * (1.0 + 1e-12)
    assert realizable <= float(state.pools.tao_in[0])


@given(state=POOLS, part=st.floats(1e-6, 2.0))
def test_realizable_value_is_the_pools_own_swap_after_the_fee(state, part):
    alpha = part * float(state.pools.alpha_in[0])
    who = holder([0], [alpha])
    value = who.value(who.begin_at(state, FEE), state, FEE)
    _, received, refused = sell(state.pools, (1.0 - RATE) * jnp.asarray([alpha]))
    assert not refused[0]
    assert value.realizable[0] == pytest.approx(float(received[0]), rel=1e-14)


def test_constant_product_sale_by_hand():
    state = network([100.0, 1.0], [2000.0, 1.0])
    who = holder([0], [500.0])
    value = who.value(who.begin_at(state, FEE), state, FEE)
    net = 500.0 * (1.0 - RATE)
    assert value.spot[0] == 25.0
    assert value.realizable[0] == pytest.approx(100.0 - 100.0 * 2000.0 / (2000.0 + net), rel=1e-14)


def test_small_position_without_fee_is_worth_its_spot_value():
    state = network([1e6], [2e7], w_tao=0.4)
    who = holder([0], [1e-3])
    value = who.value(who.begin_at(state, FEE), state, FeeToAuthor(jnp.asarray(0.0)))
    assert value.realizable[0] == pytest.approx(float(value.spot[0]), rel=1e-9)


def test_flat_fee_comes_off_the_tao_and_never_costs_more_than_the_sale_brings():
    state = network([100.0, 100.0], [2000.0, 2000.0])
    who = holder([0, 1], [500.0, 1e-4])
    flat = FlatFeeToPool(jnp.asarray(chain.LAUNCH_FEE))
    value = who.value(who.begin_at(state, flat), state, flat)
    assert value.realizable[0] == pytest.approx(20.0 - 5e-5, rel=1e-14)
    assert value.realizable[1] == 0.0


def test_alpha_of_an_empty_pool_is_worth_nothing():
    state = network([0.0, 100.0, 100.0], [500.0, 0.0, 500.0])
    who = holder([0, 1, 2], [5.0, 5.0, 5.0])
    value = who.value(who.begin_at(state, FEE), state, FEE)
    assert value.spot.tolist() == [0.0, 0.0, 1.0, 0.0]
    assert value.realizable[:2].tolist() == [0.0, 0.0]
    assert 0.0 < value.realizable[2] < 1.0


# --- root ----------------------------------------------------------------------------------------


def test_root_stake_owns_its_part_of_every_basket():
    state = network(
        [100.0, 50.0], [1000.0, 100.0], alpha_out=900.0, basket=[400.0, 80.0], root_tao=5000.0
    )
    who = holder(root_tao=250.0)
    owned = (1.0 - TAKE) * 250.0 / 5000.0 * np.array([400.0, 80.0])
    np.testing.assert_allclose(who.basket(who.begin_at(state, FEE), state), owned, rtol=1e-14)
    value = who.value(who.begin_at(state, FEE), state, FEE)
    assert value.spot[-1] == pytest.approx(250.0 + owned @ [0.1, 0.5], rel=1e-14)
    net = (1.0 - RATE) * owned
    sold = np.array([100.0, 50.0]) * net / (np.array([1000.0, 100.0]) + net)
    assert value.realizable[-1] == pytest.approx(250.0 + sold.sum(), rel=1e-14)


def test_parts_of_all_root_stake_are_the_whole_basket_but_for_the_take():
    state = network([100.0], [1000.0], basket=300.0, root_tao=5000.0)

    def basket(who: Portfolio) -> float:
        return who.basket(who.begin_at(state, FEE), state)[0].item()

    parts = [basket(holder(root_tao=part)) for part in (1000.0, 1500.0, 2500.0)]
    assert sum(parts) == pytest.approx((1.0 - TAKE) * 300.0, rel=1e-14)
    assert basket(holder(root_tao=5000.0, take=0.0)) == 300.0


def test_what_root_s_alpha_is_sold_for_joins_root_stake_less_the_take():
    state = network([100.0, 50.0], [1000.0, 100.0], root_tao=5000.0)
    who = holder(root_tao=250.0)
    for flows in (paid([0.0, 0.0], sold_at_once=3.0), paid([0.0, 0.0], claimed=3.0)):
        after = who.earn(who.begin_at(state, FEE), state, flows)
        assert float(after.root_tao) == pytest.approx(250.0 + (1.0 - TAKE) * 0.05 * 6.0, rel=1e-14)
        assert who.value(after, state, FEE).spot[-1] == after.root_tao


@pytest.mark.parametrize("root", [{"kind": "claimed", "lag_blocks": 900}, {"sale_per_day": 0.2}])
def test_who_holds_all_root_stake_holds_all_that_its_alpha_brings(root):
    """Sold alpha turns from the basket into root stake; no TAO is lost or counted twice."""
    rules = MechanismConfig.model_validate({"preset": "gate_rank_2026", "root": root})
    subnets, state = build_network(load_network("finney_8791253"), rules)
    who = holder(root_tao=float(state.root_tao), take=0.0)
    mechanism, quiet = rules.build(), jnp.zeros_like(state.alpha_out)
    nobody = Intents(quiet, quiet)
    advance = eqx.filter_jit(lambda now: step(mechanism, subnets, now, 360, lambda *_: nobody))
    holdings = who.begin_at(state, FEE)
    for _ in range(5):
        after, flows = advance(state)
        holdings = who.earn(holdings, state, flows)
        state = after
        assert float(flows.claims.tao.sum()) > 0.0
    assert float(holdings.root_tao) == pytest.approx(float(state.root_tao), rel=1e-14)
    np.testing.assert_allclose(who.basket(holdings, state), state.root_basket, rtol=1e-14)


def test_others_leaving_root_do_not_hand_over_what_they_have_earned():
    """Half of root stake leaves: the holder's part of what is there stays, what comes doubles."""
    before = network([100.0], [1000.0], basket=300.0, root_tao=5000.0)
    who = holder(root_tao=500.0)
    holdings = who.begin_at(before, FEE)
    left = dataclasses.replace(before, root_tao=jnp.asarray(2500.0))
    part = 1.0 - TAKE
    np.testing.assert_allclose(who.basket(holdings, left), [part * 0.1 * 300.0], rtol=1e-14)
    flows = paid([0.0])
    payout = flows.coinbase.payout._replace(root=jnp.asarray([60.0]))
    flows = flows._replace(coinbase=flows.coinbase._replace(payout=payout))
    after = dataclasses.replace(left, root_basket=jnp.asarray([360.0]))
    owned = who.basket(who.earn(holdings, left, flows), after)
    np.testing.assert_allclose(owned, [part * (0.1 * 300.0 + 0.2 * 60.0)], rtol=1e-14)


# --- drawdown ------------------------------------------------------------------------------------


def along(prices, who: Portfolio) -> list[Holdings]:
    """Holdings after each of the prices, in a pool of 1,000 alpha without yield."""
    states = [network([1000.0 * price], [1000.0]) for price in prices]
    passed = [who.begin_at(states[0], FEE)]
    for after in states[1:]:
        passed.append(who.mark(passed[-1], after))
    return passed


def test_drawdown_of_a_scripted_price_path():
    passed = along([2.0, 1.5, 3.0, 2.7, 0.6, 4.0, 3.9], holder([0], [7.0]))
    expected = [0.0, 0.25, 0.25, 0.25, 0.8, 0.8, 0.8]
    assert [float(h.drawdown) for h in passed] == pytest.approx(expected, abs=1e-14)
    peaks = 7.0 * np.maximum.accumulate([2.0, 1.5, 3.0, 2.7, 0.6, 4.0, 3.9])
    assert [float(h.peak) for h in passed] == pytest.approx(peaks)


def test_root_stake_cushions_the_drawdown():
    (_, fallen) = along([1.0, 0.5], holder([0], [30.0], root_tao=70.0))
    assert fallen.drawdown == pytest.approx(0.15, rel=1e-14)


@given(prices=st.lists(st.floats(1e-3, 10.0), min_size=2, max_size=30))
def test_drawdown_never_falls_and_stays_a_fraction(prices):
    falls = [float(h.drawdown) for h in along(prices, holder([0], [1.0]))]
    assert falls == sorted(falls)
    assert falls[0] == 0.0
    assert falls[-1] < 1.0
    peaks = np.maximum.accumulate(prices)
    assert falls[-1] == pytest.approx(max(1.0 - np.array(prices) / peaks), abs=1e-12)


# --- small and empty portfolios ------------------------------------------------------------------


def test_empty_position_earns_and_is_worth_nothing():
    state = network([50.0], [500.0], alpha_out=0.0)
    who = holder([0], [0.0])
    begun = who.begin_at(state, FEE)
    after = who.mark(who.earn(begun, state, paid([5.0])), state)
    assert after.alpha.tolist() == [0.0]
    assert float(after.drawdown) == 0.0
    assert who.value(after, state, FEE).spot.tolist() == [0.0, 0.0]


def test_root_alone_makes_a_portfolio():
    state = network([50.0], [500.0])
    who = holder(root_tao=100.0)
    begun = who.begin_at(state, FEE)
    after = who.mark(who.earn(begun, state, paid([5.0])), state)
    assert who.value(after, state, FEE).realizable.tolist() == [100.0]
    assert float(begun.peak) == float(after.peak) == 100.0
    assert float(after.drawdown) == 0.0


def test_config_positions_find_their_subnets():
    table = load_network("finney_8791253")
    config = config_from_dict({"portfolio": {"root_tao": 5.0, "alpha": {"64": 2.0, "4": 1.0}}})
    who = build_portfolio(config.portfolio, table)
    assert table.netuid[np.asarray(who.slot)].tolist() == [4, 64]
    assert who.alpha.tolist() == [1.0, 2.0]
    assert float(who.root_tao) == 5.0
    assert float(who.delegate_take) == pytest.approx(0.18, abs=1e-4)
    assert build_portfolio(config_from_dict({}).portfolio, table) is None
