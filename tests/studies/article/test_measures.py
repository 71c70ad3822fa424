"""Measures of experiments: closed forms on records made by hand."""

import runpy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import ROOT
from scipy import stats

from dtaojax.config.load import config_from_dict
from dtaojax.studies.article.measures.measure import in_band, rank_correlation
from dtaojax.studies.article.measures.registry import MEASURES
from dtaojax.studies.article.measures.survival import best_threshold
from dtaojax.studies.article.record import Figures, Record

DAYS = np.array([0.0, 1.0, 3.0])
NETUID = np.array([1, 2, 3, 4])
QUALITY = np.array([[0.0, 1.0, 2.0, 3.0], [3.0, 2.0, 1.0, 0.0]])
SECTOR = np.array([[0, 0, 1, 1], [0, 1, 1, 0]])
SHARE = np.array(
    [
        [[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1], [0.0, 0.5, 0.5, 0.0]],
        [[0.25, 0.25, 0.25, 0.25], [0.4, 0.3, 0.2, 0.1], [1.0, 0.0, 0.0, 0.0]],
    ]
)
PRICE = np.array(
    [
        [[1.0, 2.0, 4.0, 8.0], [2.0, 2.0, 2.0, 2.0], [0.25, 0.5, 4.0, 32.0]],
        [[1.0, 1.0, 1.0, 1.0], [0.5, 1.0, 2.0, 4.0], [0.25, 0.25, 2.0, 2.0]],
    ]
)


def record(tables: dict | None = None, **parts: dict) -> Record:
    """Two paths, three moments and four subnets."""
    return Record(
        config=config_from_dict(tables or {}),
        days=DAYS,
        netuid=NETUID,
        gauges=Figures({"price": PRICE, "emission_share": SHARE, **parts.get("gauges", {})}),
        events=Figures(parts.get("events", {})),
        scalars=Figures(parts.get("scalars", {})),
        quality=QUALITY,
        sector=SECTOR,
        finite=np.array([True, True]),
    )


def test_ranks_correlate_as_spearman_says_also_with_ties() -> None:
    random = np.random.default_rng(1)
    first, second = random.integers(0, 6, (2, 5, 30)).astype(float)
    expected = [stats.spearmanr(a, b).statistic for a, b in zip(first, second, strict=True)]
    np.testing.assert_allclose(rank_correlation(first, second), expected, atol=1e-12)
    assert rank_correlation(first[0], np.ones(30)) == 0.0


def test_a_band_holds_its_part_of_a_row() -> None:
    row = np.array([5.0, 1.0, 3.0, 2.0, 4.0])
    np.testing.assert_array_equal(in_band(row, 0.0, 1.0), [True] * 5)
    np.testing.assert_array_equal(in_band(row, 0.7, 0.3), [True, False, False, False, True])


def test_emission_by_quality_correlates_fully_and_against_it_fully_negatively() -> None:
    found = MEASURES["quality_rank_correlation"](record())
    np.testing.assert_allclose(found[:, :2], [[1.0, -1.0], [0.0, 1.0]])


def test_the_fed_are_counted_among_those_of_a_quality() -> None:
    fed = MEASURES["fed_by_quality"](record(), lowest=0.6, part=0.4, least=0.5)
    # The better two: of path 0 the last ones, of path 1 the first ones; least is 1/8.
    np.testing.assert_array_equal(fed, [[1.0, 0.5, 0.5], [1.0, 1.0, 0.5]])


def test_what_the_largest_of_a_sector_does_not_get_pays_for_duplicates() -> None:
    found = MEASURES["duplicate_share"](record())
    np.testing.assert_allclose(found, [[0.4, 0.4, 0.0], [0.5, 0.3, 0.0]], atol=1e-15)
    fed = MEASURES["fed_in_sector"](record(), least=0.5)
    np.testing.assert_array_equal(fed, [[1.5, 1.5, 1.0], [2.0, 1.5, 0.5]])


def test_a_price_that_falls_to_a_quarter_has_halved_twice() -> None:
    seen = record()
    worst = MEASURES["halvings"](seen, gauge="price", lowest=0.0, part=0.4)
    np.testing.assert_allclose(worst, [[0.0, -0.5, 2.0], [0.0, -1.5, -1.0]])
    gone = MEASURES["collapsed"](seen, lowest=0.0, part=1.0, factor=0.5)
    np.testing.assert_allclose(gone, [[0.0, 0.25, 0.5], [0.0, 0.0, 0.5]])


