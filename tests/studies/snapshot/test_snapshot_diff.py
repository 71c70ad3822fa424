"""Differences between two states of a network: what counts as a change, and how it is shown."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from browser import Chromium, complaints
from small_run import HOSTILE, small_rows, write_network

from dtaojax import cli
from dtaojax.mechanism.config import MechanismConfig
from dtaojax.network import NetworkError, NetworkTable, load_network
from dtaojax.network.write import write_network as write_table
from dtaojax.studies.inspect.next_block import next_block
from dtaojax.studies.snapshot.diff import compare_networks, write_differences
from dtaojax.studies.snapshot.result import QUANTITIES, Differences

RULES = MechanismConfig()
Change = Callable[..., NetworkTable]


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> NetworkTable:
    """Six subnets under hostile names: 1, 3, 4, 19, 64 and, not started, 86."""
    return load_network(write_network(tmp_path_factory.mktemp("old") / "old.csv", small_rows()))


@pytest.fixture(scope="module")
def new(old: NetworkTable) -> NetworkTable:
    """A week later: SN4 halved by a sale, SN19 switched off, SN64 another subnet, SN86 started."""
    row = {int(netuid): place for place, netuid in enumerate(old.netuid)}
    tao_in, alpha_in = old.tao_in.copy(), old.alpha_in.copy()
    tao_in[row[4]] /= np.sqrt(2.0)
    alpha_in[row[4]] *= np.sqrt(2.0)
    enabled, registered = old.emission_enabled.copy(), old.registered_at.copy()
    enabled[row[19]] = not enabled[row[19]]
    registered[row[64]] = old.block + 10
    first = old.first_emission_block.copy()
    first[row[86]] = old.block + 20
    return dataclasses.replace(
        old,
        name="later",
        block=old.block + 7 * 7200,
        tao_in=tao_in,
        alpha_in=alpha_in,
        emission_enabled=enabled,
        registered_at=registered,
        first_emission_block=first,
        names=(*old.names[:-1], "a new name"),
        notes=("moving_price is assumed.",),
    )


@pytest.fixture(scope="module")
def found(old: NetworkTable, new: NetworkTable) -> Differences:
    return compare_networks(old, new, RULES)


def by_netuid(found: Differences) -> pd.DataFrame:
    return found.subnets.set_index("netuid")


def test_a_network_does_not_differ_from_itself(old: NetworkTable) -> None:
    same = compare_networks(old, old, RULES)
    assert same.days == 0.0
    assert not same.subnets["moved"].any()
    changes = by_netuid(same)[[f"{quantity}_change" for quantity in QUANTITIES]]
    # A moving price of 0 has no relative change.
    assert np.isnan(changes.loc[86, "moving_price_change"])
    assert not changes.drop(index=86).to_numpy().any()
    assert set(same.subnets["what"]) == {""}
    np.testing.assert_array_equal(same.network["old"], same.network["new"])


def test_changes_are_those_that_were_made(found: Differences) -> None:
    assert found.days == 7.0
    subnets = by_netuid(found)
    assert subnets.loc[4, "price_change"] == pytest.approx(-0.5)
    assert subnets.loc[4, "tao_in_change"] == pytest.approx(np.sqrt(0.5) - 1.0)
    assert subnets.loc[4, "moving_price_change"] == 0.0
    assert subnets.loc[19, "what"].startswith("emission switched ")
    assert subnets.loc[86, "what"] == "started, renamed"
    assert subnets.loc[[1, 3], "what"].tolist() == ["", ""]


def test_a_netuid_of_another_subnet_has_no_changes(found: Differences) -> None:
    row = by_netuid(found).loc[64]
    assert row["what"] == "registered anew"
    assert row[[f"{quantity}_change" for quantity in QUANTITIES]].isna().all()
    assert row[[f"{quantity}_old" for quantity in QUANTITIES]].notna().all()


def test_subnets_that_only_one_side_has_are_new_or_gone(old: NetworkTable, tmp_path: Path) -> None:
    rows = [row for row in small_rows() if row["netuid"] != "64"]
    fewer = load_network(write_network(tmp_path / "fewer.csv", rows))
    gone, arrived = compare_networks(old, fewer, RULES), compare_networks(fewer, old, RULES)
    assert by_netuid(gone).loc[64, "what"] == "gone"
    assert by_netuid(arrived).loc[64, "what"] == "new"
    assert np.isnan(by_netuid(gone).loc[64, "price_new"])
    # Chutes is the largest pool of the six, so nothing matters more than that it went.
    assert gone.subnets.loc[0, "netuid"] == arrived.subnets.loc[0, "netuid"] == 64
    assert gone.subnets.loc[0, "name"] == HOSTILE[64]


def test_importance_is_the_part_of_emission_or_of_pooled_tao_that_moved(
    found: Differences, old: NetworkTable, new: NetworkTable
) -> None:
    assert found.subnets["moved"].is_monotonic_decreasing
    emission = [
        {record["netuid"]: record["gated_share"] for record in next_block(RULES, table)["subnets"]}
        for table in (old, new)
    ]
    pools = [
        dict(zip(t.netuid.tolist(), t.tao_in / t.tao_in.sum(), strict=True)) for t in (old, new)
    ]
    for netuid, moved in by_netuid(found)["moved"].items():
        sides = [(share[0][netuid], share[1][netuid]) for share in (emission, pools)]
        change = [max(pair) if netuid == 64 else abs(pair[1] - pair[0]) for pair in sides]
        assert moved == pytest.approx(max(change), abs=1e-15)


def test_concentration_is_that_of_the_shares(found: Differences, new: NetworkTable) -> None:
    figures = found.network.set_index("figure")["new"]
    shares = found.subnets["emission_share_new"].to_numpy()
    assert figures["Herfindahl index of emission"] == pytest.approx((shares**2).sum())
    assert figures["effective number by emission"] == pytest.approx(1.0 / (shares**2).sum())
    pools = np.sort(new.tao_in / new.tao_in.sum())
    n = len(pools)
    gini = ((2 * np.arange(1, n + 1) - n - 1) * pools).sum() / n
    assert figures["Gini coefficient of TAO in pools"] == pytest.approx(gini)
    assert figures["ten largest by TAO in pools"] == pytest.approx(1.0)
    held = np.cumsum(pools[::-1])
    assert figures["Nakamoto coefficient of TAO in pools"] == 1 + (held <= 0.5).sum()


def test_the_later_network_goes_second(old: NetworkTable, new: NetworkTable) -> None:
    with pytest.raises(NetworkError, match="give the older network first"):
        compare_networks(new, old, RULES)


def test_page_and_tables_hold_every_subnet_and_no_markup_of_theirs(
    found: Differences, tmp_path: Path
) -> None:
    page = write_differences(found, tmp_path / "diff").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "\u202e" not in page
    assert page.count("registered anew") >= 2
    assert "later: moving_price is assumed." in page
    for netuid in found.subnets["netuid"]:
        assert f"(SN{netuid})" in page
    read = pd.read_csv(tmp_path / "diff" / "subnets.csv")
    np.testing.assert_allclose(read["moved"], found.subnets["moved"], rtol=1e-15)
    assert len(pd.read_csv(tmp_path / "diff" / "network.csv")) == len(found.network)


def test_browser_opens_the_page_without_complaint(
    found: Differences, tmp_path: Path, chromium: Chromium
) -> None:
    assert complaints(chromium, write_differences(found, tmp_path)) == []


def test_the_command_shows_changes_and_writes_the_page(
    old: NetworkTable, new: NetworkTable, tmp_path: Path, monkeypatch, capsys
) -> None:
    for name, table in (("old", old), ("new", new)):
        write_table(table, tmp_path / f"{name}.csv")
    words = [
        "snapshot",
        "diff",
        tmp_path / "old.csv",
        tmp_path / "new.csv",
        "--out",
        tmp_path / "d",
    ]
    monkeypatch.setattr(sys, "argv", ["dtaojax", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    shown = capsys.readouterr().out
    assert not left.value.code
    for said in ("7.0 days", "Herfindahl index of emission", "registered anew", "−50.0 %"):
        assert said in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert (tmp_path / "d" / "report.html").is_file()
