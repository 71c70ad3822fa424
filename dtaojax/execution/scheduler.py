"""A dask scheduler as a run sees it: reached, kept quiet, and lost with a message."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from typing import Any, Final

from dtaojax.results.contract import ResultsError

_KEPT: Final = "what is finished is kept, and the same command goes on from there"


class CrewError(ResultsError):
    """A cluster that cannot be used; the message names the fix."""


def connected(distributed: Any, address: str, patience_s: float) -> Any:
    """Connect to a scheduler.

    Raises:
        CrewError: nobody answers there.
    """
    try:
        return distributed.Client(address, timeout=patience_s)
    except Exception as error:
        # Of many kinds: no such host, no such protocol, a refused certificate, none given.
        raise CrewError(
            f"--scheduler {address}: no scheduler answers ({_in_a_line(error)}); start one with "
            "`dask scheduler` and give its address, as tcp://host:8786, or tls://host:8786 with "
            "certificates (docs/cluster.md)"
        ) from error


def _in_a_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


@contextmanager
def quiet() -> Iterator[None]:
    """Keep dask from telling of what this program tells of in its own words."""
    loggers = [
        logging.getLogger(name)
        for name in [*logging.root.manager.loggerDict, "distributed"]
        if name.partition(".")[0] in ("distributed", "tornado", "asyncio")
    ]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def distributed_package() -> Any:
    """Import the package of dask that computes elsewhere.

    Raises:
        CrewError: it is not installed.
    """
    try:
        import distributed
    except ImportError as error:
        raise CrewError(
            "computing on several processes needs dask.distributed; "
            "install it with: pip install 'dtaojax[cluster]'"
        ) from error
    return distributed


@contextmanager
def lost_workers(distributed: Any) -> Iterator[None]:
    """Say what to do where one chunk ended worker after worker."""
    try:
        yield
    except distributed.KilledWorker as error:
        raise CrewError(
            f"workers died again and again over one chunk ({error.task}), perhaps for want of "
            f"memory: lower run.block_paths or give them more; {_KEPT}"
        ) from error


@contextmanager
def lost_scheduler(client: Any, address: str, without_workers_s: float) -> Iterator[None]:
    """Say what to do where the scheduler is gone, or all workers for longer than is waited."""
    ended, deserted = threading.Event(), threading.Event()

    def watch() -> None:
        seen = time.monotonic()
        with suppress(Exception):
            # Where the scheduler is gone the body hears of it too.
            while not ended.wait(min(5.0, without_workers_s / 4)):
                if client.nthreads():
                    seen = time.monotonic()
                elif time.monotonic() - seen > without_workers_s:
                    deserted.set()
                    client.close()
                    return

    watcher = threading.Thread(target=watch, name="workers", daemon=True)
    watcher.start()
    try:
        yield
    except (CancelledError, asyncio.CancelledError) as error:
        if deserted.is_set():
            said = f"has had no worker for {without_workers_s:g} s; start some with `dask worker"
            raise CrewError(f"--scheduler {address}: {said} {address}`; {_KEPT}") from error
        raise CrewError(
            f"--scheduler {address}: is gone; start it and its workers again: {_KEPT}"
        ) from error
    finally:
        ended.set()
