"""What views of the report need of a run: rank, way to the bar, churn, selling, time to exit."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_run import small_rows, write_network
from worlds import live_mechanism, mainnet_world

from dtaojax import chain
from dtaojax.assembly import build_bins, build_portfolio, build_world
from dtaojax.config.load import config_from_dict
from dtaojax.config.run import PortfolioConfig
from dtaojax.inputs import gather
from dtaojax.mechanism.coinbase import EmissionShares
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.mechanism.trading.rules import alpha_within_fall
from dtaojax.network import load_network
from dtaojax.schema.errors import ConfigError
from dtaojax.state.network import Pools, Subnets
from dtaojax.studies.inspect.next_block import emission_per_tao, next_block
from dtaojax.world.follower import ReportDay
from dtaojax.world.followers.network import EmissionFlow, Flowed
from dtaojax.world.followers.subnet_metrics import Rank, buying_to_bar
from dtaojax.world.lifecycle import FixedSubnets
from dtaojax.world.observation import NETWORK_SCALARS, above_bar, observe_network
from dtaojax.world.world import World


def pools(tao: float, alpha: float, w_tao: float) -> Pools:
    return Pools(*(jnp.array([each]) for each in (tao, alpha, w_tao, 0.0, 0.0)))


@given(st.floats(1.0, 1e6), st.floats(1.0, 1e6), st.floats(0.1, 0.9), st.floats(1e-4, 0.9))
def test_selling_what_is_allowed_lowers_the_price_by_just_that(
    tao: float, alpha: float, w_tao: float, fall: float
) -> None:
    before = pools(tao, alpha, w_tao)
    sold = float(alpha_within_fall(before, jnp.asarray(fall))[0])
    # Along x**w1 y**w2 = const.
    after = pools(tao * (1.0 + sold / alpha) ** (-(1.0 - w_tao) / w_tao), alpha + sold, w_tao)
    ratio = float(spot_price(after)[0] / spot_price(before)[0])
    assert ratio == pytest.approx(1.0 - fall, rel=1e-9)


def shares_of(pre_gate: list[float], bar: float) -> EmissionShares:
    share = jnp.asarray(pre_gate)
    return EmissionShares(share, jnp.asarray(bar), share)


def test_rank_counts_the_larger_ones_and_equals_share_it() -> None:
    subnets, state = mainnet_world()
    few = jax.tree.map(lambda leaf: leaf[:6], subnets)
    shares = shares_of([0.2, 0.5, 0.0, 0.2, 0.1, 0.0], 0.1)

    def ranks(here: list[bool]) -> jax.Array:
        day = ReportDay(live_mechanism(), FixedSubnets(), (), few, state, shares, jnp.asarray(here))
        return Rank().observe((), day)["rank"]

    np.testing.assert_array_equal(ranks([True] * 6), [2.0, 1.0, 5.0, 2.0, 4.0, 5.0])
    behind = 1 + few.registered.sum()
    np.testing.assert_array_equal(ranks([False] + [True] * 5)[:2], [behind, 1.0])


def started(subnets: Subnets) -> Subnets:
    """All of them started, with emission on and no miner's pay withheld."""
    return dataclasses.replace(
        subnets,
        first_emission_block=jnp.ones_like(subnets.registered_at),
        emission_enabled=jnp.ones_like(subnets.emission_enabled),
        miner_burned=jnp.zeros_like(subnets.miner_burned),
    )


def test_a_subnet_at_exactly_the_bar_is_above_it_and_one_without_a_share_is_below() -> None:
    subnets = jax.tree.map(lambda leaf: leaf[:5], mainnet_world()[0])
    shares = shares_of([0.2, np.nextafter(0.2, 0.0), np.nextafter(0.2, 1.0), 0.0, 0.6], 0.2)
    found = above_bar(shares, started(subnets))
    np.testing.assert_array_equal(found, [True, False, True, False, True])
    # A gate of tiers has a bar of 0 where it has room for all.
    np.testing.assert_array_equal(
        above_bar(shares_of([0.4, 0.6, 0.0, 0.0, 0.0], 0.0), started(subnets)),
        [True, True, False, False, False],
    )
    waiting = dataclasses.replace(
        started(subnets), first_emission_block=jnp.array([-1, 1, 1, 1, 1])
    )
    assert not above_bar(shares, waiting)[0]
    off = dataclasses.replace(started(subnets), emission_enabled=jnp.zeros(5, bool))
    np.testing.assert_array_equal(above_bar(shares, off), found)


