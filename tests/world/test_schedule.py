"""Rules that change within a run."""

import dataclasses
import json
import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from exactness.presets import preset_pair
from jax import lax
from places import ROOT
from reference import EXACT, run_block
from small_run import NETUIDS, embedded_rows, write_network
from worlds import (
    PER_SUBNET_TOKENS,
    RAO,
    STRIDE,
    random_orders,
    random_world,
    row,
    run_model,
    snapshot_of_model,
    snapshot_of_reference,
    stacked,
    state_of,
    subnets_of,
)

from dtaojax.assembly import build_world
from dtaojax.config.differences import config_differences
from dtaojax.config.load import config_from_dict, load_config
from dtaojax.config.schedule import schedule
from dtaojax.engine.rollout import PathRecord, rollout
from dtaojax.inputs import gather
from dtaojax.mechanism.chain_buy.rules import BuyKept
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.step import StepFlows, step
from dtaojax.mechanism.weight_rule.rule import RuleInForce, StepSummary
from dtaojax.network import NetworkTable, load_network
from dtaojax.schema.errors import ConfigError
from dtaojax.state.intents import Intents
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.studies.run.simulate import run_report
from dtaojax.world.scheduled import ScheduledWorld
from dtaojax.world.world import Carry, World

CONFIGS = ROOT / "configs"
TOKENS = {*PER_SUBNET_TOKENS, "total_issuance", "root_tao"}
DAYS, STEP = 4.0, 360
STEPS_A_DAY = 7200 // STEP
LATER = ("netflow_2026", "price_rootprop", "gate_mass_2026", "gate_rank_2026")
"""Regimes of 2026, in the order in which they were in force."""
BAR = {"preset": "gate_rank_2026", "gate": {"rank": 3}}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> NetworkTable:
    file = tmp_path_factory.mktemp("schedule") / "small.csv"
    return load_network(write_network(file, embedded_rows(NETUIDS)))


def config_of(mechanism: Any, **tables: Any) -> Any:
    run = {"horizon_days": DAYS, "report_days": [1.0, 2.0, DAYS], "step_blocks": STEP}
    made = {"mechanism": mechanism, "arrivals": {"rate": 0.0}, "run": run}
    return config_from_dict({**made, **tables})


def quiet(mechanism: Any) -> Any:
    """A config in which nothing is drawn: nobody trades but those who sell what they are paid."""
    selling = {"process": "emission_selling", "level": 1.0, "spread": 0.0}
    return config_of(mechanism, demand=[selling], behaviour="frozen")


@eqx.filter_jit
def rolled(world: World) -> PathRecord:
    steps = jnp.asarray([STEPS_A_DAY, 2 * STEPS_A_DAY, round(DAYS) * STEPS_A_DAY], jnp.int32)
    return rollout(world, jnp.arange(4, dtype=jnp.uint32), steps)


@eqx.filter_jit
def advanced(world: World, carry: Carry, first: int, stop: int) -> Carry:
    return lax.fori_loop(first, stop, lambda number, at: world.advance(at, number), carry)


def begun(world: World) -> Carry:
    return world.begin(jnp.uint32(0))


def scheduled(mechanism: Any, network: NetworkTable) -> ScheduledWorld:
    world = build_world(quiet(mechanism), network)
    assert isinstance(world, ScheduledWorld)
    return world


def assert_same(found: Any, expected: Any) -> None:
    jax.tree.map(np.testing.assert_array_equal, found, expected)


def test_a_change_to_the_same_rules_changes_no_bit(network: NetworkTable) -> None:
    """With trades, owners and root moving, on every path."""
    plain = build_world(config_of(BAR), network)
    same = build_world(config_of({**BAR, "change": [{"at_day": 2.0}]}), network)
    assert isinstance(same, ScheduledWorld)
    assert not isinstance(plain, ScheduledWorld)
    expected = rolled(plain)
    assert np.unique(expected.seen.scalars[:, -1, 0]).size == 4
    assert_same(rolled(same), expected)


def test_a_bar_that_is_moved_moves_who_is_above_from_that_day_on(network: NetworkTable) -> None:
    lower = {**BAR, "change": [{"at_day": 2.0, "gate": {"rank": 5}}]}
    worlds = [build_world(config_of(rules), network) for rules in (BAR, lower)]
    place = worlds[0].event_names.index("above_bar")
    stayed, moved = (np.asarray(rolled(world).seen.events)[:, :, place] for world in worlds)
    np.testing.assert_array_equal(moved[:, :2], stayed[:, :2])
    assert moved[:, 2].sum(-1).tolist() == 4 * [5]
    assert (stayed[:, 3].sum(-1) < moved[:, 3].sum(-1)).all()


