"""Applicants come at the configured rate; those who can pay get a subnet, and holders are paid."""

import dataclasses
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from scipy import stats
from threads import run
from worlds import mainnet_world, typed

from dtaojax.assembly import build_bins, build_network, build_world
from dtaojax.config.config import Config
from dtaojax.config.load import config_from_dict
from dtaojax.demand.arrivals.process import arrivals
from dtaojax.engine.chunk import Plan
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.mechanism.fees.rules import FeeToAuthor
from dtaojax.mechanism.registration.departure import PayoutRule, dissolve
from dtaojax.mechanism.registration.lifecycle import LastLock
from dtaojax.metrics.subnets import subnet_table
from dtaojax.network import NetworkTable, load_network
from dtaojax.results.contract import QUANTILE_LEVELS
from dtaojax.world.followers.portfolio import Portfolio
from dtaojax.world.lifecycle import Registrations, Registry
from dtaojax.world.world import Carry, World

PATHS = 4_096


def applicants_of(**changes):
    given = {
        "mean_per_step": 0.1,
        "waves": {},
        "budget_median": 475.0,
        "budget_spread": 0.36,
        "duplicates": 0.0,
        "enabled": 0.5,
        "start_blocks": 0,
        "enable_blocks": 7_200,
        "most_per_step": 8,
    }
    return arrivals(7, **given | changes)


def drawn(who, steps: int):
    """Applicants of many paths, (paths, steps)."""

    def of_path(path):
        streams = who.streams.for_path(path)
        return jax.vmap(partial(who.applicants, streams))(jnp.arange(steps))

    return jax.jit(jax.vmap(of_path))(jnp.arange(PATHS, dtype=jnp.uint32))


# --- applicants ----------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", [0.1, 2.5])
def test_the_number_of_applicants_in_a_step_is_poisson(mean: float) -> None:
    count = np.asarray(drawn(applicants_of(mean_per_step=mean), 50).count).ravel()
    error = np.sqrt(mean / count.size)
    assert abs(count.mean() - mean) < 4.0 * error
    # The variance of a Poisson sample variance is (mu4 - s^4)/n, with mu4 = m + 3 m^2.
    spread = np.sqrt((mean + 2.0 * mean**2) / count.size)
    assert abs(count.var() - mean) < 4.0 * spread


def test_applicants_of_different_steps_and_paths_have_nothing_in_common() -> None:
    count = np.asarray(drawn(applicants_of(mean_per_step=1.0), 40).count, dtype=float)
    assert abs(np.corrcoef(count[:, :-1].ravel(), count[:, 1:].ravel())[0, 1]) < 0.01
    assert abs(np.corrcoef(count[:-1].ravel(), count[1:].ravel())[0, 1]) < 0.01


def test_budgets_are_lognormal() -> None:
    log_budget = np.log(np.asarray(drawn(applicants_of(), 4).budget).ravel() / 475.0) / 0.36
    error = 1.0 / np.sqrt(log_budget.size)
    assert abs(log_budget.mean()) < 4.0 * error
    assert abs(log_budget.std() - 1.0) < 4.0 * error / np.sqrt(2.0)


def test_a_wave_comes_in_its_step_besides_the_others() -> None:
    calm, waved = (drawn(applicants_of(waves=waves), 6) for waves in ({}, {4: 3}))
    more = np.asarray(waved.count - calm.count)
    assert (more == [0, 0, 0, 0, 3, 0]).all()


