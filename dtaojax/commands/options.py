"""Options and arguments that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

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
        BadParameter: it was given.
    """
    if paths is not None:
        told = " or ".join(f"--set {key}={paths}" for key in keys)
        raise typer.BadParameter(
            f"there are paths of several kinds here; write {told}", param_hint="--paths"
        )
