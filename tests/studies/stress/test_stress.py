"""The adversary: its books, its search against brute force, and the command."""

import dataclasses
import itertools
import json
import runpy
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from browser import Chromium, complaints
from places import ROOT
from small_search import command_reads_and_names_its_report

import dtaojax
import dtaojax.network
from dtaojax.api.configs import Changes, as_overrides
from dtaojax.config.load import changed
from dtaojax.demand.clock import Clock
from dtaojax.demand.shock.attack import Attack, AttackPlan
from dtaojax.engine.rollout import sample
from dtaojax.mechanism.coinbase import coinbase
from dtaojax.mechanism.fees.rules import FeeToAuthor, FeeToPool, FlatFeeToPool
from dtaojax.schema.errors import ConfigError
from dtaojax.state.network import Pools
from dtaojax.studies.stress.episode import FIGURES, Aim, Climbed, Episode, Watched
from dtaojax.studies.stress.optimizer import (
    Found,
    at_once,
    climb,
    mean_slope,
    nothing,
    random_plans,
    spread,
    within,
)
from dtaojax.studies.stress.page.page import render_stress
from dtaojax.studies.stress.run import StressInputs, episode_of, read_stress

BUDGET = 3_000.0
PATHS = 2
OWN, OTHER, THIRD = 4, 64, 120
"""Three deep subnets of the embedded network that can earn."""

BASE = """
network.file = "three.csv"
arrivals.rate = 0.0
[mechanism]
preset = "gate_rank_2026"
gate.rank = 2
[run]
horizon_days = 3
step_blocks = 7200
[[demand]]
process = "student_flow"
[[demand]]
process = "emission_selling"
"""
STRESS = """
config = "base.toml"
[attack]
target = "own_share"
own = 4
owner = true
netuids = [4, 64]
holds = { 64 = 1000.0 }
budgets = [100.0, 4000.0]
days = 2
[search]
paths = 2
block_paths = 2
iterations = 2
random_starts = 0
[verify]
paths = 4
step_blocks = 7200
"""

"""All tests here share two programs, which one process compiles."""


def stress_file(folder: Path, text: str = STRESS) -> Path:
    embedded = Path(dtaojax.network.__file__).parent / "data" / "finney_8791253.csv"
    head, root, *rows = embedded.read_text().splitlines()
    place = head.split(",").index("netuid")
    kept = [row for row in rows if int(row.split(",")[place]) in (OWN, OTHER, THIRD)]
    (folder / "three.csv").write_text("\n".join([head, root, *kept]))
    (folder / "three.toml").write_text(embedded.with_suffix(".toml").read_text())
    (folder / "base.toml").write_text(BASE)
    file = folder / "attack.toml"
    file.write_text(text)
    return file


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> StressInputs:
    return read_stress(stress_file(tmp_path_factory.mktemp("stress")), [])


@pytest.fixture(scope="module")
def hungry(inputs: StressInputs) -> Episode:
    """The attacker of the file, after emission of its own subnet."""
    (config,) = inputs.configs.values()
    return episode_of(inputs, changed(config, {"run.step_blocks": 7200, "run.seed": 1}))


def figure(values: np.ndarray, name: str) -> np.ndarray:
    return values[..., FIGURES.index(name)]


def watched(attacked: Episode, plan: AttackPlan) -> np.ndarray:
    return sample(Watched(attacked, plan), PATHS, PATHS, 1)


def climbed(attacked: Episode, plan: AttackPlan) -> tuple[float, AttackPlan]:
    figures, slopes = sample(Climbed(attacked, plan), PATHS, PATHS, 1)
    return float(figure(figures, "smooth").mean()), mean_slope(slopes)


@pytest.fixture(scope="module")
def found(hungry: Episode) -> Found:
    starts = [
        spread(2, np.array([1, 1]), np.array([0, 0]), BUDGET),
        *random_plans(1, (2, 2), BUDGET, 3),
    ]
    return climb(
        lambda plan: climbed(hungry, plan), starts, BUDGET, 15, 0.3, lambda number, target: None
    )


