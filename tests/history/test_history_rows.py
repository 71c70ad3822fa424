"""Rows of a history: dates, numbers and columns are read right, or refused by row with the fix."""

import datetime
import gzip
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dtaojax.history import HistoryError, Panel, read_closes, read_panel
from dtaojax.history.cells import day_of, numbers, span_of

HEADER = "date,netuid,close,tao_in,days_since_start"
ZONE = datetime.timezone(datetime.timedelta(hours=-4))


def write(folder: Path, *rows: str, header: str = HEADER) -> Path:
    file = folder / "panel.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


def refused(folder: Path, *rows: str, header: str = HEADER) -> str:
    with pytest.raises(HistoryError) as caught:
        read_panel(write(folder, *rows, header=header))
    return str(caught.value)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2025-08-15", "2025-08-15"),
        (" 2025-8-5 ", "2025-08-05"),
        ("2025/08/15", "2025-08-15"),
        ("20250815", "2025-08-15"),
        ("2025-08-15 00:00:00 UTC", "2025-08-15"),
        ("2025-08-15T23:59:59.999Z", "2025-08-15"),
        ("2025-09-18T23:55:00-04:00", "2025-09-18"),
        ("2025-03-30T01:30:00+0200", "2025-03-30"),
        ("2025-08-15 12:00", "2025-08-15"),
        ("1755216000", "2025-08-15"),
        ("1755302399.9", "2025-08-15"),
        ("1755216000000", "2025-08-15"),
        (1_755_216_000, "2025-08-15"),
        (datetime.date(2025, 8, 15), "2025-08-15"),
        (datetime.datetime(2025, 8, 15, 23, 55, tzinfo=ZONE), "2025-08-15"),
    ],
)
def test_a_date_names_the_day_that_is_written(cell: object, day: str) -> None:
    assert day_of(cell) == np.datetime64(day)


@pytest.mark.parametrize(
    "cell",
    [
        "2025-08",
        "2025",
        "2025-02-30",
        "08/15/2025",
        "15.08.2025",
        "2025-08-15T25:00:00",
        "2025-08-15T23:55 America/New_York",
        "２０２５-08-15",
        "today",
        "",
        "NaT",
        "2025-W33-5",
        True,
        None,
    ],
)
def test_what_names_no_day_is_no_date(cell: object) -> None:
    assert np.isnat(day_of(cell))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025-08-15", "2025-08-15", "2025-08-15"),
        ("2025-02", "2025-02-01", "2025-02-28"),
        ("2025-12", "2025-12-01", "2025-12-31"),
        ("2025", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_month_or_a_year_spans_its_days(text: str, first: str, last: str) -> None:
    assert span_of(text) == (np.datetime64(first), np.datetime64(last))


@pytest.mark.parametrize("text", ["2025-13", "2025-0", "soon", "now", "20258", ""])
def test_other_texts_span_nothing(text: str) -> None:
    assert span_of(text) is None


def test_numbers_are_digits_and_nothing_else() -> None:
    right = numbers(["1", "-0.5", "+.5", "1e-3", " 2. ", 3, 4.5, "", None, float("nan")])
    assert right.value[:7].tolist() == [1.0, -0.5, 0.5, 0.001, 2.0, 3.0, 4.5]
    assert right.empty.tolist() == [False] * 7 + [True] * 3
    assert not right.wrong.any()
    cells = ["1_000", "１２", "nan", "inf", "-Infinity", "0x10", "1,5", "1 000", "2 TAO", "1e999"]
    assert numbers([*cells, True, float("inf"), b"1"]).wrong.all()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("2025-08,3,0.02,,40", "line 3: date is no date like 2025-03-20"),
        ("2025-02-12,3,0.02,,40", "line 3: date lies before 2025-02-13, when alpha began"),
        ("1970-01-02,3,0.02,,40", "line 3: date lies before 2025-02-13"),
        ("2099-01-01,3,0.02,,40", "line 3: date lies in the future"),
        ("2025-05-02,１２,0.02,,40", "line 3: netuid is no whole number"),
        ("2025-05-02,1_2,0.02,,40", "line 3: netuid is no whole number"),
        ("2025-05-02,0,0.02,,40", "line 3: netuid is no whole number"),
        ('2025-05-02,3,"0,02",,40', r"line 3: close is no positive number; .* \(it says '0,02'\)"),
        ('2025-05-02,3,"1,000.5",,40', "line 3: close is no positive number"),
        ("2025-05-02,3,NaN,,40", "line 3: close is no positive number"),
        ("2025-05-02,3,2e-11,,40", "line 3: close is below 1e-09 TAO"),
        ("2025-05-02,3,0.02,nan,40", "line 3: tao_in is not empty and no number"),
        ("2025-05-02,3,0.02,-1,40", "line 3: tao_in is negative"),
        ("2025-05-02,3,0.02,,2880000", "line 3: days_since_start is beyond 3,650 days; count days"),
        ("2025-05-02,3,0.02,,40,", "line 3: has 6 cells where the header has 5"),
        ("2025-05-02,3,0.02", "line 3: has 3 cells where the header has 5"),
        ("Date,NetUID,close,tao_in,days_since_start", "line 3: is the header again; delete"),
        ('2025-05-02,3,"0.02,,40', "cannot be read"),
        ("2025-05-01T20:00:00-04:00,3,0.02,,40", "line 3: stands twice for its date and netuid"),
    ],
)
def test_a_wrong_row_is_refused_by_its_line(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(HistoryError, match=message) as caught:
        read_panel(write(tmp_path, "2025-05-01,3,0.02,,39", row))
    assert len(str(caught.value).splitlines()) == 1


def test_one_ragged_row_among_many_is_the_one_that_is_named(tmp_path: Path) -> None:
    rows = [f"2025-05-{day:02},3,0.02,,{day}" for day in range(1, 32)]
    rows[0] += ","
    assert refused(tmp_path, *rows).endswith(
        "line 2: has 6 cells where the header has 5; mend the row, for example a comma too many or "
        "too few"
    )


@pytest.mark.parametrize(
    ("mark", "word"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")], ids=str
)
def test_other_separators_are_one_line_with_the_fix(tmp_path: Path, mark: str, word: str) -> None:
    text = refused(tmp_path, f"2025-05-01{mark}3{mark}0,02", header=f"date{mark}netuid{mark}close")
    assert text.endswith(
        f"columns are separated by {word}; separate them by commas, and write decimals with a point"
    )


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "is empty; the first line must name the columns"),
        ("sep=,", "a spreadsheet.s mark of the separator; delete the line"),
        ("date,netuid,Close,close", "column 'close' stands twice; keep one"),
        ("2025-05-01,3,0.02", "the first line must name the columns"),
        ("netuid,price", r"no columns 'date', 'close' \(there are netuid, price\)"),
    ],
)
def test_a_wrong_header_is_one_message(tmp_path: Path, header: str, message: str) -> None:
    with pytest.raises(HistoryError, match=message):
        read_panel(write(tmp_path, header=header))


