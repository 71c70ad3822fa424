"""The stationary bootstrap, the flows and returns it draws from, and how histories become rows."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from flows import STEPS_A_DAY, WIDTH, network, wishes
from jax import lax
from scipy import stats

from dtaojax.demand.distributions import StationaryBootstrap, less_log_mean
from dtaojax.demand.flow.bootstrap import FlowBootstrap, flow_bootstrap, real_pushes
from dtaojax.history import HistoryError, Panel, read_closes
from dtaojax.network import load_network
from dtaojax.network.table import Slots
from dtaojax.numerics.streams import named_stream

LEVEL = 1e-4
ROWS = 12
MEAN_BLOCK = 4.0
HISTORY = less_log_mean(np.random.default_rng(2).normal(0.0, 0.4, (ROWS, WIDTH)))


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Rows drawn for 64 days of many paths, (paths, days)."""
    days = StationaryBootstrap(ROWS, jnp.asarray(1.0 / MEAN_BLOCK))
    stream = named_stream(1, "rows")

    def of_path(path: jax.Array) -> jax.Array:
        mine = stream.for_path(path)

        def advance(row: jax.Array, day: jax.Array) -> tuple[jax.Array, jax.Array]:
            row = days.next_row(mine, day, row)
            return row, row

        return lax.scan(advance, jnp.zeros((), jnp.int32), jnp.arange(64))[1]

    return np.asarray(jax.jit(jax.vmap(of_path))(jnp.arange(512, dtype=jnp.uint32)))


@pytest.mark.parametrize("day", [0, 1, 63])
def test_every_row_is_as_likely_on_every_day(rows: np.ndarray, day: int) -> None:
    assert stats.chisquare(np.bincount(rows[:, day], minlength=ROWS)).pvalue > LEVEL


def test_blocks_have_the_mean_length_and_run_on_in_order(rows: np.ndarray) -> None:
    """A day follows the one before unless a block begins; one in ROWS blocks does so by chance."""
    follows = rows[:, 1:] == (rows[:, :-1] + 1) % ROWS
    chance = 1.0 - (1.0 / MEAN_BLOCK) * (1.0 - 1.0 / ROWS)
    assert stats.binomtest(int(follows.sum()), follows.size, chance).pvalue > LEVEL


def process(drift: float = 0.0) -> FlowBootstrap:
    return flow_bootstrap(4, pushes=jnp.asarray(HISTORY), mean_block_days=MEAN_BLOCK, drift=drift)


def test_days_of_the_history_come_whole_and_evenly_over_their_steps() -> None:
    push = wishes(process(), network(), paths=16, days=3.0).push
    of_day = push.reshape(16, 3, STEPS_A_DAY, WIDTH)
    np.testing.assert_array_equal(of_day, np.broadcast_to(of_day[:, :, :1], of_day.shape))
    sums = of_day.sum(axis=2).reshape(-1, WIDTH)
    distance = np.abs(sums[:, None] - HISTORY[None]).max(axis=2)
    assert distance.min(axis=1).max() < 1e-12
    assert len(set(distance.argmin(axis=1).tolist())) > ROWS // 2


@pytest.mark.parametrize("drift", [0.0, 0.1])
def test_expected_change_of_the_pool_in_a_day_is_the_drift(drift: float) -> None:
    growth = np.exp(wishes(process(drift), network(), paths=4096, days=1.0).push.sum(axis=1))
    error = growth.std(axis=0) / np.sqrt(len(growth))
    distance = np.abs(growth.mean(axis=0) - np.exp(drift)) / error
    assert distance.max() < stats.norm.isf(LEVEL / 2 / WIDTH)


def test_rows_less_their_log_mean_change_nothing_in_expectation() -> None:
    np.testing.assert_allclose(np.exp(HISTORY).mean(axis=0), 1.0, rtol=1e-13)


def panel(netuids: list[int], tao_in: list[float], returns: np.ndarray, age: float = 99.0) -> Panel:
    """A history with these daily log returns."""
    start = np.zeros((1, len(netuids)))
    close = 0.01 * np.exp(np.concatenate([start, np.cumsum(returns, axis=0)]))
    days = len(close)
    return Panel(
        source="history.csv",
        dates=np.datetime64("2026-01-01") + np.arange(days),
        netuid=np.array(netuids),
        close=close,
        tao_in=np.tile(tao_in, (days, 1)),
        age=np.full(close.shape, age),
    )


