"""Who holds alpha: pay, clearing and exits add up, in every regime and on every step."""

from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from made_cohorts import made_table
from report_fixture import REPORT_DAYS, make_results
from small_run import small_rows, write_network
from worlds import live_mechanism, mainnet_world, row, stacked, typed

from dtaojax import chain
from dtaojax.assembly import build_world
from dtaojax.cohorts.follower import COHORT_FIGURES, Books
from dtaojax.cohorts.settlement import (
    COHORTS,
    MINER,
    OWNER,
    VALIDATOR,
    Flows,
    Ledger,
    Orders,
    Staking,
    clear,
    dissolve,
    income,
)
from dtaojax.config.load import config_from_dict
from dtaojax.demand.process import DemandProcess
from dtaojax.inputs import read_inputs
from dtaojax.mechanism.coinbase import coinbase
from dtaojax.mechanism.liquidity.pools import sell_output
from dtaojax.mechanism.presets import PRESETS
from dtaojax.mechanism.split.rules import Payout
from dtaojax.mechanism.trading.rules import Trades
from dtaojax.metrics.cohorts import cohort_table
from dtaojax.network import NetworkTable, load_network
from dtaojax.results.read import read
from dtaojax.schema.errors import ConfigError
from dtaojax.state.intents import Intents
from dtaojax.studies.run.page.cohorts import cohort_table as report_table
from dtaojax.studies.run.page.page import render_report
from dtaojax.world.world import Carry, World

WHALE = len(COHORTS)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> NetworkTable:
    folder = tmp_path_factory.mktemp("network")
    return load_network(write_network(Path(folder) / "small.csv", small_rows()))


class Pushes(DemandProcess):
    """Investors who buy and sell at random, without the cost of compiling a law for it."""

    def begin(self, path, subnets, state):
        return path.astype(state.alpha_out.dtype)

    def intents(self, memory, clock, subnets, state, paid):
        angle = 7.0 * clock.step + 3.0 * jnp.arange(state.alpha_out.shape[-1]) + memory
        push = 0.3 * jnp.sin(angle) - 0.05
        return Intents(push, jnp.zeros_like(push)), memory


EVERYTHING = {
    "burned": 0.05,
    "owner": {"sold_per_day": 0.05, "selling_lag_days": 2.0},
    "miner": {"staked": 0.2},
    "whales": [{"name": "fund", "alpha": {"4": 2000.0, "64": 500.0}, "dividends_sold": 0.5}],
    "exits": [{"who": "owner", "day": 0.3, "days": 0.3, "fraction": 0.5}],
    "entries": [{"who": "fund", "netuid": 19, "tao": 300.0, "day": 0.1, "days": 0.4}],
}
"""Everything that cohorts can do."""
NOBODY = {"rate": 0.0}


def world_of(table: NetworkTable, preset: str = "gate_rank_2026", **changed) -> World:
    """A world with cohorts and without registrations, unless changed."""
    tables = {
        "mechanism": preset,
        "run": {"step_blocks": 360},
        "arrivals": NOBODY,
        "demand": [{"process": "emission_selling"}],
        "cohorts": EVERYTHING,
    }
    world = build_world(config_from_dict(tables | changed), table)
    return replace(world, demand=(Pushes(),))


def walk(world: World, steps: int = 14, path: int = 1) -> tuple[Carry, Carry]:
    """Start and steps of a path, op by op: compiling a world takes longer than a few steps."""
    begun = world.begin(jnp.uint32(path))
    seen = [begun]
    for number in range(steps):
        seen.append(world.advance(seen[-1], jnp.asarray(number)))
    return jax.device_get(begun), stacked(jax.device_get(seen[1:]))


def books_of(carry: Carry) -> Books:
    (books,) = (memory for memory in carry.followers if isinstance(memory, Books))
    return books


def assert_books_balance(carry: Carry) -> None:
    """All alpha outside the pools is somebody's or burned, and nobody owes any."""
    ledger, state = books_of(carry).ledger, carry.state
    total = sum(ledger.held) + state.burned_alpha + state.root_basket + state.protocol_alpha
    scale = 1e-12 * (state.alpha_out + state.pools.alpha_in + 1.0)
    assert (np.abs(total - state.alpha_out) <= scale).all()
    for alpha in (*ledger.held, state.burned_alpha):
        assert (alpha >= -scale).all()