def test_capitals_marks_order_and_packing_make_no_difference(tmp_path: Path) -> None:
    rows = ["2025-05-02,3,0.03,1000,41", "2025-05-01,3,0.02,900,40"]
    plain = read_panel(write(tmp_path, *sorted(rows)))
    text = "\n".join(
        ["\ufeffDate, NetUID ,CLOSE,tao_in,Days_Since_Start,", *[f"{row}," for row in rows]]
    )
    (tmp_path / "other.csv").write_text(text, encoding="utf-8")
    with gzip.open(tmp_path / "packed.csv.gz", "wt", encoding="utf-8") as file:
        file.write(text)
    for name in ("other.csv", "packed.csv.gz"):
        assert_same(read_panel(tmp_path / name), plain)


def assert_same(one: Panel, other: Panel) -> None:
    for name in ("dates", "netuid", "close", "tao_in", "age"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_parquet_is_read_with_its_index_and_its_time_zone(tmp_path: Path) -> None:
    """Local midnights on both sides of the change to winter time."""
    days = pd.date_range("2025-10-24", periods=5, tz="Europe/Berlin")
    table = pd.DataFrame(
        {"date": days, "netuid": 3, "close": [0.01, 0.02, 0.03, 0.02, 0.01], "tao_in": np.nan}
    )
    table.to_parquet(tmp_path / "plain.parquet", index=False)
    table.set_index(["date", "netuid"]).to_parquet(tmp_path / "indexed.parquet")
    plain = read_panel(tmp_path / "plain.parquet")
    assert plain.dates.astype(str).tolist() == [f"2025-10-{day}" for day in range(24, 29)]
    assert_same(read_panel(tmp_path / "indexed.parquet"), plain)
    table.set_index("date").rename_axis(None).to_parquet(tmp_path / "nameless.parquet")
    with pytest.raises(HistoryError, match=r"no column 'date' .* after reset_index\(\)"):
        read_panel(tmp_path / "nameless.parquet")
    for column, cells in (("date", [["2025-10-24"]] * 5), ("close", [[0.1]] * 5)):
        table.assign(**{column: cells}).to_parquet(tmp_path / "lists.parquet", index=False)
        with pytest.raises(HistoryError, match=rf"row 1, 2, 3, 4, 5: {column} is no"):
            read_panel(tmp_path / "lists.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(HistoryError, match="is no Parquet file that can be read"):
        read_panel(tmp_path / "broken.parquet")


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(HistoryError, match=r"cannot be read .*pipe"):
        read_panel(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(HistoryError, match="is a folder; name the file in it"):
        read_panel(tmp_path / "folder.csv")
    (tmp_path / "wide.csv").write_bytes("date,netuid,close\n".encode("utf-16"))
    with pytest.raises(HistoryError, match="is not UTF-8 text"):
        read_panel(tmp_path / "wide.csv")


def test_local_days_over_a_change_of_daylight_saving_follow_each_other(tmp_path: Path) -> None:
    rows = [
        "2025-11-01T23:55:00-04:00,3,0.02,,40",
        "2025-11-02T23:55:00-05:00,3,0.03,,41",
        "2025-11-03T00:00:00Z,3,0.04,,42",
        "2025-11-04T00:00:00,3,0.05,,43",
    ]
    panel = read_panel(write(tmp_path, *rows))
    assert panel.close[:, 0].tolist() == [0.02, 0.03, 0.04, 0.05]


def test_root_is_left_out_and_told(tmp_path: Path) -> None:
    """Its price is 1, or left out."""
    rows = ["2025-05-01,0,1.0,5400000,900", "2025-05-01,3,0.02,,40", "2025-05-02,0,,,901"]
    panel = read_panel(write(tmp_path, *rows))
    assert panel.netuid.tolist() == [3]
    (notice,) = panel.notices
    assert notice.text == (
        "2 rows left out as of root, whose price is always 1: 2 from line 2 to 4 (netuid 0, "
        "2025-05-01 to 2025-05-02)"
    )


CLOSES = [f"2025-08-{day:02},{400 + day}" for day in range(1, 21)]


def closes(folder: Path, *rows: str, header: str = "date,close") -> Path:
    file = folder / "tao.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("factor", "message"),
    [
        ("e6", "line 11: close is above 100,000 USD"),
        ("0", r"line 11: close 4100 on 2025-08-10 is 10 times off .* and the next is back"),
        ("e-2", r"line 11: close 4.1 on 2025-08-10 is 99.8 times off .* and the next is back"),
        ("e-6", "line 11: close is below 0.01 USD"),
        (",", "line 11: has 3 cells where the header has 2"),
        ("USD", "line 11: close is no positive number"),
    ],
)
def test_a_bad_close_of_tao_is_refused_by_its_line(
    tmp_path: Path, factor: str, message: str
) -> None:
    rows = list(CLOSES)
    rows[9] += factor
    with pytest.raises(HistoryError, match=message) as caught:
        read_closes(closes(tmp_path, *rows))
    assert len(str(caught.value).splitlines()) == 1


def test_closes_that_go_on_in_another_unit_are_refused(tmp_path: Path) -> None:
    rows = CLOSES[:10] + [f"{row}00" for row in CLOSES[10:]]
    with pytest.raises(HistoryError, match=r"line 12: close 41100 .* another unit may begin there"):
        read_closes(closes(tmp_path, *rows))
    with pytest.raises(HistoryError, match="above 100,000 USD; this looks like rao"):
        read_closes(closes(tmp_path, *[f"{row}e9" for row in CLOSES]))
    with pytest.raises(HistoryError, match="line 2: date lies before 2021-01-03"):
        read_closes(closes(tmp_path, "1999-08-01,400", *CLOSES))


def test_closes_are_read_with_capitals_and_local_days(tmp_path: Path) -> None:
    plain = read_closes(closes(tmp_path, *CLOSES))
    for rows, header in (
        ([row.replace(",", " 00:00:00 UTC,") for row in CLOSES], "Date,Close"),
        ([row.replace(",", "T20:00:00-04:00,") for row in reversed(CLOSES)], "DATE,close"),
    ):
        other = read_closes(closes(tmp_path, *rows, header=header))
        np.testing.assert_array_equal(other.dates, plain.dates)
        np.testing.assert_array_equal(other.close, plain.close)
    with pytest.raises(HistoryError, match=r"no column 'close' \(there are date, price\)"):
        read_closes(closes(tmp_path, *CLOSES, header="date,price"))
