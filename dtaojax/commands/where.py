"""Options that say where paths are computed, shared by all verbs that simulate."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dtaojax.schema.errors import ConfigError, Problem

if TYPE_CHECKING:
    from dtaojax.execution.worker_pool import CrewMaker

Kind = Literal["threads", "dask"]

ExecutorOption = Annotated[
    Kind | None,
    typer.Option(
        "--executor",
        help="threads: this process. dask: --workers processes here, or a --scheduler's.",
        show_default="threads",
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(help="Processes to start on this machine.", min=1, show_default=False),
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="A running dask scheduler, for example tcp://host:8786.",
        show_default=False,
    ),
]


def crew_maker(executor: Kind | None, workers: int | None, scheduler: str | None) -> CrewMaker:
    """What the options ask for.

    Raises:
        ConfigError: the options contradict each other.
    """
    from dtaojax.execution import worker_pool

    asks_for_dask = executor == "dask" or workers is not None or scheduler is not None
    if executor == "threads" and asks_for_dask:
        raise _wrong("threads run in this process; leave out --workers and --scheduler")
    if not asks_for_dask:
        return worker_pool.threads
    if workers is not None and scheduler is not None:
        raise _wrong("--workers starts processes here, --scheduler uses those elsewhere; give one")
    if scheduler is not None:
        return partial(worker_pool.cluster, address=scheduler)
    if workers is None:
        raise _wrong("dask needs --workers N or --scheduler ADDRESS")
    return partial(worker_pool.processes, workers=workers)


def _wrong(message: str) -> ConfigError:
    return ConfigError("--executor", [Problem("", message)])