def test_a_search_does_as_well_as_every_plan_of_a_grid(hungry: Episode, found: Found) -> None:
    """Thirds of the budget over two days and two subnets, or kept: all 35 ways, nothing sold."""
    best = -np.inf
    for cells in itertools.product(range(4), repeat=4):
        if sum(cells) > 3:
            continue
        spend = jnp.asarray(np.array(cells).reshape(2, 2) * BUDGET / 3)
        figures = watched(hungry, AttackPlan(spend, jnp.zeros((2, 2))))
        best = max(best, float(figure(figures, "target").mean()))
    idle = float(figure(watched(hungry, nothing(2, 2)), "target").mean())
    assert best > idle
    assert found.target - idle >= 0.995 * (best - idle)


def test_a_search_never_spends_more_than_its_budget(hungry: Episode, found: Found) -> None:
    assert float(found.plan.spend.sum()) <= BUDGET
    spent = figure(watched(hungry, found.plan), "spent")
    assert (spent <= BUDGET * (1.0 + 1e-12)).all()
    assert len(found.targets) == 2
    assert found.target == max(max(trace) for trace in found.targets)


def test_the_slope_of_a_plan_is_its_central_difference(hungry: Episode) -> None:
    plan = AttackPlan(
        jnp.array([[500.0, 900.0], [400.0, 100.0]]), jnp.array([[0.2, 0.1], [0.3, 0.6]])
    )
    _, slope = climbed(hungry, plan)
    for part, cell, width in (("spend", (0, 0), 1.0), ("sell", (1, 0), 1e-3)):
        mask = np.zeros((2, 2))
        mask[cell] = width

        def odd(by: float, part: str = part, mask: np.ndarray = mask) -> float:
            both = (
                watched(hungry, plan._replace(**{part: getattr(plan, part) + sign * by * mask}))
                for sign in (1.0, -1.0)
            )
            there, back = (float(figure(figures, "smooth").mean()) for figures in both)
            return there - back

        central = (8.0 * odd(1.0) - odd(2.0)) / (12.0 * width)
        assert central != 0.0
        assert float(getattr(slope, part)[cell]) == pytest.approx(central, rel=1e-5)


def test_no_trades_have_no_cost_and_a_stranger_without_alpha_gets_nothing(hungry: Episode) -> None:
    figures = watched(hungry, nothing(2, 2))
    np.testing.assert_array_equal(figure(figures, "spent"), 0.0)
    np.testing.assert_array_equal(figure(figures, "received"), 0.0)
    assert (figure(figures, "wealth") > 0.0).all()
    attack = hungry.attack
    stranger = dataclasses.replace(
        attack, alpha=jnp.zeros_like(attack.alpha), owned=jnp.zeros_like(attack.owned)
    )
    without = watched(dataclasses.replace(hungry, attack=stranger), nothing(2, 2))
    np.testing.assert_array_equal(figure(without, "wealth"), 0.0)
    # An owner that keeps its cut spares the pool what other owners sell at once.
    assert (figure(figures, "target") > figure(without, "target")).all()


@pytest.mark.parametrize("netuid", [OWN, OTHER, THIRD])
def test_smooth_targets_are_near_the_jumps_that_they_stand_for(
    netuid: int, hungry: Episode, inputs: StressInputs
) -> None:
    world, slot = hungry.world, inputs.network.row_of(netuid)
    carry = world.begin(jnp.uint32(0))
    shares = eqx.filter_jit(coinbase)(world.mechanism, world.subnets, carry.state, 1)[1].shares
    score = eqx.filter_jit(lambda aim: aim.score(world, carry))
    hard, soft = score(Aim(jnp.asarray(slot), "rival_below_bar", 0.1))
    share, bar = float(shares.pre_gate[slot]), float(shares.bar)
    assert float(hard) == float(share < bar)
    assert float(soft) == pytest.approx(1.0 / (1.0 + (share / bar) ** 10.0), rel=1e-9)
    hard, soft = score(Aim(jnp.asarray(slot), "rival_pruned", 0.1))
    prices = np.asarray(carry.state.moving_price)
    lowest = np.delete(prices, slot).min()
    assert float(hard) == float(prices[slot] < lowest)
    assert float(soft) == pytest.approx(1.0 / (1.0 + (prices[slot] / lowest) ** 10.0), rel=1e-9)