def test_a_duplicate_does_the_work_of_a_subnet_drawn_at_random_and_others_their_own(
    mainnet: NetworkTable,
) -> None:
    who = applicants_of(duplicates=0.3, enabled=0.6)
    subnets, _ = build_network(mainnet, MechanismConfig.model_validate("gate_rank_2026"))
    count, gone = 128, 5
    subnets = dataclasses.replace(
        subnets, sector=10 * jnp.arange(count), registered_at=subnets.registered_at.at[gone].set(-1)
    )

    def of_path(path):
        return who.plan(who.streams.for_path(path), jnp.asarray(3), jnp.asarray(1), subnets)

    plans = jax.device_get(jax.jit(jax.vmap(of_path))(jnp.arange(PATHS, dtype=jnp.uint32)))
    sector, enabled = plans.newcomer.sector, plans.is_enabled
    own = sector == 10 * (count - 1) + 1
    assert abs(own.mean() - 0.7) < 4.5 * np.sqrt(0.21 / PATHS)
    model = sector[~own] // 10
    assert (sector[~own] % 10 == 0).all()
    drawn_often = np.bincount(model, minlength=count)
    assert drawn_often[gone] == 0
    there = np.delete(drawn_often, gone)
    assert stats.chisquare(there).pvalue > 1e-3
    assert abs(enabled.mean() - 0.6) < 4.5 * np.sqrt(0.24 / PATHS)
    # Being a duplicate, its model, being switched on and quality have nothing in common.
    quality = plans.newcomer.quality
    for one, other in ((own, enabled), (own, quality), (enabled, quality)):
        assert abs(np.corrcoef(one, other)[0, 1]) < 4.5 / np.sqrt(PATHS)
    among = np.corrcoef(model, quality[~own])[0, 1], np.corrcoef(model, enabled[~own])[0, 1]
    assert np.abs(among).max() < 4.5 / np.sqrt(len(model))


# --- registrations along a path ------------------------------------------------------------------


def world_of(table: NetworkTable, **changes) -> tuple[Config, World]:
    config = config_from_dict({"network": {"file": "finney_8791253"}} | changes)
    return config, build_world(config, table)


@pytest.fixture(scope="module")
def mainnet() -> NetworkTable:
    return load_network("finney_8791253")


def test_default_applicants_register_as_often_as_in_2026(mainnet: NetworkTable) -> None:
    """16 gaps of late May to September 2026: 7.96 days on average, standard deviation 1.24."""
    _, world = world_of(mainnet, arrivals={"rate": 2.0})
    lifecycle = world.lifecycle
    assert isinstance(lifecycle, Registrations)
    subnets, state = mainnet_world()
    few = jax.tree.map(lambda leaf: leaf[:4], subnets)
    state = jax.tree.map(lambda leaf: leaf[:4] if leaf.ndim else leaf, state)
    steps, days = 20 * 150, 150

    def of_path(path):
        def one(carry, step):
            registry, who, now = carry
            now = dataclasses.replace(now, block=now.block + 360)
            registry, who, now, _ = lifecycle.advance(registry, step, who, now)
            return (registry, who, now), None

        begun = (lifecycle.begin(path, few), few, state)
        (registry, _, _), _ = lax.scan(one, begun, jnp.arange(steps))
        return registry.turnover

    unlimited = dataclasses.replace(lifecycle.rules, limit=4, immunity_blocks=0)
    lifecycle = dataclasses.replace(lifecycle, rules=unlimited)
    turnover = jax.jit(jax.vmap(of_path))(jnp.arange(64, dtype=jnp.uint32))
    registered = np.asarray(turnover.registered)
    gap = days / registered.mean()
    assert 7.0 < gap < 8.6
    np.testing.assert_array_equal(turnover.pruned, registered)
    np.testing.assert_array_equal(turnover.shut_out, 0)
    everyone = registered + np.asarray(turnover.priced_out)
    assert abs(everyone.mean() - 2.0 * days) < 4.0 * np.sqrt(2.0 * days / 64)


BUSY = {
    "arrivals": {"rate": 40.0, "budget_median": 2_000.0, "start_call_days": 0.5, "enabled": 1.0,
                 "enabled_after_days": 1.0},
    "mechanism": {
        "preset": "gate_rank_2026",
        "registration": {"reduction_interval_blocks": 2_000, "rate_limit_blocks": 360},
    },
    "portfolio": {"root_tao": 100.0, "alpha": {"47": 1_000.0, "64": 1_000.0}},
    "run": {"horizon_days": 6.0, "report_days": [3.0, 6.0]},
}  # fmt: skip
"""Everybody registers: a subnet changes hands every step or two."""


def statistics(world: World, config: Config, paths: int, block_paths: int):
    scalars = []
    found = run(
        world,
        build_bins(world),
        Plan(paths, config.run.report_steps, block_paths, chunk_paths=paths),
        lambda first, figures, lost_at: scalars.append(np.array(figures)),
        lambda done: None,
        workers=1,
    )
    return found, np.concatenate(scalars)


