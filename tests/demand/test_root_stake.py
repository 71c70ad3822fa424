"""TAO that moves in and out of root: amounts, limits, laws, and what follows from them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flows import STEP, STEPS_A_DAY, network, run_world, traded, wishes
from scipy import stats
from worlds import live_mechanism

from dtaojax.demand.clock import window
from dtaojax.demand.holders.processes import RootStakeFlow, root_stake_flow
from dtaojax.demand.shock.events import RootExit
from dtaojax.mechanism.root.stake import move_root_stake
from dtaojax.state.network import NetworkState
from dtaojax.world.world import Tallies

LEVEL = 1e-4
CUT = Tallies._fields.index("unstaking_limited")


def leaving(fraction: float, day: float = 0.5, days: float = 0.0) -> RootExit:
    return RootExit(window(day, days), jnp.asarray(fraction))


def walk(**changed: float) -> RootStakeFlow:
    home = float(network()[1].root_tao)
    usual = {"sd": 0.2, "drift": 0.01, "pull": 0.0, "home": home}
    return root_stake_flow(4, **(usual | changed))


@pytest.mark.parametrize(("wish", "after"), [(5.0, 105.0), (-40.0, 60.0), (-100.0, 0.0)])
def test_stake_moves_one_for_one(wish: float, after: float) -> None:
    found, cut = move_root_stake(jnp.asarray(100.0), jnp.asarray(wish))
    assert float(found) == after
    assert not cut


def test_nobody_unstakes_more_than_is_staked_and_the_cut_is_reported() -> None:
    found, cut = move_root_stake(jnp.asarray(100.0), jnp.asarray(-100.5))
    assert float(found) == 0.0
    assert cut


@pytest.mark.parametrize("days", [0.0, 0.5, 0.33])
def test_a_wave_takes_its_fraction_out_of_root_within_its_window(days: float) -> None:
    root = traded(leaving(0.4, 0.5, days), days=1.0).root_tao[0]
    start = float(network()[1].root_tao)
    assert root[STEPS_A_DAY // 2] == start
    np.testing.assert_allclose(root[-1], 0.6 * start, rtol=1e-12)


def test_root_alpha_goes_with_root_stake_and_no_tao_is_made() -> None:
    """Root's part of a mint is w S / (w S + A)."""
    wave = run_world(leaving(0.9, 0.0), leaving(0.0, 0.0)).states
    quiet = run_world(leaving(0.0, 0.0), leaving(0.0, 0.0)).states

    def earned(states: NetworkState) -> np.ndarray:
        return states.root_basket[0, 2] - states.root_basket[0, 1]

    def part(states: NetworkState) -> np.ndarray:
        root = float(live_mechanism().tao_weight) * states.root_tao[0, 1]
        return root / (root + states.pools.alpha_in[0, 2] + states.alpha_out[0, 2])

    assert wave.root_tao[0, 1] == pytest.approx(0.1 * quiet.root_tao[0, 1], rel=1e-12)
    assert (earned(quiet) > 0.0).all()
    ratio = earned(wave) / earned(quiet)
    np.testing.assert_allclose(ratio, part(wave) / part(quiet), rtol=1e-9)
    assert wave.total_issuance[0, 1] == quiet.total_issuance[0, 1]


def test_waves_that_ask_for_more_than_all_are_cut_and_counted() -> None:
    both = run_world(leaving(0.7, 0.0), leaving(0.7, 0.0))
    assert both.states.root_tao[0, -1] == 0.0
    assert both.tallies[CUT] == 1
    for leaf in jax.tree.leaves(both.states):
        assert np.isfinite(leaf).all()
    assert run_world(leaving(0.5, 0.0), leaving(0.5, 0.0)).tallies[CUT] == 0


def test_expected_root_stake_grows_by_the_drift_and_its_log_is_normal() -> None:
    at = network()
    moved = wishes(walk(), at, paths=4096, days=0.5).root_tao / float(at[1].root_tao)
    steps = moved.shape[1]
    logs = np.log1p(moved).sum(axis=1)
    sd = 0.2 * np.sqrt(steps / STEPS_A_DAY)
    deviates = (logs - 0.005 + 0.5 * sd**2) / sd
    assert stats.kstest(deviates, "norm").pvalue > LEVEL
    growth = np.exp(logs)
    error = growth.std() / np.sqrt(len(growth))
    assert abs(growth.mean() - np.exp(0.005)) < stats.norm.isf(LEVEL) * error


def test_a_pulled_stake_returns_to_its_start_at_the_given_rate() -> None:
    start = float(network()[1].root_tao)
    pull = float(np.log(2.0) / 2.0)
    calm = walk(sd=0.0, drift=0.0, pull=pull, home=2.0 * start)
    for blocks in (STEP, 7_200):
        root = traded(calm, days=2.0, blocks=blocks).root_tao[0]
        np.testing.assert_allclose(root[-1], start * np.sqrt(2.0), rtol=1e-12)


def test_root_that_all_have_left_stays_empty() -> None:
    left = traded(leaving(1.0, 0.0), walk(), days=1.0)
    assert np.abs(left.root_tao[0, 2:]).max() <= 1e-9 * left.root_tao[0, 0]