@pytest.mark.parametrize("rank", [1, 32, 100])
def test_just_so_many_subnets_are_above_a_rank_gates_bar_and_the_rest_is_starved(rank: int) -> None:
    subnets, state = mainnet_world()
    subnets = started(subnets)
    unset = dataclasses.replace(
        state,
        gate_bar=jnp.zeros_like(state.gate_bar),
        moving_price=jnp.asarray(np.linspace(0.001, 0.1, len(state.moving_price))),
    )
    seen = observe_network(live_mechanism(rank), subnets, unset, 0)
    assert np.asarray(seen.stands).sum() == rank
    starved = seen.scalars[list(NETWORK_SCALARS).index("starved_subnets")]
    assert starved == len(state.moving_price) - rank


@pytest.mark.parametrize("w_tao", [0.5, 0.42])
def test_buying_lifts_a_subnet_to_the_bar_and_one_above_needs_none(w_tao: float) -> None:
    subnets, state = mainnet_world()
    count = len(state.moving_price)
    weight = np.linspace(1.0, 30.0, count)
    share, bar = weight / weight.sum(), 0.008
    deep = dataclasses.replace(state.pools, w_tao=jnp.full(count, w_tao))
    deeper = dataclasses.replace(state, pools=deep)
    bought = np.asarray(buying_to_bar(shares_of(share.tolist(), bar), started(subnets), deeper))
    assert not bought[share >= bar].any()
    slot = 10
    growth = 1.0 + bought[slot] / float(deep.tao_in[slot])
    # Along the invariant the price grows as tao_in**(1 / w1); the moving price follows.
    weight[slot] *= growth ** (1.0 / (1.0 - w_tao))
    assert weight[slot] / weight.sum() == pytest.approx(bar, rel=1e-12)
    assert share[slot] < bar


@pytest.mark.parametrize("preset", ["gate_rank_2026", "price_rootprop", "article_2024"])
def test_gain_of_a_tao_is_the_difference_that_buying_makes(preset: str) -> None:
    rules = MechanismConfig.model_validate(preset)
    network = load_network("finney_8791253")
    gains = emission_per_tao(rules, network)
    if preset == "article_2024":
        # Its rule looks at a price of the past.
        assert np.isnan(gains).all()
        return
    weighted = rules.pool.kind == "weighted"
    for netuid in (64, 19, 40):
        row, step = network.row_of(netuid), 0.5
        found = []
        r = network.w_tao[row] / (1.0 - network.w_tao[row]) if weighted else 1.0
        for bought in (step, -step):
            growth = 1.0 + bought / network.tao_in[row]
            changed = {
                name: np.array(getattr(network, name))
                for name in ("tao_in", "alpha_in", "alpha_out", "moving_price")
            }
            changed["tao_in"][row] *= growth
            changed["alpha_in"][row] *= growth**-r
            changed["alpha_out"][row] += network.alpha_in[row] * (1.0 - growth**-r)
            changed["moving_price"][row] *= growth ** (1.0 + r)
            after = dataclasses.replace(network, **changed, gate_bar=0.0)
            records = next_block(rules, after)["subnets"]
            found += [each["tao_emission"] for each in records if each["netuid"] == netuid]
        assert 7200.0 * (found[0] - found[1]) / (2.0 * step) == pytest.approx(gains[row], rel=1e-4)


def test_emission_that_moved_is_half_of_what_changed_and_all_of_a_newcomers() -> None:
    start = jnp.array([0.5, 0.3, 0.2])
    flow = EmissionFlow()
    begun = flow.begin_at(start)
    stay = jnp.array([True, True, True])
    assert flow.moved(begun, start, stay) == 0.0
    moved = jnp.array([0.3, 0.5, 0.2])
    assert flow.moved(begun, moved, stay) == pytest.approx(0.2, rel=1e-12)
    replaced = jnp.array([False, True, True])
    assert flow.moved(begun, start, replaced) == pytest.approx(0.5, rel=1e-12)
    step = flow.add(begun, jnp.array([10.0, 0.0, 2.0]), jnp.zeros(3), jnp.asarray(24.0))
    twice = flow.add(step, jnp.zeros(3), jnp.array([0.0, 6.0, 0.0]), jnp.asarray(12.0))
    assert isinstance(twice, Flowed)
    assert flow.on_sale(twice) == pytest.approx(0.5, rel=1e-12)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_network(tmp_path_factory.mktemp("standing") / "small.csv", small_rows())


def world_of(file: Path, **tables) -> World:
    made = {
        "network": {"file": str(file)},
        "arrivals": {"rate": 0.0},
        "portfolio": {"alpha": {"4": 1000.0, "19": 5000.0}, "root_tao": 10.0},
        "run": {"horizon_days": 1.0},
    }
    config = config_from_dict(made | tables)
    return build_world(config, load_network(file))


@eqx.filter_jit
def _after_a_step(world: World) -> jax.Array:
    carry = world.advance(world.begin(jnp.uint32(0)), jnp.asarray(0))
    return world.observe(carry, jnp.asarray(1)).scalars


def _names(world: World) -> list[str]:
    return [figure.name for figure in world.figures]