@given(
    st.lists(
        st.tuples(st.floats(0.1, 10.0), st.booleans()),
        min_size=2,
        max_size=12,
        unique_by=lambda pair: pair[0],
    )
)
def test_no_threshold_divides_better(pairs: list[tuple[float, bool]]) -> None:
    values, fallen = (np.array(column)[None] for column in zip(*pairs, strict=True))

    def wrong(at: float) -> int:
        return int((fallen & (values > at)).sum() + (~fallen & (values < at)).sum())

    found = float(best_threshold(values, fallen)[0])
    ends = np.sort(values[0])
    tried = [0.0, 99.0, *np.sqrt(ends[1:] * ends[:-1])]
    # At the ends the value itself stands on the threshold, and so on neither side.
    assert wrong(found) <= min(map(wrong, tried))


def test_the_threshold_is_told_in_revenue() -> None:
    demand = [{"process": "revenue_demand", "tao_per_day": 2.0, "spread": 1.0}]
    found = MEASURES["threshold_revenue"](record({"demand": demand}), factor=0.5, day=3.0)
    # Path 0 lost its worse two. On path 1 the better two fell: nothing divides them well.
    assert found[0] == pytest.approx(2.0 * np.exp(1.5))
    with pytest.raises(KeyError, match="revenue_demand"):
        MEASURES["threshold_revenue"](record(), factor=0.5, day=3.0)


def test_an_entry_earns_price_yield_and_what_it_is_paid() -> None:
    scalars = {
        "alpha_held[2]": np.array([[1.0, 2.0, 4.0]] * 2),
        "paid[2]": np.array([[0.0, 1.0, 4.0]] * 2),
        "alpha_held[3]": np.ones((2, 3)),
        "paid[3]": np.zeros((2, 3)),
    }
    held = {"portfolio": {"alpha": {"2": 1.0, "3": 1.0}}}
    seen = record(held, scalars=scalars)
    # Path 0: 2 alpha at 2 become 4 at 0.5, and 3 TAO are paid: 5 for 4. The other doubles.
    # Path 1: 2 alpha at 1 become 4 at 0.25, and 3 TAO: 4 for 2. The other stays.
    later = MEASURES["entry_return"](seen, entry=1.0, hold=2.0)
    np.testing.assert_allclose(later, [(0.25 + 1.0) / 2, (1.0 + 0.0) / 2])
    typical = MEASURES["typical_entry_return"](seen, entry=1.0, hold=2.0)
    np.testing.assert_allclose(typical, later, err_msg="the median of two is their mean")
    same = MEASURES["early_advantage"](seen, early=1.0, late=1.0, hold=2.0)
    np.testing.assert_array_equal(same, 0.0)


def test_the_way_into_a_pool_costs_what_the_curve_says() -> None:
    full = np.full((2, 3, 4), 100.0)
    gauges = {"tao_in": full, "alpha_in": full, "alpha_out": full, "price": np.ones_like(full)}
    found = MEASURES["entry_cost"](record(gauges=gauges), part=1.0 / 3.0)
    # Half as much again must be bought: 50 of 100 alpha double the TAO in the pool.
    np.testing.assert_allclose(found, 100.0)
    assert np.isinf(MEASURES["entry_cost"](record(gauges=gauges), part=0.6)).all()


def test_a_shock_is_seen_as_the_difference_of_two_arms() -> None:
    shocked = record(gauges={"price": PRICE * np.array([1.0, 0.5, 0.8])[:, None]})
    before, after = (MEASURES["log_price"](seen, netuid=2) for seen in (record(), shocked))
    np.testing.assert_allclose(after - before, np.log([[1.0, 0.5, 0.8]] * 2))
    asked = {"netuid": 2, "after_shock": 1.0, "day": 3.0}
    for part, side in ((0.5, 1.0), (0.2, -1.0)):
        still, now = (MEASURES["unrecovered"](s, **asked, part=part) for s in (record(), shocked))
        assert (np.sign(now - still) == side).all(), "0.8 is a third of the way back to 0.5"
    others = MEASURES["mean_log_price"](record(), without=(1, 4))
    np.testing.assert_allclose(others, np.log(PRICE[:, :, 1:3]).mean(axis=-1))
    share = MEASURES["mean_emission_share"](record(), netuid=1, day=3.0)
    np.testing.assert_allclose(share, [(0.25 + 0.4) / 3, (0.325 + 1.4) / 3])
    fall = MEASURES["subnet_drawdown"](record(), first=0.0, last=3.0, level=1.0)
    np.testing.assert_allclose(fall, [1.0 - 0.25 / 2.0, 0.75])