FEES = (
    FeeToAuthor(jnp.asarray(0.01)),
    FeeToPool(jnp.asarray(0.01)),
    FlatFeeToPool(jnp.asarray(0.5)),
)


def pools(tao: float, alpha: float) -> Pools:
    nothing = jnp.zeros(1)
    return Pools(jnp.array([tao]), jnp.array([alpha]), jnp.array([0.5]), nothing, nothing)


def trader(fee) -> Attack:
    none, zero = jnp.zeros(1), jnp.asarray(0.0)
    return Attack(jnp.zeros(1, int), nothing(1, 1), none, none, fee, zero, zero, 0, 7200)


@pytest.mark.parametrize("fee", FEES, ids=lambda fee: type(fee).__name__)
def test_a_round_trip_loses_what_the_constant_product_and_the_fees_take(fee) -> None:
    """100 TAO in a pool of 1,000 TAO and 4,000 alpha, bought and sold back with nothing between."""
    x, y, brought = 4_000.0, 1_000.0, 100.0
    bought, _, push = trader(fee)._trade(
        pools(y, x), jnp.array([True]), jnp.array([brought]), jnp.array([0.0])
    )
    net = brought - (0.5 if isinstance(fee, FlatFeeToPool) else 1.0)
    assert float(bought[0]) == pytest.approx(x - x * y / (y + net), rel=1e-12)
    assert float(jnp.exp(push[0])) == pytest.approx((y + net) / y, rel=1e-12)
    # A fee that stays in the pool raises what the next seller gets a little.
    stays = 0.0 if isinstance(fee, FeeToAuthor) else brought - net
    tao, alpha = y + net + stays, x - float(bought[0])
    sold = float(bought[0]) * (1.0 if isinstance(fee, FlatFeeToPool) else 0.99)
    paid = tao * (1.0 - alpha / (alpha + sold))
    paid -= 0.5 if isinstance(fee, FlatFeeToPool) else 0.0
    _, received, down = trader(fee)._trade(
        pools(tao, alpha), jnp.array([True]), jnp.array([0.0]), bought
    )
    assert float(received[0]) == pytest.approx(paid, rel=1e-12)
    assert paid < brought
    # The author of a block sells the fee too, which the pool sees.
    moved = float(bought[0]) if isinstance(fee, FeeToAuthor) else sold
    assert float(jnp.exp(-down[0])) == pytest.approx((alpha + moved) / alpha, rel=1e-12)


def test_without_demand_and_emission_a_round_trip_through_the_world_loses_its_fees_alone(
    inputs: StressInputs,
) -> None:
    """All TAO and all alpha are issued, so that the pool is moved by the attacker alone."""
    (config,) = inputs.configs.values()
    empty = changed(config, {"demand": []})
    network = dataclasses.replace(
        inputs.network, total_issuance=21e6, alpha_out=np.full(3, 21e6 - inputs.network.alpha_in)
    )
    attack = inputs.stress.attack.model_copy(update={"owner": False, "holds": {}})
    stress = inputs.stress.model_copy(update={"attack": attack})
    quiet = episode_of(StressInputs(stress, {}, network), empty)
    slot = network.row_of(OWN)
    x, y, w = network.alpha_in[slot], network.tao_in[slot], network.w_tao[slot]
    for rate in (0.0, 0.1):
        fee = FeeToAuthor(jnp.asarray(rate))
        mechanism = dataclasses.replace(quiet.world.mechanism, fee=fee)
        attacked = dataclasses.replace(
            quiet,
            world=dataclasses.replace(quiet.world, mechanism=mechanism),
            attack=dataclasses.replace(quiet.attack, fee=fee),
        )
        figures = watched(attacked, at_once(2, np.array([1, 0]), np.array([0, 0]), BUDGET))
        # A tenth of the purchase, and of the alpha, sold into the pool that the purchase moved.
        r, net = w / (1.0 - w), (1.0 - rate) * BUDGET
        bought = x * (1.0 - (y / (y + net)) ** r)
        back = (y + net) * (1.0 - ((x - bought) / (x - rate * bought)) ** (1.0 / r))
        np.testing.assert_allclose(figure(figures, "wealth"), back - BUDGET, rtol=1e-9, atol=1e-6)


