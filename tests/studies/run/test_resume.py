"""Runs that are killed, broken off or disturbed: the same command ends with the same bits."""

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import jax
import numpy as np
import pandas as pd
import pytest
from made_chunks import CHUNKS, IDENTITY, NETWORK, PATHS, some_chunk
from places import TESTS
from small_run import CONFIG, small_rows, write_network

from dtaojax.engine import store as store_module
from dtaojax.engine.store import ChunkStore, DamagedChunkError
from dtaojax.inputs import read_inputs
from dtaojax.results.contract import ResultsError
from dtaojax.storage import UNFINISHED, drop_unfinished, opened, sealed_text
from dtaojax.studies.run.simulate import run_report
from dtaojax.studies.shared.folder import Unfinished, claimed


def assert_same_bits(found: object, expected: object) -> None:
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_array_equal(one, other)


# --- a file a chunk ------------------------------------------------------------------------------


def test_chunk_comes_back_from_its_file_bit_for_bit(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    store.save(64, some_chunk(64))
    assert not store.holds(0)
    assert store.holds(64)
    found = store.load(64, PATHS)
    assert_same_bits(found, some_chunk(64))
    assert [leaf.dtype for leaf in found] == [leaf.dtype for leaf in some_chunk(64)]


def test_any_damage_to_a_chunk_is_found_out(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    store.save(0, some_chunk(0, paths=2))
    file, whole = store.file(0), store.file(0).read_bytes()
    places = random.Random(1).sample(range(len(whole)), 40)
    for place in places:
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(DamagedChunkError):
            store.load(0, 2)
        file.write_bytes(whole[:place])
        with pytest.raises(DamagedChunkError):
            store.load(0, 2)


def test_chunk_of_other_paths_or_of_another_run_is_as_good_as_damaged(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path, b"this run")
    for first in (0, 64):
        store.save(first, some_chunk(first))
    assert_same_bits(store.load(64, PATHS), some_chunk(64))
    with pytest.raises(DamagedChunkError):
        ChunkStore(tmp_path, b"another").load(0, PATHS)
    with pytest.raises(DamagedChunkError):
        store.load(0, 2 * PATHS)
    shutil.copyfile(store.file(0), store.file(64))
    with pytest.raises(DamagedChunkError):
        store.load(64, PATHS)


def test_full_disk_leaves_what_was_finished_and_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ChunkStore(tmp_path)
    store.save(0, some_chunk(0))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store_module.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.save(64, some_chunk(64))
    assert [file.name for file in tmp_path.iterdir()] == [store.file(0).name]
    assert_same_bits(store.load(0, PATHS), some_chunk(0))


# --- processes that are killed -------------------------------------------------------------------


def start(folder: Path) -> subprocess.Popen[str]:
    """Starts a process that runs chunks into a folder."""
    environment = os.environ | {"PYTHONPATH": str(TESTS.parent)}
    command = [sys.executable, str(TESTS / "made_chunks.py"), str(folder)]
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def chunks_in(folder: Path) -> int:
    return len(list(folder.glob(f"{UNFINISHED}/*.chunk")))


def finish(child: subprocess.Popen[str]) -> int:
    child.communicate(timeout=120)
    return child.returncode


def test_run_killed_at_random_moments_ends_with_the_same_bits(tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert finish(start(whole)) == 0
    moments = random.Random(2)
    held = 0
    for _ in range(3):
        child = start(killed)
        while chunks_in(killed) < held + 4:
            time.sleep(0.002)
        time.sleep(0.06 * moments.random())
        child.send_signal(signal.SIGKILL)
        finish(child)
        assert held < chunks_in(killed) < CHUNKS
        held = chunks_in(killed)
    assert finish(start(killed)) == 0
    with np.load(killed / "found.npz") as found, np.load(whole / "found.npz") as expected:
        for name in expected.files:
            np.testing.assert_array_equal(found[name], expected[name])
    assert [file.name for file in killed.iterdir()] == ["found.npz"]


def test_second_process_on_a_folder_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    child = start(tmp_path)
    refused = pytest.raises(ResultsError, match=r"another process is running .* --out")
    while chunks_in(tmp_path) == 0:
        time.sleep(0.002)
    child.send_signal(signal.SIGSTOP)
    with refused, claimed(tmp_path, NETWORK):
        pass
    child.send_signal(signal.SIGKILL)
    finish(child)
    with claimed(tmp_path, NETWORK):
        assert list((tmp_path / UNFINISHED).iterdir())


# --- whose run it is -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["config_hash", "dtaojax"])
def test_unfinished_run_of_another_kind_is_refused_with_the_way_out(
    tmp_path: Path, name: str
) -> None:
    Unfinished(tmp_path, IDENTITY, 64).store.save(0, some_chunk(0))
    there = IDENTITY[name][:16]
    with pytest.raises(
        ResultsError, match=rf"with {name} {there}, but this one has {name} b;.*--fresh"
    ):
        Unfinished(tmp_path, {**IDENTITY, name: "b"}, 64)
    drop_unfinished(tmp_path)
    assert not Unfinished(tmp_path, {"config_hash": "b"}, 64).store.holds(0)


def test_run_goes_on_with_the_chunks_it_was_begun_with(tmp_path: Path) -> None:
    Unfinished(tmp_path, IDENTITY, 64)
    assert Unfinished(tmp_path, IDENTITY, 128).chunk_paths == 64


def test_folder_that_does_not_say_whose_it_is_is_refused(tmp_path: Path) -> None:
    Unfinished(tmp_path, IDENTITY, 64)
    (tmp_path / UNFINISHED / "run.json").write_text("{}")
    with pytest.raises(ResultsError, match=r"run\.json: does not say .*--fresh"):
        Unfinished(tmp_path, IDENTITY, 64)


def test_edited_account_of_an_unfinished_run_is_refused(tmp_path: Path) -> None:
    Unfinished(tmp_path, IDENTITY, 64)
    about = tmp_path / UNFINISHED / "run.json"
    text = about.read_text()
    for edited in (text.replace("64", "32", 1), text.replace("aaaa", "aaab", 1), text + "\n"):
        about.write_text(edited)
        with pytest.raises(ResultsError, match=r"run\.json: does not say .*digest.*--fresh"):
            Unfinished(tmp_path, IDENTITY, 64)


# --- the command itself --------------------------------------------------------------------------


class Stopped(Exception):
    """Stands for whatever ends a process."""


def stop_after(paths: int, done: int) -> None:
    if done >= paths:
        raise Stopped


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("config")
    write_network(folder / "small.csv", small_rows())
    file = folder / "run.toml"
    file.write_text(CONFIG)
    return file


@pytest.fixture(scope="module")
def whole(config: Path) -> Path:
    return run_report(read_inputs(config, ()), config.parent / "whole", int).parent


def broken_off(config: Path, folder: Path, *, overrides: tuple[str, ...] = ()) -> None:
    with pytest.raises(Stopped):
        run_report(read_inputs(config, overrides), folder, lambda done: stop_after(8, done))


def assert_same_results(folder: Path, whole: Path) -> None:
    assert {file.name for file in folder.iterdir()} == {file.name for file in whole.iterdir()}
    for file in whole.glob("*.parquet"):
        pd.testing.assert_frame_equal(
            pd.read_parquet(folder / file.name), pd.read_parquet(file), check_exact=True
        )
    assert (folder / "summary.json").read_bytes() == (whole / "summary.json").read_bytes()
    manifests = [json.loads((at / "manifest.json").read_text()) for at in (folder, whole)]
    for manifest in manifests:
        del manifest["created"], manifest["wall_times"], manifest["digest"]
        # The report tells when it was made.
        del manifest["files"]["report.html"]
    assert manifests[0] == manifests[1]


def test_broken_off_run_goes_on_to_the_same_results(config: Path, whole: Path) -> None:
    folder = config.parent / "resumed"
    broken_off(config, folder)
    (chunk,) = folder.glob(f"{UNFINISHED}/*.chunk")
    written = chunk.stat().st_mtime_ns
    seen = []

    def look(done: int) -> None:
        seen.append(chunk.stat().st_mtime_ns)

    run_report(read_inputs(config, ()), folder, look)
    assert seen[0] == written
    assert_same_results(folder, whole)


def test_damaged_chunk_costs_only_its_own_paths(config: Path, whole: Path) -> None:
    folder = config.parent / "damaged"
    broken_off(config, folder)
    (chunk,) = folder.glob(f"{UNFINISHED}/*.chunk")
    chunk.write_bytes(chunk.read_bytes()[:-1])
    with pytest.raises(ResultsError, match=r"0\.chunk: is damaged; delete this file and give the"):
        run_report(read_inputs(config, ()), folder, int)
    chunk.unlink()
    run_report(read_inputs(config, ()), folder, int)
    assert_same_results(folder, whole)


def test_unfinished_run_of_another_seed_is_refused_unless_told_to_begin_anew(
    config: Path, whole: Path
) -> None:
    folder = config.parent / "another"
    broken_off(config, folder, overrides=("run.seed=7",))
    with pytest.raises(ResultsError, match=r"config_hash \w+, but this one has config_hash"):
        run_report(read_inputs(config, ()), folder, int)
    run_report(read_inputs(config, ()), folder, int, fresh=True)
    assert_same_results(folder, whole)


def test_chunk_copied_over_another_is_found_out(config: Path, whole: Path) -> None:
    folder = config.parent / "copied"
    with pytest.raises(Stopped):
        run_report(read_inputs(config, ()), folder, lambda done: stop_after(16, done))
    first, second = sorted(folder.glob(f"{UNFINISHED}/*.chunk"))
    shutil.copyfile(first, second)
    with pytest.raises(ResultsError, match=rf"{second.name}: is damaged; delete this file and"):
        run_report(read_inputs(config, ()), folder, int)
    second.unlink()
    run_report(read_inputs(config, ()), folder, int)
    assert_same_results(folder, whole)


def test_other_size_of_chunks_with_a_digest_to_match_is_found_out(config: Path) -> None:
    folder = config.parent / "resized"
    broken_off(config, folder)
    about = folder / UNFINISHED / "run.json"
    begun = opened(about.read_bytes())
    about.write_text(sealed_text(begun | {"chunk_paths": 2 * begun["chunk_paths"]}))
    with pytest.raises(ResultsError, match=r"\.chunk: is damaged"):
        run_report(read_inputs(config, ()), folder, int)
