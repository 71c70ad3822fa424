"""Answers of a market site: whether they are whole, in the right units and of the right form."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from dtaojax.network import NetworkError, NetworkTable, load_network
from dtaojax.network.sources import Supplement
from dtaojax.network.sources.pages import page_note, page_problems
from dtaojax.network.sources.taostats import read_taostats
from dtaojax.network.write import facts_toml, network_csv, write_network
from dtaojax.studies.snapshot.snapshot import Taken, from_taostats


@pytest.fixture(scope="module")
def real() -> NetworkTable:
    return load_network("finney_8791253")


def pools_of(table: NetworkTable) -> list[dict[str, Any]]:
    root = {"total_tao": str(round(table.root_tao * 1e9)), "alpha_in_pool": "1", "price": "1"}
    common = {"block_number": table.block, "name": "", "alpha_staked": "0"}
    return [
        common | root | {"netuid": 0},
        *(
            common
            | {
                "netuid": int(netuid),
                "total_tao": str(round(table.tao_in[row] * 1e9)),
                "alpha_in_pool": str(round(table.alpha_in[row] * 1e9)),
                "alpha_staked": str(round(table.alpha_out[row] * 1e9)),
                "price": str(table.tao_in[row] / table.alpha_in[row]),
            }
            for row, netuid in enumerate(table.netuid)
        ),
    ]


@pytest.fixture
def convert(tmp_path: Path, real: NetworkTable) -> Callable[..., Taken]:
    def convert(content: Any, assume: bool = False) -> Taken:
        source = tmp_path / "pools.json"
        source.write_text(content if isinstance(content, str) else json.dumps(content))
        return from_taostats(source, Supplement(real, assume), tmp_path / "taken.csv")

    return convert


def refusal(convert: Callable[..., Taken], content: Any) -> str:
    with pytest.raises(NetworkError) as caught:
        convert(content)
    return str(caught.value)


@pytest.mark.parametrize(
    "told",
    [
        {"pagination": {"total_items": 129}},
        {"pagination": {"total_items": "129"}},
        {"pagination": {"total_items": 129.0}},
        {"total": 129},
        {"meta": {"totalCount": "129"}},
        {"count": 129},
        {"pagination": {"total_pages": 3, "per_page": 50}},
        {"pagination": {"total_pages": "3"}},
        {"pagination": {"next_page": 2}},
        {"pagination": {"next_page": "2", "total_items": 50}},
        {"next": "https://api/pools?page=2"},
        {"links": {"next": "https://api/pools?page=2"}},
        {"page_info": {"hasNextPage": True}},
        {"has_more": "true"},
        {"cursor": "eyJpZCI6NTB9"},
        {"meta": {"paging": {"next_cursor": "abc"}}},
        {"limit": 50, "offset": 0},
        {"limit": "50"},
        {"pagination": {"per_page": 50, "current_page": 1}},
        {"offset": 50, "limit": 200},
        {"pagination": {"current_page": 2, "per_page": 200}},
        {"pagination": {"prev_page": 1}},
        {"pagination": {"total_items": "many"}},
        {"pagination": {"total_pages": [3]}, "total": {"a": 1}},
    ],
)
def test_a_page_is_no_network_however_it_is_told(told: dict[str, Any]) -> None:
    assert page_problems(told | {"data": []}, 50)


@pytest.mark.parametrize(
    "told",
    [
        {"pagination": {"total_items": 129, "total_pages": 1, "next_page": None, "per_page": 200}},
        {"pagination": {"total_items": "129", "total_pages": "1", "next_page": "null"}},
        {"pagination": {"current_page": 1, "per_page": 200}},
        {"limit": 200, "offset": 0, "has_more": False, "cursor": ""},
        {"count": 129, "next": None, "previous": None},
        # The lists of three pages joined under what the first page said.
        {"pagination": {"total_items": 129, "per_page": 50, "total_pages": 3, "next_page": 2}},
        {"pagination": {"per_page": 50, "total_pages": 3, "next_page": 2, "current_page": 1}},
        {},
        {"status": "ok"},
    ],
)
def test_a_whole_answer_is_taken(told: dict[str, Any]) -> None:
    assert page_problems(told | {"data": []}, 129) == []


def test_a_bare_list_as_long_as_a_page_is_told() -> None:
    assert "exactly 50 pools" in str(page_note([], 50))
    assert page_note([], 129) is None
    assert page_note({"pagination": {"total_items": 50}}, 50) is None


def test_subnets_that_are_gone_are_named_and_many_need_leave(
    convert: Callable[..., Taken], real: NetworkTable
) -> None:
    pools = pools_of(real)
    text = refusal(convert, pools[:50])
    assert "79 of the 128 subnets of finney 8,791,253 are not in the source: netuid 50-128" in text
    taken = convert(pools[:50], assume=True)
    assert any("netuid 50-128" in note for note in taken.table.notes)
    one_gone = convert(pools[:64] + pools[65:])
    assert any("netuid 64." in note for note in one_gone.table.notes)


def test_gaps_are_told_where_no_earlier_network_is_named(
    real: NetworkTable, tmp_path: Path
) -> None:
    source = tmp_path / "pools.json"
    pools = pools_of(real)
    source.write_text(json.dumps(pools[:1] + pools[1::3]))
    given = {"total_issuance": real.total_issuance}
    with pytest.raises(NetworkError, match=r"netuid 2-3, 5-6, .* fetch all pages"):
        from_taostats(source, Supplement(**given), tmp_path / "a.csv")
    taken = from_taostats(source, Supplement(assume=True, **given), tmp_path / "a.csv")
    assert any("Not in the source: netuid 2-3, 5-6" in note for note in taken.table.notes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"netuid": [1]}, "data[5]: netuid is [1]; must be a number"),
        ({"netuid": {"a": 1}}, "netuid is {'a': 1}"),
        ({"netuid": True}, "netuid is True"),
        ({"netuid": "5_0"}, "netuid is 5_0"),
        ({"netuid": "٥"}, "must be a number"),
        ({"price": 10**400}, "price is 1000000"),
        ({"price": [1]}, "price is [1]; must be a number"),
        ({"price": "NaN"}, "price is 'NaN'; must be a number"),
        ({"price": "-1"}, "price is '-1'"),
        ({"total_tao": "1_000_000_000_000"}, "must be a whole number of rao"),
        ({"total_tao": "0x10"}, "must be a whole number of rao"),
        ({"total_tao": "1e5000"}, "must be a whole number of rao"),
        ({"total_tao": "１２３"}, "must be a whole number of rao"),
        ({"total_tao": True}, "must be a whole number of rao"),
        ({"total_tao": 10**400}, "must be a whole number of rao"),
        ({"name": 10**4200}, "name is 1000"),
        ({"name": ["a"]}, "name is ['a']; must be a text"),
        ({"block_number": 10**400}, "must be a height"),
        ({"block_number": 1786000000}, "must be a height"),
    ],
)
def test_what_is_no_number_is_refused_by_its_place(
    convert: Callable[..., Taken], real: NetworkTable, change: dict[str, Any], message: str
) -> None:
    pools = pools_of(real)
    pools[5] |= change
    assert message in refusal(convert, pools)


@pytest.mark.parametrize("netuid", [64, 16])
def test_exchanged_reserves_are_found_by_the_quoted_price(
    convert: Callable[..., Taken], real: NetworkTable, netuid: int
) -> None:
    pools = pools_of(real)
    pool = pools[netuid]
    pool["total_tao"], pool["alpha_in_pool"] = pool["alpha_in_pool"], pool["total_tao"]
    with pytest.raises(NetworkError, match=f"netuid {netuid}: the quoted price .* look exchanged"):
        convert(pools, assume=True)


@pytest.mark.parametrize("field", ["total_tao", "alpha_in_pool", "alpha_staked", "price"])
@pytest.mark.parametrize("which", [[64], range(1, 129)])
@pytest.mark.parametrize("unit", [1e9, 1e-9])
def test_one_figure_in_another_unit_is_refused(
    convert: Callable[..., Taken],
    real: NetworkTable,
    field: str,
    which: list[int],
    unit: float,
) -> None:
    pools = pools_of(real)
    for netuid in which:
        value = float(pools[netuid][field]) * unit
        pools[netuid][field] = repr(value) if field == "price" else str(int(value))
    with pytest.raises(NetworkError):
        convert(pools, assume=True)


def test_another_figure_in_place_of_a_reserve_is_found_by_all_prices(
    convert: Callable[..., Taken], real: NetworkTable
) -> None:
    pools = pools_of(real)
    for pool in pools[1:]:
        if pool["alpha_staked"] != "0":
            pool["alpha_in_pool"], pool["alpha_staked"] = (
                pool["alpha_staked"],
                pool["alpha_in_pool"],
            )
    with pytest.raises(NetworkError, match="quoted price"):
        convert(pools, assume=True)


def test_an_average_that_holds_no_longer_is_not_taken_from_an_earlier_network(
    convert: Callable[..., Taken], real: NetworkTable
) -> None:
    """A price that grew twentyfold since: by the reserves and by the quote."""
    pools = pools_of(real)
    pools[64]["total_tao"] = str(20 * int(pools[64]["total_tao"]) // 5)
    bought = int(pools[64]["alpha_in_pool"]) * 4 // 5
    pools[64]["alpha_in_pool"] = str(int(pools[64]["alpha_in_pool"]) - bought)
    pools[64]["alpha_staked"] = str(int(pools[64]["alpha_staked"]) + bought)
    pools[64]["price"] = str(20 * float(pools[64]["price"]))
    assert "moving_price of 1 subnets is not known" in refusal(convert, pools)
    table = convert(pools, assume=True).table
    row = table.row_of(64)
    assert table.moving_price[row] == pytest.approx(min(table.tao_in[row] / table.alpha_in[row], 1))


def test_what_would_be_read_for_ever_or_fill_the_memory_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(2**31)
    deep = tmp_path / "deep.json"
    deep.write_text("[" * 100_000)
    for path, message in (
        (pipe, "a pipe"),
        (huge, "larger than"),
        (deep, "nested too deeply"),
        (Path("/dev/zero"), "a device"),
        (tmp_path / f"{'x' * 300}.json", "cannot be read"),
    ):
        with pytest.raises(NetworkError, match=message):
            read_taostats(path)


def test_network_files_that_never_end_or_swell_are_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    rows = tmp_path / "rows.parquet"
    pa.parquet.write_table(
        pa.table({"netuid": pa.nulls(10**6, pa.int64()), "b": [0] * 10**6}), rows
    )
    text = pa.array(["x" * 10**7]).dictionary_encode().take(pa.array([0] * 2000))
    swollen = tmp_path / "swollen.parquet"
    pa.parquet.write_table(pa.table({"name": text, "b": [0] * 2000}), swollen, store_schema=False)
    nested = tmp_path / "nested.parquet"
    pa.parquet.write_table(pa.table({"netuid": [[1], [2]], "b": [0, 0]}), nested)
    for path, message in (
        (pipe, "a pipe"),
        (rows, "has 1,000,000 rows, but there are 65,536 netuids"),
        (swollen, "column 'name' has a text of 10,000,000 bytes"),
        (nested, "column 'netuid' holds lists"),
        (tmp_path / f"{'x' * 300}.csv", "cannot be read"),
        (tmp_path / "a\0b.csv", "cannot be read"),
    ):
        with pytest.raises(NetworkError, match=message):
            load_network(path)


@pytest.mark.parametrize(
    "cell", ["1_000", "0x10", "１２", "٣", "1e5000", "infinity", "1e-5000", "1,5", "12 TAO", "−5"]
)
def test_only_plain_numbers_are_numbers(tmp_path: Path, real: NetworkTable, cell: str) -> None:
    lines = network_csv(real).splitlines()
    cells = lines[3].split(",")
    cells[4] = f'"{cell}"'
    lines[3] = ",".join(cells)
    path = tmp_path / "state.csv"
    path.write_text("\n".join(lines))
    path.with_suffix(".toml").write_text(facts_toml(real))
    with pytest.raises(NetworkError, match=r"line 4 \(netuid 2\): tao_in is"):
        load_network(path)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ("block = 0x" + "f" * 4300, "block is"),
        ("total_issuance = 0x" + "f" * 4300, "total_issuance is"),
        ("total_issuance = 0b1" + "0" * 15000, "total_issuance is"),
        ("name = 0o7" + "7" * 5000, "name is"),
        ("block = 1786000000", "must be a block height"),
        ("\n".join(f"k{n} = 1" for n in range(100_000)), "and 99,990 more"),
        ("a = " + "[" * 5000, "is not valid TOML"),
    ],
)
def test_hostile_facts_are_one_message(
    tmp_path: Path, real: NetworkTable, facts: str, message: str
) -> None:
    write_network(real, tmp_path / "state.csv")
    known = ("block = 8791253\n", "total_issuance = 11206919.3\n")
    others = [line for line in known if line.split()[0] != facts.split()[0]]
    (tmp_path / "state.toml").write_text("".join(others) + facts)
    with pytest.raises(NetworkError) as caught:
        load_network(tmp_path / "state.csv")
    assert message in str(caught.value)
    assert len(str(caught.value)) < 5000
