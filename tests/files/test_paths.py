"""Which files are read, and one file under two names."""

from pathlib import Path

import pytest

from dtaojax.files.reading import check_bounded, clash, noting, read_bounded


def test_what_is_read_is_noted_for_all_who_ask(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.write_bytes(b"")
    second.write_bytes(b"")
    with noting() as outer:
        read_bounded(first, 10)
        with noting() as inner:
            check_bounded(second, 10)
    read_bounded(first, 10)
    assert (outer, inner) == ([first, second], [second])


def test_one_file_under_two_names_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "prices.csv"
    file.write_text("x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "soft.csv").symlink_to(file)
    (tmp_path / "folder").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "hard.csv").hardlink_to(file)
    for other in (
        file,
        Path("prices.csv"),
        Path("sub/../prices.csv"),
        Path("soft.csv"),
        Path("folder/prices.csv"),
        Path("hard.csv"),
        Path("PRICES.csv"),
        Path("Prices.CSV"),
    ):
        assert clash([tmp_path / "new", other], [file]) == (other, file)
        assert clash([file, other], []) == (other, file)
    assert clash([tmp_path / "prices.html", tmp_path / "sub"], [file]) is None


def test_a_file_that_does_not_exist_yet_is_the_same_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "new.csv")
    assert clash([tmp_path / "link.csv", tmp_path / "new.csv"], [])
    assert clash([tmp_path / "é.csv", tmp_path / "e\u0301.csv"], [])
    assert clash([tmp_path / "a.csv", tmp_path / "b.csv"], []) is None


def test_a_folder_that_goes_takes_what_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "unfinished" / "net.csv"
    assert clash([tmp_path / "unfinished"], [file]) == (tmp_path / "unfinished", file)
    assert clash([tmp_path / "unfini"], [file]) is None
