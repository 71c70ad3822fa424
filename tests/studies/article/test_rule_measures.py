"""Measures of what rules do: issuance, pools, prices, votes, splits and protection."""

from typing import Any

import numpy as np
import pytest

from dtaojax.config.load import config_from_dict
from dtaojax.studies.article.measures.pools import scheduled
from dtaojax.studies.article.measures.registry import MEASURES
from dtaojax.studies.article.record import Record

PATHS, MOMENTS, SUBNETS = 2, 4, 3
DAYS = np.array([0.0, 1.0, 2.0, 4.0])
RANDOM = np.random.default_rng(8)


def record(tables: dict | None = None, **parts: Any) -> Record:
    """Two paths, four moments and three subnets, of which nothing is known but ``parts``."""
    nothing = np.zeros((PATHS, SUBNETS))
    known = {"gauges": {}, "events": {}, "scalars": {}, "quality": nothing} | parts
    return Record(
        config=config_from_dict(tables or {}),
        days=DAYS,
        netuid=np.arange(1, SUBNETS + 1),
        sector=nothing.astype(np.int64),
        finite=np.ones(PATHS, dtype=bool),
        **known,
    )


def positive(low: float, high: float) -> np.ndarray:
    return RANDOM.uniform(low, high, (PATHS, MOMENTS, SUBNETS))


def test_the_schedule_is_that_of_the_chain_block_by_block() -> None:
    amount, start = 10_499_000.0, 10_499_000.0
    for _ in range(5_000):
        amount += 1.0 if amount < 10.5e6 else 0.5
    assert scheduled(np.array(start), np.array(5_000.0)) == amount
    # Two thresholds on: a block each of 1, 0.5 and 0.25 a token.
    assert scheduled(np.array(10.5e6 - 1.0), np.array(1.0 + 10.5e6 + 4.0)) == 15.75e6 + 1.0
    assert scheduled(np.array(21e6), np.array(10.0)) == 21e6


def test_alpha_on_schedule_has_no_gap_and_twice_as_much_has_one_of_1() -> None:
    minted = 7_200.0 * DAYS[None, :, None] * np.ones((PATHS, 1, SUBNETS))
    inside = np.full_like(minted, 5.0)
    on_time = record(gauges={"alpha_in": inside, "alpha_out": minted})
    np.testing.assert_allclose(MEASURES["issuance_gap"](on_time), 0.0, atol=1e-12)
    doubled = record(gauges={"alpha_in": inside + minted, "alpha_out": minted})
    np.testing.assert_allclose(MEASURES["issuance_gap"](doubled)[:, 1:], 1.0)
    parts = MEASURES["pool_part"](doubled)
    np.testing.assert_allclose(parts, [[0.0, 0.5, 0.5, 0.5]] * PATHS)


@pytest.mark.parametrize("w_tao", [0.5, 0.3])
def test_slippage_is_what_the_pool_keeps_of_the_spot_value(w_tao: float) -> None:
    tao, alpha, outside = positive(10.0, 1e3), positive(1e3, 1e5), positive(1e2, 1e5)
    price = (1.0 - w_tao) / w_tao * tao / alpha
    gauges = {"price": price, "tao_in": tao, "alpha_in": alpha, "alpha_out": outside}
    sold = 0.2 * outside
    # The invariant x**w1 y**w2 before and after, w1 = 1 - w2.
    left = tao * (alpha / (alpha + sold)) ** ((1.0 - w_tao) / w_tao)
    expected = 1.0 - (tao - left) / (price * sold)
    found = MEASURES["exit_slippage"](record(gauges=gauges), fraction=0.2)
    np.testing.assert_allclose(found, expected.mean(axis=2), rtol=1e-10)
    nothing = record(gauges=gauges | {"alpha_out": 0.0 * outside})
    np.testing.assert_array_equal(MEASURES["exit_slippage"](nothing, fraction=0.2), 0.0)


def test_prices_that_move_less_early_have_a_negative_ratio() -> None:
    logs = np.cumsum([0.0, 0.1, -0.1, 0.4], axis=0)
    seen = record(gauges={"price": np.exp(logs)[None, :, None] * np.ones((PATHS, 1, SUBNETS))})
    found = MEASURES["volatility_ratio"](seen, early=(0.0, 2.0), late=(2.0, 4.0))
    # 0.1 a day early; 0.4 over two days late.
    np.testing.assert_allclose(found, np.log(0.1 / (0.4 / np.sqrt(2.0))))
    moves = MEASURES["moves_by_day"](seen)
    np.testing.assert_allclose(moves[0], [0.1, 0.1, 0.1, 0.4 / np.sqrt(2.0)])


def test_emission_that_ranks_as_prices_do_correlates_fully() -> None:
    price = positive(1.0, 2.0)
    seen = record(gauges={"price": price, "emission_share": price**3})
    np.testing.assert_allclose(MEASURES["price_rank_correlation"](seen), 1.0)
    np.testing.assert_array_equal(MEASURES["emission_share"](seen, netuid=2), (price**3)[:, :, 1])


def test_votes_weigh_by_stake_and_other_rules_know_no_votes() -> None:
    rule = {"kind": "root_validators", "validators": 4, "stake_exponent": 1.0}
    old = record({"mechanism": {"preset": "root_2023", "weight_rule": rule}})
    expected = (1.0 + 1.0 / 2.0) / (1.0 + 1.0 / 2.0 + 1.0 / 3.0 + 1.0 / 4.0)
    np.testing.assert_allclose(MEASURES["validator_power"](old, largest=2), expected)
    np.testing.assert_array_equal(MEASURES["validator_power"](record(), largest=2), 0.0)


def test_a_split_has_the_gap_of_its_most_distant_class() -> None:
    paid = {"owner": 0.18, "miner": 0.31, "validator": 0.2, "root": 0.31}
    over_time = DAYS[None, :] * np.ones((PATHS, 1))
    seen = record(scalars={f"income.{who}": part * over_time for who, part in paid.items()})
    found = MEASURES["split_gap"](seen, owner=0.18, miner=0.41)
    np.testing.assert_allclose(found, [[0.0, 0.1, 0.1, 0.1]] * PATHS)


def test_sales_weigh_on_the_mean_depth_of_the_time() -> None:
    flat = np.ones((PATHS, MOMENTS))
    proceeds = {f"proceeds.{who}": 10.0 * DAYS * flat for who in ("owner", "miner", "validator")}
    seen = record(scalars=proceeds | {"total_tao_in": 600.0 * flat})
    np.testing.assert_allclose(MEASURES["sell_pressure"](seen, day=2.0), 0.05)


def test_only_the_newborn_and_the_extremes_of_quality_are_counted() -> None:
    gone = np.zeros((PATHS, MOMENTS, SUBNETS), dtype=bool)
    gone[:, 2:, 2] = True
    tables = {"network": {"synthetic": {"subnets": 3, "newborn": 1}}}
    quality = np.array([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])
    seen = record(tables, events={"deregistered": gone}, quality=quality)
    found = MEASURES["newborn_survival"](seen)
    np.testing.assert_array_equal(found, [[1.0, 1.0, 0.0, 0.0]] * PATHS)
    gaps = MEASURES["survival_gap"](seen, part=0.34)
    np.testing.assert_array_equal(gaps, [[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, -1.0, -1.0]])
    with pytest.raises(KeyError, match="nobody can be deregistered"):
        MEASURES["newborn_survival"](record(tables))
