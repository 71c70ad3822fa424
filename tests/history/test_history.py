"""Reading daily panels: what is one series, what is left out, and what is refused."""

import os
from pathlib import Path

import numpy as np
import pytest

from dtaojax.history import HistoryError, Panel, find_history, read_panel

HEADER = "date,netuid,close,tao_in,days_since_start,source"


def write(folder: Path, *rows: str, header: str = HEADER) -> Path:
    file = folder / "panel.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


def read(folder: Path, *rows: str) -> Panel:
    return read_panel(write(folder, *rows))


def test_missing_days_stay_missing(tmp_path: Path) -> None:
    panel = read(
        tmp_path,
        "2025-05-01,3,0.02,1000,40,A",
        "2025-05-03,3,0.04,2000,42,A",
        "2025-05-04,3,0.08,,43,A",
    )
    assert panel.dates.astype(str).tolist() == [f"2025-05-0{day}" for day in (1, 2, 3, 4)]
    assert np.array_equal(panel.close[:, 0], [0.02, np.nan, 0.04, 0.08], equal_nan=True)
    assert np.array_equal(panel.tao_in[:, 0], [1000, np.nan, 2000, np.nan], equal_nan=True)
    daily = panel.log_returns()[:, 0]
    assert np.array_equal(np.isfinite(daily), [False, False, False, True])
    assert panel.log_returns(2)[2, 0] == pytest.approx(np.log(2.0))


def test_a_re_used_netuid_is_two_series(tmp_path: Path) -> None:
    panel = read(
        tmp_path,
        "2025-05-01,3,0.02,,40,A",
        "2025-05-02,3,0.02,,41,A",
        "2025-05-03,3,0.009,,0.5,A",
        "2025-05-04,3,0.008,,1.5,A",
    )
    assert panel.netuid.tolist() == [3, 3]
    assert np.isfinite(panel.close).sum(axis=0).tolist() == [2, 2]
    assert np.nanmax(np.abs(panel.log_returns())) < 0.2


def test_a_life_of_unknown_age_ends_where_an_age_begins(tmp_path: Path) -> None:
    panel = read(tmp_path, "2025-05-01,3,0.02,,,A", "2025-05-02,3,0.009,,0.5,A")
    assert panel.netuid.tolist() == [3, 3]
    assert np.nanmin(panel.age, axis=0).tolist() == [0.0, 0.5]


def test_quotes_before_the_start_are_left_out(tmp_path: Path) -> None:
    panel = read(
        tmp_path,
        "2025-05-01,3,812.5,,-1.5,A",
        "2025-05-02,3,0.01,,-0.5,A",
        "2025-05-03,3,0.005,,0.5,A",
        "2025-05-01,5,3.2,,20,A",
        "2025-05-02,5,3.3,,21,A",
        "2025-05-03,5,0.05,,22,A",
    )
    assert panel.close.tolist() == [[0.005, 0.05]]
    # Netuid 5 waited for its start call, so its age counts from the first real price.
    assert panel.age.tolist() == [[0.5, 0.0]]


def test_what_was_known_on_a_day_is_a_leading_block(tmp_path: Path) -> None:
    panel = read(
        tmp_path,
        "2025-05-01,9,0.02,,40,A",
        "2025-05-02,9,0.03,,41,A",
        "2025-05-02,4,0.01,,0.5,A",
        "2025-05-03,9,0.04,,42,A",
        "2025-05-03,1,0.01,,0.5,A",
    )
    assert panel.netuid.tolist() == [9, 4, 1]
    known = panel.until(1)
    assert known.netuid.tolist() == [9, 4]
    assert np.array_equal(known.close, panel.close[:2, :2], equal_nan=True)


def test_rows_of_one_source_can_be_chosen(tmp_path: Path) -> None:
    rows = ["2025-05-01,3,0.02,,40,A", "2025-05-01,3,0.03,,40,B"]
    assert read_panel(write(tmp_path, *rows), "B").close.tolist() == [[0.03]]
    with pytest.raises(HistoryError, match="no row of source 'Z'; there are A, B"):
        read_panel(tmp_path / "panel.csv", "Z")
    with pytest.raises(HistoryError, match="line 3: stands twice"):
        read_panel(tmp_path / "panel.csv")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("May,3,0.02,,40,A", "line 3: date is no date"),
        ("2025-05-02,0,0.02,,40,A", "line 3: netuid is no whole number"),
        ("2025-05-02,1.5,0.02,,40,A", "line 3: netuid is no whole number"),
        ("2025-05-02,3,-0.02,,40,A", "line 3: close is no positive number"),
        ("2025-05-02,3,,,40,A", "line 3: close is no positive number"),
        ("2025-05-02,3,inf,,40,A", "line 3: close is no positive number"),
        ("2025-05-02,3,20000000,,40,A", "line 3: close is above .* looks like rao"),
        ("2025-05-02,3,0.02,x,40,A", "line 3: tao_in is not empty and no number"),
        ("2025-05-02,3,0.02,1e12,40,A", "line 3: tao_in is above the supply cap"),
        ("2025-05-02,3,0.02,,old,A", "line 3: days_since_start is not empty and no number"),
    ],
)
def test_impossible_rows_are_named(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(HistoryError, match=message):
        read(tmp_path, "2025-05-01,3,0.02,,39,A", row)


def test_missing_columns_and_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match=r"no column 'close' \(there are date, netuid, price\)"):
        read_panel(write(tmp_path, header="date,netuid,price"))
    with pytest.raises(HistoryError, match="holds no price of a started subnet"):
        read_panel(write(tmp_path))
    with pytest.raises(HistoryError, match=r"no such file; .* DTAOJAX_DATA"):
        read_panel(tmp_path / "none.csv")
    (tmp_path / "panel.txt").touch()
    with pytest.raises(HistoryError, match=r"must be a \.csv or \.parquet file"):
        read_panel(tmp_path / "panel.txt")


def test_a_bare_name_is_looked_for_beside_the_config_and_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DTAOJAX_DATA", str(tmp_path))
    assert find_history("panel.csv", Path("configs")) == tmp_path / "panel.csv"
    (tmp_path / "own.csv").touch()
    assert find_history("own.csv", tmp_path) == tmp_path / "own.csv"
    assert find_history("mine/panel.csv", Path("configs")) == Path("configs/mine/panel.csv")


def test_the_real_history_has_the_shape_that_is_known() -> None:
    folder = Path(os.environ.get("DTAOJAX_DATA", "../shared/data"))
    if not (folder / "prices_daily.csv").exists():
        pytest.skip(f"no prices_daily.csv in {folder}")
    panel = read_panel(folder / "prices_daily.csv", "A")
    assert panel.n_days == 258
    mature = (panel.age >= 30.0) & np.isfinite(panel.log_returns())
    assert 22_000 < mature.sum() < 23_000
    assert np.nanmax(panel.close) < 0.5
