"""Results that cannot change unnoticed, and folders that never hold two of them.

Damage: bits flipped and digits changed in every file are found by everything that reads a folder.
Kills: a process that ends at any step it takes on the disk leaves the earlier result whole or a
mark, and the next one ends as if nothing had been.
"""

from __future__ import annotations

import errno
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from made_runs import make_run
from places import ROOT

from dtaojax import cli, load_run
from dtaojax.results.contract import ResultsError, load, save
from dtaojax.storage import (
    UNFINISHED,
    added,
    claimed,
    files_replaced,
    holding,
    mark,
    pages_replaced,
    read_sealed,
    replaced,
    result_folder,
    seal,
    verify,
    view_written,
    write_json,
)
from dtaojax.studies.compare.compare import comparing
from dtaojax.studies.run.page.page import write_report
from dtaojax.studies.shared.finished import read_finished


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder, by path."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def command(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    """Runs the command line; returns its exit code."""
    monkeypatch.setattr(sys, "argv", ["dtaojax", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run with its page, and another beside it."""
    home = tmp_path_factory.mktemp("runs")
    for name, shift in (("run", 0.0), ("other", 1.0)):
        folder = make_run(home / name, shift={"total_tao_in": shift})
        results = load(folder)
        write_report(results, folder)
        save(results, folder)
    return home / "run"


@pytest.fixture
def run(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "run")
    return tmp_path / "run"


FILES = (
    "convergence.parquet", "initial.parquet", "losses.parquet", "manifest.json", "network.parquet",
    "paths.parquet", "portfolio.parquet", "report.html", "subnets.parquet", "summary.json",
)  # fmt: skip
OF_TOY = tuple(name for name in FILES if name != "convergence.parquet")
"""A made-up run has no estimates from the first of its paths."""


def readers(folder: Path, other: Path) -> dict[str, Callable[[], object]]:
    """Everything that reads the folder of a run and needs all of it."""
    return {
        "load_run": lambda: load_run(folder),
        "compare": lambda: read_finished(folder, "run"),
        "load": lambda: load(folder),
        "read_sealed": lambda: read_sealed(folder),
    }


# --- damage --------------------------------------------------------------------------------------


def test_whole_folder_is_read_and_verified(whole: Path, monkeypatch, capsys) -> None:
    assert set(contents(whole)) == set(OF_TOY)
    assert verify(whole).faults == ()
    for read in readers(whole, whole).values():
        read()
    assert command(monkeypatch, "verify", whole) == 0
    said = capsys.readouterr()
    assert said.out == f"{whole}: whole; {len(OF_TOY)} files are as they were written\n"
    assert said.err == ""


@pytest.mark.parametrize("name", OF_TOY)
def test_flipped_bits_in_every_file_are_found_by_everything_that_reads_it(
    run: Path, whole: Path, name: str
) -> None:
    file = run / name
    text = file.read_bytes()
    chance = random.Random(name)
    for place in [0, len(text) - 1, *chance.sample(range(len(text)), 4)]:
        flipped = text[place] ^ (1 << chance.randrange(8))
        file.write_bytes(text[:place] + bytes([flipped]) + text[place + 1 :])
        assert next(fault.place for fault in verify(run).faults) == file
        for who, read in readers(run, whole.parent / "other").items():
            with pytest.raises(ResultsError) as caught:
                read()
            assert str(caught.value).startswith(f"{file}: "), who
    file.write_bytes(text)
    assert verify(run).faults == ()


@pytest.mark.parametrize("name", ["manifest.json", "summary.json"])
def test_changed_digits_are_found(run: Path, name: str) -> None:
    file = run / name
    text = file.read_text(encoding="utf-8")
    places = [found.start() for found in re.finditer(r"\d", text)]
    for place in random.Random(5).sample(places, min(30, len(places))):
        other = str((int(text[place]) + 1) % 10)
        file.write_text(text[:place] + other + text[place + 1 :], encoding="utf-8")
        assert verify(run).faults
        with pytest.raises(ResultsError, match=re.escape(str(file))):
            load(run)


def test_manifest_written_in_another_way_or_without_its_digest_is_refused(run: Path) -> None:
    file = run / "manifest.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    for text in (json.dumps(content), json.dumps(content, indent=1)):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ResultsError, match=r"manifest\.json: is not as it was written"):
            load(run)
    del content["digest"]
    write_json(file, content)
    with pytest.raises(ResultsError, match=r"carries no digests, as results of older versions"):
        load(run)
    assert [fault.place for fault in verify(run).faults] == [file]