@pytest.mark.parametrize(("former", "later"), [LATER[1:3], (LATER[3], LATER[0])])
def test_a_change_is_a_restart_from_the_state_of_the_day(
    former: str, later: str, network: NetworkTable
) -> None:
    """All that these rules remember is in the state: a price, a bar, and no flows yet."""
    day = 1.0
    steps = round(day) * STEPS_A_DAY
    world = scheduled({"preset": former, "change": [{"at_day": day, "preset": later}]}, network)
    alone = build_world(quiet(former), network)
    before = advanced(alone, begun(alone), 0, steps)
    again = build_world(quiet(later), network)
    found = jax.tree.map(lambda leaf: leaf, before.state)
    start = dataclasses.replace(found, gate_bar=jnp.zeros(()), memory=again.start.memory)
    pools = start.pools
    if later == "netflow_2026":
        pools = dataclasses.replace(pools, w_tao=jnp.full_like(pools.w_tao, 0.5))
    restarted = dataclasses.replace(again, start=dataclasses.replace(start, pools=pools))
    expected = advanced(restarted, begun(restarted), steps, 2 * steps)
    carry = advanced(world, begun(world), 0, 2 * steps)
    state = dataclasses.replace(carry.state, memory=None)
    assert_same(state, dataclasses.replace(expected.state, memory=None))


@eqx.filter_jit
def one_step(
    mechanism: Mechanism, subnets: Subnets, state: NetworkState
) -> tuple[NetworkState, StepFlows]:
    quiet = jnp.zeros_like(state.alpha_out)
    return step(mechanism, subnets, state, STEP, lambda paid, protocol: Intents(quiet, quiet))


def holdings(state: NetworkState) -> np.ndarray:
    """TAO in pools and on root, and alpha in existence, subnet by subnet."""
    pools = state.pools
    tao = pools.tao_in.sum() + pools.tao_reservoir.sum() + state.root_tao
    alpha = pools.alpha_in + pools.alpha_reservoir + state.alpha_out
    return np.append(np.asarray(alpha), np.asarray(tao))


def tour(regimes: tuple[str, ...]) -> list[str]:
    """A way through the regimes on which each follows each other one once (Hierholzer)."""
    ways_on = {one: [other for other in regimes if other != one] for one in regimes}
    open_ends, way = [regimes[0]], []
    while open_ends:
        if ways_on[open_ends[-1]]:
            open_ends.append(ways_on[open_ends[-1]].pop())
        else:
            way.append(open_ends.pop())
    return way[::-1]


def test_tao_and_alpha_are_conserved_from_every_regime_to_every_other(
    network: NetworkTable,
) -> None:
    way = tour(("taoflow_2025", *LATER[:2], LATER[3], "proposed_tiers"))
    assert len(set(pairwise(way))) == len(way) - 1 == 20
    changes = [
        {"at_block": network.block + STEP * n, "preset": p} for n, p in enumerate(way[1:], 1)
    ]
    world = scheduled({"preset": way[0], "change": changes}, network)
    carry = begun(world)
    subnets, state = world.taking_part(carry), carry.state
    mechanisms = [world.mechanism, *(change.world.mechanism for change in world.changes)]
    for number, mechanism in enumerate(mechanisms):
        if number:
            before, change = state, world.changes[number - 1]
            for adaptation in change.adaptations:
                subnets, state = adaptation(subnets, state)
            kept = dataclasses.replace(
                state,
                gate_bar=before.gate_bar,
                memory=before.memory,
                pools=dataclasses.replace(state.pools, w_tao=before.pools.w_tao),
            )
            assert_same(kept, before)
        before = state
        state, flows = one_step(mechanism, subnets, state)
        paid = flows.coinbase
        made = STEP * (paid.terms.alpha_in + paid.alpha_emission) - paid.payout.recycled
        if not isinstance(mechanism.chain_buy, BuyKept):
            made = made - paid.alpha_bought
        grown = np.append(np.asarray(made), state.total_issuance - before.total_issuance)
        np.testing.assert_allclose(holdings(state), holdings(before) + grown, rtol=1e-13)