def test_tao_is_either_locked_or_released() -> None:
    scalars = {
        "total_issuance": np.array([[100.0, 110.0, 130.0]] * 2),
        "total_tao_in": np.array([[20.0, 21.0, 40.0]] * 2),
        "root_tao": np.array([[30.0, 34.0, 25.0]] * 2),
        "tao_usd": np.array([[2.0, 4.0, 2.0]] * 2),
    }
    seen = record(scalars=scalars)
    np.testing.assert_allclose(MEASURES["tao_released"](seen), [[0.0, 5.0, 15.0]] * 2)
    np.testing.assert_allclose(MEASURES["tao_locked"](seen), [[0.0, 0.0, 0.0]] * 2, atol=1e-15)
    np.testing.assert_allclose(MEASURES["usd_released"](seen), [[0.0, 15.0, 45.0]] * 2)


def test_cohorts_profit_and_share_income() -> None:
    scalars = {
        "income.miner": np.array([[0.0, 1.0, 2.0]] * 2),
        "income.owner": np.array([[0.0, 3.0, 2.0]] * 2),
        "proceeds.team": np.array([[0.0, 0.0, 7.0]] * 2),
        "spending.team": np.array([[0.0, 4.0, 5.0]] * 2),
        "holdings.team": np.array([[0.0, 3.0, 1.0]] * 2),
    }
    seen = record(scalars=scalars)
    share = MEASURES["income_share"](seen, of=("miner",), among=("miner", "owner"))
    np.testing.assert_allclose(share, [[0.0, 0.25, 0.5]] * 2)
    np.testing.assert_allclose(MEASURES["cohort_profit"](seen, who="team"), [[0.0, -1.0, 3.0]] * 2)
    np.testing.assert_allclose(MEASURES["cohort_return"](seen, who="team", day=3.0), 0.6)


def test_a_loss_is_what_the_whole_portfolio_lost() -> None:
    values = {
        "value_realizable[2]": np.array([[3.0, 2.0, 4.0]] * 2),
        "value_realizable[0]": np.ones((2, 3)),
    }
    seen = record({"portfolio": {"root_tao": 1.0, "alpha": {"2": 1.0}}}, scalars=values)
    np.testing.assert_allclose(MEASURES["holder_loss"](seen), [[0.0, 0.25, -0.25]] * 2)


def test_survivors_are_those_not_deregistered() -> None:
    gone = np.zeros((2, 3, 4), dtype=bool)
    gone[0, 2, 0] = gone[1, 1:, 0] = True
    seen = record(events={"deregistered": gone})
    np.testing.assert_allclose(MEASURES["survival"](seen), [[1.0, 1.0, 0.75], [1.0, 0.75, 0.75]])
    best = MEASURES["survival"](seen, lowest=0.6)
    np.testing.assert_allclose(best, [[1.0, 1.0, 1.0], [1.0, 0.5, 0.5]])


def test_every_measure_is_in_the_reference() -> None:
    root = ROOT
    made = runpy.run_path(str(root / "scripts" / "measures.py"))["page"]()
    assert (root / "docs" / "measures.md").read_text(encoding="utf-8") == made, (
        "run: python scripts/measures.py > docs/measures.md"
    )


@pytest.mark.parametrize(
    ("name", "given", "answer"),
    [
        ("cohort_profit", {"who": "team"}, '"proceeds.team" was not recorded; .*cohorts'),
        ("survival", {}, '"deregistered" was not recorded; .*registrations need'),
        ("halvings", {"gauge": "prize", "lowest": 0.0, "part": 1.0}, 'did you mean "price"'),
        ("log_price", {"netuid": 9}, "no subnet 9"),
    ],
)
def test_a_measure_of_what_was_not_recorded_says_so(name: str, given: dict, answer: str) -> None:
    with pytest.raises(KeyError, match=answer):
        MEASURES[name](record(), **given)
