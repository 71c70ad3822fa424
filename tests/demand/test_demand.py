"""Demand processes: the laws of their draws, and whom they leave alone."""

from collections.abc import Sequence
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from scipy import integrate, special, stats
from worlds import live_mechanism, random_world, state_of, subnets_of

from dtaojax import chain
from dtaojax.demand.clock import Clock
from dtaojax.demand.distributions import volatility_table
from dtaojax.demand.flow.student_flow import StudentFlow, student_flow
from dtaojax.demand.holders.processes import EmissionSelling
from dtaojax.demand.process import DemandProcess
from dtaojax.mechanism.coinbase import Coinbase, coinbase
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.world.world import World

NU = 2.4
LARGEST = 30.0
STEP = 360
STEPS_A_DAY = chain.BLOCKS_PER_DAY // STEP
WIDTH = 8
LEVEL = 1e-4
"""Level of each statistical test; with fixed seeds it passes or fails for good."""


USUAL = {
    "degrees_of_freedom": NU,
    "sd_at_1000_tao": 0.027,
    "depth_exponent": -0.293,
    "scale_ratio": 0.56,
    "common_share": 0.06,
    "drift": 0.0,
    "max_volatility_multiple": LARGEST,
}
"""Numbers of a default run."""


def flow(seed: int = 3, **changed: float) -> StudentFlow:
    return student_flow(seed, **(USUAL | changed))


def network() -> tuple[Subnets, NetworkState]:
    reference = random_world(6, WIDTH, weights=False)
    for subnet in reference.subnets:
        subnet.first_emission_block = 1
    return subnets_of(reference), state_of(reference)


class Draws(NamedTuple):
    """Pushes and volatilities, (paths, steps, subnets)."""

    push: np.ndarray
    volatility: np.ndarray


@eqx.filter_jit
def _draw(
    process: StudentFlow, who: Subnets, state: NetworkState, paths: int, steps: int
) -> tuple[jax.Array, jax.Array]:
    def of_path(path: jax.Array) -> tuple[jax.Array, jax.Array]:
        def advance(memory, number):
            wish, memory = process.intents(memory, Clock(number, STEP), who, state, None)
            return memory, (wish.push, memory.volatility)

        begun = process.begin(path, who, state)
        return lax.scan(advance, begun, jnp.arange(steps))[1]

    return jax.vmap(of_path)(jnp.arange(paths, dtype=jnp.uint32))


def draw(process: StudentFlow, paths: int, days: int) -> Draws:
    """Pushes over some days, the pools held still."""
    return Draws(*map(np.asarray, _draw(process, *network(), paths, days * STEPS_A_DAY)))


def standardised(process: StudentFlow, draws: Draws) -> np.ndarray:
    """The normal deviates behind the pushes."""
    spread = draws.volatility * np.sqrt(1.0 / STEPS_A_DAY)
    drift = float(process.drift) / STEPS_A_DAY
    return (draws.push + 0.5 * spread**2 - drift) / spread


@pytest.fixture(scope="module")
def two_days() -> Draws:
    return draw(flow(), paths=2048, days=2)


def test_the_volatility_table_is_the_quantile_of_the_truncated_law() -> None:
    score = np.random.default_rng(1).normal(size=5000)
    table = volatility_table(NU, LARGEST)
    floor = NU / LARGEST**2
    above = stats.norm.cdf(score) * stats.chi2.sf(floor, NU)
    exact = np.sqrt(NU / stats.chi2.isf(above, NU))
    np.testing.assert_allclose(table(jnp.asarray(score)), exact, rtol=1e-5)


def test_no_multiple_exceeds_the_bound_and_the_largest_draws_reach_it() -> None:
    table = volatility_table(NU, LARGEST)
    extreme = np.asarray(table(jnp.asarray([-6.34, 6.34])))
    assert extreme.max() <= LARGEST * (1.0 + 1e-12)
    assert extreme.max() > 0.99 * LARGEST


