"""CSV files that no spreadsheet runs, and numbers that stay numbers."""

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtaojax.files.spreadsheet import cell_text, csv_text, safe_cell, write_table

FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://x","a")',
    "+1-2",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\u00a0=1",
    '"=1',
    "'=1",
    " ' @x",
    "\u200b=1",
    "\ufeff+cmd|' /C calc'!A0",
    "\uff1d1+1",
    "-",
    "-1.5x",
    "=",
    "--1",
    "-١",
    "-1_000",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_may_run_becomes_text(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize(
    "cell", ["-1.5", "+3", "-1e-05", "1", "", "a=b", "SN-1", "name", "é", -1.5, None, True, -3]
)
def test_numbers_and_harmless_texts_stay_as_they_are(cell: object) -> None:
    assert safe_cell(cell) is cell


@given(st.text() | st.sampled_from(FORMULAS).map(lambda text: "'" + text))
def test_a_cell_reads_back_as_it_was(text: str) -> None:
    assert cell_text(safe_cell(text)) == text


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1))
def test_a_file_reads_back_as_it_was(texts: list[str]) -> None:
    text = csv_text(["one", "=two"], [(cell, -1.5) for cell in texts])
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [cell_text(cell) for cell in rows[0]] == ["one", "=two"]
    assert [cell_text(row[0]) for row in rows[1:]] == texts
    assert {row[1] for row in rows[1:]} == {"-1.5"}


def test_a_table_to_be_looked_at_hides_nothing_and_runs_nothing(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "name": ["=1", "\x1b[31mred", "a\u202eb", None],
            "value": [-1.5, np.nan, 2.0, 0.1],
            "netuid": pd.array([1, None, 3, 4], dtype="Int64"),
            "=key": ["-3", "@", "x\ny", "ok"],
        }
    )
    before = table.copy()
    write_table(table, tmp_path / "t.csv")
    pd.testing.assert_frame_equal(table, before)
    with (tmp_path / "t.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["name", "value", "netuid", "'=key"]
    assert [row[0] for row in rows[1:]] == ["'=1", "\\x1b[31mred", "a\\u202eb", ""]
    assert [row[1] for row in rows[1:]] == ["-1.5", "", "2.0", "0.1"]
    assert [row[2] for row in rows[1:]] == ["1", "", "3", "4"]
    assert [row[3] for row in rows[1:]] == ["-3", "'@", "x\\ny", "ok"]