@pytest.mark.parametrize("preset", PRESETS)
def test_all_alpha_outside_the_pools_is_in_someones_hands(preset: str, table: NetworkTable) -> None:
    has_alpha = preset != "root_2023"
    cohorts = EVERYTHING if has_alpha else {}
    begun, seen = walk(world_of(table, preset, cohorts=cohorts, run={"step_blocks": 720}), steps=6)
    assert_books_balance(begun)
    assert_books_balance(seen)
    flows = books_of(seen).ledger.flows
    for sums in (*flows.income, *flows.proceeds, *flows.spending):
        assert (np.diff(sums, axis=0) >= -1e-9).all()
    for cohort in (OWNER, MINER, VALIDATOR):
        assert flows.income[cohort][-1].sum() > 0.0
    if has_alpha:
        assert flows.spending[WHALE][-1, table.row_of(19)] == pytest.approx(300.0, rel=1e-3)


def test_tao_that_cohorts_pay_and_get_is_what_the_pools_see(table: NetworkTable) -> None:
    """Without fees, all TAO of pools comes from the coinbase or from somebody, and goes to one."""
    rules = {"preset": "gate_rank_2026", "fees": {"kind": "to_author", "rate_u16": 0}}
    _, seen = walk(world_of(table, mechanism=rules))

    def tao(carry: Carry) -> np.ndarray:
        pools, flows = carry.state.pools, books_of(carry).ledger.flows
        return pools.tao_in + pools.tao_reservoir + sum(flows.proceeds) - sum(flows.spending)

    made = np.diff(np.sum(tao(seen), axis=-1))
    issued = np.diff(seen.state.total_issuance)
    bought = np.diff(np.sum(books_of(seen).ledger.flows.spending[-1], axis=-1))
    # What the chain buys with is issued and spent, so that it is on both sides of its account.
    np.testing.assert_allclose(made, issued - bought, atol=1e-6)


def advanced(world: World, paths: jax.Array, steps: int = 10) -> Carry:
    """Paths after each of some steps, in one block."""
    advance = jax.jit(jax.vmap(world.advance, (0, None)))
    passed = [typed(jax.vmap(world.begin)(paths))]
    for number in range(steps):
        passed.append(advance(passed[-1], jnp.asarray(number)))
    return stacked(jax.device_get(passed))


@pytest.fixture(scope="module")
def pruning(table: NetworkTable) -> World:
    """A full network in which subnets go."""
    rules = {
        "preset": "gate_rank_2026",
        "registration": {"limit": 6, "immunity_blocks": 0, "rate_limit_blocks": 0},
    }
    registering = {"rate": 200.0, "budget_median": 5000.0, "free_slots": 0}
    return world_of(table, mechanism=rules, arrivals=registering)


@pytest.fixture(scope="module")
def pruned(pruning: World) -> Carry:
    return advanced(pruning, jnp.arange(4, dtype=jnp.uint32))


def test_subnets_that_go_leave_nobody_with_alpha(pruned: Carry) -> None:
    assert (pruned.registry.turnover.pruned[-1] > 3).all()
    assert_books_balance(pruned)


@pytest.mark.exhaustive
def test_a_path_is_the_same_in_blocks_of_any_size(pruning: World, pruned: Carry) -> None:
    part = advanced(pruning, jnp.asarray([1, 2], dtype=jnp.uint32))
    for found, expected in zip(jax.tree.leaves(part), jax.tree.leaves(pruned), strict=True):
        np.testing.assert_array_equal(found, expected[:, 1:3])


@pytest.mark.parametrize("blocks", [1, 360])
def test_withheld_incentive_is_burned_with_cohorts_or_without(blocks: int) -> None:
    """§3.9: it stays in AlphaOut, and is nobody's: what miners get and it make their half."""
    subnets, state = mainnet_world()
    after, paid = coinbase(live_mechanism(), subnets, state, blocks)
    grown = np.asarray(after.burned_alpha - state.burned_alpha)
    withheld = np.asarray(paid.payout.server * subnets.miner_burned)
    np.testing.assert_allclose(grown, withheld, rtol=1e-6, atol=1e-8)
    assert (grown > 0.0).sum() > 50
    held = np.asarray(after.participants_alpha - state.participants_alpha)
    payout = paid.payout
    given = np.asarray(payout.owner + payout.server + payout.validator) - withheld
    np.testing.assert_allclose(held, given, rtol=1e-6, atol=1e-8)


# --- pay -----------------------------------------------------------------------------------------

ONE = jnp.ones(1)


def payout(owner: float, server: float, validator: float) -> Payout:
    return Payout(owner * ONE, server * ONE, validator * ONE, 0.0 * ONE, 0.0 * ONE)