def test_a_way_through_the_regimes_of_2026_is_that_of_the_exact_reference(
    network: NetworkTable,
) -> None:
    """Block by block through three changes: the bar is taken anew, all else goes on."""
    pairs = [preset_pair(name, EXACT) for name in LATER]
    tables = [pair.rules.model_dump(mode="json") for pair in pairs]
    changes = [{**t, "at_block": network.block + STRIDE * n} for n, t in enumerate(tables[1:], 1)]
    run = {"step_blocks": 1, "horizon_days": 0.1, "report_days": [0.1]}
    world = build_world(config_of({**tables[0], "change": changes}, run=run), network)
    assert isinstance(world, ScheduledWorld)
    reference, random = random_world(11, 8, weights=False), Random(5)
    subnets, state = subnets_of(reference), state_of(reference)
    memory = world.mechanism.weight_rule.begin(jnp.uint32(0), subnets, state)
    state = dataclasses.replace(state, memory=memory)
    worlds = (world, *(change.world for change in world.changes))
    for number, (pair, under) in enumerate(zip(pairs, worlds, strict=True)):
        if number:
            reference.gate_bar = Decimal(0)
            for adaptation in world.changes[number - 1].adaptations:
                subnets, state = adaptation(subnets, state)
        orders, expected = [], []
        for _ in range(STRIDE):
            trades, asked = random_orders(random, reference, pair.parameters, 3)
            run_block(reference, pair.parameters, trades, pair.regime)
            orders.append(asked)
            expected.append(snapshot_of_reference(reference))
        moments = run_model(under.mechanism, subnets, state, stacked(orders))
        found = snapshot_of_model(moments.after)
        for name, want in stacked(expected).items():
            atol = 0.1 * RAO if name in TOKENS else 0.0
            np.testing.assert_allclose(found[name], want, rtol=1e-11, atol=atol, err_msg=name)
        state = jax.tree.map(jnp.asarray, row(moments.after, -1))
    assert float(state.gate_bar) > 0.0


def test_averages_of_flows_wait_while_other_rules_decide(network: NetworkTable) -> None:
    """And the rule that comes next goes on from the users' part of the one before."""
    names = ("taoflow_2025", "netflow_2026", "price_rootprop", "netflow_2026")
    changes = [{"at_day": n, "preset": name} for n, name in enumerate(names[1:], 1)]
    world = scheduled({"preset": names[0], "change": changes}, network)
    rules = [
        world.mechanism.weight_rule,
        *(each.world.mechanism.weight_rule for each in world.changes),
    ]
    rules = [rule for rule in rules if isinstance(rule, RuleInForce)]
    assert len(rules) == len(names)
    state = world.start
    memory = rules[0].begin(jnp.uint32(0), world.subnets, state)
    one = jnp.ones_like(state.alpha_out)
    seen = StepSummary(user_tao=one, protocol_tao=2.0 * one, root_proportion=0.25 * one)
    for former, rule in pairwise(rules):
        memory = former.record(memory, seen)
        memory = rule.follow(former.place, memory, state, world.subnets)
    memory = rules[-1].record(memory, seen)
    by_users, net, root = memory
    # One step under user_flow, which net_flow went on from, then two of its own.
    assert float(by_users.user[0]) == 1.0
    assert (float(net.user[0]), float(net.protocol[0])) == (3.0, 4.0)
    assert float(root[0]) == 0.25