def test_every_fault_is_named_by_the_command_in_a_line(run: Path, monkeypatch, capsys) -> None:
    (run / "losses.parquet").unlink()
    (run / "notes.txt").write_text("mine")
    (run / "summary.json").write_text("{}")
    assert command(monkeypatch, "verify", run) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sorted(said.err.splitlines()) == [
        f"{run / 'losses.parquet'}: cannot be read (No such file or directory)",
        f"{run / 'notes.txt'}: does not belong to the result",
        f"{run / 'summary.json'}: is not as it was written (its SHA-256 digest differs)",
    ]


def test_folder_that_is_none_is_refused_by_verify(tmp_path: Path, monkeypatch, capsys) -> None:
    assert command(monkeypatch, "verify", tmp_path / "nowhere") == 2
    assert "nowhere: is no folder; give the folder of a result" in capsys.readouterr().err
    assert command(monkeypatch, "verify", tmp_path) == 2
    assert "manifest.json: cannot be read" in capsys.readouterr().err


def test_single_paths_may_be_missing_for_the_report_but_not_for_verify(run: Path) -> None:
    (run / "paths.parquet").unlink()
    load(run)
    assert [fault.place.name for fault in verify(run).faults] == ["paths.parquet"]
    with pytest.raises(ResultsError, match=r"paths\.parquet: is missing, but a comparison needs"):
        read_finished(run, "run")


# --- pages made anew -----------------------------------------------------------------------------


def test_report_made_anew_is_of_the_folder_again(run: Path, monkeypatch, capsys) -> None:
    (run / "report.html").write_text("scribbled over")
    assert command(monkeypatch, "report", run, "-q") == 0
    said = capsys.readouterr()
    assert said.out == f"{run / 'report.html'}\n"
    assert "report.html: is not as it was written" in said.err
    assert "it was made anew" in said.err
    assert verify(run).faults == ()
    assert command(monkeypatch, "report", run, "--subnet", 4, "-q") == 0
    assert verify(run).faults == ()
    (run / "subnet_4.html").write_text("scribbled over")
    assert [fault.place.name for fault in verify(run).faults] == ["subnet_4.html"]


def test_report_of_damaged_tables_is_not_made(run: Path, monkeypatch, capsys) -> None:
    page, table = run / "report.html", run / "subnets.parquet"
    before = page.read_bytes()
    text = bytearray(table.read_bytes())
    text[100] ^= 4
    table.write_bytes(text)
    assert command(monkeypatch, "report", run) == 2
    assert capsys.readouterr().err.startswith(f"{table}: is not as it was written")
    assert page.read_bytes() == before
    assert not (run / UNFINISHED).exists()


def test_view_elsewhere_is_not_of_the_folder_and_not_mixed_with_another_result(
    run: Path, whole: Path, tmp_path: Path, monkeypatch, capsys
) -> None:
    before = contents(run)
    assert command(monkeypatch, "report", run, "--out", tmp_path / "view") == 0
    assert set(contents(tmp_path / "view")) == {"report.html"}
    other = whole.parent / "other"
    assert command(monkeypatch, "report", run, "--out", other) == 2
    assert f"{other}: holds a result of its own" in capsys.readouterr().err
    assert verify(other).faults == ()
    assert contents(run) == before


# --- results inside ------------------------------------------------------------------------------


