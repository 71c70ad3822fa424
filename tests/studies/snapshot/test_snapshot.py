"""Snapshots: what is read from a chain and from Taostats, what is completed, what is refused.

No live node was reached: the SDK, where it is installed, reads a chain in memory.
"""

from __future__ import annotations

import dataclasses
import gc
import importlib
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorded_chain import SDK, FakeSubstrate, storage_of
from small_run import HOSTILE, small_rows
from small_run import write_network as write_rows

from dtaojax import cli
from dtaojax.config.config import Config
from dtaojax.network import NetworkError, NetworkTable, load_network
from dtaojax.network.sources import Supplement
from dtaojax.network.sources.complete import FALLBACKS
from dtaojax.network.write import write_network
from dtaojax.studies.shared.assumptions import assumptions
from dtaojax.studies.snapshot.snapshot import Taken, from_chain, from_taostats

# The SDK leaves its event loop to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

AMOUNTS = ("tao_in", "alpha_in", "alpha_out", "moving_price", "miner_burned", "w_tao")
ARRAYS = (
    "netuid", "registered_at", "first_emission_block", "emission_enabled", "owner_cut_enabled",
    "protocol_alpha", *AMOUNTS,
)  # fmt: skip
FACTS = (
    "name",
    "block",
    "total_issuance",
    "root_tao",
    "last_lock_cost",
    "last_lock_block",
    "names",
)

BY_ITSELF = Supplement()


@pytest.fixture
def small(tmp_path: Path) -> NetworkTable:
    """Six real subnets, one not started, under hostile names."""
    return load_network(write_rows(tmp_path / "small.csv", small_rows(), bar=0.0082))


def assert_same(found: NetworkTable, expected: NetworkTable) -> None:
    """Bit for bit the same state."""
    for name in (*FACTS, "gate_bar"):
        assert getattr(found, name) == getattr(expected, name), name
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), name)
    for name in ("other", "observed"):
        ours, theirs = getattr(found, name) or {}, getattr(expected, name) or {}
        assert ours.keys() == theirs.keys()
        for column in ours:
            np.testing.assert_array_equal(ours[column], theirs[column], column)


# --- written and read back -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["finney_8791253", "small"])
def test_a_written_network_reads_back_bit_for_bit(
    small: NetworkTable, tmp_path: Path, name: str
) -> None:
    table = small if name == "small" else load_network(name)
    notes = ("from\x1b[31m nowhere\nblock = 7", '"', "\u202e\x7f\\")
    table = dataclasses.replace(table, name='odd "name"\\ \x7f\n\u202e', notes=notes)
    write_network(table, tmp_path / "copy.csv")
    assert_same(load_network(tmp_path / "copy.csv"), table)
    assert not list(tmp_path.glob("*.partial"))


def test_hostile_names_are_written_verbatim(small: NetworkTable, tmp_path: Path) -> None:
    write_network(small, tmp_path / "copy.csv")
    found = load_network(tmp_path / "copy.csv")
    assert {int(n): found.names[i] for i, n in enumerate(found.netuid)} == HOSTILE


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.text())
def test_any_name_reads_back(small: NetworkTable, tmp_path: Path, name: str) -> None:
    table = dataclasses.replace(small, names=(name, *small.names[1:]))
    write_network(table, tmp_path / "copy.csv")
    assert load_network(tmp_path / "copy.csv").names == table.names


def test_a_network_goes_into_no_other_kind_of_file(small: NetworkTable, tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match=r"let the name end in \.csv"):
        write_network(small, tmp_path / "copy.json")
    (tmp_path / "file").write_text("")
    with pytest.raises(NetworkError, match="cannot be written"):
        write_network(small, tmp_path / "file" / "copy.csv")


# --- from a chain --------------------------------------------------------------------------------


