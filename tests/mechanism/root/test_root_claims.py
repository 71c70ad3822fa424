"""Claims out of root's baskets: how much on a day, everywhere at once, and under which rules."""

import dataclasses
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from dtaojax import chain
from dtaojax.assembly import build_world
from dtaojax.behaviour.root_claims import NoClaims, RootClaims, WaitingClaims
from dtaojax.config.config import Config
from dtaojax.config.load import config_from_dict
from dtaojax.demand.clock import Clock
from dtaojax.network import load_network
from dtaojax.numerics.streams import SOURCES
from dtaojax.schema.errors import ConfigError
from dtaojax.state.network import NetworkState
from dtaojax.studies.shared.assumptions import assumptions
from dtaojax.world.world import World

NETWORK = load_network("finney_8791253")
DAY = chain.BLOCKS_PER_DAY
STEPS_A_DAY = 20
KNOWN = {"rate": {"rate": 0.3}}
QUIET = [{"process": "market_factor", "market_sd": 0.0}]


def claims_of(config: Config) -> RootClaims | WaitingClaims | None:
    rules = config.mechanism
    return config.behaviour.build_root_claims(config.run.seed, rules, rules.in_turn)


def claiming(**claims: Any) -> RootClaims:
    config = config_from_dict({"behaviour": {"root_claims": claims}})
    built = claims_of(config)
    assert isinstance(built, RootClaims)
    return built


def rates(process: RootClaims, paths: int, days: int) -> np.ndarray:
    """Rates at which baskets are sold (paths, days) [1/day]."""
    world = quiet_world()

    @jax.jit
    def of_path(path: jax.Array) -> jax.Array:
        memory = process.begin(path)

        def of_day(day: jax.Array) -> jax.Array:
            rules = process.rules(memory, Clock(day * STEPS_A_DAY, 360), world.mechanism)
            return -DAY * jnp.log1p(-rules.root.rate)

        return jax.vmap(of_day)(jnp.arange(days))

    return np.asarray(jax.vmap(of_path)(jnp.arange(paths, dtype=jnp.uint32)))


def quiet_world(**tables: Any) -> World:
    """The embedded network, in which nobody trades and nobody registers."""
    table = {"demand": QUIET, "arrivals": {"rate": 0.0}, "run": {"horizon_days": 1}}
    return build_world(config_from_dict(table | tables), NETWORK)


@eqx.filter_jit
def _after(world: World, paths: jax.Array, steps: int) -> NetworkState:
    def of_path(path: jax.Array) -> NetworkState:
        def advance(carry, number):
            return world.advance(carry, number), None

        return jax.lax.scan(advance, world.begin(path), jnp.arange(steps))[0].state

    return jax.vmap(of_path)(paths)


def after(world: World, paths: int = 1, steps: int = STEPS_A_DAY) -> NetworkState:
    return jax.device_get(_after(world, jnp.arange(paths, dtype=jnp.uint32), steps))


def test_a_paths_mean_and_its_days_are_gamma_distributed() -> None:
    alike = rates(claiming(rate={"rate": 0.02, "events": 4.0}, day_shape=None), 4_000, 2)
    np.testing.assert_array_equal(alike[:, 0], alike[:, 1])
    assert stats.kstest(alike[:, 0], stats.gamma(4.0, scale=0.005).cdf).pvalue > 1e-3
    bursts = rates(claiming(rate={"rate": 0.02}, day_shape=0.5), 200, 20)
    assert stats.kstest(bursts.ravel(), stats.gamma(0.5, scale=0.04).cdf).pvalue > 1e-3
    first, second = bursts[:, :-1].ravel(), bursts[:, 1:].ravel()
    assert abs(np.corrcoef(first, second)[0, 1]) < 4.5 / np.sqrt(first.size)


def test_days_alike_sell_what_a_fixed_part_a_day_does() -> None:
    claimed = {"root_claims": {**KNOWN, "day_shape": None}}
    fixed = {"root": {"sale_per_day": float(-np.expm1(-0.3))}}
    ours, theirs = after(quiet_world(behaviour=claimed)), after(quiet_world(mechanism=fixed))
    for mine, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-12)