def test_the_multiple_has_the_truncated_law_s_second_moment() -> None:
    """nu E[1/chi2 | chi2 > c] = nu/(nu - 2) Q(nu - 2, c)/Q(nu, c)."""
    table, floor = volatility_table(NU, LARGEST), NU / LARGEST**2
    score = np.linspace(-6.3, 6.3, 20_001)
    squared = np.asarray(table(jnp.asarray(score))) ** 2
    found = integrate.simpson(squared * stats.norm.pdf(score), x=score)
    exact = NU / (NU - 2.0) * special.chdtrc(NU - 2.0, floor) / special.chdtrc(NU, floor)
    assert found == pytest.approx(exact, rel=1e-4)


def test_daily_flows_are_student_t(two_days: Draws) -> None:
    """Sums of a day's flows before their mean is taken off; the truncation moves 3e-4 of them."""
    process = flow()
    deviates = standardised(process, two_days).reshape(-1, 2, STEPS_A_DAY, WIDTH)
    scale = np.asarray(process.scale(network()[1].pools.tao_in))
    multiple = two_days.volatility.reshape(deviates.shape)[:, :, 0] / scale
    of_day = multiple * deviates.sum(2) / np.sqrt(STEPS_A_DAY)
    one_subnet = of_day[:, :, 0].ravel()
    assert stats.kstest(one_subnet, stats.t(NU).cdf).pvalue > LEVEL
    assert stats.kstest(one_subnet, "norm").pvalue < LEVEL


def test_flows_within_a_day_are_normal_given_its_volatility(two_days: Draws) -> None:
    deviates = standardised(flow(), two_days)
    for subnet in (0, WIDTH - 1):
        assert stats.kstest(deviates[:, :, subnet].ravel(), "norm").pvalue > LEVEL


def test_volatility_is_drawn_anew_each_day_for_each_subnet(two_days: Draws) -> None:
    by_day = two_days.volatility.reshape(-1, 2, STEPS_A_DAY, WIDTH)
    assert (by_day == by_day[:, :, :1]).all()
    first, second = by_day[:, 0, 0], by_day[:, 1, 0]
    assert not np.isin(first, second).any()
    assert stats.spearmanr(first[:, 0], second[:, 0]).pvalue > LEVEL
    assert stats.spearmanr(first[:, 0], first[:, 1]).pvalue > LEVEL


@pytest.mark.parametrize("share", [0.0, 0.06, 0.5])
def test_subnets_share_the_common_factor(share: float) -> None:
    process = flow(common_share=share)
    deviates = standardised(process, draw(process, paths=512, days=1)).reshape(-1, WIDTH)
    found = np.corrcoef(deviates.T)[np.triu_indices(WIDTH, 1)]
    noise = (1.0 - share**2) / np.sqrt(len(deviates))
    assert np.abs(found - share).max() < stats.norm.isf(LEVEL / found.size / 2) * noise


@pytest.mark.parametrize("drift", [0.0, 0.05])
def test_the_expected_flow_of_a_day_is_the_drift_however_wild_its_flows(drift: float) -> None:
    wild = flow(sd_at_1000_tao=0.6, depth_exponent=0.0, max_volatility_multiple=3.0, drift=drift)
    growth = np.exp(draw(wild, paths=4096, days=1).push.sum(1))
    error = growth.std(0) / np.sqrt(len(growth))
    assert error.max() < 0.02
    assert (np.abs(growth.mean(0) - np.exp(drift)) < stats.norm.isf(LEVEL / 16) * error).all()


def test_flows_of_deep_pools_are_a_smaller_fraction() -> None:
    depth = jnp.asarray([1_000.0, 8_000.0, 64_000.0])
    scale = flow(depth_exponent=-1.0 / 3.0).scale(depth)
    np.testing.assert_allclose(scale, 0.56 * 0.027 * np.array([1.0, 0.5, 0.25]), rtol=1e-12)


def test_another_seed_gives_other_flows(two_days: Draws) -> None:
    other = draw(flow(seed=4), paths=8, days=1)
    assert not np.isin(other.push, two_days.push).any()