def test_a_plan_is_traded_evenly_over_its_periods_from_the_day_on_which_it_begins(
    hungry: Episode,
) -> None:
    world, attack = hungry.world, dataclasses.replace(hungry.attack, begins=7200)
    plan = AttackPlan(jnp.array([[60.0, 0.0], [20.0, 8.0]]), jnp.array([[0.0, 0.4], [0.0, 1.0]]))
    attack = dataclasses.replace(attack, plan=plan)
    carry = world.begin(jnp.uint32(0))
    _, paid = eqx.filter_jit(coinbase)(world.mechanism, world.subnets, carry.state, 1)
    idle = jax.tree.map(jnp.zeros_like, paid)
    trade = eqx.filter_jit(
        lambda step, memory: attack.intents(
            memory, Clock(step, 3600), world.subnets, carry.state, idle
        )
    )
    position = attack.begin(jnp.uint32(0), world.subnets, carry.state)
    spent, held = [], []
    for step in range(8):
        _, position = trade(jnp.asarray(step), position)
        spent.append(float(position.spent))
        held.append(float(position.alpha[1]))
    np.testing.assert_allclose(spent, [0.0, 0.0, 30.0, 60.0, 74.0, 88.0, 88.0, 88.0], rtol=1e-12)
    # 1,000 alpha at the start; what is bought in the second period is not sold in it.
    np.testing.assert_allclose(held[:4], [1_000.0, 1_000.0, 800.0, 600.0], rtol=1e-12)
    assert held[5] > 0.0
    assert held[5] == held[7]


def test_a_plan_outside_the_budget_is_moved_to_the_nearest_within() -> None:
    plan = AttackPlan(jnp.array([[8.0, -1.0], [4.0, 1.0]]), jnp.array([[1.5, -0.2], [0.4, 1.0]]))
    inside = within(plan, 10.0)
    np.testing.assert_allclose(inside.spend, [[7.0, 0.0], [3.0, 0.0]], atol=1e-12)
    np.testing.assert_array_equal(inside.sell, [[1.0, 0.0], [0.4, 1.0]])
    small = within(plan, 100.0)
    np.testing.assert_array_equal(small.spend, [[8.0, 0.0], [4.0, 1.0]])


def test_plain_plans_spend_the_budget_and_sell_all_of_a_rivals_alpha() -> None:
    buys, sells = np.array([True, True, False]), np.array([False, False, True])
    once, even = at_once(4, buys, sells, 12.0), spread(4, buys, sells, 12.0)
    np.testing.assert_allclose(once.spend[0], [6.0, 6.0, 0.0])
    np.testing.assert_allclose(even.spend, np.tile([1.5, 1.5, 0.0], (4, 1)))
    for plan in (once, even):
        left = np.prod(1.0 - np.asarray(plan.sell), axis=0)
        np.testing.assert_allclose(left, [1.0, 1.0, 0.0])


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> dtaojax.Stress:
    folder = tmp_path_factory.mktemp("out")
    return dtaojax.stress(stress_file(folder), folder=folder / "found", progress=False)


@pytest.fixture(scope="module")
def finished(attacked: dtaojax.Stress) -> Path:
    return attacked.folder


