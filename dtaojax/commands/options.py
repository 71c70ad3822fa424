"""Options and arguments that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