REFUSED = {
    "two times": ({"at_day": 1.0, "at_block": 8_798_453}, "mechanism.change.0: must say when"),
    "no time": ({}, "mechanism.change.0: must say when"),
    "no date": ({"at": "soon"}, 'mechanism.change.0.at: is "soon"'),
    "unknown preset": ({"at_day": 1.0, "preset": "gate_rank"}, "mechanism.change.0.preset: is"),
    "unknown part": ({"at_day": 1.0, "gates": {}}, 'did you mean "gate"?'),
    "pools go": ({"at_day": 1.0, "preset": "root_2023"}, "mechanism.change.0.pool.kind: is"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_change_that_is_no_change_is_refused_with_its_place(case: str) -> None:
    table, told = REFUSED[case]
    with pytest.raises(ConfigError) as refused:
        config_of({"change": [table]})
    assert told in str(refused.value)


MISPLACED = {
    "within a step": (
        {"at_day": 1.01},
        "at_day: day 1.01 is not a whole number of steps of 360 blocks (0.05 days); the nearest "
        "valid day is 1",
    ),
    "within a step, by block": (
        {"at_block": 8_791_300},
        "end at 8791253 and 8791613: write one of them as at_block",
    ),
    "at the start": ({"at_block": 8_791_253}, "not after the start at block 8791253"),
    "before the start": ({"at": "2026-07-27T14:16:00Z"}, "at: is block 8713853, not after the"),
    "before the chain": ({"at": "2024-12-01"}, "at: is before dynamic TAO was launched"),
    "at the horizon": ({"at_day": 4.0}, "is day 4, not before run.horizon_days = 4"),
    "after the horizon": ({"at": "2027-01-01"}, "not before run.horizon_days = 4"),
}


@pytest.mark.parametrize("case", MISPLACED)
def test_a_change_without_a_place_in_the_run_is_refused(case: str, network: NetworkTable) -> None:
    table, told = MISPLACED[case]
    config = config_of({"change": [table]})
    (problem,) = schedule(config, network.block).problems
    assert problem.key.startswith("mechanism.change.0.")
    assert told in str(problem)
    with pytest.raises(ConfigError, match=re.escape("mechanism.change.0")):
        gather(config, "run.toml", network)


def test_two_changes_at_a_block_and_a_wrong_order_are_refused(network: NetworkTable) -> None:
    days = [{"at_day": 2.0}, {"at_day": 2.0}, {"at_day": 1.0}]
    config = config_of({"change": days})
    same, earlier = schedule(config, network.block).problems
    assert same.key == "mechanism.change.1.at_day"
    assert "other rules come into force already" in same.message
    assert earlier.key == "mechanism.change.2.at_day"
    assert "in the order of time" in earlier.message


def test_a_date_takes_the_nearest_end_of_a_step_if_one_is_near(network: NetworkTable) -> None:
    noon = {"change": [{"at": "2026-08-09"}]}
    found = schedule(config_of(noon), network.block)
    assert not found.problems
    _, phase = found.phases
    # From 2026-08-07 08:35 to midnight of the 9th it is 39 h 25 min, or 11,825 blocks.
    assert phase.block - network.block == 33 * STEP
    assert phase.moved == 33 * STEP - 11_825
    days = {"step_blocks": 7200, "horizon_days": DAYS, "report_days": [DAYS]}
    (problem,) = schedule(config_of(noon, run=days), network.block).problems
    assert "end at 8798453 and 8805653: write one of them as at_block, or make" in str(problem)


def test_parts_of_a_change_are_laid_over_the_rules_before_or_over_a_preset() -> None:
    first = {"at_day": 1.0, "gate": {"rank": 48}}
    second = {"at_day": 2.0, "gate": {"exponent": 2.0}}
    third = {"at_day": 3.0, "preset": "gate_rank_2026", "gate": {"exponent": 4.0}}
    config = config_of({"gate": {"rank": 64}, "change": [first, second, third]})
    gates = [(rules.gate.rank, rules.gate.exponent) for rules in config.mechanism.in_turn]
    assert gates == [(64, 3.0), (48, 3.0), (48, 2.0), (32, 4.0)]
    again = config_from_dict(config.model_dump(mode="json"))
    assert again.config_hash == config.config_hash


def test_without_changes_a_config_is_what_it_was() -> None:
    config = config_of("gate_rank_2026")
    assert "change" not in config.model_dump()["mechanism"]
    assert config_of({"preset": "gate_rank_2026", "change": []}).config_hash == config.config_hash


def test_a_step_is_as_short_as_the_shortest_of_the_presets() -> None:
    tables = {"preset": "gate_rank_2026", "change": [{"at_day": 1.0, "preset": "netflow_2026"}]}
    assert config_from_dict({"mechanism": tables}).run.step_blocks == 60


def test_the_example_of_a_moved_bar_is_mainnets_config_with_a_change() -> None:
    configs = [load_config(CONFIGS / name) for name in ("mainnet.toml", "what_if_bar_48.toml")]
    found = config_differences([config.model_dump(mode="json") for config in configs])
    assert found == {
        "mechanism.change.0.at_day": ("", "30.0"),
        "mechanism.change.0.gate.rank": ("", "48"),
    }


def test_the_example_from_history_has_the_changes_at_their_blocks() -> None:
    """The blocks of the regimes (presets' own words), but for the length of half a step."""
    config = load_config(CONFIGS / "regimes_2026.toml")
    start = config.network.block
    assert start is not None
    found = schedule(config, start)
    assert not found.problems
    by_preset = {phase.rules.preset: phase.block for phase in reversed(found.phases)}
    assert abs(by_preset["price_rootprop"] - 8_466_530) <= 30
    assert abs(by_preset["gate_mass_2026"] - 8_713_793) <= 30
    assert abs(by_preset["gate_rank_2026"] - 8_765_683) <= 30
    assert all(phase.moved <= 30 for phase in found.phases)


def test_a_report_says_when_the_rules_change(network: NetworkTable, tmp_path: Path) -> None:
    run = {"paths": 8, "block_paths": 8, "horizon_days": 2.0, "report_days": [1.0, 2.0]}
    rules = {**BAR, "change": [{"at_day": 1.0, "gate": {"rank": 5}}]}
    inputs = gather(config_of(rules, run=run), "run.toml", network)
    page = run_report(inputs, tmp_path / "run", lambda done: None).read_text(encoding="utf-8")
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    told = (
        "From day 1 on (block 8,798,453, about 2026-08-08 08:35 UTC), gate.rank = 5 instead of 3."
    )
    (change,) = manifest["mechanism"]["changes"]
    assert change["text"] == told
    assert (change["day"], change["block"]) == (1.0, network.block + 7200)
    assert page.count(told) == 2  # beside the answer, and among what was assumed
    assert "Dashed: the rules change on day 1." in page
    assert "the rules change within the run" in manifest["trust"]["sentence"]