NO_TAO = payout(0.0, 0.0, 0.0)


def test_pay_by_hand() -> None:
    """Owner 30 of cut; miners 40 of 50, burn 0.2; of 100, validators keep 10, stake shares 90."""
    held = tuple(amount * ONE for amount in (100.0, 50.0, 50.0, 250.0))
    staking = Staking(jnp.asarray([1.0, 0.0, 1.0, 0.6]), jnp.asarray(0.1))
    paid = income(held, staking, payout(30.0, 50.0, 100.0), payout(3.0, 5.0, 10.0), 0.2 * ONE)
    assert [float(row[0]) for row in paid.earned] == pytest.approx([30.0, 40.0, 10.0, 0.0])
    assert [float(row[0]) for row in paid.dividends] == pytest.approx([30.0, 0.0, 15.0, 45.0])
    assert [float(row[0]) for row in paid.tao] == pytest.approx([6.0, 5.0, 2.5, 4.5])
    given = sum(float(row[0]) for row in (*paid.earned, *paid.dividends))
    assert given == pytest.approx(30.0 + 50.0 + 100.0 - 10.0)


def test_where_nothing_is_staked_validators_get_their_whole_part() -> None:
    held = (0.0 * ONE,) * 4
    staking = Staking(jnp.ones(4), jnp.asarray(0.18))
    paid = income(held, staking, payout(0.0, 0.0, 8.0), NO_TAO, 0.0 * ONE)
    assert [float(row[0]) for row in paid.earned] == [0.0, 0.0, 8.0, 0.0]
    assert not any(float(row[0]) for row in paid.dividends)


# --- clearing ------------------------------------------------------------------------------------


def trades(alpha_sold: float, users_paid: float, done: bool = True) -> Trades:
    never = jnp.asarray([False])
    nothing = 0.0 * ONE
    return Trades(
        alpha_sold * ONE, nothing, nothing, users_paid * ONE, jnp.asarray([done]), never, never
    )


def cleared(
    sales: tuple[float, ...], done: Trades, purchases: tuple[float, ...] | None = None
) -> tuple[list[float], list[float], list[float]]:
    """Holdings of 100 each after the trades; alpha sold and bought."""
    orders = Orders(
        tuple(sale * ONE for sale in sales),
        None if purchases is None else tuple(tao * ONE for tao in purchases),
    )
    held, traded = clear((100.0 * ONE,) * 4, orders, done, 0.5 * ONE)
    bought = (0.0 if alpha is None else float(alpha[0]) for alpha in traded.bought)
    return [float(row[0]) for row in held], [float(row[0]) for row in traded.sold], list(bought)


def test_investors_take_what_orders_leave_of_the_net_trade() -> None:
    held, sold, bought = cleared((10.0, 20.0, 0.0, 5.0), trades(15.0, -6.0))
    # 35 were for sale and the pool took 15: investors bought 20, and 5 of it were their own.
    assert held == pytest.approx([90.0, 80.0, 100.0, 115.0])
    assert sold == pytest.approx([10.0, 20.0, 0.0, 0.0])
    assert bought == pytest.approx([0.0, 0.0, 0.0, 15.0])


def test_a_refused_trade_moves_nothing() -> None:
    held, sold, bought = cleared((10.0,) * 4, trades(0.0, 0.0, done=False), (8.0,) * 4)
    assert held == [100.0] * 4
    assert not any(sold + bought)


def test_purchases_fill_at_the_price_of_all_trades() -> None:
    held, _, bought = cleared((0.0,) * 4, trades(-20.0, 10.0), (6.0, 0.0, 0.0, 0.0))
    assert bought == pytest.approx([12.0, 0.0, 0.0, 8.0])
    assert held == pytest.approx([112.0, 100.0, 100.0, 108.0])


def test_purchases_share_what_is_offered() -> None:
    """Investors hold 100 and the pool takes 40: 60 are left for two who want 90 and 30."""
    held, _, bought = cleared((0.0,) * 4, trades(40.0, -20.0), (45.0, 15.0, 0.0, 0.0))
    assert held == pytest.approx([145.0, 115.0, 100.0, 0.0])
    assert bought[:2] == pytest.approx([45.0, 15.0])


