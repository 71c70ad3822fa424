"""Root's share off the top and its weight per subnet, parts that a sketch of Etao needs (§12.2)."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dtaojax.assembly import Slots, build_network, build_world
from dtaojax.config.load import config_from_dict
from dtaojax.mechanism.coinbase import Coinbase, coinbase
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.emission import block_emission
from dtaojax.mechanism.presets import PRESETS
from dtaojax.mechanism.root.stake import root_proportion
from dtaojax.network import NetworkError, load_network
from dtaojax.schema.errors import ConfigError
from dtaojax.state.network import NetworkState
from dtaojax.studies.shared.assumptions import assumptions
from dtaojax.world.followers.portfolio import Portfolio

NETWORK = load_network("finney_8791253")
BLOCKS = 360
SKETCH = PRESETS["etao_sketch"]


def rules(**root: Any) -> MechanismConfig:
    return MechanismConfig.model_validate({"preset": "gate_rank_2026", "root": root})


_coinbase = eqx.filter_jit(coinbase)


def step_of(**root: Any) -> tuple[NetworkState, NetworkState, Coinbase]:
    """The embedded network before and after a step's coinbase, under changed rules of root."""
    made = rules(**root)
    subnets, start = build_network(NETWORK, made)
    mechanism = made.build(slots=Slots(NETWORK, NETWORK.n_subnets))
    after, paid = _coinbase(mechanism, subnets, start, BLOCKS)
    return start, after, paid


@pytest.fixture(scope="module")
def base() -> tuple[NetworkState, NetworkState, Coinbase]:
    return step_of()


def same_bits(first: Any, second: Any) -> None:
    jax.tree.map(np.testing.assert_array_equal, first, second)


def test_equal_weights_of_subnets_are_the_one_weight_bit_for_bit(base: Any) -> None:
    same_bits(step_of(tao_weights=dict.fromkeys(map(int, NETWORK.netuid), 0.18)), base)


def test_a_vanishing_share_off_the_top_is_none(base: Any) -> None:
    same_bits(step_of(off_the_top=0.0), base)
    near = step_of(off_the_top=1e-13)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9), near, base)


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_root_gets_its_share_and_subnets_divide_the_rest(share: float) -> None:
    start, after, paid = step_of(off_the_top=share)
    minted = float(BLOCKS * block_emission(start.total_issuance))
    assert float(paid.off_the_top) == pytest.approx(share * minted, rel=1e-12)
    assert float(after.root_tao - start.root_tao) == pytest.approx(share * minted, rel=1e-9)
    pools = float(jnp.sum(after.pools.tao_in + after.pools.tao_reservoir))
    pools -= float(jnp.sum(start.pools.tao_in + start.pools.tao_reservoir))
    assert pools == pytest.approx((1.0 - share) * minted, rel=1e-6, abs=1e-6)
    issued = float(after.total_issuance - start.total_issuance)
    assert issued == pytest.approx(minted, rel=1e-9)


def test_a_share_off_the_top_moves_no_subnets_part_of_the_rest(base: Any) -> None:
    _, _, paid = step_of(off_the_top=0.4)
    same_bits(paid.shares, base[2].shares)
    ratio = paid.block_emission / base[2].block_emission
    assert float(ratio) == pytest.approx(0.6, rel=1e-12)


def test_a_weight_of_its_own_bounds_injection_and_divides_dividends_there_alone(base: Any) -> None:
    netuid = int(NETWORK.netuid[np.argmax(np.asarray(base[2].terms.excess_tao))])
    row = NETWORK.row_of(netuid)
    start, _, paid = step_of(tao_weights={netuid: 0.36})
    mine = root_proportion(start.root_tao, jnp.asarray(0.36), start.alpha_issuance)[row]
    assert float(paid.root_proportion[row]) == float(mine)
    before = base[2]
    cap = float(paid.terms.alpha_in[row] / before.terms.alpha_in[row])
    assert cap == pytest.approx(float(mine / before.root_proportion[row]), rel=1e-12)
    assert float(paid.payout.root[row]) > 1.5 * float(before.payout.root[row])
    others = np.arange(NETWORK.n_subnets) != row
    for mine_, base_ in zip(paid.payout, before.payout, strict=True):
        np.testing.assert_array_equal(mine_[others], base_[others])


def test_the_rule_of_june_2026_weighs_by_the_subnets_own_root_proportion() -> None:
    """Root proportion is part of the weight there, so that a subnet's own w moves its share."""
    made = {"preset": "gate_rank_2026", "weight_rule": {"kind": "ema_price_rootprop_burn"}}
    netuid = int(NETWORK.netuid[5])
    single = MechanismConfig.model_validate({**made, "root": {"tao_weights": {netuid: 0.36}}})
    slots = Slots(NETWORK, NETWORK.n_subnets)
    assert np.shape(single.build(slots=slots).weight_rule.tao_weight) == (slots.count,)


def test_weights_of_single_subnets_need_their_network() -> None:
    with pytest.raises(ValueError, match="pass the slots of their network"):
        rules(tao_weights={4: 0.3}).build()
    with pytest.raises(NetworkError, match="60000"):
        build_network(NETWORK, rules(tao_weights={60_000: 0.3}))


@pytest.mark.parametrize("root", [{"off_the_top": 1.5}, {"tao_weights": {4: -0.1}}])
def test_what_is_no_part_of_one_is_refused(root: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(root))):
        config_from_dict({"mechanism": {"root": root}})


def test_the_sketch_is_marked_as_assumed_wherever_its_status_stands() -> None:
    assert "assumed" in SKETCH.since
    assert "ASSUMED" in SKETCH.summary
    assert "parameters here are assumed" in SKETCH.since_then
    config = config_from_dict(
        {"mechanism": {"preset": "etao_sketch", "root": {"tao_weights": {4: 0.3}}}}
    )
    texts = [each["text"] for each in assumptions(config, NETWORK)]
    said = " ".join(texts)
    for words in (SKETCH.since_then, "10 % of each block's TAO", "SN4 0.3; 0.18 elsewhere"):
        assert words in said


def test_the_sketch_is_the_last_rule_that_was_checked_but_for_root() -> None:
    sketch = MechanismConfig.model_validate("etao_sketch").model_dump()
    checked = MechanismConfig.model_validate("gate_rank_2026").model_dump()
    assert {key for key in checked if checked[key] != sketch[key]} == {"preset", "root"}
    assert sketch["root"] == checked["root"] | {"off_the_top": 0.1}


def test_who_stakes_to_root_has_a_part_in_what_is_paid_off_the_top() -> None:
    """A tenth of root's stake gets a tenth of it, less the take of who validates for it."""
    table = {
        "mechanism": {"root": {"off_the_top": 0.5}},
        "portfolio": {"root_tao": 0.1 * NETWORK.root_tao, "delegate_take_u16": 13_107},
        "demand": [{"process": "market_factor", "market_sd": 0.0}],
        "arrivals": {"rate": 0.0},
    }
    world = build_world(config_from_dict(table), NETWORK)
    start = world.begin(jnp.uint32(0))
    after = eqx.filter_jit(world.advance)(start, jnp.asarray(0))
    paid = float(0.5 * world.step_blocks * block_emission(start.state.total_issuance))
    assert float(after.state.root_tao - start.state.root_tao) == pytest.approx(paid, rel=1e-9)
    (_, before), (_, holdings) = (
        *world.following(start, Portfolio),
        *world.following(after, Portfolio),
    )
    gained = float(holdings.root_tao - before.root_tao)
    assert gained == pytest.approx(0.1 * 0.8 * paid, rel=1e-9)
