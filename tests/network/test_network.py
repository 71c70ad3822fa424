"""Networks: what is read from a file, what is refused, and what the refusal says."""

import csv
import io
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from places import ROOT

from dtaojax.files.text import printable
from dtaojax.network import (
    NOT_STARTED,
    NetworkError,
    embedded_networks,
    load_network,
)
from dtaojax.network.write import write_network

EMBEDDED = "finney_8791253"
FACTS = 'name = "test"\nblock = 1000\ntotal_issuance = 5000.0\n'
COLUMNS = (
    "netuid", "name", "registered_at", "first_emission_block", "tao_in", "alpha_in", "alpha_out",
    "moving_price", "emission_enabled", "miner_burned",
)  # fmt: skip


def rows() -> list[dict[str, object]]:
    """Root and three subnets, the last not started, in no order."""
    values = [
        (7, "seven", 20, 30, 70.5, 700, 300, 0.1, 1, 0.25),
        (0, "root", 0, "", 1000.0, 1, 1, "", 1, ""),
        (9, "nine", 900, "", 5, 50, 0, "", 0, ""),
        (3, "three", 10, 11, 30, 300, 100, 0.2, 1, 0),
    ]
    return [dict(zip(COLUMNS, row, strict=True)) for row in values]


PARTS = ("protocol_alpha", "burned_alpha", "basket_alpha")


def with_parts(**parts: float) -> list[dict[str, object]]:
    """The rows, each subnet with these parts of its alpha outside the pool."""
    return [row | {part: parts[part] if row["netuid"] else "" for part in parts} for row in rows()]


