"""Networks whose cells are possible one by one, and whose state as a whole is not."""

import csv
import dataclasses
import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dtaojax import chain
from dtaojax.network import NetworkError, NetworkTable, load_network
from dtaojax.network.plausible import APART, prices_apart, problems
from dtaojax.network.write import facts_toml, network_csv, write_network

RAO = 1e9
DATA = Path(os.environ.get("DTAOJAX_DATA", "../shared/data"))


@pytest.fixture(scope="module")
def real() -> NetworkTable:
    return load_network("finney_8791253")


@pytest.fixture
def saved(real: NetworkTable, tmp_path: Path) -> Callable[..., Path]:
    """Writes the embedded network with some cells changed; returns its path."""

    def save(changes: dict[tuple[int, str], Callable[[float], float]], facts: str = "") -> Path:
        rows = list(csv.DictReader(io.StringIO(network_csv(real))))
        for (netuid, column), change in changes.items():
            for row in rows:
                if row[column] and (netuid == -1 or int(row["netuid"]) == netuid):
                    row[column] = repr(change(float(row[column])))
        path = tmp_path / "state.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        path.with_suffix(".toml").write_text(facts or facts_toml(real))
        return path

    return save


def refusal(path: Path) -> str:
    with pytest.raises(NetworkError) as caught:
        load_network(path)
    return str(caught.value)


def exchanged(real: NetworkTable, netuid: int) -> dict[tuple[int, str], Callable[[float], float]]:
    row = real.row_of(netuid)
    return {
        (netuid, "tao_in"): lambda _: float(real.alpha_in[row]),
        (netuid, "alpha_in"): lambda _: float(real.tao_in[row]),
    }


def test_the_embedded_network_is_plausible_without_any_exception(real: NetworkTable) -> None:
    assert problems(real, (), str) == []
    assert not prices_apart(real).any()


def test_the_state_of_september_is_read_without_a_false_alarm() -> None:
    file = DATA / "finney_9005759.csv"
    if not file.is_file():
        pytest.skip(f"{file} is not here; set DTAOJAX_DATA to the folder that holds it")
    table = load_network(file)
    assert table.n_subnets == 128
    assert problems(table, (), str) == []


@pytest.mark.parametrize("netuid", [64, 4, 16, 103])
def test_exchanged_reserves_of_one_pool_are_refused_as_such(
    saved: Callable, real: NetworkTable, netuid: int
) -> None:
    text = refusal(saved(exchanged(real, netuid)))
    assert f"(netuid {netuid})" in text
    assert "tao_in and alpha_in look exchanged" in text
    assert "looks like rao" not in text


def test_exchanged_reserves_of_all_pools_are_not_taken_for_rao(
    saved: Callable, real: NetworkTable
) -> None:
    changes = {}
    for netuid in real.netuid.tolist():
        changes |= exchanged(real, netuid)
    text = refusal(saved(changes))
    assert "look exchanged" in text
    assert "more such rows" in text
    assert "rao" not in text


@pytest.mark.parametrize("column", ["tao_in", "alpha_in", "alpha_out", "moving_price"])
@pytest.mark.parametrize("netuid", [64, -1])
@pytest.mark.parametrize("unit", [RAO, 1.0 / RAO])
def test_rao_for_tao_and_tao_for_rao_are_refused_in_every_column(
    saved: Callable, column: str, netuid: int, unit: float
) -> None:
    text = refusal(saved({(netuid, column): lambda value: value * unit}))
    assert column in text


@pytest.mark.parametrize("netuid", [64, 16, -1])
@pytest.mark.parametrize("unit", [RAO, 1.0 / RAO])
def test_a_row_or_all_rows_in_another_unit_are_refused_though_prices_stay(
    saved: Callable, netuid: int, unit: float
) -> None:
    columns = ("tao_in", "alpha_in", "alpha_out")
    text = refusal(saved({(netuid, column): lambda value: value * unit for column in columns}))
    # Parts of alpha_out that stayed as they were are more than all of it then.
    signs = ("rao", "divided by 1e9 once too often", "more than alpha_out, of which it is a part")
    assert any(sign in text for sign in signs)


@pytest.mark.parametrize("unit", [RAO, 1.0 / RAO])
def test_roots_stake_in_another_unit_is_refused(saved: Callable, unit: float) -> None:
    assert "tao_in" in refusal(saved({(0, "tao_in"): lambda value: value * unit}))