def figures_after_a_step(world: World) -> dict[str, float]:
    return dict(zip(_names(world), _after_a_step(world).tolist(), strict=True))


def test_a_world_records_what_its_readers_need(file: Path) -> None:
    low_bar = {"preset": "gate_rank_2026", "gate": {"rank": 3}}
    names = {
        audience: world_of(file, mechanism=low_bar, report={"audience": audience})
        for audience in ("holder", "owner", "designer", "all")
    }
    gauges = {audience: list(world.gauges)[4:] for audience, world in names.items()}
    figures = {audience: "emission_on_sale" in _names(world) for audience, world in names.items()}
    both = ["rank", "buying_to_bar"]
    assert gauges == {"holder": [], "owner": both, "designer": [], "all": both}
    assert figures == {"holder": False, "owner": False, "designer": True, "all": True}
    by_flow = world_of(file, mechanism="taoflow_2025")
    assert list(by_flow.gauges)[4:] == ["rank"]
    bins = build_bins(names["owner"])
    below = np.asarray(bins.origin)[5] > 0.0
    assert below.any()
    np.testing.assert_array_equal(bins.scale[5], names["owner"].start.pools.tao_in)


@eqx.filter_jit
def _first_events(world: World) -> jax.Array:
    return world.observe(world.begin(jnp.uint32(0)), jnp.asarray(0)).events


def events_at_start(world: World) -> dict[str, np.ndarray]:
    return dict(zip(world.event_names, np.asarray(_first_events(world)), strict=True))


def test_where_nobody_comes_a_subnet_is_above_the_bar_or_below_also_one_not_started(
    file: Path,
) -> None:
    world = world_of(file, mechanism={"preset": "gate_rank_2026", "gate": {"rank": 3}})
    found = events_at_start(world)
    assert "deregistered" not in found
    np.testing.assert_array_equal(found["above_bar"], ~found["below_bar"])
    waits = ~np.asarray(world.subnets.in_emit_set)
    assert waits.any()
    assert found["below_bar"][waits].all()
    assert not found["always_above_bar"][waits].any()


def test_without_a_gate_a_subnet_is_paid_or_unpaid(file: Path) -> None:
    world = world_of(file, mechanism="taoflow_2025")
    found = events_at_start(world)
    assert not any("bar" in name for name in found)
    subnets, state = world.subnets, world.start
    final = np.asarray(observe_network(world.mechanism, subnets, state, 0).shares.final)
    np.testing.assert_array_equal(found["paid"], final > 0.0)
    np.testing.assert_array_equal(found["unpaid"], final == 0.0)
    assert found["unpaid"].any()


def test_twice_the_selling_is_twice_the_pressure_at_first(file: Path) -> None:
    def pressure(part: float) -> float:
        selling = {"process": "emission_selling", "owner": part, "miner": part, "validator": part}
        return figures_after_a_step(world_of(file, demand=[selling]))["emission_on_sale"]

    assert pressure(0.0) == 0.0
    assert pressure(1.0) == pytest.approx(2.0 * pressure(0.5), rel=1e-12)
    assert pressure(0.5) > 0.1


def test_time_to_exit_is_alpha_over_what_a_day_takes() -> None:
    network = load_network("finney_8791253")
    _, state = mainnet_world()
    held = {4: 1000.0, 19: 5000.0}

    def needed(fall: float) -> np.ndarray:
        config = PortfolioConfig(alpha=held, root_tao=10.0, exit_fall=fall)
        portfolio = build_portfolio(config, network)
        assert portfolio is not None
        holdings = portfolio.begin_at(state, live_mechanism().fee)
        return np.asarray(portfolio.exit_days(holdings, state))

    rows = [network.row_of(netuid) for netuid in held]
    for fall in (0.01, 0.2):
        a_day = network.alpha_in * ((1.0 - fall) ** -network.w_tao - 1.0)
        # Root's TAO leaves at once; its part of the baskets takes as long as that of the slowest.
        take = PortfolioConfig().delegate_take_u16 / chain.U16_MAX
        basket = 10.0 / network.root_tao * (1.0 - take) * network.basket_alpha
        by_root = (basket[basket > 0.0] / a_day[basket > 0.0]).max()
        expected = [*np.array(list(held.values())) / a_day[rows], by_root]
        np.testing.assert_allclose(needed(fall), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("report", "message"),
    [
        ({"audience": "miner"}, r"report\.audience"),
        ({"subnet": 4}, r'report\.subnet: has no place without report\.audience = "owner"'),
        ({"audience": "owner", "subnet": 2}, r"report\.subnet: names netuid 2"),
    ],
)
def test_readers_that_cannot_be_are_refused(file: Path, report: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        gather(config_from_dict({"network": {"file": str(file)}, "report": report}), "config")