def as_csv(table: list[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, table[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue()


@pytest.fixture
def write(tmp_path):
    """Writes a table and its facts; returns the path of the table."""

    def write(table: list[dict[str, object]], facts: str | None = FACTS) -> Path:
        path = tmp_path / "state.csv"
        path.write_text(as_csv(table), encoding="utf-8")
        if facts is not None:
            path.with_suffix(".toml").write_text(facts)
        return path

    return write


def refusal(file: str | Path, **facts) -> str:
    with pytest.raises(NetworkError) as caught:
        load_network(file, **facts)
    return str(caught.value)


def changed(row: int, **cells) -> list[dict[str, object]]:
    table = rows()
    table[row] |= cells
    return table


# --- what is read --------------------------------------------------------------------------------


def test_embedded_network_holds_what_the_chain_had():
    assert EMBEDDED in embedded_networks()
    table = load_network(EMBEDDED)
    assert table.n_subnets == 128
    assert table.netuid.tolist() == list(range(1, 129))
    assert table.block == 8_791_253
    assert table.total_issuance == 11_206_919.340788886
    assert table.root_tao == 5_445_703.101
    assert table.gate_bar == 0.008232527922764766
    assert table.tao_in.sum() == pytest.approx(2_034_886.855, abs=1e-3)
    assert int(table.emission_enabled.sum()) == 85
    assert table.netuid[~table.started].tolist() == [86]
    assert table.moving_price[table.row_of(86)] == 0.0
    assert table.names[table.row_of(29)] == "hoτfloaτ"
    assert table.observed is not None
    assert table.observed["observed_tao_in_emission"].shape == (128,)
    assert set(table.other) == {"tempo", "subnet_volume", "validators", "miners"}


def test_subnets_are_sorted_and_root_stands_apart(write):
    table = load_network(write(rows()))
    assert table.netuid.tolist() == [3, 7, 9]
    assert table.names == ("three", "seven", "nine")
    assert table.root_tao == 1000.0
    assert table.tao_in.tolist() == [30.0, 70.5, 5.0]
    assert table.first_emission_block.tolist() == [11, 30, NOT_STARTED]
    assert table.started.tolist() == [True, True, False]
    assert table.moving_price.tolist() == [0.2, 0.1, 0.0]
    assert table.emission_enabled.tolist() == [True, True, False]
    assert table.miner_burned.tolist() == [0.0, 0.25, 0.0]
    assert (table.name, table.block, table.total_issuance) == ("test", 1000, 5000.0)
    assert table.gate_bar == 0.0


def test_arrays_have_stated_types_and_cannot_be_changed():
    table = load_network(EMBEDDED)
    assert table.netuid.dtype == table.registered_at.dtype == np.int64
    assert table.first_emission_block.dtype == np.int64
    assert table.emission_enabled.dtype == np.bool_
    assert table.tao_in.dtype == table.moving_price.dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        table.tao_in[0] = 1.0


def test_table_survives_pickle():
    table = load_network(EMBEDDED)
    copy = pickle.loads(pickle.dumps(table))
    assert copy.names == table.names
    np.testing.assert_array_equal(copy.tao_in, table.tao_in)


def test_absent_optional_columns_take_their_defaults(write):
    table = rows()
    for row in table:
        del row["miner_burned"]
    network = load_network(write(table))
    assert network.miner_burned.tolist() == [0.0] * 3
    assert network.w_tao.tolist() == [0.5] * 3
    assert network.protocol_alpha.tolist() == [0.0] * 3
    assert network.observed is None
    assert network.other == {}


def test_unknown_columns_and_blank_lines_are_left_alone(write):
    path = write([row | {"colour": "red", "w_tao": 0.4} for row in rows()])
    path.write_text(path.read_text() + "\n\n")
    assert load_network(path).w_tao.tolist() == [0.4] * 3


@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("true", "false"), ("True", "False")])
def test_switches_are_numbers_or_words(write, yes, no):
    table = [row | {"emission_enabled": no if row["netuid"] == 7 else yes} for row in rows()]
    assert load_network(write(table)).emission_enabled.tolist() == [True, False, True]


def test_parquet_reads_as_csv_does(tmp_path, write):
    table = [{key: None if cell == "" else cell for key, cell in row.items()} for row in rows()]
    path = tmp_path / "state.parquet"
    pa.parquet.write_table(pa.Table.from_pylist(table), path)
    from_csv, from_parquet = load_network(write(rows())), load_network(path)
    assert from_parquet.names == from_csv.names
    for field in ("netuid", "first_emission_block", "tao_in", "moving_price", "miner_burned"):
        np.testing.assert_array_equal(getattr(from_parquet, field), getattr(from_csv, field))


def test_parquet_not_a_number_is_an_empty_cell_where_that_is_allowed(tmp_path, write):
    write(rows())
    path = tmp_path / "state.parquet"
    columns = {
        key: [float("nan" if row[key] == "" else row[key]) for row in rows()]
        for key in COLUMNS
        if key != "name"
    }
    pa.parquet.write_table(pa.table(columns | {"name": [row["name"] for row in rows()]}), path)
    table = load_network(path)
    assert table.first_emission_block.tolist() == [11, 30, NOT_STARTED]
    assert table.moving_price.tolist() == [0.2, 0.1, 0.0]


def test_given_facts_override_the_companions(write):
    table = load_network(write(rows()), block=2000, total_issuance=6000, gate_bar=0.01)
    assert (table.block, table.total_issuance, table.gate_bar) == (2000, 6000.0, 0.01)


def test_given_facts_do_without_a_companion(write):
    table = load_network(write(rows(), facts=None), block=2000, total_issuance=6000.0)
    assert (table.name, table.block) == ("state", 2000)


def test_names_stay_verbatim(write):
    name = '<script>alert("1,2")</script>\n\x1b[31m\u202e'
    assert load_network(write(changed(0, name=name))).names[1] == name


def test_unknown_subnet_is_refused_with_the_netuids_that_exist(write):
    table = load_network(write([*rows(), rows()[0] | {"netuid": 8}]))
    assert table.row_of(7) == 1
    with pytest.raises(NetworkError, match=r"test: there is no subnet 4; netuids here are 3, 7-9"):
        table.row_of(4)


def test_csv_needs_neither_pandas_nor_pyarrow():
    code = (
        "import sys; from dtaojax.network import load_network; load_network(sys.argv[1]);"
        "print({'pandas', 'pyarrow', 'jax', 'pydantic'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, EMBEDDED],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert run.stdout.strip() == "set()"


# --- files that are refused ----------------------------------------------------------------------


def test_unknown_name_is_refused_with_the_known_ones():
    assert 'did you mean "finney_8791253"?' in refusal("finney_879125")
    text = refusal("zzz")
    assert "finney_8791253" in text
    assert ".csv or .parquet" in text


def test_unreadable_files_are_refused(tmp_path):
    assert "there is no such file" in refusal(tmp_path / "a.csv")
    assert "there is no such file" in refusal(str(tmp_path / "a.parquet"))
    assert "must be a .csv or .parquet file" in refusal(tmp_path / "a.xlsx")
    for ending in ("csv", "parquet"):
        folder = tmp_path / f"folder.{ending}"
        folder.mkdir()
        assert "is a folder" in refusal(folder)
    latin = tmp_path / "latin.csv"
    latin.write_bytes("netuid,name\n1,é\n".encode("latin-1"))
    assert "is not UTF-8" in refusal(latin)
    fake = tmp_path / "fake.parquet"
    fake.write_text("netuid,name\n")
    assert f"{fake}: is no Parquet file" in refusal(fake)
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    assert "is empty; the first line must name the columns" in refusal(empty)
    semicolons = tmp_path / "semicolons.csv"
    semicolons.write_text("netuid;name\n1;a\n")
    assert "columns must be separated by commas" in refusal(semicolons)


def test_ragged_line_is_refused_by_its_number(write):
    path = write(rows())
    path.write_text(path.read_text() + "5,five,1\n")
    assert "line 6: has 3 cells, the header 10" in refusal(path)


def test_column_that_stands_twice_is_refused(write):
    path = write(rows())
    path.write_text(path.read_text().replace("alpha_out", "alpha_in", 1))
    assert "column 'alpha_in' stands twice" in refusal(path)


@pytest.mark.parametrize("column", [name for name in COLUMNS if name != "miner_burned"])
def test_missing_column_is_refused_with_what_is_there(write, column):
    table = [{key: cell for key, cell in row.items() if key != column} for row in rows()]
    text = refusal(write(table))
    assert f"there is no column {column!r}; add it" in text
    assert "miner_burned" in text


def test_misnamed_column_is_refused_with_the_right_name(write):
    path = write(rows())
    path.write_text(path.read_text().replace("moving_price", "movingPrice", 1))
    assert "there is no column 'moving_price'; is it 'movingPrice'? rename that" in refusal(path)


# --- cells that are refused ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        ("tao_in", "nan", "tao_in is nan; must be a finite number"),
        ("tao_in", "inf", "tao_in is inf; must be a finite number"),
        ("tao_in", "-1", "tao_in is -1; must be at least 0"),
        ("tao_in", "", "tao_in is empty; write a number"),
        ("tao_in", "1 TAO", "tao_in is 1 TAO; must be a number, without separators or units"),
        ("tao_in", "70500000000", "above the supply cap of 21,000,000; this looks like rao"),
        ("alpha_in", "-inf", "alpha_in is -inf; must be a finite number"),
        ("alpha_in", "7e11", "alpha_in is 7e11, above the supply cap of 21,000,000; this looks"),
        ("alpha_out", "3e11", "alpha_out is 3e11, above the supply cap of 21,000,000; this looks"),
        ("moving_price", "-0.1", "moving_price is -0.1; must be at least 0"),
        ("moving_price", "100000000", "no price in TAO; this looks like rao: divide by 1e9"),
        ("moving_price", "", "moving_price is empty but the subnet has started"),
        ("miner_burned", "25", "miner_burned is 25, must be a fraction, at most 1"),
        ("miner_burned", "-0.1", "miner_burned is -0.1; must be at least 0"),
        ("w_tao", "0.001", "w_tao is 0.001; must be at least 0.01"),
        ("w_tao", "0.995", "w_tao is 0.995, must be at most 0.99"),
        ("emission_enabled", "yes", "emission_enabled is yes; must be a number"),
        ("emission_enabled", "2", "emission_enabled is 2, must be 1 or 0"),
        ("registered_at", "1.5", "registered_at is 1.5; must be a whole number"),
        ("registered_at", "1001", "registered_at is past block 1,000"),
        ("first_emission_block", "-1", "first_emission_block is -1; must be at least 0"),
        ("first_emission_block", "1002", "is past block 1,000; leave it empty"),
        ("protocol_alpha", "301", "protocol_alpha is more than alpha_out"),
        ("observed_excess_tao", "5000000", "above one token a block; this looks like rao"),
        ("tempo", "x\x1b[2J", r"tempo is 'x\x1b[2J'; must be a number"),
    ],
)
def test_bad_cell_is_refused_with_file_line_netuid_column_value_and_fix(
    write, column, cell, message
):
    table = [row | {column: row.get(column, 0.02)} for row in changed(0, **{column: cell})]
    text = refusal(path := write(table))
    assert text.startswith(f"{path}: line 2 (netuid 7): ")
    assert message in text


