"""Networks of any size: drawn like mainnet, and run like it."""

import numpy as np
import pytest
from threads import run

from dtaojax.assembly import build_bins, build_world
from dtaojax.config.load import config_from_dict
from dtaojax.engine.chunk import Plan
from dtaojax.inputs import gather
from dtaojax.network import NetworkError, launch_network, load_network, synthetic_network
from dtaojax.schema.errors import ConfigError


def test_a_seed_tells_the_network() -> None:
    one, same, other = (synthetic_network(50, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.tao_in, same.tao_in)
    assert (one.tao_in != other.tao_in).all()


def test_depths_and_prices_are_spread_as_on_mainnet() -> None:
    drawn, real = synthetic_network(128, 3), load_network("finney_8791253")
    for of in (lambda table: table.tao_in, lambda table: table.tao_in / table.alpha_in):
        ours, theirs = (np.log(of(table))[table.started] for table in (drawn, real))
        # 128 of each: the means differ by a tenth of the spread, the spreads by a sixteenth, 1 s.e.
        assert abs(ours.mean() - theirs.mean()) < 4.0 * theirs.std() / 8.0
        assert 0.7 < ours.std() / theirs.std() < 1.4


@pytest.mark.parametrize("subnets", [1, 4_096])
def test_a_network_of_any_size_keeps_within_supply(subnets: int) -> None:
    table = synthetic_network(subnets, 0)
    assert table.tao_in.sum() + table.root_tao < table.total_issuance
    assert (table.alpha_in + table.alpha_out < 21e6).all()
    assert (table.registered_at <= table.block).all()


def test_a_number_of_subnets_that_netuids_do_not_reach_is_refused() -> None:
    with pytest.raises(NetworkError, match="1 to 65535"):
        synthetic_network(70_000, 0)


def test_a_network_is_either_read_or_drawn() -> None:
    both = {"network": {"file": "mine.csv", "block": 5, "synthetic": {"subnets": 3}}}
    with pytest.raises(ConfigError) as caught:
        config_from_dict(both)
    assert {problem.key for problem in caught.value.problems} == {"network.file", "network.block"}


def test_a_thousand_subnets_run_and_take_newcomers_without_a_limit() -> None:
    config = config_from_dict(
        {
            "mechanism": "article_2024",
            "network": {"synthetic": {"subnets": 1_024}},
            "arrivals": {"rate": 20.0, "budget_median": 1e4},
            "run": {"horizon_days": 1.0, "report_days": [1.0]},
        }
    )
    world = build_world(config, synthetic_network(1_024, 0))
    rows = []
    found = run(
        world,
        build_bins(world),
        Plan(4, config.run.report_steps, 2, chunk_paths=4),
        lambda first, figures, lost_at: rows.append(np.array(figures)),
        lambda done: None,
        workers=1,
    )
    assert (found.used, found.lost) == (4, {})
    names = [figure.name for figure in world.figures]
    figures = np.concatenate(rows)[:, -1]
    count = figures[:, names.index("registered_subnets")]
    registered = figures[:, names.index("registrations")]
    np.testing.assert_array_equal(count, 1_024 + registered)
    assert registered.min() > 5
    np.testing.assert_array_equal(figures[:, names.index("shut_out")], 0.0)
    assert found.events.shape[-1] == 1_024


def test_newborns_stand_beside_the_same_older_subnets() -> None:
    mature, young = synthetic_network(20, 4), synthetic_network(20, 4, newborn=5)
    for name in ("tao_in", "alpha_in", "alpha_out", "moving_price", "registered_at"):
        np.testing.assert_array_equal(getattr(young, name)[:15], getattr(mature, name)[:15])
    prices = young.tao_in / young.alpha_in
    np.testing.assert_allclose(prices[15:], np.median(prices[:15]))
    assert (young.moving_price[15:] == 0.0).all()
    assert (young.block - young.registered_at[15:] == 360).all()
    assert (young.alpha_out[15:] == 360.0).all()


def test_a_network_of_newborns_alone_is_refused() -> None:
    with pytest.raises(NetworkError, match="older"):
        synthetic_network(5, 0, newborn=5)
    drawn = {"subnets": 5, "newborn": 2, "stage": "launch"}
    with pytest.raises(ConfigError, match="every subnet is new"):
        config_from_dict({"network": {"synthetic": drawn}})


def test_at_the_launch_pools_hold_a_tao_and_shares_are_those_of_the_regime_before() -> None:
    table = launch_network(64, 2)
    assert (table.tao_in == 1.0).all()
    assert (table.alpha_in == 1.0).all()
    assert (table.alpha_out == 0.0).all()
    assert table.moving_price.sum() == pytest.approx(1.0)
    assert table.total_issuance < 10.5e6, "a TAO a block is issued"


def test_a_launch_may_seed_more_and_a_mature_network_may_not() -> None:
    seeds = {"pool_tao": 50.0, "pool_alpha": 200.0, "held_alpha": 7.0}
    drawn = {"subnets": 3, "stage": "launch", **seeds}
    table = gather(config_from_dict({"network": {"synthetic": drawn}}), "test").network
    assert (table.tao_in / table.alpha_in == 0.25).all()
    assert (table.alpha_out == 7.0).all()
    with pytest.raises(ConfigError, match=r"held_alpha: is of the launch only"):
        config_from_dict({"network": {"synthetic": {"subnets": 3, "held_alpha": 7.0}}})
