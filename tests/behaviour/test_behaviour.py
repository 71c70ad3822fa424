"""Owners and root: exact limits, hazards against counts, and the rules to which they answer."""

import dataclasses
import runpy
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flows import network, prices, traded
from places import ROOT
from scipy import linalg, stats
from worlds import live_mechanism

from dtaojax import chain
from dtaojax.assembly import build_world
from dtaojax.behaviour.emission_switch import EmissionSwitch
from dtaojax.behaviour.miner_burn import EVERYTHING_FROM, MOVES, NOTHING_BELOW, MinerBurn
from dtaojax.behaviour.process import BehaviourProcess, in_reach
from dtaojax.config.config import Config
from dtaojax.config.load import config_from_dict
from dtaojax.demand.clock import Clock
from dtaojax.demand.distributions import KnownFrom, uncertain_rates
from dtaojax.demand.feedback.prices import CrossSection
from dtaojax.demand.holders.processes import DrawnSelling, EmissionSelling
from dtaojax.mechanism.coinbase import emission_shares
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.network import load_network
from dtaojax.numerics.streams import named_stream
from dtaojax.schema.errors import ConfigError
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.studies.shared.assumptions import assumptions

RATES = runpy.run_path(str(ROOT / "scripts" / "behaviour_rates.py"))
FITS = ("until_2026_08_07", "until_2026_09_06")
DAY = chain.BLOCKS_PER_DAY
STEP = 360


def known(rate: float) -> dict[str, float]:
    return {"rate": rate}


def moves(*rates: float) -> dict[str, dict[str, float]]:
    return {move: known(rate) for move, rate in zip(MOVES, rates, strict=True)}


STILL = (0.0,) * 6
BURN = {
    "engaged": moves(*STILL),
    "idle": moves(*STILL),
    "reach": 0.8,
    "level_mean": 0.3,
    "level_sd": 1.0,
    "step": known(0.0),
    "step_scale": 0.5,
    "step_degrees_of_freedom": 4.0,
}
NOBODY = {"burns_all": 0.0, "out_of_reach": 0.0, "in_reach": 0.0}
SWITCH = {
    "on": known(0.0),
    "off": known(0.0),
    "batch": known(0.0),
    "batch_on": 0.0,
    "switched_on": NOBODY,
    "switched_off": NOBODY,
    "reach": 0.8,
}


@dataclasses.dataclass(frozen=True)
class Places:
    """Stands for the slots of a network of eight subnets, numbered from 1."""

    block: int = 2**40
    count: int = 8

    @property
    def table(self) -> "Places":
        return self

    def row_of(self, netuid: int) -> int:
        return netuid - 1


def built(behaviour: dict[str, object], began: int = 2**40) -> tuple[BehaviourProcess, ...]:
    config = config_from_dict({"behaviour": behaviour})
    rules = config.mechanism
    return config.behaviour.build(
        config.run.seed,
        Places(began),  # type: ignore[arg-type]
        rules,
        rules.in_turn,
    )


def burning(**changed: object) -> MinerBurn:
    (process,) = built({"miner_burn": BURN | changed})
    assert isinstance(process, MinerBurn)
    return process


def switching(began: int = 2**40, **changed: object) -> EmissionSwitch:
    (process,) = built({"emission_switch": SWITCH | changed}, began)
    assert isinstance(process, EmissionSwitch)
    return process


def rules(preset: str) -> Mechanism:
    return MechanismConfig.model_validate(preset).build()


@pytest.fixture(scope="module")
def at() -> tuple[Subnets, NetworkState]:
    """A started network in which nobody burns and everything is switched on, with a bar."""
    who, state = network()
    who = dataclasses.replace(
        who,
        miner_burned=jnp.zeros_like(who.miner_burned),
        emission_enabled=jnp.ones_like(who.emission_enabled),
    )
    shares, _ = emission_shares(live_mechanism(rank=3), who, state, STEP)
    return who, dataclasses.replace(state, gate_bar=shares.bar)