def test_alpha_above_the_cap_in_sum_is_refused(write):
    text = refusal(write(changed(0, alpha_in=11e6, alpha_out=11e6)))
    assert "line 2 (netuid 7): alpha_in + alpha_out is above the supply cap" in text


def test_a_column_in_rao_is_one_problem_that_counts_its_rows(write):
    table = [row | {"tao_in": float(row["tao_in"]) * 1e9} for row in rows()]
    text = refusal(write(table))
    assert "line 5 (netuid 3): tao_in is 30000000000.0" in text
    assert "(and 2 more such rows)" in text
    assert "line 3 (netuid 0): tao_in is 1000000000000.0" in text


def test_small_pools_in_rao_are_found_by_their_sum(write):
    table = [row | {"tao_in": 9e6} for row in rows()]
    assert "tao_in sums to 36,000,000, above the supply cap" in refusal(write(table))


def test_more_tao_in_pools_than_issued_is_refused(write):
    facts = FACTS.replace("5000.0", "1100.0")
    assert "tao_in sums to 1,106, more than the total_issuance of 1,100" in refusal(
        write(rows(), facts)
    )


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("3", "line 5: netuid 3 stands already in line 2; keep one"),
        ("3.5", "line 2: netuid is 3.5; must be a whole number"),
        ("x", "line 2: netuid is x; must be a number"),
        ("", "line 2: netuid is empty"),
        ("-1", "line 2: netuid is -1; must be at least 0"),
        ("65536", "line 2: netuid is 65536, must be at most 65535"),
    ],
)
def test_bad_netuid_is_refused_by_its_line(write, cell, message):
    assert message in refusal(write(changed(0, netuid=cell)))