@pytest.fixture(scope="module")
def busy(mainnet: NetworkTable):
    config, world = world_of(mainnet, **BUSY)
    return config, world, *statistics(world, config, 16, 8)


@pytest.mark.exhaustive
def test_numbers_do_not_depend_on_the_size_of_a_block(busy) -> None:
    config, world, whole, scalars = busy
    other, its_scalars = statistics(world, config, 16, 2)
    np.testing.assert_array_equal(scalars, its_scalars)
    np.testing.assert_array_equal(whole.deviation, other.deviation)
    np.testing.assert_array_equal(whole.events, other.events)
    np.testing.assert_array_equal(whole.counts.bins, other.counts.bins)


def test_every_pruned_subnet_of_the_start_counts_as_deregistered(busy) -> None:
    _, world, whole, scalars = busy
    names = [figure.name for figure in world.figures]
    at_end = {name: scalars[:, -1, names.index(name)] for name in world.network_scalars}
    deregistered = whole.events[-1, world.event_names.index("deregistered")]
    assert at_end["registrations"].min() > 10
    np.testing.assert_array_equal(at_end["registrations"], at_end["deregistrations"])
    # Newcomers are immune for longer than the run, so whoever goes was there at the start.
    assert deregistered.sum() == at_end["deregistrations"].sum()
    np.testing.assert_array_equal(at_end["registered_subnets"], 128)


def test_above_below_and_gone_add_up_to_every_path_of_every_subnet_on_every_day(busy) -> None:
    _, world, whole, _ = busy
    counts = dict(zip(world.event_names, np.moveaxis(whole.events, 1, 0), strict=True))
    above, below, gone = (counts[name] for name in ("above_bar", "below_bar", "deregistered"))
    assert gone[-1].any()
    np.testing.assert_array_equal(above + below + gone, whole.used)
    # Who is there at the end was above all the time or fell at some time; the gone are neither.
    always, ever = counts["always_above_bar"], counts["ever_below_bar"]
    assert (always <= above).all()
    assert (below <= ever).all()
    assert (always + ever <= whole.used).all()
    assert (always + ever + gone >= whole.used).all()
    assert (np.diff(always, axis=0) <= 0).all()
    assert (np.diff(ever, axis=0) >= 0).all()


def test_a_subnet_that_is_gone_on_most_paths_has_a_median_of_exactly_zero(busy, mainnet) -> None:
    _, world, whole, _ = busy
    table = subnet_table(
        whole, build_bins(world), world.gauges, world.event_names, mainnet.netuid,
        np.array([0.0, 3.0, 6.0]), len(world.subnets.registered),
    )  # fmt: skip
    gone = whole.events[-1, world.event_names.index("deregistered")]
    at_end = table[table["day"] == 6.0].set_index(["quantity", "netuid", "statistic", "level"])
    at_end = at_end.sort_index()
    some = (gone > 0) & (gone < whole.used)
    assert (gone[some] / whole.used >= 0.5).any()
    for netuid, dead in zip(mainnet.netuid[some], gone[some], strict=True):
        for level in QUANTILE_LEVELS:
            for quantity in ("price", "tao_in", "moving_price"):
                found = at_end.loc[(quantity, netuid, "quantile", level)]
                assert (found["value"] == 0.0) == (dead >= level * whole.used)
                assert found["ci_low"] <= found["value"]
    fates = at_end.xs("probability", level="statistic")["value"].unstack("quantity")
    whole_fate = fates[["above_bar", "below_bar", "deregistered"]].sum(axis=1)
    np.testing.assert_allclose(whole_fate, 1.0, rtol=1e-15)


@pytest.fixture(scope="module")
def followed(busy) -> Carry:
    """A path of the busy world after 60 steps."""
    _, world, *_ = busy

    @eqx.filter_jit
    def after(world: World, steps: int) -> Carry:
        begun = world.begin(jnp.uint32(3))
        return lax.fori_loop(0, steps, lambda number, carry: world.advance(carry, number), begun)

    return after(world, 60)