@pytest.mark.parametrize("unit", [RAO, 1.0 / RAO, 100.0])
def test_an_observed_emission_that_no_block_has_is_refused(saved: Callable, unit: float) -> None:
    changes = {
        (-1, column): lambda value: value * unit
        for column in ("observed_tao_in_emission", "observed_excess_tao")
    }
    assert "observed_" in refusal(saved(changes))


@pytest.mark.parametrize("fact", ["total_issuance", "last_lock_cost"])
@pytest.mark.parametrize("unit", [RAO, 1.0 / RAO])
def test_facts_in_another_unit_are_refused(
    saved: Callable, real: NetworkTable, fact: str, unit: float
) -> None:
    facts = facts_toml(dataclasses.replace(real, **{fact: getattr(real, fact) * unit}))
    assert fact in refusal(saved({}, facts))


def test_a_pool_of_dust_is_no_fortune(saved: Callable) -> None:
    changes = {(16, "tao_in"): lambda _: 1000.0, (16, "alpha_in"): lambda _: 1e-9}
    text = refusal(saved(changes))
    assert "(netuid 16): alpha_in is below the least reserve" in text
    assert "no price that the chain allows" in text


def test_alpha_that_is_worth_more_than_all_tao_is_refused(saved: Callable) -> None:
    changes = {
        (4, "tao_in"): lambda _: 1e5,
        (4, "alpha_in"): lambda _: 1e4,
        (4, "moving_price"): lambda _: 1.0,
    }
    assert "worth more at its spot price than all TAO there can be" in refusal(saved(changes))


def test_a_price_that_is_true_is_read_and_written_with_its_exception(
    saved: Callable, real: NetworkTable, tmp_path: Path
) -> None:
    crash = {(64, "tao_in"): lambda tao: tao / 5, (64, "alpha_in"): lambda alpha: alpha * 3}
    text = refusal(saved(crash))
    assert "more than 10 times apart" in text
    assert "write prices_apart = [64] among the facts" in text
    table = load_network(saved(crash, facts_toml(real) + "prices_apart = [64]\n"))
    assert table.netuid[prices_apart(table)].tolist() == [64]
    companion = write_network(table, tmp_path / "again.csv")
    assert "prices_apart = [64]\n" in companion.read_text()
    np.testing.assert_array_equal(load_network(tmp_path / "again.csv").tao_in, table.tao_in)


def test_an_exception_covers_only_the_netuids_it_names(saved: Callable, real: NetworkTable) -> None:
    crash = {(64, "tao_in"): lambda tao: tao / 15}
    facts = facts_toml(real)
    assert "(netuid 64)" in refusal(saved(crash, facts + "prices_apart = [4]\n"))
    assert "prices_apart must be a list" in refusal(saved(crash, facts + "prices_apart = [0]\n"))


@pytest.mark.parametrize("days", [0.02, 0.5, 1, 2, 5, 30])
def test_the_average_of_a_young_subnet_may_lag_as_far_as_it_does_on_chain(
    real: NetworkTable, days: float
) -> None:
    """Block by block, at a constant price, the average is never apart; a tenth of it always is."""
    age = int(days * chain.BLOCKS_PER_DAY)
    spot = 0.02
    average = 0.0
    for block in range(1, age + 1):
        rate = chain.MOVING_PRICE_RATE * block / (block + chain.MOVING_PRICE_HALVING_BLOCKS)
        average += rate * (spot - average)
    n = real.n_subnets
    table = dataclasses.replace(
        real,
        first_emission_block=np.full(n, real.block - age),
        tao_in=np.full(n, 1000.0),
        alpha_in=np.full(n, 1000.0 / spot),
        moving_price=np.where(np.arange(n) % 2, average, 0.09 * average),
    )
    assert prices_apart(table).tolist() == [place % 2 == 0 for place in range(n)]
    high = dataclasses.replace(table, moving_price=np.full(n, 1.01 * APART * spot))
    assert prices_apart(high).all()


def test_a_subnet_that_has_not_started_has_no_average_to_be_apart_from(
    saved: Callable, real: NetworkTable
) -> None:
    """Before the start call pools of dust quoted up to 4,912 TAO."""
    assert not real.started[real.row_of(86)]
    dust = {
        (86, "tao_in"): lambda _: 1.6816,
        (86, "alpha_in"): lambda _: 0.59,
    }
    assert load_network(saved(dust)).tao_in[real.row_of(86)] == 1.6816