def test_bad_parquet_cell_is_refused_by_its_row(tmp_path):
    table = [{key: None if cell == "" else cell for key, cell in row.items()} for row in rows()]
    table[3]["alpha_in"] = -300
    path = tmp_path / "state.parquet"
    pa.parquet.write_table(pa.Table.from_pylist(table), path)
    assert "row 4 (netuid 3): alpha_in is -300" in refusal(path, block=1000, total_issuance=5000.0)


def test_network_without_root_or_without_subnets_is_refused(write):
    assert "there is no row with netuid 0; add root" in refusal(write([rows()[0]]))
    assert "there is no subnet besides root" in refusal(write([rows()[1]]))


# --- facts that are refused ----------------------------------------------------------------------


def test_missing_facts_are_refused_with_file_and_key_to_write(write):
    text = refusal(write(rows(), facts=None))
    assert "block is not known; write block = ... into state.toml" in text
    assert "set network.total_issuance in the config" in text


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (FACTS + "gate_bra = 0.1\n", 'no fact of a network; did you mean "gate_bar"?'),
        (FACTS + "gate_bar = 2.0\n", "state.toml: gate_bar is 2.0; must be a share"),
        (FACTS + "gate_bar = -0.1\n", "gate_bar is -0.1; must be at least 0"),
        ("block = 1.5\ntotal_issuance = 1\n", "block is 1.5; must be a block height"),
        ("block = 1\ntotal_issuance = nan\n", "total_issuance is nan; must be a finite number"),
        ("block = 1\ntotal_issuance = 11206919340788886\n", "this looks like rao: divide by 1e9"),
        (FACTS + 'notes = "one"\n', "notes must be a list of strings in quotes"),
        ("name = 3\nblock = 1\ntotal_issuance = 1\n", "name is 3; must be a string in quotes"),
        ("block = ", "state.toml: is not valid TOML"),
    ],
)
def test_bad_fact_is_refused_with_file_and_key(write, facts, message):
    assert message in refusal(write(rows(), facts))