@eqx.filter_jit
def _acted(
    process: BehaviourProcess,
    who: Subnets,
    state: NetworkState,
    mechanism: Mechanism,
    paths: jax.Array,
    days: int,
    blocks: int,
) -> Subnets:
    def of_path(path: jax.Array) -> Subnets:
        memory = process.begin(path, who, state)

        def one(now: Subnets, day: jax.Array):
            clock = Clock(day * (DAY // blocks), blocks)
            after, _ = process.act(memory, clock, now, state, mechanism)
            return after, after

        return jax.lax.scan(one, who, 1 + jnp.arange(days))[1]

    return jax.vmap(of_path)(paths)


def acted(
    process: BehaviourProcess,
    at: tuple[Subnets, NetworkState],
    mechanism: Mechanism | None = None,
    paths: int = 2_000,
    days: int = 1,
) -> Subnets:
    """Who takes part after each of some days, (paths, days, subnets)."""
    numbers = jnp.arange(paths, dtype=jnp.uint32)
    found = _acted(process, *at, mechanism or live_mechanism(rank=3), numbers, days, STEP)
    return jax.device_get(found)


def generator(*rates: float) -> np.ndarray:
    matrix = np.zeros((3, 3))
    matrix[[0, 0, 1, 1, 2, 2], [1, 2, 0, 2, 0, 1]] = rates
    return matrix - np.diag(matrix.sum(axis=1))


def states_of(burned: np.ndarray) -> np.ndarray:
    return RATES["burn_states"](burned, NOTHING_BELOW, EVERYTHING_FROM)


@pytest.mark.parametrize("start", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("group", ["engaged", "idle"])
def test_owners_move_between_the_states_of_burn_at_their_rates(
    at: tuple[Subnets, NetworkState], start: float, group: str
) -> None:
    """Days are independent, so that the chain of days is exact: two moves a day cannot happen."""
    who, state = at
    rates = (0.3, 0.1, 0.25, 0.15, 0.2, 0.4)
    who = dataclasses.replace(who, miner_burned=jnp.full_like(who.miner_burned, start))
    mechanism = live_mechanism(rank=3) if group == "engaged" else rules("netflow_2026")
    # The bar of 0 puts everybody in reach; rules that do not charge for burn engage nobody.
    free = dataclasses.replace(state, gate_bar=jnp.zeros_like(state.gate_bar))
    other = "idle" if group == "engaged" else "engaged"
    process = burning(**{group: moves(*rates), other: moves(*STILL)})
    if group == "idle":
        free = dataclasses.replace(
            free, memory=mechanism.weight_rule.begin(jnp.uint32(0), who, state)
        )
    found = states_of(acted(process, (who, free), mechanism, days=3).miner_burned)
    leave = np.array([sum(rates[:2]), sum(rates[2:4]), sum(rates[4:])])
    day = generator(*rates) / leave[:, None] * -np.expm1(-leave)[:, None] + np.eye(3)
    first = int(states_of(np.array([start]))[0])
    for days in (1, 2, 3):
        expected = np.linalg.matrix_power(day, days)[first]
        seen = np.bincount(found[:, days - 1].ravel(), minlength=3) / found[:, days - 1].size
        error = np.sqrt(expected * (1.0 - expected) / found[:, days - 1].size)
        assert (abs(seen - expected) < 4.5 * error + 1e-12).all(), (seen, expected)


def test_a_burn_that_becomes_partial_has_the_configured_logit(
    at: tuple[Subnets, NetworkState],
) -> None:
    process = burning(engaged=moves(50.0, 0, 0, 0, 0, 0), idle=moves(50.0, 0, 0, 0, 0, 0))
    burned = acted(process, at).miner_burned
    assert ((burned > NOTHING_BELOW) & (burned < EVERYTHING_FROM)).all()
    place = (burned - NOTHING_BELOW) / (EVERYTHING_FROM - NOTHING_BELOW)
    logit = np.log(place / (1.0 - place)).ravel()
    assert logit.mean() == pytest.approx(0.3, abs=4.5 / np.sqrt(logit.size))
    assert logit.std() == pytest.approx(1.0, abs=4.5 / np.sqrt(2 * logit.size))


def test_a_partial_burn_takes_student_steps_and_stays_partial(
    at: tuple[Subnets, NetworkState],
) -> None:
    who, state = at
    half = dataclasses.replace(who, miner_burned=jnp.full_like(who.miner_burned, 0.5))
    burned = acted(burning(step=known(0.2)), (half, state)).miner_burned.ravel()
    still = burned == 0.5
    assert still.mean() == pytest.approx(np.exp(-0.2), abs=4.5 * 0.4 / np.sqrt(still.size))
    place = (burned[~still] - NOTHING_BELOW) / (EVERYTHING_FROM - NOTHING_BELOW)
    steps = np.log(place / (1.0 - place)) / 0.5
    assert stats.kstest(steps, stats.t(4.0).cdf).pvalue > 1e-3


def test_nothing_moves_at_rates_of_zero(at: tuple[Subnets, NetworkState]) -> None:
    for process in (burning(), switching()):
        after = acted(process, at, paths=2, days=2)
        for now, then in zip(jax.tree.leaves(after), jax.tree.leaves(at[0]), strict=True):
            np.testing.assert_array_equal(now, np.broadcast_to(then, now.shape))


def test_only_owners_whom_burn_costs_emission_are_engaged(
    at: tuple[Subnets, NetworkState],
) -> None:
    who, state = at
    off = jnp.arange(who.sector.shape[0]) == 0
    half_off = dataclasses.replace(who, emission_enabled=~off)
    process = burning(engaged=moves(0, 50.0, 0, 0, 0, 0))
    everyone = dataclasses.replace(state, gate_bar=jnp.zeros_like(state.gate_bar))
    burned = acted(process, (half_off, everyone), paths=1).miner_burned[0, 0]
    np.testing.assert_array_equal(burned, np.where(off, 0.0, 1.0))
    nobody = dataclasses.replace(state, gate_bar=jnp.full_like(state.gate_bar, 2.0))
    assert (acted(process, (who, nobody), paths=1).miner_burned == 0.0).all()


@pytest.mark.parametrize("preset", ["gate_rank_2026", "price_rootprop"])
def test_reach_is_what_a_subnet_alone_would_gain_by_burning_nothing(
    at: tuple[Subnets, NetworkState], preset: str
) -> None:
    who, state = at
    mechanism = rules(preset)
    count = who.sector.shape[0]
    burned = jnp.where(jnp.arange(count) == 0, 0.0, jnp.linspace(0.0, 1.0, count))
    who = dataclasses.replace(who, miner_burned=burned)
    memory = mechanism.weight_rule.begin(jnp.uint32(0), who, state)
    state = dataclasses.replace(state, memory=memory)

    def share_if_unburned(place: int) -> float:
        alone = dataclasses.replace(who, miner_burned=burned.at[place].set(0.0))
        weights = mechanism.weight_rule.shares(memory, state, alone)
        others = mechanism.weight_rule.shares(memory, state, who)
        # The others' shares shrink by what the subnet gains; reach compares at their old sum.
        scale = others[0] / weights[0] if place else 1.0
        return float(weights[place] * scale)

    potential = np.array([share_if_unburned(place) for place in range(count)])
    bar = float(np.median(potential))
    state = dataclasses.replace(state, gate_bar=jnp.asarray(bar))
    part = jnp.asarray(0.8)
    found = np.asarray(in_reach(mechanism, who, state, part))
    np.testing.assert_array_equal(found, potential >= 0.8 * bar)


def test_single_switches_happen_at_their_rates(at: tuple[Subnets, NetworkState]) -> None:
    who, state = at
    half = dataclasses.replace(who, emission_enabled=jnp.arange(who.sector.shape[0]) % 2 == 0)
    after = acted(switching(on=known(0.3), off=known(0.05)), (half, state)).emission_enabled[:, 0]
    for was, rate in ((False, 0.3), (True, 0.05)):
        flipped = after[:, np.asarray(half.emission_enabled) == was] != was
        expected = -np.expm1(-rate)
        error = np.sqrt(expected * (1.0 - expected) / flipped.size)
        assert flipped.mean() == pytest.approx(expected, abs=4.5 * error)


def test_a_batch_takes_each_class_at_its_chance(at: tuple[Subnets, NetworkState]) -> None:
    who, state = at
    count = who.sector.shape[0]
    everything = jnp.arange(count) < 2
    who = dataclasses.replace(who, miner_burned=jnp.where(everything, 1.0, 0.0))
    mechanism = live_mechanism(rank=3)
    near = np.asarray(in_reach(mechanism, who, state, jnp.asarray(0.8))) & ~np.asarray(everything)
    chances = {"burns_all": 0.8, "out_of_reach": 0.3, "in_reach": 0.1}
    process = switching(batch=known(0.7), switched_off=chances)
    off = ~acted(process, (who, state), mechanism).emission_enabled[:, 0]
    batch = -np.expm1(-0.7)
    classes = {"burns_all": np.asarray(everything), "in_reach": near}
    classes["out_of_reach"] = ~(classes["burns_all"] | near)
    assert all(chosen.any() for chosen in classes.values())
    for name, chosen in classes.items():
        expected = batch * chances[name]
        # Subnets of a path share its batch, so that paths are what is independent.
        per_path = off[:, chosen].mean(axis=1)
        error = per_path.std() / np.sqrt(len(per_path))
        assert per_path.mean() == pytest.approx(expected, abs=4.5 * error), name


def test_a_batch_on_leaves_those_that_are_on_and_newcomers_alone(
    at: tuple[Subnets, NetworkState],
) -> None:
    who, state = at
    count = who.sector.shape[0]
    off = dataclasses.replace(
        who,
        emission_enabled=jnp.arange(count) >= 4,
        registered_at=jnp.where(jnp.arange(count) == 0, state.block, who.registered_at),
    )
    everybody = dict.fromkeys(NOBODY, 1.0)
    process = switching(
        began=int(state.block) - 1,
        batch=known(50.0),
        batch_on=1.0,
        switched_on=everybody,
        switched_off=everybody,
    )
    enabled = acted(process, (off, state), paths=1).emission_enabled[0, 0]
    np.testing.assert_array_equal(enabled, np.arange(count) != 0)


def test_a_script_switches_whom_it_names_on_its_day_only(
    at: tuple[Subnets, NetworkState],
) -> None:
    script = {"kind": "switch", "day": 2, "enabled": False, "netuids": [1, 3]}
    (process,) = built({"scripts": [script]})
    enabled = acted(process, at, paths=1, days=3).emission_enabled[0]
    hit = np.isin(np.arange(8), [0, 2])
    np.testing.assert_array_equal(enabled, [np.ones(8, bool), ~hit, ~hit])


def test_a_script_finds_its_classes_as_they_are_on_the_day(
    at: tuple[Subnets, NetworkState],
) -> None:
    who, state = at
    all_of_it = jnp.arange(8) == 5
    who = dataclasses.replace(who, miner_burned=jnp.where(all_of_it, 1.0, 0.0))
    near = np.asarray(in_reach(live_mechanism(rank=3), who, state, jnp.asarray(0.8)))
    expected = {"burns_all": np.asarray(all_of_it), "in_reach": near & ~np.asarray(all_of_it)}
    expected["out_of_reach"] = ~(near | np.asarray(all_of_it))
    for name, chosen in expected.items():
        script = {"kind": "burn", "day": 1, "burned": 0.25, "classes": [name]}
        (process,) = built({"scripts": [script]})
        burned = acted(process, (who, state), paths=1).miner_burned[0, 0]
        np.testing.assert_array_equal(burned, np.where(chosen, 0.25, who.miner_burned))


def test_a_script_happens_in_the_step_that_passes_its_day(
    at: tuple[Subnets, NetworkState],
) -> None:
    (process,) = built({"scripts": [{"kind": "burn", "day": 7, "burned": 1.0}]})
    who, state = at

    def burned(step: int) -> bool:
        clock = Clock(jnp.asarray(step), 5 * DAY)
        after, _ = process.act(None, clock, who, state, live_mechanism(rank=3))
        return bool(np.asarray(after.miner_burned == 1.0).all())

    assert [burned(step) for step in (1, 2, 3)] == [False, True, False]


def test_a_script_leaves_newcomers_alone(at: tuple[Subnets, NetworkState]) -> None:
    who, state = at
    (process,) = built(
        {"scripts": [{"kind": "switch", "day": 1, "enabled": False}]}, int(state.block) - 1
    )
    new = jnp.arange(8) == 4
    who = dataclasses.replace(
        who, registered_at=jnp.where(new, state.block, jnp.minimum(who.registered_at, 0))
    )
    enabled = acted(process, (who, state), paths=1).emission_enabled[0, 0]
    np.testing.assert_array_equal(enabled, new)


def test_a_step_longer_than_a_day_is_charged_for_all_its_days(
    at: tuple[Subnets, NetworkState],
) -> None:
    process, (who, state) = switching(off=known(0.1)), at
    paths = jnp.arange(2_000, dtype=jnp.uint32)

    @eqx.filter_jit
    def after(blocks: int) -> jax.Array:
        def of_path(path: jax.Array) -> jax.Array:
            memory, clock = process.begin(path, who, state), Clock(jnp.asarray(1), blocks)
            decided, _ = process.act(memory, clock, who, state, live_mechanism(rank=3))
            return decided.emission_enabled

        return jax.vmap(of_path)(paths)

    off = ~np.asarray(after(5 * DAY))
    expected = -np.expm1(-0.5)
    error = np.sqrt(expected * (1.0 - expected) / off.size)
    assert off.mean() == pytest.approx(expected, abs=4.5 * error)


def test_rates_are_drawn_from_gamma_distributions() -> None:
    rates = uncertain_rates([KnownFrom(0.02, 2.5), KnownFrom(0.3, 0.5), KnownFrom(0.1, np.inf)])
    scores = np.random.default_rng(1).normal(size=(40_000, 3))
    drawn = np.asarray(jax.vmap(rates)(jnp.asarray(scores)))
    for column, (mean, shape) in enumerate(((0.02, 2.5), (0.3, 0.5))):
        found = stats.kstest(drawn[:, column], stats.gamma(shape, scale=mean / shape).cdf)
        assert found.pvalue > 1e-3
    assert (drawn[:, 2] == 0.1).all()


def test_the_fit_finds_the_rates_behind_a_panel_that_is_seen_weekly() -> None:
    random, rates = np.random.default_rng(3), (0.05, 0.01, 0.06, 0.03, 0.02, 0.04)
    count = 30_000
    days = np.full(count, 7.0)
    before = random.integers(0, 3, count)
    week = linalg.expm(generator(*rates) * 7.0)
    after = (random.random(count)[:, None] > np.cumsum(week[before], axis=1)).sum(axis=1)
    fitted = RATES["fit_burn_rates"](
        RATES["Moves"](days, before, after, np.ones(count, bool)), [RATES["Prior"](0.02, 0.5)] * 6
    )
    for found, rate in zip(fitted, rates, strict=True):
        assert abs(np.log(found.rate / rate)) < 4.5 / np.sqrt(found.events)


def test_without_moves_the_fit_is_the_prior() -> None:
    nothing = RATES["Moves"](np.zeros(0), np.zeros(0, int), np.zeros(0, int), np.zeros(0, bool))
    for found in RATES["fit_burn_rates"](nothing, [RATES["Prior"](0.02, 3.0)] * 6):
        assert found.rate == pytest.approx(0.02, rel=1e-4)
        assert found.events == pytest.approx(3.0, rel=1e-3)


def test_the_cross_section_draws_prices_together_and_moves_no_net_tao() -> None:
    process = CrossSection(named_stream(1, "x"), uncertain_rates([KnownFrom(0.01, np.inf)]))
    states = traded(process, days=20.0)
    tao, log_price = states.pools.tao_in[0], np.log(prices(states)[0])
    mean = (tao * log_price).sum(axis=1, keepdims=True) / tao.sum(axis=1, keepdims=True)
    closed = -np.expm1(-0.01 * STEP / DAY)
    step = np.diff(log_price, axis=0)
    np.testing.assert_allclose(step, closed * (mean - log_price)[:-1], rtol=1e-6)
    moved = np.abs(tao[-1] - tao[0]).sum()
    assert abs(tao[-1].sum() - tao[0].sum()) < 0.1 * moved


def test_the_level_of_selling_is_lognormal_over_paths_and_stays_on_each() -> None:
    fractions = EmissionSelling(*(jnp.asarray(part) for part in (0.5, 0.7, 0.3)))
    process = DrawnSelling(named_stream(1, "x"), fractions, jnp.asarray(0.8), jnp.asarray(0.4))
    who, state = network()
    factors = jax.vmap(lambda path: process.begin(path, who, state))(
        jnp.arange(4_000, dtype=jnp.uint32)
    )
    law = stats.lognorm(0.4, scale=0.8).cdf
    assert stats.kstest(np.asarray(factors), law).pvalue > 1e-3


@pytest.mark.parametrize("fit", FITS)
def test_a_run_with_behaviour_pays_everything_and_moves_burn_and_switch(fit: str) -> None:
    config = config_from_dict(
        {"behaviour": fit, "run": {"horizon_days": 20, "step_blocks": DAY, "paths": 8}}
    )
    world = build_world(config, load_network("finney_8791253"))

    @eqx.filter_jit
    def end(path: jax.Array):
        carry = jax.lax.fori_loop(0, 20, lambda n, c: world.advance(c, n), world.begin(path))
        return carry, emission_shares(world.mechanism, carry.subnets, carry.state, 1)[0].final

    carry, shares = jax.device_get(jax.vmap(end)(jnp.arange(4, dtype=jnp.uint32)))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-12)
    burned, enabled = carry.subnets.miner_burned, carry.subnets.emission_enabled
    assert ((burned >= 0.0) & (burned <= 1.0)).all()
    assert (burned != np.asarray(world.subnets.miner_burned)).any()
    assert (enabled != np.asarray(world.subnets.emission_enabled)).any()
    assert (shares[~enabled] == 0.0).all()


def test_rates_of_zero_leave_a_run_as_frozen_behaviour_does() -> None:
    """Bit for bit: processes draw from streams of their own and touch nothing else."""
    small = {"run": {"horizon_days": 3, "step_blocks": 1_800, "paths": 8}}
    still = {"behaviour": {"miner_burn": BURN, "emission_switch": SWITCH}}
    table = load_network("finney_8791253")

    @eqx.filter_jit
    def end(world, path):
        return jax.lax.fori_loop(0, 12, lambda n, c: world.advance(c, n), world.begin(path)).state

    frozen, moved = (
        end(build_world(config_from_dict(data), table), jnp.uint32(3))
        for data in (small, small | still)
    )
    for left, right in zip(jax.tree.leaves(frozen), jax.tree.leaves(moved), strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_fit_is_named_changed_and_taken_apart() -> None:
    whole = config_from_dict({"behaviour": FITS[1]}).behaviour
    assert whole.fit == FITS[1]
    assert whole.miner_burn is not None
    assert whole.emission_switch is not None
    changed = {"fit": FITS[1], "miner_burn": {"reach": 0.5}, "emission_switch": "frozen"}
    part = config_from_dict({"behaviour": changed}).behaviour
    assert part.emission_switch is None
    assert part.miner_burn == whole.miner_burn.model_copy(update={"reach": 0.5})
    override = ["behaviour.miner_burn.reach=0.5"]
    assert config_from_dict({"behaviour": FITS[1]}, overrides=override).behaviour.miner_burn == (
        part.miner_burn
    )
    again = Config.model_validate(config_from_dict({"behaviour": changed}).model_dump())
    assert again.behaviour == part
    assert config_from_dict({"behaviour": "frozen"}).behaviour.is_frozen
    assert config_from_dict({}).behaviour.is_frozen


def test_an_unknown_fit_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="until_2026_08_07") as refused:
        config_from_dict({"behaviour": "until_2026_08_08"})
    assert "behaviour.fit" in str(refused.value)


def test_a_report_says_what_moves_and_what_is_held_fixed(tmp_path: Path) -> None:
    table = load_network("finney_8791253")
    frozen, moved = (
        {item["topic"]: item["text"] for item in assumptions(config_from_dict(data), table)}
        for data in ({}, {"behaviour": FITS[0]})
    )
    assert "Miner burn" in frozen["Decisions held fixed"]
    assert "Miner burn" not in moved["Decisions held fixed"]
    assert FITS[0] in moved["Owners"]
    assert "batch" in moved["Emission switch"]
    script = {"kind": "switch", "day": 3, "enabled": False, "netuids": [4], "classes": ["in_reach"]}
    scripted = assumptions(config_from_dict({"behaviour": {"scripts": [script]}}), table)
    told = {item["topic"]: item["text"] for item in scripted}["Scripted decision"]
    assert told == (
        "At the beginning of day 3, on every path, root switches off the emission of subnet 4, as "
        "far as they are in reach of the bar."
    )
