"""Options and arguments that several verbs share, and what they ask for."""

from __future__ import annotations

import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from dtaojax.schema.errors import ConfigError, Problem
from dtaojax.terminal.console import err

if TYPE_CHECKING:
    from dtaojax.execution.worker_pool import CrewMaker
    from dtaojax.network import NetworkAtHand


ConfigFile = Annotated[
    Path,
    typer.Argument(help="A config in TOML, for example configs/mainnet.toml.", show_default=False),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change a key of the config, for example run.horizon_days=30; may be repeated.",
        show_default=False,
    ),
]

OutFolder = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for the report.", show_default="runs/<config's name>"),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the report's path.")]


_PATHS: Final = typer.Option("--paths", help="Number of random paths.", show_default=False)
_SEED: Final = typer.Option("--seed", help="Of all random numbers.", show_default=False)
Paths = Annotated[int | None, _PATHS]
Seed = Annotated[int | None, _SEED]
NoPaths = Annotated[int | None, typer.Option("--paths", hidden=True)]
"""For a verb that has several numbers of paths, and names them in its refusal."""


def sized(overrides: list[str] | None, paths: int | None, seed: int | None) -> list[str]:
    """Return the overrides with a run's number of paths and seed, where they were given."""
    asked = {"run.paths": paths, "run.seed": seed}
    return [
        *(overrides or []),
        *(f"{key}={value}" for key, value in asked.items() if value is not None),
    ]


def refuse_paths(paths: int | None, *keys: str) -> None:
    """Refuse ``--paths`` where it would not say which paths, and name the keys that do.

    Raises:
        BadParameter: It was given.
    """
    if paths is not None:
        told = " or ".join(f"--set {key}={paths}" for key in keys)
        raise typer.BadParameter(
            f"there are paths of several kinds here; write {told}", param_hint="--paths"
        )


ExecutorKind = Literal["threads", "dask"]

ExecutorOption = Annotated[
    ExecutorKind | None,
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


def crew_maker(
    executor: ExecutorKind | None, workers: int | None, scheduler: str | None
) -> CrewMaker:
    """Return the maker of the worker pool that the options ask for.

    Raises:
        ConfigError: The options contradict each other.
    """
    from dtaojax.execution import worker_pool

    asks_for_dask = executor == "dask" or workers is not None or scheduler is not None
    if executor == "threads" and asks_for_dask:
        raise _executor_error("threads run in this process; leave out --workers and --scheduler")
    if not asks_for_dask:
        return worker_pool.threads
    if workers is not None and scheduler is not None:
        raise _executor_error(
            "--workers starts processes here, --scheduler uses those elsewhere; give one"
        )
    if scheduler is not None:
        return partial(worker_pool.cluster, address=scheduler)
    if workers is None:
        raise _executor_error("dask needs --workers N or --scheduler ADDRESS")
    return partial(worker_pool.processes, workers=workers)


def _executor_error(message: str) -> ConfigError:
    return ConfigError("--executor", [Problem("", message)])


OLD_AFTER_DAYS: Final = 14
"""A snapshot older than this is called old."""

NetworkOption = Annotated[
    str | None,
    typer.Option(
        help="An embedded network's name or a file.",
        show_default="the newest of those and of the snapshots in this folder",
    ),
]
BaseConfig = Annotated[
    Path | None,
    typer.Option(help="Rules and demand from this config.", show_default="mainnet.toml"),
]
OpenOption = Annotated[bool, typer.Option("--open", help="Open the report in a browser.")]


def chosen_network(asked: str | None, quiet: bool) -> NetworkAtHand:
    """Return the network that is asked for, or the newest at hand, and say how old it is.

    Raises:
        NetworkError: It is unknown, or its facts are missing or impossible.
    """
    from dtaojax.network import network_at_hand, newest_network

    found = newest_network(Path.cwd()) if asked is None else network_at_hand(asked)
    if not quiet:
        err().print(_age(found.name, found.block), markup=False, soft_wrap=True)
    return found


def _age(name: str, block: int) -> str:
    """Say which state this is about and how old it is."""
    from dtaojax.schema.dates import time_of

    taken = time_of(block)
    age = (_now() - taken).total_seconds() / 86_400
    told = f"network: {name}, block {block:,}, of about {taken:%Y-%m-%d %H:%M} UTC"
    if age > OLD_AFTER_DAYS:
        return f"{told}: {age:.0f} days OLD; take a new one here with `dtaojax snapshot`"
    return f"{told}, {max(age, 0.0):.1f} days ago"


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