def test_bad_given_fact_is_refused_by_its_config_key(write):
    text = refusal(write(rows()), total_issuance=1e15)
    assert "network.total_issuance of the config: total_issuance is 1,000,000,000,000,000" in text


# --- names on a terminal -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Apex", "404—GEN", "hoτfloaτ", "τ日本語", "a b", "🚀", "[red]", ""]
)
def test_readable_names_stay_as_they_are(name):
    assert printable(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("a\u200bb\ufeff\u00ad", r"a\u200bb\ufeff\xad"),
        ("a\u00a0b\u3000", r"a\xa0b\u3000"),
        ("\u3164\u034f\ufe0f", r"\u3164\u034f\ufe0f"),
        ("\x9b31m\x00", r"\x9b31m\x00"),
        ("\U000e0041\U000e0100", r"\U000e0041\U000e0100"),
    ],
)
def test_hidden_characters_become_visible(name, shown):
    assert printable(name) == shown


@given(st.text())
def test_printed_names_hold_only_visible_characters_and_print_the_same_twice(name):
    assert printable(name).isprintable()
    assert printable(printable(name)) == printable(name)


# --- who holds the alpha outside the pools -------------------------------------------------------


def test_parts_of_alpha_out_are_read_and_what_is_left_is_held(write) -> None:
    table = with_parts(protocol_alpha=10.0, burned_alpha=20.0, basket_alpha=30.0)
    table[2] |= dict.fromkeys(PARTS, "")
    network = load_network(write(table))
    assert network.unknown_parts == ()
    assert network.burned_alpha.tolist() == [20.0, 20.0, 0.0]
    assert network.held_alpha.tolist() == [40.0, 240.0, 0.0]


@pytest.mark.parametrize("known", [(), ("burned_alpha",), ("protocol_alpha", "basket_alpha")])
def test_parts_that_a_file_does_not_have_count_as_held_and_are_named(write, known) -> None:
    network = load_network(write(with_parts(**dict.fromkeys(known, 0.0))))
    assert set(network.unknown_parts) == set(PARTS) - set(known)
    assert network.held_alpha.tolist() == network.alpha_out.tolist()


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"burned_alpha": 101.0}, "burned_alpha is more than alpha_out, of which it is a part"),
        ({"basket_alpha": 1e3}, "basket_alpha is more than alpha_out, of which it is a part"),
        ({"protocol_alpha": 60.0, "burned_alpha": 60.0}, "add up to more than alpha_out"),
        ({"burned_alpha": 2e16}, "burned_alpha is 2e+16, above the supply cap"),
        ({"basket_alpha": -1.0}, "basket_alpha is -1.0; must be at least 0"),
    ],
)
def test_parts_that_cannot_be_are_refused_with_their_place(write, parts, message) -> None:
    table = with_parts(**parts)
    for row in table:
        if row["netuid"] == 9:
            row.update(dict.fromkeys(parts, 0))
    with pytest.raises(NetworkError) as refused:
        load_network(write(table))
    assert message in str(refused.value)
    assert "netuid 3" in str(refused.value)


def test_the_embedded_network_tells_who_holds_its_alpha() -> None:
    """Estimates of docs/alpha_supply.md: a quarter is burned, as measured in autumn 2026."""
    network = load_network(EMBEDDED)
    assert network.unknown_parts == ()
    outside = network.alpha_out > 0.0
    burned = (network.burned_alpha / np.where(outside, network.alpha_out, 1.0))[outside]
    assert 0.24 < np.median(burned) < 0.26
    assert burned.max() < 0.47
    assert (network.held_alpha[outside] > 0.4 * network.alpha_out[outside]).all()
    price = network.tao_in / network.alpha_in
    assert 3_000.0 < (network.basket_alpha * price).sum() < 3_400.0


def test_written_networks_have_the_parts_that_are_known(write, tmp_path) -> None:
    table = [row | {"burned_alpha": row["alpha_out"]} for row in rows()]
    known = load_network(write(table))
    write_network(known, tmp_path / "again.csv")
    again = load_network(tmp_path / "again.csv")
    assert again.unknown_parts == known.unknown_parts == ("protocol_alpha", "basket_alpha")
    assert again.burned_alpha.tolist() == known.burned_alpha.tolist()
