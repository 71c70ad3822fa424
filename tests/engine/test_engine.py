"""The engine: exact accounting, lost paths, and the same bits however paths are divided."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from places import TESTS
from scipy import stats
from threads import run
from walks import BINS, MEMBERS, GeometricWalk, Walk, walk
from worlds import live_mechanism, random_world, state_of, subnets_of

from dtaojax.assembly import build_bins, build_demand
from dtaojax.demand.flow.config import StudentFlowConfig
from dtaojax.demand.holders.config import EmissionSellingConfig
from dtaojax.engine.batches import (
    MOST_BATCHES,
    BatchAccumulator,
    Batches,
    batch_paths,
    coarser,
)
from dtaojax.engine.chunk import Plan, chunk_size
from dtaojax.engine.devices import default_block_paths
from dtaojax.engine.merge import Statistics
from dtaojax.engine.pairwise import PairwiseAccumulator, pairwise_sum
from dtaojax.engine.rollout import KEPT, Model, Observation
from dtaojax.engine.statistics import Bins
from dtaojax.network import load_network
from dtaojax.network.table import Slots
from dtaojax.world.followers.portfolio import Portfolio
from dtaojax.world.world import World

REPORTS = (1, 4, 16)
PATHS = 1001
DIVISIONS = [(1, 64, 2), (2, 16, 1), (8, 8, 2), (16, 256, 3), (64, 64, 2), (1024, 1024, 1)]
"""Block sizes, chunk sizes and numbers of workers."""


class Outcome(NamedTuple):
    """Everything that a run returned, handed to its sink and reported as progress."""

    statistics: Statistics
    scalars: np.ndarray
    lost_at: np.ndarray
    starts: list[int]
    progress: list[int]


def outcome(
    model: Model,
    block_paths: int,
    workers: int,
    *,
    paths: int = PATHS,
    chunk_paths: int | None = None,
    bins: Bins = BINS,
    reports: tuple[int, ...] = REPORTS,
) -> Outcome:
    handed: list[tuple[int, np.ndarray, np.ndarray]] = []
    progress: list[int] = []
    plan = Plan(paths, reports, block_paths, chunk_paths or block_paths)
    statistics = run(
        model, bins, plan, lambda *chunk: handed.append(chunk), progress.append, workers=workers
    )
    starts, scalars, lost_at = zip(*handed, strict=True)
    return Outcome(
        statistics, np.concatenate(scalars), np.concatenate(lost_at), list(starts), progress
    )


def assert_same_bits(one: Outcome, other: Outcome) -> None:
    for found, expected in zip(
        jax.tree.leaves((one.statistics, one.scalars, one.lost_at)),
        jax.tree.leaves((other.statistics, other.scalars, other.lost_at)),
        strict=True,
    ):
        np.testing.assert_array_equal(found, expected)


@pytest.fixture(scope="module")
def whole() -> Outcome:
    return outcome(walk(broken_every=50), 128, 1)


@pytest.mark.parametrize(("block_paths", "chunk_paths", "workers"), DIVISIONS)
def test_division_into_blocks_chunks_and_workers_moves_no_bit(
    whole: Outcome, block_paths: int, chunk_paths: int, workers: int
) -> None:
    divided = outcome(walk(broken_every=50), block_paths, workers, chunk_paths=chunk_paths)
    assert_same_bits(divided, whole)


@pytest.mark.parametrize("paths", [1, 63, 64, 2048, 10**6])
@pytest.mark.parametrize("workers", [1, 2, 100])
@pytest.mark.parametrize("block_paths", [1, 64, 4096])
def test_chunks_are_powers_of_two_that_hold_whole_blocks(
    paths: int, workers: int, block_paths: int
) -> None:
    size = chunk_size(paths, block_paths, workers)
    assert size & (size - 1) == 0
    assert size % block_paths == 0
    starts = Plan(paths, (1,), block_paths, size).starts
    assert len(starts) >= min(8 * workers, paths // max(block_paths, 2))


@pytest.mark.parametrize(
    ("platform", "members", "paths", "block"),
    [
        ("cpu", 128, 10**6, 32),
        ("cpu", 4096, 2, 32),
        ("gpu", 128, 10**6, 8192),
        ("tpu", 8, 10**6, 8192),
        ("gpu", 4096, 10**6, 256),
        ("gpu", 10**7, 10**6, 1),
        ("gpu", 128, 2048, 2048),
        ("gpu", 128, 1025, 2048),
        ("gpu", 128, 1, 32),
    ],
)
def test_blocks_fill_an_accelerator_and_fit_a_core(
    platform: str, members: int, paths: int, block: int
) -> None:
    assert default_block_paths(platform, members, paths) == block


def test_paths_are_divided_among_devices_and_no_bit_moves(whole: Outcome, tmp_path: Path) -> None:
    program = TESTS / "on_two_devices.py"
    flags = "--xla_force_host_platform_device_count=2"
    subprocess.run(
        [sys.executable, program, tmp_path / "found.npz"],
        check=True,
        env=os.environ | {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"},
    )
    with np.load(tmp_path / "found.npz") as found:
        assert len(found["devices"]) == 2
        np.testing.assert_array_equal(found["scalars"], whole.scalars)
        for number, leaf in enumerate(jax.tree.leaves(whole.statistics)):
            np.testing.assert_array_equal(found[f"leaf{number}"], leaf)


def test_fewer_paths_are_the_first_of_more(whole: Outcome) -> None:
    fewer = outcome(walk(broken_every=50), 16, 2, paths=77)
    np.testing.assert_array_equal(fewer.scalars, whole.scalars[:77])


def test_another_seed_gives_other_paths(whole: Outcome) -> None:
    other = outcome(walk(seed=2, broken_every=50), 128, 1)
    np.testing.assert_array_equal(other.scalars[:, 0, :MEMBERS], 1.0)
    assert not np.isin(other.scalars[:, 1:, :MEMBERS], whole.scalars[:, 1:, :MEMBERS]).any()


def test_paths_are_handed_over_in_order_and_progress_counts_them(whole: Outcome) -> None:
    small = outcome(walk(), 64, 2)
    assert small.starts == list(range(0, PATHS, 64))
    assert small.progress == [min(start + 64, PATHS) for start in small.starts]
    np.testing.assert_array_equal(small.scalars[:, 0, MEMBERS], np.arange(PATHS))


def test_moments_of_a_geometric_walk_are_its_closed_forms() -> None:
    statistics = outcome(walk(), 128, 2).statistics
    time = np.array([0, *REPORTS])[:, None, None]
    variance = np.expm1(0.01 * time) * np.exp(0.01 * time)
    mean = statistics.deviation / PATHS
    error = (mean - np.expm1(0.005 * time)) / np.sqrt(np.maximum(variance, 1e-30) / PATHS)
    np.testing.assert_array_less(np.abs(error), stats.norm.isf(5e-5))
    spread = statistics.squared / PATHS - mean**2
    assert (np.abs(spread / np.maximum(variance, 1e-30) - 1.0)[1:] < 0.25).all()
    np.testing.assert_array_equal(statistics.events[0], 0)
    binomial = stats.binom(PATHS, 0.5)
    assert (binomial.ppf(1e-5) <= statistics.events[1:]).all()
    assert (statistics.events[1:] <= binomial.ppf(1.0 - 1e-5)).all()


def test_statistics_are_those_of_the_paths_themselves() -> None:
    seen = outcome(walk(), 64, 2)
    values = seen.scalars[:, :, :MEMBERS]
    deviation = values - 1.0
    moments = seen.statistics
    np.testing.assert_allclose(moments.deviation[:, 0], deviation.sum(0), rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(moments.squared[:, 0], (deviation**2).sum(0), rtol=1e-11)
    np.testing.assert_allclose(moments.cubed[:, 0], (deviation**3).sum(0), rtol=1e-10, atol=1e-10)
    np.testing.assert_array_equal(moments.events[:, 0], (np.log(values) > 0.0).sum(0))
    np.testing.assert_array_equal(moments.counts.lowest[:, 0], values.min(0))
    np.testing.assert_array_equal(moments.counts.highest[:, 0], values.max(0))
    place = np.clip(np.floor((np.log(values) + 0.5) / 0.05).astype(int), -1, 20) + 1
    for moment in range(len(REPORTS) + 1):
        for member in range(MEMBERS):
            expected = np.bincount(place[:, moment, member], minlength=22)
            np.testing.assert_array_equal(moments.counts.bins[moment, 0, member], expected)
    assert moments.counts.bins[-1, :, :, [0, -1]].all()


@pytest.mark.parametrize("paths", [1, 2, 511, 512, 513, 1001])
def test_batches_add_up_the_last_moment_of_consecutive_paths(paths: int) -> None:
    seen = outcome(walk(broken_every=50), 16, 2, paths=paths)
    size, sums = seen.statistics.batches
    assert size == (1 if paths <= 512 else 2)
    values = np.where(seen.lost_at[:, None] == KEPT, seen.scalars[:, -1, :MEMBERS], 1.0)
    for batch, found in enumerate(sums):
        here = values[size * batch : size * (batch + 1)]
        np.testing.assert_allclose(found[0], (here - 1.0).sum(0), rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(found[1], (here > 1.0).sum(0))
    assert len(sums) == -(-paths // size)


@pytest.mark.parametrize("paths", [1, 5, 512, 700, 1024, 1025, 5000])
@pytest.mark.parametrize("chunk", [1, 4, 64, 1024])
def test_batches_are_those_of_the_paths_whatever_the_chunks(paths: int, chunk: int) -> None:
    figures = np.random.default_rng(paths).standard_normal((paths, 2, 3))
    held = BatchAccumulator()
    for first in range(0, paths, chunk):
        stop = min(first + chunk, paths)
        size = min(batch_paths(stop), chunk)
        held.add(first, stop, Batches(size, coarser(figures[first:stop], size)))
    found = held.total()
    assert found.paths == batch_paths(paths)
    assert len(found.sums) <= MOST_BATCHES
    np.testing.assert_array_equal(found.sums, coarser(figures, found.paths))


def test_every_value_of_a_used_path_is_in_one_bin(whole: Outcome) -> None:
    assert (whole.statistics.counts.bins.sum(-1) == whole.statistics.used).all()


def test_paths_that_break_are_counted_reported_and_left_out_of_everything(whole: Outcome) -> None:
    broken = np.arange(49, PATHS, 50)
    found_out = REPORTS.index(16) + 1
    assert whole.statistics.lost == dict.fromkeys(broken.tolist(), found_out)
    assert whole.statistics.used == PATHS - len(broken)
    np.testing.assert_array_equal(np.flatnonzero(whole.lost_at != KEPT), broken)
    assert np.isnan(whole.scalars[broken, -1, :MEMBERS]).all()

    kept = np.delete(whole.scalars[:, :, :MEMBERS], broken, axis=0)
    assert np.isfinite(kept).all()
    deviation = (kept - 1.0).sum(0)
    np.testing.assert_allclose(whole.statistics.deviation[:, 0], deviation, rtol=1e-11, atol=1e-11)
    np.testing.assert_array_equal(whole.statistics.events[:, 0], (np.log(kept) > 0.0).sum(0))
    np.testing.assert_array_equal(whole.statistics.counts.highest[:, 0], kept.max(0))


class Mortal(GeometricWalk):
    """A walk whose members are worth nothing once they have fallen, and unknown on some paths."""

    def observe(self, carry: Walk, number: jax.Array) -> Observation:
        seen = super().observe(carry, number)
        values = jnp.where(carry.log_value < -0.1, 0.0, seen.gauges[0])
        # The state of these paths is sound; what is observed of them at the end is not.
        is_unknown = (carry.path % 7 == 3) & jnp.any(carry.log_value != 0.0)
        values = jnp.where(is_unknown, jnp.nan, values)
        return Observation(values[None], seen.events, jnp.append(values, seen.scalars[-1]))


def test_zeros_are_in_no_bin_and_an_unknown_figure_is_a_lost_path_and_not_a_zero() -> None:
    mortal = Mortal(walk().stream, walk().sigma, 50)
    seen = outcome(mortal, 64, 1)
    lost = seen.lost_at != KEPT
    number = np.arange(PATHS)
    np.testing.assert_array_equal(lost, (number % 50 == 49) | (number % 7 == 3))
    # Of a path that breaks both ways the first moment counts.
    assert (seen.lost_at[number % 7 == 3] == 1).all()
    kept = seen.scalars[~lost][:, :, :MEMBERS]
    counts = seen.statistics.counts
    zeros = seen.statistics.used - counts.bins.sum(axis=-1)
    np.testing.assert_array_equal(zeros[:, 0], (kept == 0.0).sum(axis=0))
    assert zeros[-1].all()
    smallest = np.where(kept > 0.0, kept, np.inf).min(axis=0)
    np.testing.assert_array_equal(counts.lowest[:, 0], smallest)


def test_tallies_are_those_of_the_used_paths(whole: Outcome) -> None:
    sound = outcome(walk(), 128, 1)
    (all_ups,), (kept_ups,) = sound.statistics.tallies, whole.statistics.tallies
    lost = len(whole.statistics.lost)
    steps = REPORTS[-1] * MEMBERS
    assert abs(all_ups - PATHS * steps / 2) < 5.0 * np.sqrt(PATHS * steps / 4)
    assert abs(all_ups - kept_ups - lost * steps / 2) < 5.0 * np.sqrt(lost * steps / 4)


def test_a_run_whose_paths_all_break_says_so() -> None:
    seen = outcome(walk(broken_every=4), 2, 1, paths=4)
    assert seen.statistics.lost == {3: len(REPORTS)}
    only = eqx.tree_at(lambda model: model.sigma, walk(), jnp.asarray(jnp.nan))
    seen = outcome(only, 2, 1, paths=4)
    assert seen.statistics.used == 0
    assert seen.statistics.lost == dict.fromkeys(range(4), 1)
    assert not seen.statistics.counts.bins.any()


@pytest.mark.parametrize("size", [1, 2, 16, 128])
def test_pairwise_sums_of_blocks_join_to_the_sum_of_the_whole(size: int) -> None:
    terms = np.random.default_rng(3).normal(size=(256, 5)) * 10.0 ** np.arange(5)
    accumulator = PairwiseAccumulator()
    for start in range(0, 256, size):
        accumulator.add(np.asarray(pairwise_sum(jnp.asarray(terms[start : start + size]))))
    np.testing.assert_array_equal(accumulator.total(), pairwise_sum(jnp.asarray(terms)))


@pytest.fixture(scope="module")
def small_world() -> World:
    network = random_world(5, 8, weights=True)
    demand = (
        StudentFlowConfig(process="student_flow"),
        EmissionSellingConfig(process="emission_selling"),
    )
    holder = Portfolio(
        slot=jnp.asarray([0, 3]),
        alpha=jnp.asarray([50.0, 30.0]),
        root_tao=jnp.asarray(100.0),
        delegate_take=jnp.asarray(0.18),
        exit_fall=jnp.asarray(0.01),
    )
    return World(
        live_mechanism(rank=3),
        subnets_of(network),
        state_of(network),
        build_demand(demand, 7, Slots(load_network("finney_8791253"), 8), Path()),
        step_blocks=360,
        immunity_blocks=864_000,
        followers=(holder,),
    )


def test_division_moves_no_bit_of_a_world(small_world: World) -> None:
    bins = build_bins(small_world)
    bins = bins._replace(inside=64, log_width=bins.log_width * (bins.inside // 64))
    runs = [
        outcome(small_world, block_paths, workers, paths=70, bins=bins, reports=(20, 60))
        for block_paths, workers in ((1, 2), (64, 1))
    ]
    assert not runs[0].statistics.lost
    assert np.unique(runs[0].scalars[:, -1, 0]).size > 60
    assert_same_bits(runs[1], runs[0])