def test_figures_of_a_netuid_end_with_the_subnet_of_the_start(busy, followed: Carry) -> None:
    _, world, *_ = busy
    seen = eqx.filter_jit(world.observe)(followed, jnp.asarray(60))
    gone = np.asarray(seen.events[world.event_names.index("deregistered")])
    assert gone.any()
    gauges = dict(zip(world.gauges, np.asarray(seen.gauges), strict=True))
    np.testing.assert_array_equal(gauges["price"] > 0.0, ~gone)
    # What is gone stands behind the last one, and is nothing else.
    assert (gauges.pop("rank")[gone] == 1 + world.taking_part(followed).registered.sum()).all()
    assert not any(figures[gone].any() for figures in gauges.values())
    assert (np.asarray(followed.state.pools.tao_in) > 0.0).all()


def test_newcomers_are_started_and_switched_on_when_they_are_old_enough(
    busy, followed: Carry
) -> None:
    _, world, *_ = busy
    subnets = followed.subnets
    assert subnets is not None
    new = ~np.asarray(world.unchanged(subnets))
    age = np.asarray(followed.state.block - subnets.registered_at)[new]
    started = np.asarray(subnets.in_emit_set)[new]
    np.testing.assert_array_equal(started, age >= 3_600)
    np.testing.assert_array_equal(np.asarray(subnets.emission_enabled)[new], age >= 7_200)
    born = np.asarray(subnets.first_emission_block - subnets.registered_at)[new]
    assert set(born[started]) == {3_601}


def test_owners_of_the_start_do_not_act_even_those_registered_in_its_block(
    mainnet: NetworkTable,
) -> None:
    _, world = world_of(mainnet, arrivals={"rate": 1.0, "enabled": 1.0})
    assert isinstance(world.lifecycle, Registrations)
    began = world.start.block
    slot = jnp.arange(world.subnets.sector.shape[0])
    registered = jnp.where(slot == 0, began, jnp.where(slot == 1, began + 1, began - 7_200))
    who = dataclasses.replace(
        world.subnets,
        registered_at=registered,
        first_emission_block=jnp.full_like(registered, -1),
        emission_enabled=jnp.zeros_like(world.subnets.emission_enabled),
    )
    registry = world.lifecycle.begin(jnp.uint32(0), who)
    registry = registry._replace(awaits_enabling=jnp.ones_like(who.emission_enabled))
    later = began + 365 * 7_200
    acted = world.lifecycle.owners_act(registry, who, later)
    np.testing.assert_array_equal(acted.emission_enabled, slot == 1)
    np.testing.assert_array_equal(acted.in_emit_set, slot == 1)


def test_no_tao_is_lost_while_subnets_come_and_go(busy) -> None:
    """TAO in pools changes by the protocol's, the users' and the owners' TAO, less the pots."""
    _, world, *_ = busy
    lifecycle: Registrations = world.lifecycle
    subnets, state = world.subnets, world.start
    registry: Registry = typed(lifecycle.begin(jnp.uint32(5), subnets))
    subnets, state = typed((subnets, state))
    pots = locks = recycled = 0.0
    advance = eqx.filter_jit(lifecycle.advance)
    for step in range(30):
        state = dataclasses.replace(state, block=state.block + 360)
        before = registry.last.block
        registry, subnets, state, (left,) = advance(registry, jnp.asarray(step), subnets, state)
        locks += float(registry.last.cost) if registry.last.block != before else 0.0
        pots += float(left.pot.sum())
        recycled += float(left.recycled.sum())
        parts = left.stakers + left.root + left.recycled + left.unclaimed
        np.testing.assert_allclose(parts, left.pot, rtol=1e-12)
    assert locks > 0.0
    start, end = world.start, state
    in_pools = float(end.pools.tao_in.sum() - start.pools.tao_in.sum())
    assert in_pools == pytest.approx(locks - pots, rel=1e-9)
    issued = float(end.total_issuance - start.total_issuance)
    assert issued == pytest.approx(-recycled, rel=1e-6, abs=1e-6)


# --- the holder ----------------------------------------------------------------------------------


