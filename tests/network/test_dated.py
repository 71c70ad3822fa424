"""Dated snapshots: what they lack is joined or assumed, and said; nothing is filled in unasked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dtaojax import chain
from dtaojax.assembly import build_network
from dtaojax.history import data_folder
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.network import NetworkError, NetworkTable, load_network
from dtaojax.network.dated import FIRST_HALVING_BLOCK, scheduled_issuance
from dtaojax.network.write import write_network

BLOCK = 8_000_000
ROWS = pd.DataFrame(
    {
        "netuid": [1, 2, 3],
        "name": ["one", "two", "three"],
        "registered_block": [10, 6_000_000, 7_900_000],
        "tao_in": [3_000.0, 2_000.0, 1_000.0],
        "alpha_in": [1e5, 2e5, 1e3],
        "alpha_out": [2e5, 3e5, 0.0],
        "moving_price": [0.03, 0.01, None],
        "emission_enabled": [None, None, None],
        "tao_flow_ema_tao_per_block": [0.25, None, None],
    }
)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a table as CSV and returns its path."""

    def write(table: pd.DataFrame, name: str = "state.csv", **changes: Any) -> Path:
        table.assign(**changes).to_csv(tmp_path / name, index=False)
        return tmp_path / name

    return write


def loaded(file: Path, *tables: Path, **facts: float) -> NetworkTable:
    return load_network(file, assume=True, columns_from=tables, **({"block": BLOCK} | facts))


def test_what_a_dated_snapshot_lacks_is_assumed_and_said(write: Callable[..., Path]) -> None:
    network = loaded(write(ROWS))
    said = " ".join(network.notes)
    assert network.total_issuance == scheduled_issuance(BLOCK)
    assert f"total_issuance is assumed: {scheduled_issuance(BLOCK):,.0f} TAO" in said
    assert "TAO staked to root is assumed" in said
    assert "root.tao_weight" in said
    np.testing.assert_array_equal(network.first_emission_block, [10, 6_000_000, -1])
    assert "first_emission_block of 2 subnets is assumed" in said
    assert "Not started, since without a moving price: netuid 3." in said
    assert network.emission_enabled.all()
    assert "emission_enabled is not in the source: assumed for 3 (switched on)" in said
    assert network.user_flow_ema is None
    assert "user_flow_ema is known of 1 subnets only, and left out" in said
    assert network.unknown_parts == ("burned_alpha", "basket_alpha")


def test_facts_that_are_given_are_not_assumed(write: Callable[..., Path]) -> None:
    network = loaded(write(ROWS), root_tao=5e6, total_issuance=1.1e7)
    assert (network.root_tao, network.total_issuance) == (5e6, 1.1e7)
    assert not any("root is assumed" in note or "issuance is" in note for note in network.notes)


def test_nothing_is_assumed_unasked(write: Callable[..., Path]) -> None:
    file = write(ROWS)
    with pytest.raises(NetworkError, match="total_issuance is not known"):
        load_network(file, block=BLOCK)
    with pytest.raises(NetworkError, match="is it 'registered_block'"):
        load_network(file, block=BLOCK, total_issuance=1.1e7)
    with pytest.raises(NetworkError, match="block is not known"):
        load_network(file, assume=True)


def test_without_price_averages_the_spot_price_is_assumed(write: Callable[..., Path]) -> None:
    known = ROWS.drop(columns="moving_price")
    network = loaded(write(known))
    np.testing.assert_array_equal(network.moving_price, [0.03, 0.01, 1.0])
    assert network.started.all()
    with pytest.raises(NetworkError, match=r"line 3 \(netuid 2\): tao_in is many"):
        loaded(write(known, tao_in=[1, "many", 2]))
    with pytest.raises(NetworkError, match="no column 'alpha_in'"):
        loaded(write(known.drop(columns="alpha_in")))


def test_further_tables_fill_what_the_file_lacks_and_nothing_else(
    write: Callable[..., Path],
) -> None:
    file = write(ROWS)
    # Netuid 2 was another subnet's until 6,000,000: its old start call says nothing.
    starts = write(
        pd.DataFrame({"netuid": [1, 2], "start_block": [5_000_000, 5_100_000]}), "starts.csv"
    )
    burns = write(
        pd.DataFrame(
            {"netuid": [1, 2, 3], "burn": [0.5, 1.0, 0.0], "enabled": [1, 0, 1], "tao_in": 7.0}
        ),
        "burns.csv",
    )
    network = loaded(file, starts, burns)
    np.testing.assert_array_equal(network.first_emission_block, [5_000_000, 6_000_000, -1])
    np.testing.assert_array_equal(network.miner_burned, [0.5, 1.0, 0.0])
    np.testing.assert_array_equal(network.emission_enabled, [True, False, True])
    np.testing.assert_array_equal(network.tao_in, ROWS["tao_in"])
    assert "From starts.csv: first_emission_block of 1 subnets." in network.notes
    assert any(note.startswith("From burns.csv: emission_enabled of 3") for note in network.notes)