@pytest.fixture(scope="module")
def slots() -> Slots:
    table = load_network("finney_8791253")
    return Slots(table, table.n_subnets + 3)


RETURNS = np.array([[0.1, 0.2, 0.4], [-0.1, -0.2, -0.4]])


def test_subnets_are_given_the_flows_of_their_rank_in_depth(slots: Slots) -> None:
    """The push is half of the log return; thirds of 128 subnets share one of three."""
    found = real_pushes(panel([500, 501, 502], [900.0, 100.0, 500.0], RETURNS), slots, False, 30.0)
    by_depth = found[0, np.argsort(slots.table.tao_in, kind="stable")]
    np.testing.assert_allclose(by_depth[:43], 0.1, rtol=1e-12)
    np.testing.assert_allclose(by_depth[43:86], 0.2, rtol=1e-12)
    np.testing.assert_allclose(by_depth[86:], 0.05, rtol=1e-12)
    np.testing.assert_allclose(found[1], -found[0], rtol=1e-12)
    np.testing.assert_allclose(found[0, slots.table.n_subnets :], 0.1, rtol=1e-12)


def test_subnets_that_the_history_knows_are_given_their_own_flows(slots: Slots) -> None:
    found = real_pushes(panel([64, 501, 502], [900.0, 100.0, 500.0], RETURNS), slots, True, 30.0)
    known, other = slots.table.row_of(64), slots.table.row_of(19)
    np.testing.assert_allclose(found[:, known], 0.5 * RETURNS[:, 0], rtol=1e-12)
    by_rank = real_pushes(panel([64, 501, 502], [900.0, 100.0, 500.0], RETURNS), slots, False, 30.0)
    np.testing.assert_array_equal(found[:, other], by_rank[:, other])


def test_ranks_are_by_price_where_depth_is_not_known(slots: Slots) -> None:
    unknown = panel([500, 501, 502], [np.nan] * 3, RETURNS)
    deepest = int(np.argmax(slots.table.tao_in))
    found = real_pushes(unknown, slots, False, 30.0)
    # On the second day the third subnet is the dearest.
    assert found[1, deepest] == pytest.approx(-0.2, rel=1e-12)


def test_history_of_young_subnets_alone_is_refused(slots: Slots) -> None:
    young = panel([500, 501, 502], [1.0] * 3, RETURNS, age=5.0)
    with pytest.raises(HistoryError, match=r"history\.csv: holds 0 days .* smaller min_age_days"):
        real_pushes(young, slots, False, 30.0)


def write(path: Path, rows: list[tuple[str, object]]) -> Path:
    pd.DataFrame(rows, columns=["date", "close"]).to_csv(path, index=False)
    return path


def test_returns_are_those_of_days_that_follow_each_other(tmp_path: Path) -> None:
    rows = [("2026-01-02", 110.0), ("2026-01-01", 100.0), ("2026-01-05", 55.0)]
    closes = read_closes(write(tmp_path / "c.csv", [*rows, ("2026-01-06", 110.0)]))
    np.testing.assert_allclose(closes.log_returns(), np.log([1.1, 2.0]), rtol=1e-12)
    assert closes.close[-1] == 110.0


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("2026-01-01", 1.0), ("2026-01-01", 1.0)], "line 3: date stands twice"),
        ([("soon", 1.0), ("2026-01-02", 1.0)], "line 2: date is no date"),
        ([("2026-01-01", -1.0), ("2026-01-02", "x")], "line 2, 3: close is no positive number"),
        ([("2026-01-01", 1.0), ("2026-01-02", 1.0)], "fewer than three days"),
        (
            [("2026-01-01", 1.0), ("2026-01-03", 1.0), ("2026-01-05", 1.0)],
            "no two days follow each other",
        ),
    ],
)
def test_bad_closes_are_refused(rows: list, message: str, tmp_path: Path) -> None:
    with pytest.raises(HistoryError) as caught:
        read_closes(write(tmp_path / "c.csv", rows))
    assert message in str(caught.value)