def test_a_holder_of_a_dissolved_subnet_is_paid_its_part_of_the_pot() -> None:
    """By hand: 600 TAO; 1,000 alpha of root's are sold, the rest is for 3,000 and 2,000."""
    subnets, state = mainnet_world()
    subnets, state = (
        jax.tree.map(lambda leaf: leaf[:2] if leaf.ndim else leaf, tree)
        for tree in (subnets, state)
    )
    pools = dataclasses.replace(
        state.pools,
        tao_in=jnp.asarray([590.0, 50.0]),
        tao_reservoir=jnp.asarray([10.0, 0.0]),
        alpha_in=jnp.asarray([9_000.0, 100.0]),
    )
    state = dataclasses.replace(
        state,
        pools=pools,
        alpha_out=jnp.asarray([6_000.0, 400.0]),
        protocol_alpha=jnp.asarray([2_000.0, 0.0]),
        root_basket=jnp.asarray([1_000.0, 0.0]),
        burned_alpha=jnp.asarray([0.0, 0.0]),
        root_tao=jnp.asarray(5_000.0),
        total_issuance=jnp.asarray(1e7),
    )
    who = Portfolio(
        slot=jnp.asarray([0, 1]),
        alpha=jnp.asarray([30.0, 40.0]),
        root_tao=jnp.asarray(50.0),
        delegate_take=jnp.asarray(0.18),
        exit_fall=jnp.asarray(0.01),
    )
    fee = FeeToAuthor(jnp.asarray(0.0))
    holdings = who.begin_at(state, fee)
    rule = PayoutRule(jnp.asarray(10**9), pays_baskets=True)
    after, left = dissolve(rule, subnets, state, jnp.asarray([True, False]))
    settled = who.depart(holdings, left)
    assert settled.alpha.tolist() == [0.0, 40.0]
    # A basket of 1,000 against 9,000 in the pool takes 60 TAO; an alpha gets 540 / 5,000 TAO.
    np.testing.assert_allclose(settled.paid, [30.0 * 0.108, 0.0, 0.0], rtol=1e-12)
    # Root's 60 TAO are staked: the holder's part is that of 50 in 5,000, less 18 %.
    assert float(settled.root_tao) == pytest.approx(50.0 + 60.0 * 0.01 * 0.82)
    assert float(after.root_tao) == pytest.approx(5_060.0)
    assert float(after.total_issuance) == pytest.approx(1e7 - 2_000.0 * 0.108)
    value = who.value(settled, after, fee)
    assert value.spot[0] == value.realizable[0] == pytest.approx(3.24)
    assert float(value.spot[2]) == pytest.approx(50.0 + 0.492)
    # Loss at spot: 30 alpha at 590 / 9,000 were worth 1.967 TAO; the pot pays more here.
    assert float(who.mark(settled, after).drawdown) == 0.0


def test_alpha_at_no_hotkey_has_no_weight_in_the_pot() -> None:
    """§3.12: weights are the alpha of each hotkey and coldkey, and protocol alpha."""
    subnets, state = mainnet_world()
    gone = jnp.arange(128) == 5
    rule = PayoutRule(jnp.asarray(10**9), pays_baskets=True)
    state = dataclasses.replace(
        state,
        protocol_alpha=0.2 * state.alpha_out,
        burned_alpha=0.3 * state.alpha_out,
        root_basket=0.0 * state.alpha_out,
    )
    _, left = dissolve(rule, subnets, state, gone)
    pot = float(state.pools.tao_in[5])
    assert float(left.stakers[5]) == pytest.approx(pot * 0.5 / 0.7)
    assert float(left.recycled[5]) == pytest.approx(pot * 0.2 / 0.7)
    assert float(left.staked[5]) == pytest.approx(0.5 * float(state.alpha_out[5]))


def test_nobody_gets_the_pot_of_a_subnet_without_alpha() -> None:
    subnets, state = mainnet_world()
    nothing = jnp.zeros_like(state.alpha_out)
    state = dataclasses.replace(
        state,
        alpha_out=nothing,
        protocol_alpha=nothing,
        root_basket=nothing,
        burned_alpha=nothing,
    )
    gone = jnp.arange(128) == 5
    rule = PayoutRule(jnp.asarray(10**9), pays_baskets=True)
    after, left = dissolve(rule, subnets, state, gone)
    assert float(left.unclaimed[5]) == float(state.pools.tao_in[5])
    assert float(after.total_issuance) == float(state.total_issuance)


def test_the_first_registration_costs_what_the_network_s_facts_say(mainnet: NetworkTable) -> None:
    _, world = world_of(mainnet, arrivals={"rate": 1.0})
    assert isinstance(world.lifecycle, Registrations)
    last: LastLock = world.lifecycle.start
    assert (float(last.cost), int(last.block)) == (566.302938771, 8_762_380)
