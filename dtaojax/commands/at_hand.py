"""Options of the verbs that answer one person's question, and the network that they begin with."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from dtaojax.commands.terminal import err

if TYPE_CHECKING:
    from dtaojax.network import NetworkAtHand

OLD_AFTER_DAYS: Final = 14
"""A snapshot older than this is called old."""

AtHand = Annotated[
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
Open = Annotated[bool, typer.Option("--open", help="Open the report in a browser.")]


def chosen_network(asked: str | None, quiet: bool) -> NetworkAtHand:
    """Return the network that is asked for, or the newest at hand, and say how old it is.

    Raises:
        NetworkError: it is unknown, or its facts are missing or impossible.
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
