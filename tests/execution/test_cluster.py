"""Processes and clusters: the same bits as threads, also where a worker is killed."""

import asyncio
import gc
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from places import ROOT
from small_run import CONFIG, small_rows, write_network

from dtaojax.engine.run import usable_cores
from dtaojax.execution import runtime, worker_pool
from dtaojax.execution.scheduler import quiet
from dtaojax.execution.worker_pool import CrewError, CrewMaker
from dtaojax.inputs import read_inputs
from dtaojax.results.contract import ResultsError
from dtaojax.schema.errors import ConfigError
from dtaojax.studies.run.simulate import run_report
from dtaojax.terminal.options import crew_maker

distributed = pytest.importorskip("distributed", reason="needs the extra: cluster")
# They come with it.
dask = pytest.importorskip("dask")
psutil = pytest.importorskip("psutil")
PATHS = 256


@pytest.fixture(autouse=True)
def _no_client_left_behind() -> None:
    """Collects clients that found no scheduler.

    They close themselves when they are collected, which waits for ever where it happens while
    another client starts.
    """
    gc.collect()


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        folder = tmp_path_factory.mktemp("cluster")
        write_network(folder / "small.csv", small_rows())
        file = folder / "run.toml"
        file.write_text(CONFIG)
        yield file


@pytest.fixture(scope="module")
def local(config: Path) -> Iterator[tuple[object, CrewMaker]]:
    """Two processes, and what runs on them."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", memory_limit=0
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client, partial(worker_pool.cluster, address=cluster.scheduler_address)


def run(config: Path, name: str, maker: CrewMaker, progress: Callable[[int], None] = int) -> Path:
    inputs = read_inputs(config, (f"run.paths={PATHS}",))
    return run_report(inputs, config.parent / name, progress, crew_maker=maker).parent


@pytest.fixture(scope="module")
def on_threads(config: Path) -> Path:
    return run(config, "threads", worker_pool.threads)


def assert_same_numbers(folder: Path, expected: Path) -> None:
    assert (folder / "summary.json").read_bytes() == (expected / "summary.json").read_bytes()
    for file in expected.glob("*.parquet"):
        pd.testing.assert_frame_equal(
            pd.read_parquet(folder / file.name), pd.read_parquet(file), check_exact=True
        )


def test_cluster_with_a_killed_worker_finds_the_same_bits_as_threads(
    on_threads: Path, config: Path, local: tuple[object, CrewMaker]
) -> None:
    client, maker = local
    killed: list[int] = []

    def kill_one(done: int) -> None:
        if not killed and done < PATHS // 2:
            pids = client.run(os.getpid)
            killed.append(next(iter(pids.values())))
            os.kill(killed[0], signal.SIGKILL)

    folder = run(config, "killed", maker, kill_one)
    assert len(killed) == 1
    assert_same_numbers(folder, on_threads)
    assert killed[0] not in client.run(os.getpid).values()


@pytest.mark.exhaustive
def test_as_many_processes_as_cores_keep_to_one_each_also_when_one_is_replaced(
    config: Path,
) -> None:
    cores = usable_cores()
    one_each = {(core,) for core in cores}

    with worker_pool.processes("float64", workers=len(cores)) as processes:

        def seen() -> set[tuple[int, ...]]:
            # Long enough that no worker gets two while another is free.
            asked = [processes.executor.submit(_cores_after, 0.5) for _ in cores]
            return {tuple(each.result()) for each in asked}

        def all_seen() -> bool:
            found = seen()
            assert found <= one_each
            return found == one_each

        assert any(all_seen() for _ in range(30))
        os.kill(processes.executor.submit(os.getpid).result(), signal.SIGKILL)
        assert any(all_seen() for _ in range(30))


def _cores_after(seconds: float) -> list[int]:
    time.sleep(seconds)
    return sorted(os.sched_getaffinity(0))


def test_worker_of_another_version_is_refused(
    config: Path, local: tuple[object, CrewMaker], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = runtime.fingerprint
    monkeypatch.setattr(runtime, "fingerprint", lambda: {**real(), "jaxlib": "0.0.1"})
    with pytest.raises(ResultsError, match=r"a worker has jaxlib \d.* the same versions"):
        run(config, "other", local[1])


def test_scheduler_that_does_not_answer_is_named(config: Path) -> None:
    maker = partial(worker_pool.cluster, address="tcp://127.0.0.1:9", patience_s=0.5)
    with pytest.raises(CrewError, match=r"--scheduler tcp://127\.0\.0\.1:9: no scheduler answers"):
        run(config, "nobody", maker)


@pytest.mark.parametrize("address", ["nonsense", "http://127.0.0.1:9", "tls://127.0.0.1:9"])
def test_address_that_cannot_be_used_is_one_message(config: Path, address: str) -> None:
    maker = partial(worker_pool.cluster, address=address, patience_s=0.5)
    with pytest.raises(CrewError, match=f"--scheduler {address}: no scheduler answers") as refused:
        run(config, "nobody", maker)
    assert len(str(refused.value).splitlines()) == 1


# --- certificates --------------------------------------------------------------------------------

DOCUMENT = ROOT / "docs" / "cluster.md"


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Certificates of two authorities, made as the document says, but with shorter keys."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    recipe = re.findall(r"^    (openssl .*)$", DOCUMENT.read_text(), re.MULTILINE)
    assert len(recipe) == 3
    found = {}
    for name in ("ours", "theirs"):
        folder = tmp_path_factory.mktemp(name)
        for line in recipe:
            words = line.replace("rsa:4096", "rsa:2048").split()
            subprocess.run(words, cwd=folder, check=True, capture_output=True)
        shown = {"tls_ca_file": folder / "ca.pem"}
        for part in ("scheduler", "worker", "client"):
            shown |= {
                f"tls_{part}_cert": folder / "cert.pem",
                f"tls_{part}_key": folder / "key.pem",
            }
        found[name] = {key: str(file) for key, file in shown.items()}
    return found


def security(certificates: dict[str, str]) -> object:
    return distributed.Security(require_encryption=True, **certificates)


@pytest.fixture(scope="module")
def guarded(authorities: dict[str, dict[str, str]], config: Path) -> Iterator[str]:
    """Address of a scheduler with certificates that has a worker with them."""
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tls",
        host="127.0.0.1",
        dashboard_address=None,
        memory_limit=0,
        security=security(authorities["ours"]),
    ) as cluster:
        yield cluster.scheduler_address


def settings(certificates: dict[str, str]) -> dict[str, Any]:
    """Settings of dask as the document has them for ``dtaojax``."""
    return {
        "distributed.comm.require-encryption": True,
        "distributed.comm.tls.ca-file": certificates["tls_ca_file"],
        "distributed.comm.tls.client.cert": certificates["tls_client_cert"],
        "distributed.comm.tls.client.key": certificates["tls_client_key"],
    }


def test_scheduler_with_certificates_computes_for_who_has_them(
    guarded: str, authorities: dict[str, dict[str, str]], config: Path, on_threads: Path
) -> None:
    assert guarded.startswith("tls://")
    with dask.config.set(settings(authorities["ours"])):
        folder = run(config, "guarded", partial(worker_pool.cluster, address=guarded))
    assert_same_numbers(folder, on_threads)


@pytest.mark.parametrize(
    ("certificates", "why"), [("theirs", "TLS certificate does not match"), (None, "TLS")]
)
def test_scheduler_with_certificates_refuses_who_has_none_of_its_authority(
    guarded: str,
    authorities: dict[str, dict[str, str]],
    config: Path,
    certificates: str | None,
    why: str,
) -> None:
    maker = partial(worker_pool.cluster, address=guarded, patience_s=1.0)
    asked = {} if certificates is None else settings(authorities[certificates])
    with (
        dask.config.set(asked),
        pytest.raises(CrewError, match=rf"--scheduler {guarded}: no scheduler answers .*{why}"),
    ):
        run(config, "shut_out", maker)


@pytest.mark.parametrize("certificates", ["ours", "theirs", None])
def test_scheduler_with_certificates_takes_only_workers_of_its_authority(
    guarded: str, authorities: dict[str, dict[str, str]], certificates: str | None
) -> None:
    shown = None if certificates is None else security(authorities[certificates])

    async def joins() -> bool:
        worker = distributed.Worker(
            guarded, security=shown, nthreads=1, host="127.0.0.1", dashboard=False, memory_limit=0
        )
        try:
            await asyncio.wait_for(worker, 2.0)
        except (OSError, ValueError, TypeError, RuntimeError):
            return False
        finally:
            await worker.close()
        return True

    with quiet():
        assert asyncio.run(joins()) == (certificates == "ours")


def listening(process: Any) -> set[tuple[str, int]]:
    """Addresses and ports on which a process and its children wait for connections."""
    family = [process, *process.children(recursive=True)]
    found = [each for one in family for each in one.net_connections() if each.status == "LISTEN"]
    return {(each.laddr.ip, each.laddr.port) for each in found}


def test_processes_open_no_port_beyond_loopback(config: Path) -> None:
    before = listening(psutil.Process())
    with worker_pool.processes("float64", workers=1):
        opened = listening(psutil.Process())
    assert {address for address, _ in opened - before} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("threads", 2, None), "leave out --workers"),
        (("dask", None, None), "--workers N or --scheduler"),
        ((None, 2, "tcp://a:1"), "give one"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options: tuple, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        crew_maker(*options)


def test_number_of_workers_alone_means_processes() -> None:
    maker = crew_maker(None, 2, None)
    assert maker.func is worker_pool.processes
    assert maker.keywords == {"workers": 2}
    assert crew_maker(None, None, None) is worker_pool.threads