def test_comparison_knows_the_runs_that_it_holds(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "compare"
    with comparing(folder) as held_together:
        for name in ("run", "other"):
            shutil.copytree(whole.parent / name, folder / "runs" / name)
        held_together([read_finished(folder / "runs" / name, name) for name in ("run", "other")])
    found = verify(folder)
    assert (found.faults, found.folders) == ((), 2)
    file = folder / "runs" / "other" / "summary.json"
    file.write_text(file.read_text().replace("1", "2", 1))
    assert [fault.place for fault in verify(folder).faults] == [file]
    shutil.rmtree(folder / "runs" / "other")
    assert [fault.what for fault in verify(folder).faults] == ["is missing"]
    shutil.copytree(folder / "runs" / "run", folder / "runs" / "other")
    (fault,) = verify(folder).faults
    assert fault.place == folder / "runs" / "other"
    assert fault.what.startswith("holds another result")


def test_result_inside_may_get_its_page_anew(whole: Path, tmp_path: Path) -> None:
    with result_folder(tmp_path, "sweep") as new:
        shutil.copytree(whole, tmp_path / "points" / "a")
        holding(new, "sweep", tmp_path, [tmp_path / "points" / "a"])
    with pages_replaced(tmp_path / "points" / "a", "report") as new:
        (new / "report.html").write_text("anew")
    assert verify(tmp_path).faults == ()


# --- one result at a time ------------------------------------------------------------------------


def write(new: Path, **texts: str) -> None:
    for name, text in texts.items():
        (new / f"{name}.csv").write_text(text)


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    with result_folder(folder, "tune") as new:
        write(new, a="1", b="1", c="1")
    return folder


def test_new_result_takes_the_place_of_the_earlier_one_and_leaves_other_files(
    earlier: Path,
) -> None:
    (earlier / "notes.txt").write_text("mine")
    with result_folder(earlier, "tune") as new:
        write(new, a="2", d="2")
        assert set(contents(earlier)) > {"a.csv", "b.csv", "c.csv", "manifest.json"}
    assert set(contents(earlier)) == {"a.csv", "d.csv", "manifest.json", "notes.txt"}
    assert [fault.place.name for fault in verify(earlier).faults] == ["notes.txt"]


def test_result_of_another_command_is_not_replaced(earlier: Path) -> None:
    before = contents(earlier)
    with (
        pytest.raises(ResultsError, match=r"holds the result of dtaojax tune, .* --out"),
        result_folder(earlier, "stress"),
    ):
        pass
    assert contents(earlier) == before


def test_command_that_fails_leaves_the_earlier_result_and_no_mark(earlier: Path) -> None:
    before = contents(earlier)
    fresh = earlier.parent / "fresh"
    for folder in (earlier, fresh):
        with pytest.raises(ZeroDivisionError), result_folder(folder, "tune") as new:
            write(new, a=str(1 / 0))
    assert contents(earlier) == before
    assert not fresh.exists()


def test_second_command_is_told_and_so_is_a_reader(earlier: Path) -> None:
    before = contents(earlier)
    with result_folder(earlier, "tune") as new:
        write(new, a="1", b="1", c="1")
        refused = pytest.raises(ResultsError, match="another process is running into this folder")
        with refused, result_folder(earlier, "tune"):
            pass
        with refused, pages_replaced(earlier, "report"):
            pass
        with pytest.raises(
            ResultsError, match=r"dtaojax tune is at work .* or delete .*unfinished"
        ):
            read_sealed(earlier)
    assert set(contents(earlier)) == set(before)


def test_what_a_run_can_go_on_from_is_not_dropped_by_another_command(tmp_path: Path) -> None:
    mark(tmp_path, "run")
    (tmp_path / UNFINISHED / "0.chunk").write_text("paths")
    with (
        pytest.raises(ResultsError, match=r"holds what dtaojax run had done when .* delete"),
        result_folder(tmp_path, "tune"),
    ):
        pass
    assert (tmp_path / UNFINISHED / "0.chunk").exists()
    with claimed(tmp_path), replaced(tmp_path, "run") as new:
        write(new, a="1")
    assert not (tmp_path / UNFINISHED).exists()


def test_folder_is_followed_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there")
    with result_folder(tmp_path / "link", "tune") as new:
        write(new, a="1")
    assert (tmp_path / "link").is_symlink()
    assert verify(tmp_path / "there").faults == ()


def test_folder_that_cannot_be_one_is_refused_in_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    for target in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "loop"):
        refused = pytest.raises(ResultsError, match=rf"^{target}: cannot be written \([^\n]*--out$")
        with refused, result_folder(target, "tune"):
            pass


def test_full_disk_leaves_the_earlier_result(earlier: Path, monkeypatch) -> None:
    before = contents(earlier)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with (
        pytest.raises(ResultsError, match=rf"^{earlier}: cannot be written \(No space left"),
        result_folder(earlier, "tune") as new,
    ):
        write(new, a="2")
    monkeypatch.undo()
    for name, text in before.items():
        assert (earlier / name).read_bytes() == text