def test_a_dissolved_subnet_pays_all_who_hold_its_alpha() -> None:
    two = jnp.ones(2)
    nothing = (0.0 * two,) * 6
    ledger = Ledger((10.0 * two, 20.0 * two, 0.0 * two, 30.0 * two), Flows(*[nothing] * 3))
    after = dissolve(ledger, jnp.asarray([True, False]), 0.5 * two, jnp.asarray([4.0, 0.0]))
    assert [row.tolist() for row in after.held] == [
        [0.0, 10.0],
        [0.0, 20.0],
        [0.0, 0.0],
        [0.0, 30.0],
    ]
    paid = [row.tolist() for row in after.flows.proceeds]
    assert paid == [[5.0, 0.0], [10.0, 0.0], [0.0, 0.0], [15.0, 0.0], [4.0, 0.0], [0.0, 0.0]]


# --- behaviour along a path ----------------------------------------------------------------------

QUIET = {"owner": {"holds": 0.0}, "miner": {"holds": 0.0}, "validator": {"holds": 0.0}}


def test_a_whale_that_sells_everything_is_left_with_nothing_and_gets_what_the_pool_pays(
    table: NetworkTable,
) -> None:
    netuid, alpha = 4, 50_000.0
    rules = {"preset": "gate_rank_2026", "fees": {"kind": "to_author", "rate_u16": 0}}
    cohorts = QUIET | {
        "whales": [{"name": "fund", "alpha": {str(netuid): alpha}, "staked": 0.0}],
        "exits": [{"who": "fund", "day": 0.0}],
    }
    world = world_of(table, mechanism=rules, cohorts=cohorts, demand=[])
    world = replace(world, demand=())
    _, seen = walk(world, steps=1)
    place = table.row_of(netuid)
    ledger = books_of(seen).ledger
    assert ledger.held[WHALE][0, place] == 0.0
    pools, _ = coinbase(world.mechanism, world.subnets, world.start, 360)
    paid = sell_output(pools.pools, alpha * jnp.ones(table.n_subnets))[place]
    assert ledger.flows.proceeds[WHALE][0, place] == pytest.approx(float(paid), rel=1e-12)
    assert not np.delete(ledger.flows.proceeds[WHALE], place, axis=-1).any()


def test_an_exit_over_days_sells_equal_parts_and_its_fraction(table: NetworkTable) -> None:
    cohorts = QUIET | {
        "whales": [{"name": "fund", "alpha": {"4": 1000.0}, "staked": 0.0}],
        "exits": [{"who": "fund", "day": 0.1, "days": 0.2, "fraction": 0.6}],
    }
    world = replace(world_of(table, cohorts=cohorts, demand=[]), demand=())
    _, seen = walk(world, steps=8)
    held = books_of(seen).ledger.held[WHALE][:, table.row_of(4)]
    sold = -np.diff(held, prepend=1000.0)
    expected = np.array([0, 0, 1, 1, 1, 1, 0, 0]) * 150.0
    np.testing.assert_allclose(sold, expected, atol=1e-9)


def test_income_is_sold_with_its_lag(table: NetworkTable) -> None:
    """Of what was earned in a step that ended k steps ago, exp(-k / lag) is left."""
    lag, days = 0.2, 0.5
    cohorts = {"owner": {"holds": 0.0, "staked": 0.0, "selling_lag_days": lag}}
    selling = [{"process": "emission_selling", "owner": 1.0, "miner": 0.0, "validator": 0.0}]
    world = replace(world_of(table, cohorts=cohorts, demand=selling), demand=())
    _, seen = walk(world, steps=10)
    held = books_of(seen).ledger.held[OWNER][-1, table.row_of(4)]
    earned = days * chain.BLOCKS_PER_DAY * chain.OWNER_CUT_U16 / chain.U16_MAX
    kept = np.exp(-np.arange(1, 11) * 0.05 / lag).mean()
    assert held == pytest.approx(kept * earned, rel=1e-9)


def test_whoever_wants_to_sell_more_than_he_has_is_cut_and_counted(table: NetworkTable) -> None:
    """Everything is sold on two accounts at once, in each started subnet."""
    exits = [{"who": "miner", "day": 0.0}] * 2
    world = replace(world_of(table, cohorts={"exits": exits}, demand=[]), demand=())
    _, seen = walk(world, steps=2)
    started = int((world.start.alpha_out > 0.0).sum())
    counts = dict(zip(world.tally_names, world.tally(row(seen, 1)), strict=True))
    assert counts["miner_sales_limited"] == started
    assert counts["owner_sales_limited"] == 0
    assert_books_balance(seen)