@pytest.fixture(scope="module")
def kept() -> NetworkState:
    """A day in which nobody sells out of the baskets."""
    return after(quiet_world())


def test_a_days_burst_takes_the_same_part_of_all_baskets_and_its_tao_joins_root(
    kept: NetworkState,
) -> None:
    """Baskets are nearly what they were in the morning, so that the part of a day is theirs."""
    state = after(quiet_world(behaviour={"root_claims": KNOWN}), paths=4)
    full = kept.root_basket[0] > 0.0
    part = 1.0 - state.root_basket[:, full] / kept.root_basket[:, full]
    assert (part.std(axis=1) < 0.15 * part.mean(axis=1)).all()
    assert part.mean(axis=1).std() > 0.3 * part.mean()
    root = state.root_tao - kept.root_tao
    left = kept.pools.tao_in.sum(axis=1) - state.pools.tao_in.sum(axis=1)
    np.testing.assert_allclose(root, left, rtol=1e-6)
    np.testing.assert_allclose(state.total_issuance, kept.total_issuance[0], rtol=1e-12)


def test_nobody_claims_at_a_rate_of_zero_or_without_baskets() -> None:
    for table in (
        {"behaviour": {"root_claims": {"rate": {"rate": 0.0}}}},
        {"behaviour": {"root_claims": {}}, "mechanism": "gate_mass_2026"},
        {"behaviour": {"root_claims": "frozen", "fit": "until_2026_08_07"}},
    ):
        config = config_from_dict(table)
        assert isinstance(claims_of(config), NoClaims)


def test_claims_leave_the_numbers_of_other_processes_alone(kept: NetworkState) -> None:
    world = quiet_world(behaviour={"fit": "until_2026_08_07"})
    quiet = dataclasses.replace(world, root_claims=NoClaims())
    config = config_from_dict({"behaviour": {"root_claims": KNOWN}})
    claims = claims_of(config)
    loud = dataclasses.replace(world, root_claims=claims)

    @eqx.filter_jit
    def decided(world: World) -> jax.Array:
        carry = world.begin(jnp.uint32(3))
        return world.decided(carry, Clock(jnp.asarray(STEPS_A_DAY), 360))[0].miner_burned

    np.testing.assert_array_equal(decided(quiet), decided(loud))


def test_two_ways_to_sell_out_of_the_baskets_are_refused() -> None:
    table = {"behaviour": {"root_claims": {}}, "mechanism": {"root": {"sale_per_day": 0.02}}}
    with pytest.raises(ConfigError, match=r"mechanism\.root\.sale_per_day: is 0\.02"):
        config_from_dict(table)


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({}, "2.3 % of its baskets a day on average, in bursts over all subnets at once"),
        ({"day_shape": None}, "2.3 % of its baskets a day on average, all days alike"),
        ("frozen", "stays in its baskets"),
    ],
)
def test_the_report_says_whether_root_claims(claims: Any, words: str) -> None:
    config = config_from_dict({"behaviour": {"root_claims": claims, "fit": "until_2026_08_07"}})
    said = " ".join(each["text"] for each in assumptions(config, NETWORK))
    assert words in said
    assert ("stays in its baskets" in said) == (claims == "frozen")


def test_claims_are_a_source_of_roots() -> None:
    """Root's numbers of another path are other claims; those of all other sources are not."""
    world = quiet_world(behaviour={"root_claims": KNOWN})

    @eqx.filter_jit
    def rate(root: jax.Array, others: jax.Array) -> jax.Array:
        paths = {source: root if source == "root" else others for source in SOURCES}
        carry = world.begin_from(paths)
        rules = world.root_claims.rules(carry.claims, Clock(jnp.asarray(0), 360), world.mechanism)
        return rules.root.rate

    zero, one = jnp.uint32(0), jnp.uint32(1)
    assert rate(zero, one) == rate(zero, zero) != rate(one, zero)