def test_names_that_lead_out_of_the_folder_are_never_removed(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("mine")
    folder = tmp_path / "out"
    folder.mkdir()
    seal(folder, {"schema_version": 1, "command": "tune"})
    content = json.loads((folder / "manifest.json").read_text())
    content["files"] = {"../mine.csv": "0", str(tmp_path / "mine.csv"): "0"}
    write_json(folder / "manifest.json", content)
    with result_folder(folder, "tune") as new:
        write(new, a="1")
    assert (tmp_path / "mine.csv").read_text() == "mine"


def test_manifest_of_something_else_is_no_list_of_files(tmp_path: Path) -> None:
    (tmp_path / "icon.png").write_text("mine")
    write_json(tmp_path / "manifest.json", {"files": {"icon.png": "0"}, "name": "a web site"})
    with result_folder(tmp_path, "tune") as new:
        write(new, a="1")
    assert (tmp_path / "icon.png").read_text() == "mine"


# --- kills ---------------------------------------------------------------------------------------

PROGRAM = """
import os, sys
from pathlib import Path
from dtaojax.storage import added, files_replaced, pages_replaced, result_folder

where, what, stop = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
seen = 0
STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}


def step(event, given):
    global seen
    if event in STEPS and str(where) in str(given[0]):
        seen += 1
        if seen == stop:
            os._exit(9)


def write(new, names, text):
    for name in names:
        (new / name).write_text(text)


sys.addaudithook(step)
if what == "result":
    with result_folder(where, "tune") as new:
        write(new, ("a.csv", "b.csv", "d.csv"), "new")
elif what == "page":
    with pages_replaced(where, "report") as new:
        write(new, ("a.html",), "new")
elif what == "files":
    with files_replaced(where / "demand.toml", where / "page.html") as new:
        for file in new:
            file.write_text("new")
else:
    with added(where, "init") as new:
        write(new, ("a.toml", "b.toml"), "new")
"""


def killed_at(where: Path, what: str, stop: int) -> bool:
    """Runs a command that ends like one that is killed before it takes its step ``stop``.

    Returns:
        Whether it had that many steps.
    """
    words = [sys.executable, "-c", PROGRAM, str(where), what, str(stop)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    code = subprocess.run(words, env=environment, check=False).returncode
    assert code in (0, 9)
    return code == 9


def moments(tmp_path: Path, what: str, prepare: Callable[[Path], None]) -> Iterator[Path]:
    """A place for every step of a command, at which it was killed at that step."""
    for stop in range(1, 200):
        where = tmp_path / f"{what}{stop}"
        where.mkdir()
        prepare(where)
        if not killed_at(where, what, stop):
            assert stop > 8
            return
        yield where
    pytest.fail("takes more steps than it should")


def of_command(where: Path, text: str, *names: str) -> None:
    with result_folder(where, "tune") as new:
        for name in names:
            (new / name).write_text(text)


def state(where: Path) -> tuple[bool, dict[str, bytes]]:
    """Whether a folder carries a mark, and the files beside it but the manifest."""
    there = contents(where)
    names = {name: text for name, text in there.items() if not name.startswith((UNFINISHED, "."))}
    names.pop("manifest.json", None)
    return (where / UNFINISHED).exists(), names


OLD = dict.fromkeys(("a.csv", "b.csv", "c.csv"), b"old")
NEW = dict.fromkeys(("a.csv", "b.csv", "d.csv"), b"new")


def dropping_the_mark_mixes_nothing(where: Path) -> None:
    """Sees that where the mark is deleted by hand, one whole result is left or none."""
    copied = where.with_name(f"{where.name}-dropped")
    shutil.copytree(where, copied)
    shutil.rmtree(copied / UNFINISHED, ignore_errors=True)
    if verify(copied).faults:
        with pytest.raises(ResultsError, match=r"manifest\.json: cannot be read"):
            read_sealed(copied)
    else:
        assert state(copied)[1] in (OLD, NEW)


def test_result_killed_at_any_step_is_the_earlier_one_or_marked(tmp_path: Path) -> None:
    found = []
    for where in moments(tmp_path, "result", lambda at: of_command(at, "old", *OLD)):
        marked, files = state(where)
        if marked:
            found.append("marked")
            with pytest.raises(
                ResultsError, match="dtaojax tune is at work here or was broken off"
            ):
                read_sealed(where)
        else:
            assert files in (OLD, NEW)
            assert verify(where).faults == ()
            found.append("old" if files == OLD else "new")
        dropping_the_mark_mixes_nothing(where)
        assert not killed_at(where, "result", 0)
        assert state(where) == (False, NEW)
        assert verify(where).faults == ()
        assert set(contents(where)) == {*NEW, "manifest.json"}
    assert set(found) == {"old", "marked", "new"}
    assert found.count("marked") > 12


def test_page_killed_at_any_step_leaves_the_result_or_a_mark(tmp_path: Path) -> None:
    def prepare(where: Path) -> None:
        of_command(where, "old", "a.csv", "a.html")

    for where in moments(tmp_path, "page", prepare):
        marked, files = state(where)
        assert files["a.csv"] == b"old"
        if not marked:
            assert verify(where).faults == ()
        assert not killed_at(where, "page", 0)
        assert state(where) == (False, {"a.csv": b"old", "a.html": b"new"})
        assert verify(where).faults == ()


def test_files_killed_at_any_step_are_never_of_two_times(tmp_path: Path) -> None:
    def prepare(where: Path) -> None:
        with files_replaced(where / "demand.toml", where / "page.html") as new:
            for file in new:
                file.write_text("old")

    seen = set()
    for where in moments(tmp_path, "files", prepare):
        mark = where / "demand.toml.unfinished"
        main, page = where / "demand.toml", (where / "page.html").read_text()
        if main.exists():
            assert main.read_text() == page or (mark.exists() and not main.exists())
        else:
            assert mark.exists()
        seen.add((main.exists(), mark.exists(), page))
        assert not killed_at(where, "files", 0)
        assert contents(where) == {"demand.toml": b"new", "page.html": b"new"}
    assert {(True, True, "old"), (False, True, "new")} <= seen


def test_copies_killed_at_any_step_are_complete_or_marked(tmp_path: Path) -> None:
    whole = {"a.toml": b"new", "b.toml": b"new"}
    for where in moments(tmp_path, "copies", lambda at: None):
        marked, files = state(where)
        assert marked or files in ({}, whole)
        assert not killed_at(where, "copies", 0)
        assert state(where) == (False, whole)


def test_examples_copied_half_way_are_gone_on_with(tmp_path: Path, monkeypatch, capsys) -> None:
    assert command(monkeypatch, "init", tmp_path / "whole") == 0
    copies = contents(tmp_path / "whole")
    folder = tmp_path / "half"
    (folder / UNFINISHED).mkdir(parents=True)
    (folder / UNFINISHED / "command").write_text("init")
    (folder / "mainnet.toml").write_bytes(copies["mainnet.toml"])
    assert command(monkeypatch, "init", folder) == 0
    assert contents(folder) == copies
    assert command(monkeypatch, "init", folder) == 2
    assert "exists already" in capsys.readouterr().err


# --- files ---------------------------------------------------------------------------------------


def test_files_that_fail_leave_the_earlier_ones(tmp_path: Path) -> None:
    main, page = tmp_path / "demand.toml", tmp_path / "pages" / "page.html"
    with files_replaced(main, page) as new:
        for file in new:
            file.write_text("old")
    with pytest.raises(ZeroDivisionError), files_replaced(main, page) as new:
        new[0].write_text(str(1 / 0))
    assert contents(tmp_path) == {"demand.toml": b"old", "pages/page.html": b"old"}


def test_second_writer_of_a_file_is_told(tmp_path: Path) -> None:
    main = tmp_path / "demand.toml"
    with files_replaced(main) as new:
        new[0].write_text("one")
        refused = pytest.raises(ResultsError, match="another process is writing this file")
        with refused, files_replaced(main):
            pass
    assert contents(tmp_path) == {"demand.toml": b"one"}


def test_file_in_the_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "file").write_text("")
    for target in (tmp_path / "taken", tmp_path / "file" / "demand.toml"):
        refused = pytest.raises(ResultsError, match=rf"^{target}: cannot be written .*--out$")
        with refused, files_replaced(target):
            pass
    assert contents(tmp_path) == {"file": b""}


def test_views_and_copies_refuse_what_others_hold(earlier: Path) -> None:
    with pytest.raises(ResultsError, match="holds a result"), view_written(earlier, "report"):
        pass
    with pytest.raises(FileNotFoundError), added(earlier, "init") as new:
        (new / "a" / "b").write_text("")
    assert verify(earlier).faults == ()