def test_the_command_reads_an_attack_and_says_where_its_report_is(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it computes is seen in this file's other tests, through Python."""
    words = ("stress", str(stress_file(tmp_path)), "--set", "verify.paths=6")
    found = command_reads_and_names_its_report(
        monkeypatch,
        words,
        lambda inputs: inputs.stress.verify.paths,
        finished / "report.html",
    )
    assert found == 6


def test_the_command_leaves_what_every_plan_does(finished: Path) -> None:
    outcomes = pd.read_csv(finished / "outcomes.csv")
    assert list(outcomes.strategy[:4]) == ["no attack", "at once", "evenly", "found"]
    assert len(outcomes) == 1 + 2 * 3
    idle = outcomes.iloc[0]
    assert idle.wealth_change_value == 0.0
    assert idle.target_change_value == 0.0
    assert (outcomes.spent_value <= outcomes.budget + 1e-9).all()
    gain = outcomes.wealth_value - idle.wealth_value
    np.testing.assert_allclose(outcomes.wealth_change_value, gain, atol=1e-9)
    more = outcomes[outcomes.strategy == "found"].target_change_value
    assert (more > 0.0).all()
    assert more.is_monotonic_increasing
    plans = pd.read_csv(finished / "plans.csv")
    by_plan = plans.groupby(["budget", "strategy"]).spend.sum().reset_index()
    assert (by_plan.spend <= by_plan.budget * (1.0 + 1e-12)).all()
    assert set(plans.netuid) == {OWN, OTHER}


def test_the_page_says_what_a_smooth_target_stands_for(finished: Path) -> None:
    found = json.loads((finished / "stress.json").read_text())
    assert "the search climbed a smooth one" not in render_stress(found)
    found["config"]["attack"]["target"] = "rival_below_bar"
    page = render_stress(found)
    assert "the search climbed a smooth one" in page
    assert "below the bar" in page


def test_browser_opens_the_page_without_complaint(finished: Path, chromium: Chromium) -> None:
    assert complaints(chromium, finished / "report.html") == []


HALF_A_DAY = """
[change]
"run.horizon_days" = 2.5
"run.step_blocks" = 360
[attack]
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("own = 4", "", "is missing; own_share favours a subnet"),
        ('"own_share"', '"rival_pruned"', "is missing; rival_pruned attacks a subnet"),
        ("own = 4", "own = 99", "names netuid 99"),
        ("budgets = [100.0, 4000.0]", "budgets = [5.0, 5.0]", "must rise"),
        ("days = 2", "days = 2\nperiod_days = 3", "must divide days = 2"),
        ("days = 2", "days = 9", "at least attack.day . days = 9"),
        ("64 = 1000.0", "64 = 2e7", "participants hold .* there; give at most that"),
        ("paths = 4\nstep", "paths = 4\nseed = 1\nstep", "needs fresh paths"),
        ("[attack]", 'presets = ["root_2023"]\n[attack]', "has no pools to trade in"),
        ("[attack]", 'presets = ["gate_rnk_2026"]\n[attack]', 'did you mean "gate_rank_2026"'),
        ("[attack]", HALF_A_DAY, "must be whole days"),
    ],
)
def test_a_bad_attack_is_refused_with_the_place_and_the_fix(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    assert old in STRESS
    with pytest.raises(ConfigError, match=message):
        read_stress(stress_file(tmp_path, STRESS.replace(old, new, 1)), [])


def test_python_reads_what_the_attack_left(attacked: dtaojax.Stress) -> None:
    outcomes = pd.read_csv(attacked.folder / "outcomes.csv")
    pd.testing.assert_frame_equal(attacked.outcomes, outcomes)
    assert attacked.plans["strategy"].unique().tolist() == ["at once", "evenly", "found"]
    assert attacked.report.is_file()
    page = attacked._repr_html_()
    assert page.count("<tr>") == 1 + len(outcomes)
    assert "±" in page
    row = outcomes.iloc[-1]
    picked = attacked.to_xarray()["wealth_change_value"].sel(
        rules=row["rules"], budget=row["budget"], strategy=row["strategy"]
    )
    assert float(picked) == row["wealth_change_value"]


def test_the_example_tells_what_bought_emission_costs(
    attacked: dtaojax.Stress, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example runs from top to bottom, on the attack of this file instead of its own."""
    home = ROOT

    def stress(file: str, changes: Changes) -> dtaojax.Stress:
        read_stress(home / file, as_overrides(changes))
        return attacked

    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setattr(dtaojax, "stress", stress, raising=False)
    left = runpy.run_path(str(home / "examples" / "buying_emission.py"))
    rows = attacked.outcomes[attacked.outcomes["strategy"] == "found"]
    assert left["gain"].to_numpy().ravel().tolist() == rows["wealth_change_value"].tolist()
    np.testing.assert_allclose(
        left["share"].to_numpy().ravel(), 100.0 * rows["target_change_value"]
    )
    assert left["spent"].sum().max() == pytest.approx(rows["budget"].max(), rel=1e-9)
    assert str(attacked.report) in capsys.readouterr().out