@pytest.mark.parametrize(("blocks", "every"), [(360, 20), (1_800, 4), (7_200, 1), (14_400, 1)])
def test_a_day_begins_with_its_first_step(blocks: int, every: int) -> None:
    clocks = [Clock(jnp.asarray(step), blocks) for step in range(45)]
    assert [bool(clock.begins_day) for clock in clocks] == [s % every == 0 for s in range(45)]
    assert [int(clock.day) for clock in clocks] == [s * blocks // 7_200 for s in range(45)]


@eqx.filter_jit
def paid(who: Subnets, state: NetworkState) -> tuple[NetworkState, Coinbase]:
    return coinbase(live_mechanism(rank=3), who, state, STEP)


def burning(burned: float) -> tuple[Subnets, NetworkState]:
    """The network, each of its owners withholding the same part of the miners' incentive."""
    who, state = network()
    return eqx.tree_at(lambda s: s.miner_burned, who, jnp.full(WIDTH, burned)), state


def sales(owner: float, miner: float, validator: float, burned: float = 0.3) -> np.ndarray:
    who, state = burning(burned)
    after, flows = paid(who, state)
    process = EmissionSelling(*map(jnp.asarray, (owner, miner, validator)))
    wish, memory = process.intents(None, Clock(jnp.asarray(0), STEP), who, after, flows)
    assert memory is None
    assert not np.asarray(wish.push).any()
    return np.asarray(wish.alpha_sale)


CUT = chain.OWNER_CUT_U16 / chain.U16_MAX
MINTED = STEP * 1.0
"""Alpha minted in a step by a subnet before its first halving."""


def test_owners_sell_their_fraction_of_the_cut() -> None:
    np.testing.assert_allclose(sales(0.4, 0.0, 0.0), 0.4 * CUT * MINTED, rtol=1e-14)


def test_miners_sell_out_of_what_they_are_paid_and_never_what_is_withheld() -> None:
    half = 0.5 * (1.0 - CUT) * MINTED
    np.testing.assert_allclose(sales(0.0, 0.7, 0.0, burned=0.0), 0.7 * half, rtol=1e-14)
    np.testing.assert_allclose(sales(0.0, 0.7, 0.0, burned=0.3), 0.7 * 0.7 * half, rtol=1e-14)
    for all_of_it in (1.0, 1.2):
        np.testing.assert_array_equal(sales(0.0, 1.0, 0.0, burned=all_of_it), 0.0)


def test_validators_sell_out_of_what_root_leaves_them() -> None:
    _, flows = paid(*burning(0.3))
    rho = np.asarray(flows.payout.root + flows.payout.recycled) / np.asarray(flows.payout.server)
    half = 0.5 * (1.0 - CUT) * MINTED
    np.testing.assert_allclose(sales(0.0, 0.0, 0.2), 0.2 * (1.0 - rho) * half, rtol=1e-13)
    assert (rho > 0.0).all()


def test_classes_sell_independently() -> None:
    together = sales(0.4, 0.7, 0.2)
    apart = sales(0.4, 0.0, 0.0) + sales(0.0, 0.7, 0.0) + sales(0.0, 0.0, 0.2)
    np.testing.assert_allclose(together, apart, rtol=1e-14)


def end_of_paths(demand: Sequence[DemandProcess]) -> NetworkState:
    """Where a few paths of a world are after three days."""
    who, state = network()
    world = World(live_mechanism(rank=3), who, state, tuple(demand), STEP, 864_000)

    @jax.jit
    def run(paths: jax.Array) -> NetworkState:
        def of_path(path: jax.Array) -> NetworkState:
            steps = 3 * STEPS_A_DAY
            begun = world.begin(path)
            return lax.fori_loop(0, steps, lambda n, at: world.advance(at, n), begun).state

        return jax.vmap(of_path)(paths)

    return jax.device_get(run(jnp.arange(4, dtype=jnp.uint32)))


def test_switching_a_process_off_leaves_the_draws_of_the_others_as_they_were() -> None:
    nobody = EmissionSelling(*[jnp.asarray(0.0)] * 3)
    alone, with_nobody = end_of_paths([flow()]), end_of_paths([nobody, flow()])
    sellers = end_of_paths([flow(), EmissionSelling(*[jnp.asarray(0.5)] * 3)])
    for found, expected in zip(jax.tree.leaves(with_nobody), jax.tree.leaves(alone), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert (sellers.pools.alpha_in > alone.pools.alpha_in).all()