@pytest.fixture(params=["stand-in", "SDK"])
def sdk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Puts a chain in memory behind the SDK, or behind its stand-in where that is not installed."""
    monkeypatch.setenv("HOME", str(tmp_path))
    if request.param == "SDK":
        module = pytest.importorskip("bittensor", reason="the extra chain is not installed")
    else:
        module = SimpleNamespace(**vars(SDK))
        monkeypatch.setitem(sys.modules, "bittensor", module)
    subtensor = module.Subtensor

    def behind(substrate: FakeSubstrate) -> Any:
        monkeypatch.setattr(module, "Subtensor", partial(subtensor, substrate=substrate))
        return module

    yield behind
    gc.collect()


def as_on_chain(table: NetworkTable) -> NetworkTable:
    """What the chain can hold of a network: whole rao, 2^-32 of a price, and no counts."""
    return dataclasses.replace(
        table,
        name=f"finney {table.block:,}",
        other={name: table.other[name] for name in ("tempo", "subnet_volume")},
        total_issuance=round(table.total_issuance * 1e9) / 1e9,
        gate_bar=round(table.gate_bar * 2**64) / 2**64,
        last_lock_cost=round((table.last_lock_cost or 0.0) * 1e9) / 1e9,
        miner_burned=np.round(table.miner_burned * 2**32) / 2**32,
    )


def test_a_chain_is_read_as_it_is_and_its_file_gives_the_same_network(
    sdk: Callable, small: NetworkTable, tmp_path: Path
) -> None:
    substrate = FakeSubstrate(storage_of(small, HOSTILE), small.block)
    sdk(substrate)
    taken = from_chain("finney", None, tmp_path / "live.csv")
    assert_same(load_network(taken.path), taken.table)
    assert_same(taken.table, as_on_chain(small))
    assert "2026-08-07 12:00 UTC" in taken.facts.read_text()
    assert "bittensor 11.3.0" in taken.facts.read_text()


def test_averages_of_flows_are_read_where_the_chain_has_them(
    sdk: Callable, small: NetworkTable, tmp_path: Path
) -> None:
    """Negative ones too; a subnet of which the chain has none stands at 0 (§3.6 E-flow)."""
    flows = np.linspace(-0.25, 1.0, small.n_subnets)
    flows[1] = 0.0
    known = dataclasses.replace(small, user_flow_ema=flows)
    sdk(FakeSubstrate(storage_of(known, {}), small.block))
    taken = from_chain("finney", None, tmp_path / "flows.csv")
    again = load_network(taken.path)
    np.testing.assert_allclose(again.user_flow_ema, flows, rtol=1e-15)
    assert again.protocol_flow_ema is None
    assert any("protocol_flow_ema: the node's runtime has no" in note for note in again.notes)


def test_all_is_read_at_the_block_that_was_asked_for(
    sdk: Callable, small: NetworkTable, tmp_path: Path
) -> None:
    early = dataclasses.replace(small, block=small.block - 10)
    substrate = FakeSubstrate(storage_of(small, {}), small.block)
    sdk(substrate)
    table = from_chain("finney", early.block, tmp_path / "early.csv").table
    assert table.block == early.block
    assert set(substrate.asked) <= {early.block, None}
    assert table.names == ("",) * table.n_subnets


def test_what_a_chain_does_not_store_is_its_default(
    sdk: Callable, small: NetworkTable, tmp_path: Path
) -> None:
    storage = storage_of(small, {})
    for name in ("SubnetEmissionEnabled", "OwnerCutEnabled", "SubnetMovingPrice"):
        storage["SubtensorModule", name].clear()
    storage["Swap", "SwapBalancer"].clear()
    sdk(FakeSubstrate(storage, small.block))
    table = from_chain("finney", None, tmp_path / "live.csv").table
    assert table.emission_enabled.all()
    assert table.owner_cut_enabled.all()
    assert set(table.w_tao) == {0.5}
    assert not table.moving_price.any()


def test_what_an_older_runtime_lacks_is_said(
    sdk: Callable, small: NetworkTable, tmp_path: Path
) -> None:
    storage = storage_of(small, {})
    for name in ("MinerBurned", "SubnetExcessTao", "EmissionGateBar"):
        del storage["SubtensorModule", name]
    sdk(FakeSubstrate(storage, small.block))
    taken = from_chain("finney", None, tmp_path / "live.csv")
    notes = " ".join(taken.table.notes)
    assert "miner_burned: the node's runtime has no SubtensorModule.MinerBurned" in notes
    assert "what owners withhold is taken as 0" in notes
    assert "chain buys were not recorded" in notes
    assert "gate_bar is not known" in notes
    assert all(note in taken.facts.read_text() for note in taken.table.notes)
    table = load_network(taken.path)
    assert not table.miner_burned.any()
    assert table.observed is not None
    assert "observed_excess_tao" not in table.observed


def refused(storage: dict, block: int, sdk: Callable, out: Path) -> str:
    sdk(FakeSubstrate(storage, block))
    with pytest.raises(NetworkError) as caught:
        from_chain("finney", None, out)
    assert not out.exists()
    return str(caught.value)


def test_a_storage_item_that_is_gone_is_one_message(
    sdk: Callable, small: NetworkTable, tmp_path: Path
) -> None:
    storage = storage_of(small, {})
    del storage["SubtensorModule", "SubnetAlphaIn"]
    text = refused(storage, small.block, sdk, tmp_path / "live.csv")
    assert "has no SubtensorModule.SubnetAlphaIn" in text
    assert "from which alpha_in is read" in text


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SubnetTAO", None, "SubtensorModule.SubnetTAO of netuid 4 is None"),
        ("SubnetTAO", 1.5, "SubnetTAO of netuid 4 is 1.5, where bittensor 11.3.0 gives a whole"),
        ("SubnetTAO", -1, "finney: on chain (netuid 4): tao_in is -1e-09; must be at least 0"),
        ("SubnetMovingPrice", {"bits": 2**80}, "moving_price is 281474976710656.0"),
        ("SubnetEmissionEnabled", 1, "SubnetEmissionEnabled of netuid 4 is 1, where"),
        ("NetworkRegisteredAt", 2**40, "registered_at is past block"),
    ],
)
def test_what_a_chain_cannot_hold_is_refused_by_item_and_subnet(
    sdk: Callable, small: NetworkTable, tmp_path: Path, name: str, value: object, message: str
) -> None:
    storage = storage_of(small, {})
    storage["SubtensorModule", name][4] = value
    assert message in refused(storage, small.block, sdk, tmp_path / "live.csv")


def test_a_node_that_cannot_be_reached_is_one_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Unreachable:
        def __init__(self, network: str) -> None:
            raise SDK.BittensorError("could not connect to any endpoint: [Errno 111]")

    monkeypatch.setitem(sys.modules, "bittensor", SimpleNamespace(**vars(SDK)))
    monkeypatch.setattr(sys.modules["bittensor"], "Subtensor", Unreachable)
    with pytest.raises(NetworkError, match=r"ws://nowhere: cannot be read \(could not connect"):
        from_chain("ws://nowhere", None, tmp_path / "live.csv")


def test_an_sdk_that_nobody_listens_to_says_so(tmp_path: Path) -> None:
    pytest.importorskip("bittensor", reason="the extra chain is not installed")
    with pytest.raises(NetworkError, match="check the name or address, the block and your conn"):
        from_chain("ws://127.0.0.1:1", None, tmp_path / "live.csv")
    with pytest.raises(NetworkError, match="Unknown network 'finny'"):
        from_chain("finny", None, tmp_path / "live.csv")
    gc.collect()


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (None, r"needs the bittensor SDK .* pip install 'dtaojax\[chain\]'"),
        (SimpleNamespace(__version__="10.5.0"), "bittensor 10.5.0: is too old"),
        (
            SimpleNamespace(__version__="12.0.0", BittensorError=RuntimeError),
            r"cannot be read with bittensor 12\.0\.0 .*Subtensor.*; this dtaojax follows 11\.3\.0",
        ),
    ],
)
def test_an_sdk_that_is_missing_or_another_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: object, message: str
) -> None:
    monkeypatch.setitem(sys.modules, "bittensor", module)
    with pytest.raises(NetworkError, match=message):
        from_chain("finney", None, tmp_path / "live.csv")


def test_only_one_module_imports_the_sdk() -> None:
    package = Path(importlib.import_module("dtaojax").__file__ or "").parent
    found = [
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        if "import bittensor" in file.read_text(encoding="utf-8")
    ]
    assert found == ["network/sources/chain.py"]


# --- from Taostats -------------------------------------------------------------------------------


def answer(table: NetworkTable, **changes: object) -> dict[str, Any]:
    """What the API answers for a network: the documented fields that are read, and some others."""
    pools = [
        {
            "netuid": int(netuid),
            "block_number": table.block,
            "timestamp": "2026-08-07T08:35:00Z",
            "name": table.names[i],
            "symbol": "α",
            "total_tao": str(round(table.tao_in[i] * 1e9)),
            "total_alpha": str(round((table.alpha_in[i] + table.alpha_out[i]) * 1e9)),
            "alpha_in_pool": str(round(table.alpha_in[i] * 1e9)),
            "alpha_staked": str(round(table.alpha_out[i] * 1e9)),
            "price": str(table.tao_in[i] / table.alpha_in[i]),
        }
        for i, netuid in enumerate(table.netuid)
    ]
    pools[1] |= changes
    return {"pagination": {"total_items": len(pools), "total_pages": 1}, "data": pools}


@pytest.fixture
def convert(tmp_path: Path):
    """Converts an answer; returns what was taken."""

    def convert(content: object, supplement: Supplement = BY_ITSELF) -> Taken:
        source = tmp_path / "pools.json"
        source.write_text(content if isinstance(content, str) else json.dumps(content))
        return from_taostats(source, supplement, tmp_path / "pools.csv")

    return convert


def test_with_an_earlier_network_an_answer_gives_all_of_it(
    convert: Callable, small: NetworkTable
) -> None:
    taken = convert(answer(small), Supplement(base=small))
    table = load_network(taken.path)
    for name in (*ARRAYS, "names"):
        np.testing.assert_array_equal(getattr(table, name), getattr(small, name), name)
    for name in ("root_tao", "total_issuance", "last_lock_cost", "last_lock_block", "block"):
        assert getattr(table, name) == getattr(small, name)
    facts = taken.facts.read_text()
    for said in (
        "moving_price is not in the source: that of small for 6 subnets.",
        "TAO staked to root: from",
        "total_issuance is that of",
        "gate_bar is not known",
    ):
        assert said in facts


def test_nothing_is_assumed_unasked(convert: Callable, small: NetworkTable) -> None:
    with pytest.raises(NetworkError) as caught:
        convert(answer(small))
    text = str(caught.value)
    for said in (
        "moving_price of 6 subnets is not known",
        "registered_at of 6 subnets is not known",
        "emission_enabled of 6 subnets",
        "--complete-from, or let it be assumed with --assume (the spot price",
        "root, netuid 0, is not among the subnets; give its stake with --root-tao",
        "total_issuance is not known; give --total-issuance",
    ):
        assert said in text
    assert "miner_burned" not in text


def test_an_assumed_moving_price_is_at_most_one_as_the_chain_averages_it() -> None:
    assumed = FALLBACKS["moving_price"].cell
    assert assumed({"tao_in": 3.0, "alpha_in": 2.0}, None) == 1.0
    assert assumed({"tao_in": 1.0, "alpha_in": 2.0}, None) == 0.5
    assert assumed({"tao_in": 1.0, "alpha_in": 0.0}, None) == 0.0


def test_what_is_assumed_is_as_it_is_said(convert: Callable, small: NetworkTable) -> None:
    taken = convert(answer(small), Supplement(assume=True, total_issuance=11e6, root_tao=5e6))
    table = load_network(taken.path)
    np.testing.assert_allclose(table.moving_price, small.tao_in / small.alpha_in, rtol=1e-15)
    assert table.started.all()
    assert table.emission_enabled.all()
    assert not table.registered_at.any()
    assert not table.miner_burned.any()
    assert (table.total_issuance, table.root_tao) == (11e6, 5e6)
    facts = taken.facts.read_text()
    for said in (
        "moving_price is not in the source: assumed for 6 (the spot price",
        "registered_at is not in the source: assumed for 6 (the earliest block",
        "miner_burned is not in the source: assumed for 6 (0, nothing withheld",
        "last_lock_cost is not known",
    ):
        assert said in facts


def test_a_report_tells_what_is_assumed(convert: Callable, small: NetworkTable) -> None:
    taken = convert(answer(small), Supplement(assume=True, total_issuance=11e6, root_tao=5e6))
    spoken = assumptions(Config(), load_network(taken.path))
    (text,) = (each["text"] for each in spoken if each["topic"].startswith("Where the start"))
    assert "moving_price is not in the source: assumed for 6 (the spot price" in text
    assert not [each for each in assumptions(Config(), small) if each["topic"].startswith("Where")]


def test_subnets_that_the_earlier_network_lacks_are_counted(
    convert: Callable, small: NetworkTable
) -> None:
    newcomer = answer(small, netuid=77)
    with pytest.raises(NetworkError, match="moving_price of 1 subnets is not known"):
        convert(newcomer, Supplement(base=small))
    notes = " ".join(convert(newcomer, Supplement(base=small, assume=True)).table.notes)
    assert "for 5 subnets, assumed for 1 (switched on)" in notes


def test_a_netuid_with_far_less_alpha_than_before_is_another_subnet(
    convert: Callable, small: NetworkTable
) -> None:
    """SN3 had 4.5 million alpha; 100,000 are those of a newcomer."""
    price = str(small.tao_in[1] / 1e5)
    younger = answer(small, alpha_in_pool=str(10**14), alpha_staked="0", price=price)
    with pytest.raises(NetworkError, match="moving_price of 1 subnets is not known"):
        convert(younger, Supplement(base=small))
    table = convert(younger, Supplement(base=small, assume=True)).table
    row = table.row_of(3)
    assert any("Registered anew" in note and "netuid 3;" in note for note in table.notes)
    assert table.registered_at[row] == small.block
    assert table.moving_price[row] == pytest.approx(table.tao_in[row] / table.alpha_in[row])
    others = np.arange(table.n_subnets) != row
    np.testing.assert_array_equal(table.moving_price[others], small.moving_price[others])


def test_a_network_is_not_completed_from_a_later_one(
    convert: Callable, small: NetworkTable
) -> None:
    later = dataclasses.replace(small, block=small.block + 1)
    with pytest.raises(NetworkError, match="before that of small; complete it from an earlier"):
        convert(answer(small), Supplement(base=later))


def test_root_among_the_pools_is_root(convert: Callable, small: NetworkTable) -> None:
    content = answer(small)
    root = content["data"][0] | {"netuid": 0, "total_tao": str(5 * 10**15)}
    content["data"].append(root)
    content["pagination"]["total_items"] += 1
    assert convert(content, Supplement(base=small)).table.root_tao == 5e6
    with pytest.raises(NetworkError, match="--root-tao is given, but root is among"):
        convert(content, Supplement(base=small, root_tao=1.0))


def test_a_bare_list_will_do(convert: Callable, small: NetworkTable) -> None:
    convert(answer(small)["data"], Supplement(base=small))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"total_tao": "-5"}, "netuid 3: total_tao is '-5'; must be a whole number of rao, from 0"),
        ({"total_tao": "NaN"}, "total_tao is 'NaN'; must be a whole number of rao"),
        ({"alpha_in_pool": float("inf")}, "alpha_in_pool is inf; must be a whole number"),
        ({"alpha_in_pool": "25836.395"}, "is '25836.395'; must be a whole number of rao"),
        ({"alpha_staked": None}, "alpha_staked is None; must be a whole number of rao"),
        ({"total_tao": "9" * 20}, "data[1] (netuid 3): tao_in is 100000000000.0"),
        ({"netuid": 1}, "data[1]: netuid 1 stands already in data[0]; keep one"),
        ({"netuid": 2.5}, "data[1]: netuid is 2.5; must be a whole number"),
        ({"netuid": None}, "data[1]: netuid is empty"),
        ({"block_number": "x"}, "netuid 3: block_number is 'x'; must be a height"),
        ({"block_number": 7}, "holds pools of blocks 7 to 8,791,253, more than a day apart"),
    ],
)
def test_a_bad_pool_is_refused_by_netuid_field_and_value(
    convert: Callable, small: NetworkTable, change: dict, message: str
) -> None:
    with pytest.raises(NetworkError) as caught:
        convert(answer(small, **change), Supplement(base=small))
    assert message in str(caught.value)


def test_a_renamed_field_is_refused_with_what_it_may_be_now(
    convert: Callable, small: NetworkTable
) -> None:
    content = answer(small)
    for pool in content["data"]:
        pool["alpha_in_pools"] = pool.pop("alpha_in_pool")
    with pytest.raises(NetworkError) as caught:
        convert(content, Supplement(base=small))
    assert "data[0] has no field 'alpha_in_pool'; is it 'alpha_in_pools' now?" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ({"error": "rate limit"}, 'holds no list of pools under "data"'),
        ([], 'holds no list of pools under "data"'),
        ([1], 'holds no list of pools under "data"'),
    ],
)
def test_what_is_no_answer_is_refused(convert: Callable, content: object, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        convert(content)


def test_a_page_of_several_is_refused(convert: Callable, small: NetworkTable) -> None:
    content = answer(small)
    content["pagination"]["total_items"] = 129
    with pytest.raises(NetworkError, match="holds 6 of 129 pools"):
        convert(content, Supplement(base=small))


def test_half_a_surrogate_in_a_name_does_not_stop_a_conversion(
    convert: Callable, small: NetworkTable
) -> None:
    taken = convert(answer(small, name="a\ud800b\u202e"), Supplement(base=small))
    assert load_network(taken.path).names[1] == "a\\ud800b\u202e"


# --- on the command line -------------------------------------------------------------------------


@pytest.fixture
def dtaojax(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """The command: its exit code, what it answered and what else it said."""

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dtaojax", "snapshot", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        return (int(left.value.code or 0), *capsys.readouterr())

    return call


def test_the_command_writes_a_network_and_says_what_is_not_from_the_source(
    dtaojax: Callable, small: NetworkTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pools.json").write_text(json.dumps(answer(small)))
    words = ("--from-json", "pools.json", "--complete-from", "small.csv")
    code, out, err = dtaojax(*words)
    assert code == 0
    assert out == "network: taostats_8791253.csv\nfacts: taostats_8791253.toml\n"
    assert "moving_price is not in the source: that of" in err
    assert "6 subnets, " in err
    assert "\x1b" not in err
    assert dtaojax(*words, "--quiet") == (0, "taostats_8791253.csv\n", "")


def test_the_command_reads_a_chain(
    dtaojax: Callable, sdk: Callable, small: NetworkTable, tmp_path: Path
) -> None:
    sdk(FakeSubstrate(storage_of(small, HOSTILE), small.block))
    code, out, _ = dtaojax("--out", tmp_path / "live.csv", "--quiet")
    assert (code, out) == (0, f"{tmp_path / 'live.csv'}\n")
    assert load_network(tmp_path / "live.csv").n_subnets == small.n_subnets


def test_what_cannot_be_done_is_one_message_and_exit_code_2(
    dtaojax: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "bittensor", None)
    code, out, err = dtaojax()
    assert (code, out) == (2, "")
    assert "pip install 'dtaojax[chain]'" in err
    code, out, err = dtaojax("--assume", "--root-tao", "5")
    assert (code, out) == (2, "")
    assert "--assume, --root-tao goes with --from-json; leave it out" in err
