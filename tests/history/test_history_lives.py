"""Lives of netuids: what is cut, split, doubted or filled, that it is named, and that nothing looks
ahead."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from dtaojax.history import HistoryError, Panel, read_panel
from dtaojax.history.jumps import bad_quotes

FIRST = np.datetime64("2026-05-01")
DAYS, NETUIDS = 40, 6
Cell = float | None


class Table:
    """A made-up history as columns (days, netuids) that a test may change before it is written."""

    def __init__(self, *, ages: bool = True, reserves: bool = True, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        walk = np.cumsum(0.05 * rng.normal(size=(DAYS, NETUIDS)), axis=0)
        self.close = 0.01 * np.exp(walk + rng.normal(size=NETUIDS))
        self.tao_in = 5_000.0 * np.exp(0.5 * walk) if reserves else np.full(walk.shape, np.nan)
        told = 400.0 + np.arange(DAYS)[:, None] + np.zeros(NETUIDS)
        self.age = told if ages else np.full(walk.shape, np.nan)

    def write(self, file: Path, days: int = DAYS) -> Path:
        lines = ["date,netuid,close,tao_in,days_since_start"]
        for day in range(days):
            for column in range(NETUIDS):
                cells = (self.close, self.tao_in, self.age)
                words = [_word(values[day, column]) for values in cells]
                if words[0]:
                    lines.append(",".join([str(FIRST + day), str(column + 1), *words]))
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return file


def _word(value: float) -> str:
    return "" if np.isnan(value) else repr(float(value))


def line(day: int, netuid: int) -> int:
    return 2 + day * NETUIDS + netuid - 1


def kinds(panel: Panel) -> list[str]:
    return [notice.kind for notice in panel.notices]


def detail(panel: Panel, kind: str) -> Sequence[tuple[int, int]]:
    """Lines and netuids of a notice."""
    (notice,) = (each for each in panel.notices if each.kind == kind)
    return [(place.line, place.netuid) for place in notice.places]


def assert_same_bits(one: Panel, other: Panel) -> None:
    for name in ("dates", "netuid", "close", "tao_in", "age"):
        left, right = getattr(one, name), getattr(other, name)
        assert left.shape == right.shape
        assert left.tobytes() == right.tobytes()


def read_or_refusal(file: Path) -> Panel | str:
    try:
        return read_panel(file)
    except HistoryError as error:
        return str(error)


@pytest.mark.parametrize("level", [0.55, 0.62, 3.0])
def test_with_an_age_nothing_is_cut_for_its_price(tmp_path: Path, level: float) -> None:
    table = Table()
    table.close[30:, 4] = np.geomspace(table.close[29, 4], level, DAYS - 30)
    panel = read_panel(table.write(tmp_path / "p.csv"))
    np.testing.assert_array_equal(panel.close, table.close)
    np.testing.assert_array_equal(panel.age, table.age)
    assert detail(panel, "dear")[-1] == (line(DAYS - 1, 5), 5)


@pytest.mark.parametrize("factor", [10.0, 100.0, 0.1, 0.01])
@pytest.mark.parametrize("ages", [True, False])
@pytest.mark.parametrize("reserves", [True, False])
def test_a_single_bad_quote_is_doubted_by_name_and_costs_no_more_than_itself(
    tmp_path: Path, factor: float, ages: bool, reserves: bool
) -> None:
    table = Table(ages=ages, reserves=reserves)
    table.close[:, 2] *= 0.002 / table.close[20, 2]
    table.close[20, 2] *= factor
    panel = read_panel(table.write(tmp_path / "p.csv"))
    assert detail(panel, "doubted") == [(line(20, 3), 3)]
    expected = table.close.copy()
    expected[20, 2] = np.nan
    np.testing.assert_array_equal(panel.close, expected)
    assert panel.doubted(20).tolist() == [3]
    # On its own day it cannot be known to be one, and afterwards the past is as it was.
    on_the_day = panel.until(20)
    assert table.close[20, 2] in on_the_day.close[20, on_the_day.netuid == 3]
    assert np.isnan(panel.until(21).close[20, 2])
    assert_same_bits(on_the_day, read_panel(table.write(tmp_path / "p.csv", days=21)))


def test_a_move_that_the_reserves_went_along_with_is_a_trade(tmp_path: Path) -> None:
    table = Table()
    table.close[20, 2] *= 16.0
    table.tao_in[20, 2] *= 4.0
    panel = read_panel(table.write(tmp_path / "p.csv"))
    np.testing.assert_array_equal(panel.close, table.close)
    assert detail(panel, "large_move") == [(line(20, 3), 3), (line(21, 3), 3)]


def test_bad_quotes_are_told_by_the_way_back() -> None:
    def bad(*prices: float) -> list[int]:
        log_price = np.log(prices)
        unknown = np.full(len(prices), np.nan)
        return np.flatnonzero(bad_quotes(np.arange(len(prices)), log_price, unknown)).tolist()

    assert bad(1, 10, 1, 1) == [1]
    assert bad(1, 10, 1, 10, 1) == [1, 3]
    assert bad(1, 4.9, 1) == []
    assert bad(1, 10, 10, 1) == []
    assert bad(1, 10, 2.1) == []
    assert bad(10, 1, 1) == []
    assert bad(1, 1, 10) == []


@pytest.mark.parametrize("ages", [True, False])
@pytest.mark.parametrize("cell", [0.62, 3e-6, 500.0, 90_000.0, None])
def test_no_cell_after_an_origin_changes_what_was_known_on_it(
    tmp_path: Path, ages: bool, cell: Cell
) -> None:
    origin = 25
    known = read_panel(Table(ages=ages).write(tmp_path / "p.csv", days=origin + 1))
    for day, column in ((26, 0), (27, 3), (DAYS - 1, 5)):
        for name in ("close", "tao_in", "age"):
            if cell is None and name == "close":
                continue
            table = Table(ages=ages)
            getattr(table, name)[day, column] = np.nan if cell is None else cell
            found = read_or_refusal(table.write(tmp_path / "p.csv"))
            if isinstance(found, Panel):
                assert_same_bits(found.until(origin), known)
            else:
                # A refusal names the row; it is no forecast.
                assert f"line {line(day, column + 1)}" in found


def test_every_day_sees_what_a_file_that_ends_there_would_show(tmp_path: Path) -> None:
    """With a bad quote, a new pool without an age, and a hole in the ages."""
    table = Table()
    table.close[10, 0] *= 100.0
    table.age[12:15, 1] = np.nan
    table.age[:, 2] = np.nan
    table.close[20:, 2] *= 8.0
    table.tao_in[20:, 2] = 600.0
    whole = read_panel(table.write(tmp_path / "whole.csv"))
    for day in range(DAYS):
        cut = read_panel(table.write(tmp_path / "cut.csv", days=day + 1))
        assert_same_bits(whole.until(day), cut)


def test_days_after_the_last_one_asked_for_play_no_part(tmp_path: Path) -> None:
    table = Table()
    table.close[20, 2] *= 0.02
    panel = read_panel(table.write(tmp_path / "p.csv"))
    until_then = panel.between("2026-05-03", "2026-05-21")
    assert until_then.n_days == 19
    assert until_then.close[-1, 2] == table.close[20, 2]
    assert kinds(until_then) == ["large_move"]
    assert kinds(panel.between("2026-05-03", "2026-05-22")) == ["doubted"]
    assert kinds(panel.between("2026-05-22", None)) == []
    assert panel.between("2026-05", "2026-05").n_days == 31
    assert panel.between("2026-06", "2026").dates[0] == np.datetime64("2026-06-01")


def test_an_age_that_goes_on_after_a_hole_is_the_same_life(tmp_path: Path) -> None:
    table = Table()
    table.age[:2, 0] = table.age[10:17, 1] = table.age[DAYS - 3 :, 2] = np.nan
    panel = read_panel(table.write(tmp_path / "p.csv"))
    assert panel.n_series == NETUIDS
    np.testing.assert_allclose(panel.age, Table().age)
    assert len(detail(panel, "age_filled")) == 2 + 7 + 3
    assert kinds(panel) == ["age_filled"]


def test_an_age_that_starts_anew_in_a_hole_is_another_life_from_its_start(tmp_path: Path) -> None:
    table = Table()
    table.age[10:20, 1] = np.nan
    # On day 20 it is 5.5 days old, so that it began on day 14.
    table.age[20:, 1] = 5.5 + np.arange(DAYS - 20)
    panel = read_panel(table.write(tmp_path / "p.csv"))
    first, second = np.flatnonzero(panel.netuid == 2)
    assert np.isfinite(panel.close[:, first]).sum() == 15
    assert panel.age[14, first] == 414.0
    assert panel.age[15, second] == 0.5
    assert detail(panel, "replaced") == [(line(15, 2), 2)]


def test_an_age_that_slips_and_comes_back_is_refused(tmp_path: Path) -> None:
    table = Table()
    table.age[10, 3] = 41.0
    with pytest.raises(HistoryError, match=r"line 65: days_since_start of netuid 4 on 2026-05-11"):
        read_panel(table.write(tmp_path / "p.csv"))


def test_without_ages_a_new_pool_is_told_by_reserves_that_no_trade_makes(tmp_path: Path) -> None:
    table = Table(ages=False)
    table.close[20:, 2] *= 2.0
    table.tao_in[20:, 2] *= 0.15
    panel = read_panel(table.write(tmp_path / "p.csv"))
    assert detail(panel, "looks_replaced") == [(line(20, 3), 3)]
    (notice,) = (each for each in panel.notices if each.kind == "looks_replaced")
    assert "tao_in goes from" in notice.text
    assert "which no trade does" in notice.text
    assert panel.netuid.tolist() == [1, 2, 3, 4, 5, 6, 3]
    assert panel.age[20, -1] == 0.0
    # What the netuid held before keeps its days, and the jump is nobody's return.
    assert np.nanmax(np.abs(panel.log_returns())) < 0.3


def test_without_ages_and_reserves_a_jump_to_the_median_is_a_new_pool(tmp_path: Path) -> None:
    table = Table(ages=False, reserves=False)
    others = np.delete(table.close[20], 2)
    table.close[:20, 2] *= 0.2 * np.median(others) / table.close[19, 2]
    table.close[20:, 2] *= np.median(others) / table.close[20, 2]
    panel = read_panel(table.write(tmp_path / "p.csv"))
    assert detail(panel, "looks_replaced") == [(line(20, 3), 3)]
    assert "near the median of that day" in " ".join(each.text for each in panel.notices)
    with_age = Table(reserves=False)
    with_age.close = table.close
    assert kinds(read_panel(with_age.write(tmp_path / "p.csv"))) == []


def test_without_ages_it_is_said_that_reuse_cannot_be_told(tmp_path: Path) -> None:
    panel = read_panel(Table(ages=False).write(tmp_path / "p.csv"))
    (notice,) = panel.notices
    assert notice.text.startswith("ages not known: re-used netuids cannot be told")
    assert len(notice.places) == NETUIDS
    assert panel.age[:, 0].tolist() == list(range(DAYS))


def test_without_ages_a_pool_waits_until_its_first_possible_price(tmp_path: Path) -> None:
    table = Table(ages=False, reserves=False)
    table.close[:5, 1] = 2.0
    table.close[30, 3] = 0.6
    table.close[29, 3] = table.close[31, 3] = 0.4
    panel = read_panel(table.write(tmp_path / "p.csv"))
    second = int(np.flatnonzero(panel.netuid == 2)[0])
    assert np.isfinite(panel.close[:, second]).sum() == DAYS - 5
    assert panel.age[5, second] == 0.0
    assert [netuid for _, netuid in detail(panel, "waiting")] == [2] * 5
    # What rises above that price later has traded before.
    assert panel.close[30, list(panel.netuid).index(4)] == 0.6


def test_a_fall_at_the_start_shows_a_pool_that_waited_though_it_has_an_age(tmp_path: Path) -> None:
    table = Table()
    table.age[:, 1] -= 350.0
    table.close[:15, 1] = 3.0
    panel = read_panel(table.write(tmp_path / "p.csv"))
    assert [netuid for _, netuid in detail(panel, "waiting")] == [2] * 15
    assert panel.age[15, list(panel.netuid).index(2)] == 0.0
    assert panel.doubted(14).tolist() == [2]
    # Nobody knew before the fall.
    assert panel.until(14).close[14, 1] == 3.0


def test_prices_in_dollars_are_refused(tmp_path: Path) -> None:
    table = Table()
    table.close *= 350.0
    with pytest.raises(HistoryError, match=r"line 2 and following: .* this looks like dollars"):
        read_panel(table.write(tmp_path / "p.csv"))
    later = Table()
    later.close[20:] *= 350.0
    with pytest.raises(HistoryError, match=r"line 122, .* most closes are 3.. times those of"):
        read_panel(later.write(tmp_path / "p.csv"))
    glitch = Table()
    glitch.close[20] *= 350.0
    panel = read_panel(glitch.write(tmp_path / "p.csv"))
    assert len(detail(panel, "doubted")) == NETUIDS
    rich = Table()
    rich.tao_in *= 1_000.0
    with pytest.raises(HistoryError, match="together, above the supply cap of 21,000,000"):
        read_panel(rich.write(tmp_path / "p.csv"))


def test_notices_are_json_with_line_date_and_netuid(tmp_path: Path) -> None:
    table = Table()
    table.close[20, 2] *= 10.0
    (notice,) = read_panel(table.write(tmp_path / "p.csv")).notices
    told = json.loads(json.dumps(notice.as_json()))
    assert (told["kind"], told["rows"], told["place"]) == ("doubted", 1, "line")
    (stretch,) = told["stretches"]
    assert stretch["lines"] == [line(20, 3)] * 2
    assert stretch["dates"] == ["2026-05-21"] * 2
    assert stretch["netuid"] == 3
    assert "times the quote before" in stretch["detail"]


def test_a_single_bad_reserve_is_doubted_and_splits_nothing(tmp_path: Path) -> None:
    for ages in (True, False):
        table = Table(ages=ages)
        table.tao_in[20, 2] *= 0.01
        # Less than is doubted, and no new pool either.
        table.tao_in[10, 4] *= 3.0
        panel = read_panel(table.write(tmp_path / "p.csv"))
        assert detail(panel, "doubted_reserve") == [(line(20, 3), 3)]
        expected = table.tao_in.copy()
        expected[20, 2] = np.nan
        np.testing.assert_array_equal(panel.tao_in, expected)
        np.testing.assert_array_equal(panel.close, table.close)
        assert table.tao_in[20, 2] in panel.until(20).tao_in[20]


@pytest.mark.parametrize("rate", [24.0, 0.0, 1 / 7])
def test_ages_in_another_unit_are_refused(tmp_path: Path, rate: float) -> None:
    table = Table()
    table.age = 100.0 + rate * (table.age - 400.0)
    with pytest.raises(HistoryError, match=r"days_since_start grows by .* a day"):
        read_panel(table.write(tmp_path / "p.csv"))


def test_an_age_that_rises_by_less_than_the_days_is_another_life(tmp_path: Path) -> None:
    """Over 20 days without rows, from 19 to 25 days old."""
    table = Table()
    table.age[:, 1] = 10.0 + np.arange(DAYS)
    table.close[10:30, 1] = np.nan
    table.age[30:, 1] = 25.0 + np.arange(DAYS - 30)
    panel = read_panel(table.write(tmp_path / "p.csv"))
    assert (panel.netuid == 2).sum() == 2
    (notice,) = panel.notices
    assert notice.kind == "replaced"
    assert "days_since_start is 25 where 40 is due" in notice.text


def test_an_age_that_leaps_is_the_same_life_and_told(tmp_path: Path) -> None:
    table = Table()
    table.age[:, 1] = 100.0 + np.arange(DAYS)
    table.age[20:, 1] += 300.0
    panel = read_panel(table.write(tmp_path / "p.csv"))
    assert panel.n_series == NETUIDS
    (notice,) = panel.notices
    assert (notice.kind, [place.netuid for place in notice.places]) == ("age_leaps", [2])


def test_ages_of_some_hour_of_the_day_or_of_whole_days_make_one_life(tmp_path: Path) -> None:
    hours, whole = Table(), Table()
    hours.age += np.random.default_rng(3).uniform(-0.49, 0.49, hours.age.shape)
    whole.age = np.floor(whole.age)
    for table in (hours, whole):
        panel = read_panel(table.write(tmp_path / "p.csv"))
        assert (panel.n_series, panel.notices) == (NETUIDS, ())
