"""Replaying price paths: trades are recovered, and the chain's pools of 2026 reproduced."""

import os
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from worlds import Orders, live_mechanism, mainnet_world, run_model

from dtaojax.history import HistoryError
from dtaojax.history.reserves import Reserves, read_reserves
from dtaojax.mechanism.composition import Mechanism
from dtaojax.mechanism.liquidity.pools import spot_price
from dtaojax.state.network import NetworkState, Subnets
from dtaojax.studies.replay.mechanism import Given, replay
from dtaojax.studies.replay.replay import replay_pools

STEPS, BLOCKS = 20, 120
World = tuple[Mechanism, Subnets, NetworkState]


@pytest.fixture(scope="module")
def world() -> World:
    """Mainnet under the live rules."""
    return live_mechanism(), *mainnet_world()


def test_a_replay_of_the_models_own_prices_finds_its_reserves_and_its_emission(
    world: World,
) -> None:
    """Buys and sales at random; from the prices alone the replay gets the same network."""
    mechanism, subnets, start = world
    rng = np.random.default_rng(1)
    buys = rng.random((STEPS, 128)) < 0.5
    size = 0.01 * rng.random((STEPS, 128))
    orders = Orders(
        np.where(buys, size * np.asarray(start.pools.tao_in), 0.0),
        np.where(buys, 0.0, size * np.asarray(start.pools.alpha_in)),
    )
    ran = run_model(mechanism, subnets, start, orders, BLOCKS)
    prices = np.asarray(jax.vmap(spot_price)(ran.after.pools))
    enabled = np.tile(np.asarray(subnets.emission_enabled), (STEPS, 1))
    given = Given(jnp.asarray(prices), jnp.asarray(enabled))
    end, found = replay(mechanism, subnets, start, given, BLOCKS)
    started = np.asarray(subnets.in_emit_set)
    for name in ("tao_in", "alpha_in"):
        expected = getattr(ran.after.pools, name)[:, started]
        assert np.allclose(getattr(found, name)[:, started], expected, rtol=1e-11)
    assert np.allclose(end.moving_price, ran.after.moving_price[-1], rtol=1e-11)
    assert np.allclose(found.emission_share, ran.flows.coinbase.shares.final, rtol=1e-8)
    paid = np.asarray(found.injected + found.bought).sum(axis=1)
    assert np.allclose(paid, 0.5 * BLOCKS, rtol=1e-12)


def test_who_is_switched_off_gets_nothing_and_unknown_prices_move_nothing(world: World) -> None:
    mechanism, subnets, start = world
    enabled = np.tile(np.asarray(subnets.emission_enabled), (STEPS, 1))
    enabled[:10, 3] = False
    given = Given(jnp.full((STEPS, 128), jnp.nan), jnp.asarray(enabled))
    _, found = replay(mechanism, subnets, start, given, BLOCKS)
    share = np.asarray(found.emission_share[:, 3])
    assert np.all(share[:10] == 0.0)
    assert np.all(share[10:] > 0.0)
    capped = np.asarray(found.bought[0]) > 0.0
    still = np.asarray(subnets.in_emit_set) & ~capped
    price = np.asarray(found.tao_in / found.alpha_in)
    begin = np.asarray(start.pools.tao_in / start.pools.alpha_in)
    assert np.allclose(price[0, still], begin[still], rtol=1e-12)
    assert np.all(price[0, capped] > begin[capped])


def test_records_are_put_together_and_prices_lie_between_them(tmp_path: Path) -> None:
    daily, hourly = tmp_path / "daily.csv", tmp_path / "hourly.csv"
    head = "netuid,close,tao_in,last_block,source\n"
    daily.write_text(head + "1,0.01,100,10,C\n2,0.04,50.5,10,C\n1,0.02,9,-1,C\n2,0.1,9,5,B\n")
    hourly.write_text("block,netuid,price,tao_in\n20,1,0.04,200\n20,2,0.04,51\n")
    found = read_reserves(daily, hourly, "C")
    assert found.block.tolist() == [10, 20]
    assert found.rounding.tolist() == [0.1, 1.0]
    assert np.allclose(found.prices_at(np.array([15])), [[0.02, 0.04]])
    assert np.allclose(found.liquidity()[0], [1000.0, 252.5])
    hourly.write_text("block,netuid,price,tao_in\n20,1,0.04,200\n")
    with pytest.raises(HistoryError, match="not every subnet has a price at block 20"):
        read_reserves(daily, hourly, "C")


def test_trades_leave_liquidity_alone() -> None:
    price = np.array([[0.01], [0.04]])
    pools = Reserves(
        block=np.array([1, 2]),
        netuid=np.array([1]),
        price=price,
        tao_in=np.array([[100.0], [200.0]]),
        rounding=np.zeros(2),
    )
    assert np.ptp(pools.liquidity()) == 0.0


def test_the_mechanism_reproduces_the_pools_of_july_and_august_2026() -> None:
    folder = Path(os.environ.get("DTAOJAX_DATA", "../shared/data"))
    if not (folder / "pools_hourly_2026.csv.gz").exists():
        pytest.skip(f"no pools_hourly_2026.csv.gz in {folder}")
    found = replay_pools(folder, switches_from_reserves=False).summary()
    assert found["subnets"] == 126
    assert found["tao_in_error_median"] < 0.005 / 10
    assert found["tao_in_error_median"] < found["without_error_median"] / 10
    assert found["share_misplaced"] < 0.005
    # All TAO emission of 137,040 blocks was injected or spent on alpha.
    assert found["injected"] + found["bought"] == pytest.approx(0.5 * 137_040, rel=1e-3)