def test_of_a_netuid_that_was_used_again_the_last_registration_counts(
    write: Callable[..., Path],
) -> None:
    known = ROWS.drop(columns="registered_block")
    table = pd.DataFrame(
        {"netuid": [1, 2, 2, 2, 3], "registered_block": [10, 20, 6_000_000, BLOCK + 1, 7_900_000]}
    )
    network = loaded(write(known), write(table, "registrations.csv"))
    np.testing.assert_array_equal(network.registered_at, [10, 6_000_000, 7_900_000])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"uid": [1], "burn": [0.0]}, "no column 'netuid'"),
        ({"netuid": [1], "colour": ["red"]}, "no column that a network file knows"),
        ({"netuid": [1, 1], "burn": [0.0, 1.0]}, "line 3: netuid 1 stands twice"),
        ({"netuid": [1.5], "burn": [0.0]}, "line 2: netuid is '1.5', no whole number"),
    ],
)
def test_a_table_that_cannot_be_joined_is_refused(
    write: Callable[..., Path], table: dict[str, list[Any]], message: str
) -> None:
    with pytest.raises(NetworkError, match=message):
        loaded(write(ROWS), write(pd.DataFrame(table), "table.csv"))


def test_issuance_by_schedule_grows_by_each_blocks_emission() -> None:
    """Half of all TAO at the first halving, half a TAO a block after it, one before (§3.1)."""
    half = chain.MAX_SUPPLY / 2
    at = FIRST_HALVING_BLOCK
    assert scheduled_issuance(at) == half
    assert scheduled_issuance(at + 1_000) == pytest.approx(half + 500.0, abs=1e-6)
    assert scheduled_issuance(at - 1_000) == pytest.approx(half - 1_000.0, abs=1e-6)
    second = at + int(half)
    assert scheduled_issuance(second) == pytest.approx(0.75 * chain.MAX_SUPPLY)
    step = scheduled_issuance(second + 1_000) - scheduled_issuance(second)
    assert step == pytest.approx(250.0, abs=1e-6)
    # The chain's own number is smaller by what was recycled.
    known = load_network("finney_8791253")
    assert 1.0 < scheduled_issuance(known.block) / known.total_issuance < 1.015


def with_memory(network: NetworkTable, tmp_path: Path) -> NetworkTable:
    """The network with flow averages and claims, written and read back."""
    values = np.linspace(-0.5, 0.5, network.n_subnets)
    state: dict[str, Any] = vars(network) | {
        "user_flow_ema": values,
        "protocol_flow_ema": values[::-1] / 3.0,
        "claimable_alpha": 0.01 * network.alpha_out,
    }
    write_network(NetworkTable(**state), tmp_path / "memory.csv")
    return load_network(tmp_path / "memory.csv")


def test_flow_averages_and_claims_reach_the_state_that_a_run_starts_from(tmp_path: Path) -> None:
    known = load_network("finney_8791253")
    network = with_memory(known, tmp_path)
    rules = MechanismConfig.model_validate("netflow_2026")
    _, state = build_network(network, rules, slots=network.n_subnets + 2)
    values = np.linspace(-0.5, 0.5, network.n_subnets)
    np.testing.assert_array_equal(state.memory.user_ema, [*values, 0.0, 0.0])
    np.testing.assert_array_equal(state.memory.protocol_ema, [*(values[::-1] / 3.0), 0.0, 0.0])
    np.testing.assert_array_equal(state.memory.user, 0.0)
    claimable = 0.01 * known.alpha_out
    np.testing.assert_array_equal(state.root_basket[:-2], known.basket_alpha + claimable)
    assert network.held_alpha == pytest.approx(known.held_alpha - claimable, rel=1e-12)
    # Where root keeps no alpha, participants hold it.
    _, launch = build_network(network, MechanismConfig.model_validate("launch_2025"))
    assert not np.asarray(launch.root_basket).any()


def test_without_averages_the_memory_of_flows_is_empty() -> None:
    rules = MechanismConfig.model_validate("netflow_2026")
    _, state = build_network(load_network("finney_8791253"), rules)
    assert not any(np.asarray(part).any() for part in state.memory)


def test_claims_tell_roots_part_as_baskets_do(write: Callable[..., Path]) -> None:
    claims = loaded(write(ROWS, claimable_alpha=[1.0, 2.0, 0.0]))
    assert claims.unknown_parts == ("burned_alpha",)
    with pytest.raises(NetworkError, match="claimable_alpha is more than alpha_out"):
        loaded(write(ROWS, claimable_alpha=[1.0, 4e5, 0.0]))


@pytest.mark.skipif(
    not (data_folder() / "snapshot_20260614.csv").exists(), reason="no dated snapshots here"
)
@pytest.mark.parametrize(
    ("date", "block", "not_started"), [("0411", 7_946_000, 1), ("0614", 8_408_006, 0)]
)
def test_real_dated_snapshots_load(date: str, block: int, not_started: int) -> None:
    network = load_network(
        data_folder() / f"snapshot_2026{date}.csv",
        assume=True,
        columns_from=[data_folder() / "start_blocks_2025.csv"],
        block=block,
    )
    assert network.n_subnets == 128
    assert (~network.started).sum() == not_started
    assert any("From start_blocks_2025.csv: first_emission" in note for note in network.notes)