def test_cohorts_sell_of_their_income_what_the_process_alone_sells(table: NetworkTable) -> None:
    """Where nobody meets the end of what he holds, telling holders apart changes no price."""
    selling = [{"process": "emission_selling"}]
    told = world_of(table, cohorts={"burned": 0.0}, demand=selling)
    plain = build_world(config_from_dict({"arrivals": NOBODY, "demand": selling}), table)
    gentle = replace(told, demand=()), plain
    with_cohorts, without = (walk(world, steps=5)[1].state for world in gentle)
    for found, expected in zip(
        jax.tree.leaves(with_cohorts), jax.tree.leaves(without), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-11)


# --- what a user writes and reads ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("cohorts", "message"),
    [
        ({"owner": {"holds": 0.9}, "burned": 0.2}, "together they hold at most 1"),
        (
            {"whales": [{"name": "miner"}]},
            'cohorts.whales.0.name: is "miner", a name that is taken',
        ),
        ({"exits": [{"who": "ownr", "day": 1.0}]}, 'did you mean "owner"?'),
        ({"entries": [{"who": "owner", "netuid": 4, "tao": 1.0, "day": 99.0}]}, "entries.0.day"),
        ({"miner": {"stake": 1.0}}, 'did you mean "staked"?'),
    ],
)
def test_cohorts_that_make_no_sense_are_refused_with_the_fix(cohorts: dict, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        config_from_dict({"cohorts": cohorts})
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("cohorts", "message"),
    [
        ('whales = [{ name = "fund", alpha = { 4 = 9e6 } }]', "cohorts.whales.0.alpha.4: makes"),
        ('whales = [{ name = "fund", alpha = { 999 = 1.0 } }]', "there is no subnet 999"),
        ('exits = [{ who = "owner", day = 1.0, netuids = [999] }]', "cohorts.exits.0.netuids"),
        ('entries = [{ who = "owner", netuid = 999, tao = 1.0, day = 0.0 }]', "entries.0.netuid"),
    ],
)
def test_cohorts_that_the_network_does_not_have_are_refused(
    cohorts: str, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "run.toml"
    file.write_text(f"[cohorts]\n{cohorts}\n")
    with pytest.raises(ConfigError) as refused:
        read_inputs(file, ())
    assert message in str(refused.value)


def test_the_table_has_the_share_of_each_cohort_in_the_net_selling() -> None:
    table = made_table(("owner", "miner", "root"), (0.0, 6.0)).set_index("cohort")
    means = table[table["statistic"] == "mean"]
    share = means[means["quantity"] == "selling_share"]
    assert (share["day"] == 6.0).all()
    assert share["value"].to_dict() == pytest.approx({"owner": 1 / 6, "miner": 2 / 6, "root": 0.5})
    # The same on three paths of three, it may be any share on others: the interval says so.
    assert (share["ci_low"] < share["value"]).all()
    assert (share["ci_high"] > share["value"]).all()
    assert share["ci_low"].min() >= 0.0
    assert share["ci_high"].max() <= 1.0
    net = means[(means["quantity"] == "net_proceeds") & (means["day"] == 6.0)]
    assert net["value"].to_dict() == pytest.approx({"owner": 3.0, "miner": 6.0, "root": 9.0})
    assert net["standard_error"]["owner"] == pytest.approx(1.5 / np.sqrt(3.0))


def test_who_buys_more_than_it_sells_has_no_part_in_the_net_selling() -> None:
    amounts = {"owner": (4.0, 1.0), "miner": (1.0, 5.0), "root": (1.0, 0.0)}

    def sample(name: str, day: float) -> np.ndarray:
        figure, party = name.split(".")
        at = {"proceeds": 0, "spending": 1}.get(figure)
        return np.zeros(3) if at is None else np.full(3, day * amounts[party][at])

    table = cohort_table(sample, COHORT_FIGURES, tuple(amounts), (0.0, 2.0))
    rows = table[(table["statistic"] == "mean") & (table["quantity"] == "selling_share")]
    share = rows.set_index("cohort")["value"].to_dict()
    assert share == pytest.approx({"owner": 0.75, "miner": 0.0, "root": 0.25})


def test_the_report_shows_who_holds_and_who_sells() -> None:
    results = make_results()
    parties = (*COHORTS, "fund", "root", "protocol")
    results.tables["cohorts"] = made_table(parties, (0.0, *REPORT_DAYS))
    page = render_report(results)
    assert "Who holds alpha, and who sells it?" in page
    for label in ("Owners", "Investors and nominators", "Whale “fund”", "Protocol"):
        assert f'<th scope="row">{label}</th>' in page.replace("&#39;", "'")
    assert 'id="cohorts-net-proceeds"' in page
    assert "/ Σ max(net proceeds, 0) over all cohorts" in page
    assert report_table(read(make_results())) is None
